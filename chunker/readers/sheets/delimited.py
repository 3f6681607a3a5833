"""Reads tables of text (.csv, .tsv), whatever parts their cells: each row with its headings."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from chunker.readers.building import TextBuilder
from chunker.readers.decoding import decode_text
from chunker.readers.tables import add_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chunker.readers.extraction import Extracted, ReadingLimits

DELIMITERS = "\t;,|"
SAMPLE_CHARS = 64 * 1024
SAMPLE_ROWS = 50
# The line by which a spreadsheet program is told what parts the cells.
TOLD = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)


def read_delimited(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a table; raises UnsupportedFormatError for binary data and SourceTooLargeError past the limit."""
    written = decode_text(data, name=name, limits=limits)
    told = TOLD.match(written)
    body = written[told.end() :] if told else written
    text = TextBuilder(name, limits)
    add_table(text, rows_of(body, told[1] if told else delimiter_of(body)))
    return text.extracted()


def rows_of(body: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows of a table; a row that cannot be taken apart is one cell."""
    csv.field_size_limit(max(csv.field_size_limit(), len(body)))
    return csv.reader(io.StringIO(body, newline=""), delimiter=delimiter)


def delimiter_of(body: str) -> str:
    """Return what parts the cells: what gives most of the first rows the same number of them."""
    sample = body[:SAMPLE_CHARS].splitlines(keepends=True)[:SAMPLE_ROWS]

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
        width, rows = max(widths.items(), key=lambda each: (each[1], each[0]), default=(0, 0))
        return (rows, width) if width > 1 else (0, 0)

    return max(DELIMITERS, key=evenness)
