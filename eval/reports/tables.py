"""Tables, the same for the terminal, for Markdown and for the HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

WORDS = ("meaning", "question", "failed by")
WIDE_CHARACTERS = 110  # of a terminal that has room for the meanings
NAME_CHARACTERS = 24  # of a row's name that are never broken


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; the first column names the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def print_tables(tables: Sequence[Table], console: Console) -> None:
    """Print tables to a terminal; a narrow one has the meanings below, each measure's once."""
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    told: set[str] = set()
    for table in tables:
        kept = [
            number
            for number, column in enumerate(table.columns)
            if column != "meaning" or console.width >= WIDE_CHARACTERS
        ]
        shown = RichTable(title=Text(table.title), title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0))
        heads = [
            table.columns[number].replace("_", " ").replace("evidence@", "evidence @") for number in kept
        ]
        longest = [max((len(row[number]) for row in table.rows), default=0) for number in kept]
        is_words = [number == 0 or table.columns[number] in WORDS for number in kept]
        least = [
            min(cells, NAME_CHARACTERS) if words else cells
            for cells, words in zip(longest, is_words, strict=True)
        ]
        if sum(map(_column_characters, heads, least)) > console.width:
            # a long head is broken at its words, a figure never
            heads = [head.replace(" ", "\n") for head in heads]
            least = [max(cells, *map(len, head.split())) for head, cells in zip(heads, least, strict=True)]
        for head, width, words in zip(heads, least, is_words, strict=True):
            shown.add_column(Text(head), justify="left" if words else "right", min_width=width)
        for row in table.rows:
            shown.add_row(*(Text(row[number]) for number in kept))
        # what is wider than the terminal is wrapped by it: better than figures cut off
        width = max(console.width, sum(map(_column_characters, heads, least)) + 2)
        console.print(shown, width=width, crop=False)
        if len(kept) < len(table.columns):
            for name, meaning in _meanings(table):
                if meaning and name not in told:
                    console.print(Text(f"{name}: {meaning}"))
                told.add(name)


def _meanings(table: Table) -> Iterator[tuple[str, str]]:
    """Yield each row's name and what it means."""
    column = table.columns.index("meaning")
    return ((row[0], row[column]) for row in table.rows)


def _column_characters(head: str, cells: int) -> int:
    """Return how wide a column is with the blank beside it, its head in lines."""
    return max(cells, *map(len, head.split("\n"))) + 1


def table_markdown(table: Table) -> str:
    """Return one table as Markdown, its title as a heading."""
    return f"## {table.title}\n\n{markdown_rows(table.columns, table.rows)}"


def markdown_rows(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table without a title as Markdown; the first column names the row."""
    rule = ["---" if number == 0 else "--:" for number in range(len(columns))]
    lines = [columns, rule, *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
