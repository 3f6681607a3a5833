"""How rightly real files are read, against other programs that read them."""
