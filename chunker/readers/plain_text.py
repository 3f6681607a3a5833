"""Reads plain text: the decoded file itself, with the pages it marks."""

from __future__ import annotations

from chunker.readers.decoding import decode_text
from chunker.readers.extraction import Extracted, ReadingLimits
from chunker.readers.printed_pages.markers import page_starts_in
from chunker.readers.record_lines import read_record, stated_encoding


def read_text(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read plain text; offsets index the decoded file, a byte-order mark left out.

    Title and bibliography are those of a record above the text. Headings are left to segmenting, which also
    reads those that converters write into plain text. Raises UnsupportedFormatError for binary data and
    SourceTooLargeError past the limit.
    """
    text = decode_text(data, name=name, limits=limits, declared=stated_encoding(data))
    record = read_record(text)
    return Extracted(
        text, title=record.title, page_starts=page_starts_in(text), bibliography=record.bibliography
    )
