"""Tables as text: each row with the headings of its columns, so that it can be found and quoted by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.readers.extraction import CELL_JOINT, tidy_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chunker.readers.building import TextBuilder


@dataclass(frozen=True, slots=True)
class TableSettings:
    """Which row of a table heads its columns; chosen by hand, not measured.

    It is among the first ``first_rows``, fills ``min_filled`` of the columns that rows usually fill, and
    holds only different words, each of at most ``max_heading_chars``.
    """

    first_rows: int = 20
    min_filled: float = 0.7
    max_heading_chars: int = 80


SETTINGS = TableSettings()
ROW_END = "."
ENDS = frozenset(".!?…")


def add_table(text: TextBuilder, rows: Iterable[Sequence[str]]) -> None:
    """Write the rows of a table, each a block such as ``Name: Weber; Year: 1907``, with a full stop.

    Rows above the headings, rows with one cell where others have more, and rows of a table without
    headings are written as they are, cells parted by ``|``. Empty cells are left out.
    """
    written = tidy_rows(rows)
    first = [row for _, row in zip(range(SETTINGS.first_rows), written, strict=False)]
    heading = heading_row(first)
    headings = first[heading] if heading is not None else ()
    for number, row in enumerate(first):
        text.add(row_text(row, headings if heading is not None and number > heading else ()))
    for row in written:
        text.add(row_text(row, headings))


def tidy_rows(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Yield the rows that hold anything, each cell on one line, without the empty cells at their end."""
    for row in rows:
        cells = [tidy_line(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield tuple(cells)


def heading_row(first: Sequence[Sequence[str]]) -> int | None:
    """Return the number of the row that heads the columns, among a table's first; ``None`` for none."""
    widths = Counter(len(filled(row)) for row in first)
    usual = max(widths, key=lambda width: (widths[width], width), default=0)
    for number, row in enumerate(first[:-1]):
        cells = filled(row)
        if len(cells) < 2 or len(cells) < SETTINGS.min_filled * usual:
            continue
        return number if all(map(may_head, cells)) and len(set(cells)) == len(cells) else None
    return None


def filled(row: Sequence[str]) -> list[str]:
    """Return the cells that hold anything."""
    return [cell for cell in row if cell]


def may_head(cell: str) -> bool:
    """Whether a cell may be the heading of a column: words, or a year, but no other figure and no prose."""
    is_word = any(map(str.isalpha, cell)) and not cell[0].isdigit()
    return len(cell) <= SETTINGS.max_heading_chars and (is_word or (len(cell) == 4 and cell.isdigit()))


def row_text(row: Sequence[str], headings: Sequence[str]) -> str:
    """Return a row as words."""
    if not headings or (len(filled(row)) == 1 and len(headings) > 1):
        return CELL_JOINT.join(filled(row))
    named = zip((*headings, *("" for _ in row[len(headings) :])), row, strict=False)
    words = "; ".join(f"{heading}: {cell}" if heading else cell for heading, cell in named if cell)
    return words if words[-1] in ENDS else words + ROW_END
