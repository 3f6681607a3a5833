"""Filters as SQL: which documents, and so which passages, a search may return."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from embeddings.search import Filters

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from embeddings.store.vector_block import KeyArray

_WORD = re.compile(r"\w+")

# Up to so many rows that a filter lets through are listed, in 7 ms. Among more, each that a search finds is
# looked up, in a microsecond or less.
_LISTED = 20_000

Table = Literal["passages", "documents"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on ``documents d``, in SQL with its parameters, and the ``filters`` that it stands for."""

    sql: str
    parameters: tuple[str, ...]
    filters: Filters = field(default_factory=Filters)


class Selection:
    """What a condition lets through, in one state of the store.

    Few rows are listed, and a search looks at these alone; where they are many, what it finds is looked up.
    So a filter costs the same in a large index as in a small one.
    """

    def __init__(self, connection: sqlite3.Connection, condition: Condition) -> None:
        self._connection = connection
        self.condition = condition
        self._listed: dict[Table, KeyArray | None] = {}

    def listed(self, table: Table) -> KeyArray | None:
        """Return the keys of the rows that are let through, ascending; ``None``: they are too many."""
        if table not in self._listed:
            keys = self._keys(table, _LISTED + 1)
            self._listed[table] = keys if len(keys) <= _LISTED else None
        return self._listed[table]

    def all_passages(self) -> KeyArray:
        """Return the keys of the passages, ascending, however many they are."""
        return self._keys("passages", -1)

    def among(self, passages: Iterable[int]) -> set[int]:
        """Return which of these passages are let through, by key."""
        key, tables = _ROWS["passages"]
        rows = self._connection.execute(
            f"SELECT {key} FROM {tables} WHERE {key} IN (SELECT value FROM json_each(?))"  # noqa: S608 - made of constants
            f" AND {self.condition.sql}",
            (json.dumps(list(passages)), *self.condition.parameters),
        )
        return {key for (key,) in rows}

    def restricting(self, column: str, table: Table) -> tuple[str, list[object]]:
        """Return a condition on a ``column`` with keys of ``table``, in SQL with its parameters."""
        listed = self.listed(table)
        if listed is None:
            key, tables = _ROWS[table]
            exists = f"EXISTS (SELECT 1 FROM {tables} WHERE {key} = {column} AND {self.condition.sql})"  # noqa: S608 - made of constants
            return exists, list(self.condition.parameters)
        # The plus keeps FTS5 from looking up each listed row by itself; of a range it reads no other.
        within = f"{column} BETWEEN ? AND ? AND +{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - made of constants
        ends = [int(listed[0]), int(listed[-1])] if len(listed) else [0, -1]
        return within, [*ends, json.dumps(listed.tolist())]

    def share_read(self, table: Table) -> float:
        """Return which part of a full-text table, up to 1, is read to find what is let through."""
        listed = self.listed(table)
        if listed is None or not len(listed):
            return 1.0
        (last,) = self._connection.execute(f"SELECT max(key) FROM {table}").fetchone()  # noqa: S608 - one of two names
        return int(listed[-1] - listed[0] + 1) / int(last)

    def _keys(self, table: Table, limit: int) -> KeyArray:
        key, tables = _ROWS[table]
        statement = f"SELECT {key} FROM {tables} WHERE {self.condition.sql} LIMIT ?"  # noqa: S608 - made of constants
        rows = self._connection.execute(statement, (*self.condition.parameters, limit))
        return np.sort(np.fromiter((key for (key,) in rows), dtype=np.int64))


_ROWS: dict[Table, tuple[str, str]] = {
    "documents": ("d.key", "documents d"),
    "passages": ("p.key", "documents d JOIN passages p ON p.document_key = d.key"),
}


def condition_of(connection: sqlite3.Connection, filters: Filters) -> Condition | None:
    """Return the condition that ``filters`` put on documents, ``None`` where they do not restrict."""
    parts: list[str] = []
    parameters: list[str] = []
    for values, sql in (
        (filters.sources, _SOURCES),
        (filters.documents, _DOCUMENTS),
        (filters.kinds, _KINDS),
    ):
        if values:
            parts.append(sql)
            parameters += [_json(values)] * sql.count("?")
    if filters.participants:
        parts.append(_PARTICIPANTS)
        parameters.append(_json(participants_matching(connection, filters.participants)))
    if filters.date_from is not None:
        parts.append("d.date_end >= ?")
        parameters.append(filters.date_from)
    if filters.date_to is not None:
        parts.append("d.date_start <= ?")
        parameters.append(filters.date_to)
    return Condition(" AND ".join(parts), tuple(parameters), filters) if parts else None


_SOURCES = """d.source_key IN (
    SELECT key FROM sources WHERE id IN (SELECT value FROM json_each(?))
    UNION SELECT source_key FROM source_names WHERE name IN (SELECT value FROM json_each(?)))"""
_DOCUMENTS = "d.id IN (SELECT value FROM json_each(?))"
_KINDS = "d.kind IN (SELECT value FROM json_each(?))"
_PARTICIPANTS = """d.key IN (
    SELECT document_key FROM document_participants WHERE name IN (SELECT value FROM json_each(?)))"""


def participants_matching(connection: sqlite3.Connection, wanted: Sequence[str]) -> list[str]:
    """Return the participants' names that have all words of one of ``wanted``."""
    wanted_words = [words for name in wanted if (words := name_words(name))]
    names = connection.execute("SELECT DISTINCT name FROM document_participants").fetchall()
    return [name for (name,) in names if any(words <= name_words(name) for words in wanted_words)]


@lru_cache(maxsize=65_536)  # more than most collections have names; some 20 MB
def name_words(name: str) -> frozenset[str]:
    """Return the words of a name, without regard to case: ``{"m", "curie"}``."""
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", name).casefold()))


def _json(values: Sequence[str]) -> str:
    # ASCII escapes: a lone surrogate in a request is then matched by nothing instead of failing
    return json.dumps(list(values))
