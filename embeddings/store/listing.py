"""Parts of long lists of documents, read in the order of an index: the last as quickly as the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from embeddings.store.records import DOCUMENT_COLUMNS, DocumentRecord, document_from_row

if TYPE_CHECKING:
    import sqlite3

DocumentOrder = Literal["place", "earliest", "latest"]

# Up to so many documents are sorted; of more that pass a filter, a list is walked until enough of them came.
_SORTED = 5_000

SHOWN_NAME = "n.origin = (SELECT min(origin) FROM source_names WHERE source_key = n.source_key)"
"""Whether ``source_names n`` is the name that a source is shown by, for it may have several."""

_ORDERS: dict[DocumentOrder, str] = {
    "place": "n.name, d.ordinal",
    "earliest": "d.date_start NULLS LAST, n.name, d.ordinal",
    "latest": "d.date_end DESC NULLS LAST, n.name, d.ordinal",
}
_BY_PLACE = """source_names n CROSS JOIN documents d ON d.source_key = n.source_key
    CROSS JOIN sources s ON s.key = d.source_key"""
_BY_DOCUMENT = """documents d CROSS JOIN sources s ON s.key = d.source_key
    CROSS JOIN source_names n ON n.source_key = d.source_key"""
# The first condition says no more than the second, but an index is entered by it.
_AFTER = "AND n.name >= ? AND (n.name > ? OR d.ordinal > ?)"


def count_documents(connection: sqlite3.Connection, where: str, parameters: list[str | int]) -> int:
    """Return how many ``documents d`` there are of which a condition holds."""
    row = connection.execute(f"SELECT count(*) FROM documents d WHERE {where}", parameters).fetchone()  # noqa: S608 - made of constants
    return int(row[0])


def list_documents(
    connection: sqlite3.Connection,
    where: str,
    parameters: list[str | int],
    *,
    total: int,
    order: DocumentOrder = "place",
    after: tuple[str, int] | None = None,
    offset: int = 0,
    limit: int = 100,
) -> list[DocumentRecord]:
    """Return a part of the documents of which a condition on ``documents d`` holds; ``total`` have it.

    ``after`` is the source's name and the ordinal of the one that the part follows on, by ``place``.
    """
    tables = _BY_PLACE if order == "place" and total > _SORTED else _BY_DOCUMENT
    following = (after[0], *after) if after else ()
    rows = connection.execute(
        f"SELECT {DOCUMENT_COLUMNS}, n.name, (SELECT count(*) FROM passages WHERE document_key = d.key)"  # noqa: S608 - made of constants
        f" FROM {tables} WHERE {where} AND {SHOWN_NAME} {_AFTER if after else ''}"
        f" ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?",
        (*parameters, *following, limit, offset),
    )
    return [DocumentRecord(document_from_row(row), *row[-2:]) for row in rows]
