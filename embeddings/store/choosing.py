"""Documents chosen by rules that hold exactly: who took part, what titles and texts hold, of which days."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from embeddings.store.filtering import Condition

ALL = "1"
"""The condition that holds for every document."""

_WORD = re.compile(r"[^\W_]+")
_OF_PERSON = """d.key {is_in} (
    SELECT document_key FROM document_participants WHERE name IN (SELECT value FROM json_each(?)))"""
_IN_TITLE = """d.key {is_in} (
    SELECT p.document_key FROM passage_text f JOIN passages p ON p.key = f.rowid
    WHERE passage_text MATCH ?)"""
_IN_TEXT = "d.key {is_in} (SELECT rowid FROM document_text WHERE document_text MATCH ?)"

_IN_REFERENCE = """
    instr(' ' || replace(lower(d.archive_reference), ',', ' ') || ' ', ' ' || lower(?) || ' ') > 0"""

Alternatives = tuple[str, ...]
Days = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """What documents must have to be chosen; an empty field does not restrict.

    Of each entry's alternatives one must be there: of ``people`` a participant's exact name, of ``titles``
    words in a row in the title, of ``texts`` in the title or the text, by their stems. ``without_people``
    has names that must not all be there, ``without_texts`` words. All ``references``
    must stand in the archive reference as words. ``days`` are ranges of ISO days, one of
    which the date must touch; with ``is_undated`` there must be no date.
    """

    people: tuple[Alternatives, ...] = ()
    titles: tuple[Alternatives, ...] = ()
    texts: tuple[Alternatives, ...] = ()
    without_people: tuple[Alternatives, ...] = ()
    without_texts: tuple[Alternatives, ...] = ()
    references: tuple[str, ...] = ()
    days: tuple[Days, ...] = ()
    is_undated: bool = False


def chosen(choice: Choice, condition: Condition | None) -> tuple[str, list[str | int]]:
    """Return the condition on ``documents d`` that ``choice`` makes beside another one, with parameters."""
    parts = [condition.sql] if condition else []
    parameters: list[str | int] = list(condition.parameters) if condition else []
    if choice.days:
        ranges = []
        for first, last in choice.days:
            ends = [("d.date_end >= ?", first), ("d.date_start <= ?", last)]
            ranges.append(" AND ".join(sql for sql, day in ends if day) or "d.date_start IS NOT NULL")
            parameters += [day for _, day in ends if day]
        parts.append(f"({' OR '.join(ranges)})")
    if choice.is_undated:
        parts.append("d.date_start IS NULL")
    parts += [_IN_REFERENCE] * len(choice.references)
    parameters += choice.references
    all_of = (
        (_OF_PERSON, choice.people, json.dumps),
        (_IN_TITLE, choice.titles, lambda words: f"header : ({_any_of(words)})"),
        (_IN_TEXT, choice.texts, _any_of),
    )
    for sql, entries, written in all_of:
        parts += [sql.format(is_in="IN")] * len(entries)
        parameters += map(written, entries)
    none_of = ((_OF_PERSON, choice.without_people, json.dumps), (_IN_TEXT, choice.without_texts, _any_of))
    for sql, entries, written in none_of:
        if entries:
            parts.append(f"NOT ({' AND '.join([sql.format(is_in='IN')] * len(entries))})")
            parameters += map(written, entries)
    return " AND ".join(parts) or ALL, parameters


def _any_of(alternatives: Iterable[str]) -> str:
    """Return an expression of FTS5 for one of several runs of words; any text is safe."""
    runs = (" ".join(_WORD.findall(fold(one).text)) for one in alternatives)
    # what has no word is found nowhere
    return " OR ".join(f'"{run}"' for run in runs if run) or '"\x7f"'
