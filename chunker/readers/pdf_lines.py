"""The lines of a PDF page, with a blank line where the page shows a new paragraph."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdfium2

# PDFium's signs for a hyphen at the end of a line, by way of calling.
LINE_END_HYPHENS = "\ufffe\x02"
# A gap between lines wider than the usual one by this factor parts paragraphs.
PARAGRAPH_GAP = 1.35
# Lines further apart than this many heights of their letters are no running text, even double-spaced.
MAX_LINE_GAP = 3.0
# A first line is indented by one to about five heights of its letters.
MIN_INDENT, MAX_INDENT = 0.8, 6.0


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line's words with the place of its first letter, in points from the lower left corner."""

    text: str
    left: float
    bottom: float
    height: float


def lines_of_page(document: pypdfium2.PdfDocument, index: int) -> list[str]:
    """Return the lines of a page; a hyphen at a line's end stays, as the file gives it."""
    page = document[index]
    try:
        text_page = page.get_textpage()
        try:
            text = text_page.get_text_range() if text_page.count_chars() else ""
            if len(text) != text_page.count_chars():
                # Characters past U+FFFF count twice in PDFium, so places cannot be looked up.
                return [line for line, _ in raw_lines(text)]
            placed = [placed_line(text_page, line, start) for line, start in raw_lines(text)]
        finally:
            text_page.close()
    finally:
        page.close()
    return with_paragraphs(placed)


def raw_lines(text: str) -> Iterator[tuple[str, int]]:
    """Yield PDFium's lines with the offset of each one's first character."""
    line, start = "", 0
    for offset, character in enumerate(text):
        if character in LINE_END_HYPHENS or character == "\n":
            yield (line.rstrip("\r") + ("-" if character != "\n" else "")), start
            line, start = "", offset + 1
        else:
            line += character
    if line:
        yield line, start


def placed_line(text_page: pypdfium2.PdfTextPage, line: str, start: int) -> PlacedLine:
    """Return a line with the place of its first letter; a blank line's place is that of its start."""
    indent = len(line) - len(line.lstrip())
    if indent == len(line):
        return PlacedLine("", 0.0, 0.0, 0.0)
    left, bottom, _, top = text_page.get_charbox(start + indent, loose=True)
    return PlacedLine(line.strip(), left, bottom, top - bottom)


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


def usual_gap(lines: Sequence[PlacedLine], gaps: Sequence[float]) -> float:
    """Return the usual distance between lines of running text, 0 where the page has none."""
    close = [gap for gap, line in zip(gaps, lines, strict=False) if 0 < gap <= MAX_LINE_GAP * line.height]
    return median_low(close) if close else 0.0


def begins_paragraph(lines: Sequence[PlacedLine], index: int, gap: float, usual: float) -> bool:
    """Whether a line stands off from the one before, or is indented where its neighbours are not."""
    before, line = lines[index - 1], lines[index]
    if gap > PARAGRAPH_GAP * (usual or MAX_LINE_GAP * line.height):
        return True
    after = lines[index + 1] if index + 1 < len(lines) else before
    indents = (line.left - before.left, line.left - after.left)
    return all(MIN_INDENT * line.height <= indent <= MAX_INDENT * line.height for indent in indents)
