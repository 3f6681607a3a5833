"""Printed page numbers: what a file itself says of its pages, in headers, footers, markers and HTML."""
