"""Readers: each turns the bytes of one kind of file into text, headings and page starts.

A reader is a function ``read_x(data, *, name, limits) -> Extracted``. To add one, write its module
here and give it a line in :data:`chunker.readers.reading.READERS` and its marks in
:mod:`chunker.readers.sniffing`.
"""
