"""Reads Rich Text files (.rtf), by striprtf, with the title and the author that they state."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from chunker.readers.building import LINE_JOINT, TextBuilder
from chunker.readers.extraction import CELL_JOINT, tidy_line
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from chunker.readers.extraction import Extracted, ReadingLimits

CODE_PAGE = re.compile(rb"\\ansicpg(\d{1,5})")
USUAL_CODE_PAGE = "cp1252"
INFORMATION = re.compile(r"\{\\(title|author)\b ?((?:[^{}]|\{[^{}]*\}){0,2000})\}")
HEAD_CHARS = 200_000  # hold the fonts and styles of any file, and the information behind them
CELL_END = "|"  # striprtf's
BINARY = re.compile(rb"\\bin(\d{1,9}) ?")
# What striprtf stumbles over: trays of the printer, and the sign of what may be left out amid a group.
STUMBLED_OVER = re.compile(r"\\bin[a-z]*-?\d* ?|(?<=[\w ])\\\*")
# Destinations that striprtf leaves out with their text; as groups their text stays.
NOTES = re.compile(r"\\(?:footnote|annotation)\b")


def read_rich_text(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a Rich Text file: its paragraphs, tables and notes.

    Raises SourceTooLargeError past the limits.
    """
    written = without_binary(data).decode(code_page(data), "replace")
    text = TextBuilder(name, limits)
    for line in words_of(STUMBLED_OVER.sub("", NOTES.sub(" ", written))).splitlines():
        row = line.rstrip()
        if row.endswith(CELL_END):
            cells = [tidy_line(cell) for cell in row[:-1].split(CELL_END)]
            text.add(CELL_JOINT.join(cells) if any(cells) else "", joint=LINE_JOINT)
        else:
            text.add(row)
    fields = INFORMATION.findall(written[:HEAD_CHARS])
    stated = {key: tidy_line(words_of(f"{{{value}}}")) for key, value in fields}
    author = stated_bibliography(authors=[stated.get("author")])
    return text.extracted(title=stated_title(stated.get("title")), bibliography=author)


def without_binary(data: bytes) -> bytes:
    """Return Rich Text without pictures in raw bytes, which may look like anything."""
    parts, begin = [], 0
    while found := BINARY.search(data, begin):
        parts.append(data[begin : found.start()])
        begin = found.end() + int(found[1])
    return b"".join([*parts, data[begin:]])


def words_of(rich: str) -> str:
    """Return the words of Rich Text."""
    from striprtf.striprtf import rtf_to_text

    return str(rtf_to_text(rich, errors="replace"))  # type: ignore[no-untyped-call]


def code_page(data: bytes) -> str:
    """Return the encoding of bytes beyond ASCII that a file names."""
    found = CODE_PAGE.search(data[:HEAD_CHARS])
    named = f"cp{found[1].decode()}" if found else USUAL_CODE_PAGE
    try:
        return codecs.lookup(named).name
    except LookupError:
        return USUAL_CODE_PAGE
