"""Papers in the order of their dates, and names in that of the alphabet, for pages that one leafs through.

Each part is read from where the one before it ended, by an index, so that the last comes as quickly as the
first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from embeddings.store.records import Row

UNDATED = "undated"
"""The period of the documents without a date."""

_YEAR, _MONTH = re.compile(r"\d{4}"), re.compile(r"\d{4}-\d\d")
_OF_PERSON = "d.key IN (SELECT document_key FROM document_participants WHERE name = ?)"
_WITH_PERSON = "EXISTS (SELECT 1 FROM document_participants WHERE document_key = d.key AND name = ?)"
_ANY = "form IN (SELECT value FROM json_each(?))"
_OF_ANY = f"d.key IN (SELECT document_key FROM document_mentions WHERE {_ANY})"  # noqa: S608 - made of constants
_WITH_ANY = f"EXISTS (SELECT 1 FROM document_mentions WHERE document_key = d.key AND {_ANY})"  # noqa: S608 - made of constants
_BY_NAME = "SELECT document_key FROM document_participants WHERE name IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class Browsed:
    """Which documents are leafed through; an empty field does not restrict.

    ``period`` is a year, in which their dates begin, a month (``1940-11``), or :data:`UNDATED`; ``person`` is
    the exact name of a participant, ``kind`` the exact kind; of ``forms`` of a name one stands in the text.
    Where they ``are_many``, they are met soon enough on a walk through all, and not listed beforehand.
    """

    period: str = ""
    person: str = ""
    kind: str = ""
    forms: tuple[str, ...] = ()
    are_many: bool = False

    @property
    def condition(self) -> tuple[str, list[str]]:
        """The condition on ``documents d``, with its parameters; nothing fits a period that is none."""
        parts, parameters = [], []
        if self.period == UNDATED:
            parts.append("d.date_start IS NULL")
        elif _YEAR.fullmatch(self.period):
            parts.append("d.date_start BETWEEN ? AND ?")
            parameters += [f"{self.period}-01-01", f"{self.period}-12-31"]
        elif _MONTH.fullmatch(self.period):
            parts.append("d.date_start BETWEEN ? AND ? AND d.date_precision <> 'year'")
            parameters += [f"{self.period}-01", f"{self.period}-31"]
        elif self.period:
            parts.append("0")
        if self.person:
            parts.append(_WITH_PERSON if self.are_many else _OF_PERSON)
            parameters.append(self.person)
        if self.kind:
            parts.append("+d.kind = ?" if self.are_many else "d.kind = ?")  # the plus: by no index
            parameters.append(self.kind)
        if self.forms:
            parts.append(_WITH_ANY if self.are_many else _OF_ANY)
            parameters.append(json.dumps(self.forms))
        return " AND ".join(parts) or "1", parameters


def document_ids(
    connection: sqlite3.Connection, browsed: Browsed, *, after: str | None, limit: int
) -> list[str]:
    """Return the ids of the documents that follow the one with the id ``after``, ``None``: of the first.

    The earliest come first, those without a date last; documents of one date in the order in which they came.
    """
    where, parameters = browsed.condition
    last = _place_of(connection, after) if after else None
    ids: list[str] = []
    if last is None or last[0] is not None:
        beyond = "AND (d.date_start, d.date_end, d.key) > (?, ?, ?)" if last else ""
        rows = connection.execute(
            f"SELECT d.id FROM documents d WHERE d.date_start IS NOT NULL AND {where} {beyond}"  # noqa: S608 - made of constants
            " ORDER BY d.date_start, d.date_end, d.key LIMIT ?",
            (*parameters, *(last or ()), limit),
        )
        ids = [one for (one,) in rows]
        last = None
    if len(ids) < limit:
        rows = connection.execute(
            f"SELECT d.id FROM documents d WHERE d.date_start IS NULL AND {where} AND d.key > ?"  # noqa: S608 - made of constants
            " ORDER BY d.key LIMIT ?",
            (*parameters, last[2] if last else 0, limit - len(ids)),
        )
        ids += [one for (one,) in rows]
    return ids


def documents_naming(connection: sqlite3.Connection, name: str) -> int:
    """Return how many documents have a participant of exactly that name."""
    statement = "SELECT count(DISTINCT document_key) FROM document_participants WHERE name = ?"
    return int(connection.execute(statement, (name,)).fetchone()[0])


def ids_between(
    connection: sqlite3.Connection,
    pairs: Sequence[tuple[Sequence[str], Sequence[str]]],
    *,
    day: str | None,
    limit: int,
) -> list[str]:
    """Return the ids of the documents in which both of one of ``pairs`` take part, each by one of his names.

    Those of the days nearest to the ISO ``day`` come first; without one, those that came first.
    """
    either = " UNION ".join([f"SELECT * FROM ({_BY_NAME} INTERSECT {_BY_NAME})"] * len(pairs))  # noqa: S608 - made of constants
    rows = connection.execute(
        f"SELECT d.id FROM documents d WHERE d.key IN ({either})"  # noqa: S608 - made of constants
        " ORDER BY abs(julianday(d.date_start) - julianday(?)) NULLS LAST, d.date_start, d.key LIMIT ?",
        (*(json.dumps(names) for pair in pairs for names in pair), day, limit),
    )
    return [found for (found,) in rows]


def _place_of(connection: sqlite3.Connection, document_id: str) -> Row | None:
    statement = "SELECT date_start, date_end, key FROM documents WHERE id = ?"
    row: Row | None = connection.execute(statement, (document_id,)).fetchone()
    return row
