"""Words and tables as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OUTSIDE_CODE = re.compile(r"(`+[^`]+`+)|([*<\[])")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a Markdown table, nothing where it has no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if lines:
        head = list(head)
        yield from (f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *lines, "")


def code(text: str) -> str:
    """Return a word as it is typed, for a cell of a table, too."""
    return f"<code>{cell(text)}</code>" if "|" in text else f"`{text}`"


def cell(text: str) -> str:
    """Return Markdown as a cell of a table has it."""
    return " ".join(text.split()).replace("|", r"\|")


def escaped(text: str) -> str:
    """Return plain words as Markdown that shows them, code between backticks left alone."""
    return cell(_OUTSIDE_CODE.sub(lambda found: found[1] or f"\\{found[2]}", text))


def number(value: float) -> str:
    """Return a number as people write it."""
    return f"{value:,.0f}" if value == int(value) else str(value)


def plain(value: object) -> str:
    """Return a value of JSON in words."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
