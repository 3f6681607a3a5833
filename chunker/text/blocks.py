"""Lines and paragraphs: what a text is made of before anything is known about its meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.text.normalising import tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chunker.documents import Span

_LINE = re.compile(r"[^\n\f]+")
_EMPHASIS = re.compile(r"[*_#\s\\]+")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^)\n]{0,2000}\)")

OPENING_CHARS = 80
"""A line of print: as many words tell a text from others of its kind. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class Block:
    """A line or a paragraph, without the white space around it."""

    start_char: int
    end_char: int
    text: str

    @property
    def is_emphasised(self) -> bool:
        """Whether Markdown makes the whole block bold, italic or a heading."""
        return self.text.startswith("#") or (self.text.startswith("*") and self.text.endswith("*"))


def lines(text: str, start_char: int = 0, end_char: int | None = None) -> Iterator[Block]:
    """Yield the lines of ``text[start_char:end_char]`` that are not blank."""
    for match in _LINE.finditer(text, start_char, len(text) if end_char is None else end_char):
        stripped = match[0].strip()
        if stripped:
            start = match.start() + match[0].index(stripped)
            yield Block(start, start + len(stripped), stripped)


def paragraphs(text: str, start_char: int = 0, end_char: int | None = None) -> Iterator[Block]:
    """Yield the runs of lines between blank lines or page breaks in ``text[start_char:end_char]``."""
    start = end = -1
    for line in lines(text, start_char, end_char):
        if start >= 0 and not _is_one_line_apart(text[end : line.start_char]):
            yield Block(start, end, text[start:end])
            start = -1
        if start < 0:
            start = line.start_char
        end = line.end_char
    if start >= 0:
        yield Block(start, end, text[start:end])


def _is_one_line_apart(gap: str) -> bool:
    return gap.count("\n") < 2 and "\f" not in gap


def plain(text: str) -> str:
    """Return ``text`` on one line, tidied, without links, note marks or emphasis at its ends."""
    tidied = tidy(_LINK.sub(r"\1", text)).text
    return " ".join(tidied.split()).strip("*_# ").strip()


def opening_words(text: str) -> str:
    """Return what ``text`` begins with, on one line, with ``…`` where it goes on; empty without a letter."""
    opening = plain(text.lstrip()[: 5 * OPENING_CHARS].replace("|", " "))
    if not any(map(str.isalpha, opening)):
        return ""
    if len(opening) <= OPENING_CHARS:
        return opening
    cut = opening[:OPENING_CHARS]
    words = cut.rpartition(" ")[0]
    return f"{(words if 2 * len(words) > OPENING_CHARS else cut).rstrip(' ,;:–—-')}…"


def without_markup(text: str) -> str:
    """Return ``text`` on one line with the marks of emphasis dropped: quick, for reading dates."""
    return _EMPHASIS.sub(" ", text).strip()


def outside(blocks: Iterable[Block], spans: Sequence[Span]) -> Iterator[Block]:
    """Yield the blocks that no span of ``spans`` touches; ``blocks`` ascend, ``spans`` need not."""
    ordered = sorted(span for span in spans if span.end_char > span.start_char)
    next_span, reach = 0, 0
    for block in blocks:
        while next_span < len(ordered) and ordered[next_span].start_char < block.end_char:
            reach = max(reach, ordered[next_span].end_char)
            next_span += 1
        if reach <= block.start_char:
            yield block
