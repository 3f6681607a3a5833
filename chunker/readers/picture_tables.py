"""Tables in pictures of pages: told by rows of short cells that stand side by side, and written row by row.

A row has at least three cells, or two of which one is a number, as in an account or a list of contents;
wide gaps set its cells apart and leave much of it white, as the lines of text in columns do not. Some rows
together are a table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING

from chunker.readers.extraction import CELL_JOINT
from chunker.readers.picture_lines import PictureLine, PictureWord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Cell = tuple[PictureWord, ...]


@dataclass(frozen=True, slots=True)
class TableSettings:
    """What makes a table; chosen by hand, tried on scans drawn by ``python -m eval.studies.scanned_pages``.

    A gap between cells is as wide as ``gap`` times the height of the line; typists leave one of .5 between
    words, and text that is set to both margins one of 1. Of a row at most ``most_filled`` is words: of two
    columns of text it is .9. There are ``rows`` at least. Lines stand side by side if their middles are apart
    by less than ``apart`` of their height. A mark of less than ``sure`` is what a rule was read as.
    """

    gap: float = 1.5
    most_filled: float = 0.75
    rows: int = 3
    apart: float = 0.5
    sure: int = 55


SETTINGS = TableSettings()
_RULE = "|"  # what vertical rules are read as


def has_torn_rows(lines: Sequence[PictureLine], aspect: float) -> bool:
    """Return whether the rows of a table were read column by column, and most of what stands side by side is.

    ``aspect`` is the width of the picture by its height.
    """
    torn = [row for row in _rows(lines) if len(row) > 1]
    cells = [[cell for line in row for cell in _cells(line, aspect)] for row in torn]
    tables = sum(_is_row(row) for row in cells)
    return tables >= SETTINGS.rows and tables > len(torn) / 2


def in_rows(lines: Sequence[PictureLine]) -> list[PictureLine]:
    """Return lines with those that stand side by side made one, from the top of the page down."""
    return [
        PictureLine(tuple(word for line in row for word in line.words), row[0].opens) for row in _rows(lines)
    ]


def with_cells(lines: Sequence[PictureLine], aspect: float) -> list[PictureLine]:
    """Return ``lines`` with a joint between the cells of each row of a table with three columns or more."""
    marked: list[PictureLine] = []
    parted = [(line, _cells(line, aspect)) for line in lines]
    for is_row, group in groupby(parted, key=lambda one: len(one[1]) > 1):
        some = list(group)
        rows = sum(len(cells) > 2 and _is_row(cells) for _, cells in some)
        is_table = is_row and rows >= max(SETTINGS.rows, len(some) / 2)
        for number, (line, cells) in enumerate(some):
            marked.append(replace(line, words=_joined(cells), opens=number == 0) if is_table else line)
    return marked


def _cells(line: PictureLine, aspect: float) -> list[Cell]:
    """Return the words of a line between its wide gaps, without rules."""
    bare = (word._replace(text=word.text.strip(_RULE)) for word in line.words)
    words = sorted(filter(_is_word, bare), key=lambda word: word.left)
    if not words:
        return []
    wide = SETTINGS.gap * median(word.bottom - word.top for word in words) / aspect
    ends = [at for at, (one, other) in enumerate(pairwise(words), 1) if other.left - one.right > wide]
    return [tuple(words[start:end]) for start, end in pairwise([0, *ends, len(words)])]


def _is_word(word: PictureWord) -> bool:
    return any(map(str.isalnum, word.text)) or (word.text != "" and word.confidence >= SETTINGS.sure)


def _is_row(cells: Sequence[Cell]) -> bool:
    if len(cells) < 2 or (len(cells) == 2 and not any(map(_is_number, cells))):
        return False
    filled = sum(cell[-1].right - cell[0].left for cell in cells)
    return filled <= SETTINGS.most_filled * (cells[-1][-1].right - cells[0][0].left)


def _is_number(cell: Cell) -> bool:
    letters = "".join(word.text for word in cell)
    return 2 * sum(map(str.isdigit, letters)) > len(letters)


def _joined(cells: Sequence[Cell]) -> Cell:
    words = list(cells[0])
    for cell in cells[1:]:
        one, other = words[-1], cell[0]
        joint = PictureWord(
            CELL_JOINT.strip(),
            one.right,
            min(one.top, other.top),
            other.left,
            max(one.bottom, other.bottom),
            min(one.confidence, other.confidence),
        )
        words += [joint, *cell]
    return tuple(words)


def _rows(lines: Sequence[PictureLine]) -> Iterator[list[PictureLine]]:
    """Yield lines that stand side by side, from left to right, on a page that may lie askew."""
    if not lines:
        return
    slope = _slope(lines)
    height = median(line.height for line in lines)

    def level(line: PictureLine) -> float:
        return line.bottom - line.height / 2 - slope * (line.left + line.right) / 2

    row: list[PictureLine] = []
    for line in sorted(lines, key=level):
        if row and level(line) - level(row[-1]) > SETTINGS.apart * height:
            yield sorted(row, key=lambda one: one.left)
            row = []
        row.append(line)
    yield sorted(row, key=lambda one: one.left)


def _slope(lines: Sequence[PictureLine]) -> float:
    """Return how much lines fall from left to right: the median of those with three words or more."""
    slopes = [
        (line.words[-1].bottom - line.words[0].bottom) / (line.words[-1].left - line.words[0].left)
        for line in lines
        if len(line.words) > 2 and line.words[-1].left > line.words[0].left
    ]
    return median(slopes) if slopes else 0.0
