"""Cuts a PDF sheet that shows two pages side by side into its left and its right page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.readers.pdf.lines import PlacedLine, RawLine, placed_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdfium2

Halves = tuple[list[PlacedLine], list[PlacedLine]]


@dataclass(frozen=True, slots=True)
class HalvesSettings:
    """Where a sheet is cut into two pages; chosen by hand, not measured.

    The gutter lies within ``gutter_share`` of the sheet's width from its middle; letters on both sides of it
    lie apart by at least ``min_gutter_heights`` of their line, more than words do.
    """

    gutter_share: float = 0.04
    min_gutter_heights: float = 1.5


SETTINGS = HalvesSettings()


def halves_of(
    text_page: pypdfium2.PdfTextPage, lines: Sequence[RawLine], *, left: float, right: float
) -> Halves | None:
    """Return the lines of the left and of the right half of a sheet, each in the order of the file.

    ``left`` and ``right`` are the sheet's edges in points. A line that PDFium has made of words from both
    halves is cut. ``None``: some words stand across the middle, as those of a wide table or a map do.
    """
    halves: Halves = ([], [])
    middle, slack = (left + right) / 2, SETTINGS.gutter_share * (right - left)
    for line in lines:
        for is_right, piece in pieces_of(text_page, line, middle=middle, slack=slack):
            if is_right is None:
                return None
            halves[is_right].append(placed_line(text_page, piece))
    return halves


def pieces_of(
    text_page: pypdfium2.PdfTextPage, line: RawLine, *, middle: float, slack: float
) -> Iterator[tuple[bool | None, RawLine]]:
    """Yield the parts of a line with the half each is in: right or not, ``None`` for both."""
    letters = letters_of(line)
    if not letters:
        return
    first, last = (text_page.get_charbox(line.start + at, loose=True) for at in (letters[0], letters[-1]))
    if max(first[2], last[2]) <= middle + slack:
        yield False, line
    elif min(first[0], last[0]) >= middle - slack:
        yield True, line
    else:
        yield from cut_line(text_page, line, letters, middle)


def letters_of(line: RawLine) -> list[int]:
    """Return where in a line its letters are, without what PDFium puts for a hyphen at its end."""
    end = len(line.text) - line.ends_in_hyphen
    return [at for at in range(end) if not line.text[at].isspace()]


def cut_line(
    text_page: pypdfium2.PdfTextPage, line: RawLine, letters: Sequence[int], middle: float
) -> Iterator[tuple[bool | None, RawLine]]:
    """Yield the parts of a line, cut where a gap parts the halves of the sheet; all of it where none does."""
    boxes = [text_page.get_charbox(line.start + at, loose=True) for at in letters]
    sides = [(box[0] + box[2]) / 2 > middle for box in boxes]
    begin = 0
    for number in range(1, len(letters)):
        if sides[number] == sides[number - 1]:
            continue
        before, after = boxes[number - 1], boxes[number]
        gap = max(before[0], after[0]) - min(before[2], after[2])
        if gap < SETTINGS.min_gutter_heights * (after[3] - after[1]):
            yield None, line
            return
        yield sides[number - 1], part_of(line, begin, letters[number])
        begin = letters[number]
    yield sides[-1], part_of(line, begin, len(line.text))


def part_of(line: RawLine, begin: int, end: int) -> RawLine:
    """Return a part of a line, without the white space at its end."""
    return RawLine(
        line.text[begin:end].rstrip(),
        line.start + begin,
        ends_in_hyphen=line.ends_in_hyphen and end == len(line.text),
    )
