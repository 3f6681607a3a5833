"""The web page: asking, reading, the library."""
