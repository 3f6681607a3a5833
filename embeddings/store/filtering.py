"""Filters as SQL: which documents, and so which passages, a search may return."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embeddings.search import Filters

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on ``documents d``, in SQL with its parameters, and the ``filters`` that it stands for."""

    sql: str
    parameters: tuple[str, ...]
    filters: Filters = field(default_factory=Filters)

    @property
    def document_keys(self) -> str:
        """A query for the keys of the documents that meet the condition."""
        return f"SELECT d.key FROM documents d WHERE {self.sql}"  # noqa: S608 - made of constants

    @property
    def passage_keys(self) -> str:
        """A query for the keys of the passages of those documents."""
        return f"SELECT p.key FROM documents d JOIN passages p ON p.document_key = d.key WHERE {self.sql}"  # noqa: S608 - made of constants


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


def name_words(name: str) -> frozenset[str]:
    """Return the words of a name, without regard to case: ``{"m", "curie"}``."""
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", name).casefold()))


def _json(values: Sequence[str]) -> str:
    # ASCII escapes: a lone surrogate in a request is then matched by nothing instead of failing
    return json.dumps(list(values))
