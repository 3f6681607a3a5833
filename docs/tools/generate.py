"""Write docs/reference/ from the code that it tells of, or with --check say which of it is stale."""

import sys
from pathlib import Path

from addresses import http
from classes import python
from commands import command_line
from configuration import settings

FOLDER = Path(__file__).parents[1] / "reference"
PAGES = {"command_line.md": command_line, "settings.md": settings, "http.md": http, "python.md": python}
WRITTEN = "<!-- Written by `make reference` from the code: change it there. -->"


def main() -> None:
    """Write each page anew, or end with the names of those that are not as the code is."""
    stale = []
    for name, page in PAGES.items():
        text = f"{WRITTEN}\n\n{page().rstrip()}\n"
        if "--check" not in sys.argv:
            (FOLDER / name).write_text(text, "utf-8")
        elif (FOLDER / name).read_text("utf-8") != text:
            stale.append(name)
    if stale:
        sys.exit(f"not as the code is, run `make reference`: {', '.join(stale)}")


if __name__ == "__main__":
    main()
