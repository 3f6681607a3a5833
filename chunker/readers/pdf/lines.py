"""Lines of text with their places in a PDF, and a blank line where a new paragraph shows."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdfium2

# PDFium's signs for a hyphen at the end of a line, by way of calling.
LINE_END_HYPHENS = "\ufffe\x02"

# TeX and others of before Unicode draw an accent by itself, before its letter, a cedilla also behind it. A
# grave one at the beginning of a word may be a quotation mark.
DRAWN_ACCENT = re.compile(
    r"(?P<letter>[CcSsTt])(?P<accent>¸)|(?P<before>[´ˆ¨˜¸ˇ˘˚˝]|(?<=[^\W\d_])`)(?P<after>[^\W\d_])"
)
COMBINING = {
    "´": "\u0301",
    "`": "\u0300",
    "ˆ": "\u0302",
    "¨": "\u0308",
    "˜": "\u0303",
    "¸": "\u0327",
    "ˇ": "\u030c",
    "˘": "\u0306",
    "˚": "\u030a",
    "˝": "\u030b",
}
DOTLESS = {"ı": "i", "ȷ": "j"}


@dataclass(frozen=True, slots=True)
class ParagraphSettings:
    """Where a new paragraph shows in a PDF's lines; chosen by hand, not measured.

    A gap wider than the usual one by ``paragraph_gap`` parts paragraphs; lines further apart than
    ``max_line_gap`` heights of their letters are no running text, even double-spaced. A first line is
    indented by ``min_indent`` to ``max_indent`` heights. Lines less than ``same_row`` heights apart are one.
    """

    paragraph_gap: float = 1.35
    max_line_gap: float = 3.0
    min_indent: float = 0.8
    max_indent: float = 6.0
    same_row: float = 0.5


SETTINGS = ParagraphSettings()


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line's words with the place of its first letter, in points from the lower left corner."""

    text: str
    left: float
    bottom: float
    height: float


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line as PDFium gives it; ``start`` is the index of its first character on the page."""

    text: str
    start: int
    ends_in_hyphen: bool = False


def raw_lines(text: str) -> Iterator[RawLine]:
    """Yield PDFium's lines."""
    line, start = "", 0
    for offset, character in enumerate(text):
        if character in LINE_END_HYPHENS or character == "\n":
            is_hyphen = character != "\n"
            yield RawLine(line.rstrip("\r") + "-" * is_hyphen, start, ends_in_hyphen=is_hyphen)
            line, start = "", offset + 1
        else:
            line += character
    if line:
        yield RawLine(line, start)


def with_accents(text: str) -> str:
    """Return a line's words with the accents that are drawn by themselves put on their letters."""

    def composed(found: re.Match[str]) -> str:
        accent, letter = found["accent"] or found["before"], found["letter"] or found["after"]
        one = unicodedata.normalize("NFC", DOTLESS.get(letter, letter) + COMBINING[accent])
        return one if len(one) == 1 else found[0]

    return text if text.isascii() and "`" not in text else DRAWN_ACCENT.sub(composed, text)


def placed_line(text_page: pypdfium2.PdfTextPage, line: RawLine) -> PlacedLine:
    """Return a line with the place of its first letter; a blank line's place is that of its start."""
    indent = len(line.text) - len(line.text.lstrip())
    if indent == len(line.text):
        return PlacedLine("", 0.0, 0.0, 0.0)
    left, bottom, _, top = text_page.get_charbox(line.start + indent, loose=True)
    return PlacedLine(with_accents(line.text.strip()), left, bottom, top - bottom)


def with_paragraphs(lines: Sequence[PlacedLine]) -> list[str]:
    """Return the words of the lines, with a blank line before each new paragraph."""
    written = [line for line in lines if line.text]
    gaps = [before.bottom - after.bottom for before, after in pairwise(written)]
    usual = usual_gap(written, gaps)
    result: list[str] = []
    for index, line in enumerate(written):
        if index and begins_paragraph(written, index, gaps[index - 1], usual):
            result.append("")
        result.append(line.text)
    return result


def rows_of(lines: Sequence[PlacedLine]) -> list[str]:
    """Return the words of a sheet from top to bottom, those at one height in a row, parted by tabs.

    A file may draw its lines in any order, the foot first.
    """
    rows: list[list[PlacedLine]] = []
    for line in sorted((line for line in lines if line.text), key=lambda line: -line.bottom):
        if rows and rows[-1][0].bottom - line.bottom < SETTINGS.same_row * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return ["\t".join(line.text for line in sorted(row, key=lambda line: line.left)) for row in rows]


def usual_gap(lines: Sequence[PlacedLine], gaps: Sequence[float]) -> float:
    """Return the usual distance between lines of running text, 0 where the page has none."""
    close = [
        gap for gap, line in zip(gaps, lines, strict=False) if 0 < gap <= SETTINGS.max_line_gap * line.height
    ]
    return median_low(close) if close else 0.0


def begins_paragraph(lines: Sequence[PlacedLine], index: int, gap: float, usual: float) -> bool:
    """Whether a line stands off from the one before, or is indented where its neighbours are not."""
    before, line = lines[index - 1], lines[index]
    if gap > SETTINGS.paragraph_gap * (usual or SETTINGS.max_line_gap * line.height):
        return True
    after = lines[index + 1] if index + 1 < len(lines) else before
    indents = (line.left - before.left, line.left - after.left)
    return all(
        SETTINGS.min_indent * line.height <= indent <= SETTINGS.max_indent * line.height for indent in indents
    )
