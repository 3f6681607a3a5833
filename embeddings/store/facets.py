"""What documents can be filtered by, counted among those that pass a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embeddings.store.records import Facets

if TYPE_CHECKING:
    import sqlite3

    from embeddings.store.filtering import Condition

_KINDS = "SELECT d.kind, count(*) FROM documents d WHERE d.kind IS NOT NULL"
_PARTICIPANTS = """SELECT p.name, count(DISTINCT p.document_key)
    FROM documents d JOIN document_participants p ON p.document_key = d.key WHERE true"""
_YEARS = """SELECT CAST(substr(d.date_start, 1, 4) AS INTEGER), count(*)
    FROM documents d WHERE d.date_start IS NOT NULL"""
_MONTHS = """SELECT substr(d.date_start, 1, CASE d.date_precision WHEN 'year' THEN 4 ELSE 7 END), count(*)
    FROM documents d WHERE d.date_start IS NOT NULL"""
_UNDATED = "SELECT count(*) FROM documents d WHERE d.date_start IS NULL"
_BY_COUNT = "GROUP BY 1 ORDER BY 2 DESC, 1"
_BY_YEAR = "GROUP BY 1 ORDER BY 1"


def count_facets(connection: sqlite3.Connection, condition: Condition | None) -> Facets:
    """Return what the documents can be filtered by of which ``condition`` holds; ``None``: all documents."""

    def counted(query: str, order: str = "") -> tuple[tuple[Any, ...], ...]:
        among, parameters = (f"AND {condition.sql}", condition.parameters) if condition else ("", ())
        return tuple(connection.execute(f"{query} {among} {order}", parameters).fetchall())

    return Facets(
        kinds=counted(_KINDS, _BY_COUNT),
        participants=counted(_PARTICIPANTS, _BY_COUNT),
        years=counted(_YEARS, _BY_YEAR),
        undated=counted(_UNDATED)[0][0],
        months=counted(_MONTHS, _BY_YEAR),
    )
