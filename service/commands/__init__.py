"""The commands of the command line, one a file; :mod:`service.cli` puts them together."""
