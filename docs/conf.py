"""How Sphinx builds these pages: `make docs`."""

project = "Dossier"
html_title = "Dossier"
extensions = ["myst_parser"]
html_theme = "furo"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
exclude_patterns = ["tools"]
# Headings down to the third have the anchors that GitHub gives them.
myst_heading_anchors = 3
nitpicky = True
