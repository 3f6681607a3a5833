"""What the store holds, for lists and for the reader: every function reads one moment's state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from embeddings.search import Place
from embeddings.store.filtering import condition_of
from embeddings.store.manifest import Manifest
from embeddings.store.records import (
    DOCUMENT_COLUMNS,
    PASSAGE_COLUMNS,
    DocumentRecord,
    Facets,
    IndexInfo,
    Row,
    SourceRecord,
    document_from_row,
    passage_from_row,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from chunker.documents import Passage
    from embeddings.search import Filters

_SOURCES = """
    SELECT s.id, (SELECT json_group_array(name) FROM
                    (SELECT name FROM source_names WHERE source_key = s.key ORDER BY name)) AS names,
           s.media_type, s.size_bytes, s.title, s.characters,
           (SELECT count(*) FROM documents WHERE source_key = s.key),
           (SELECT count(*) FROM documents d JOIN passages p ON p.document_key = d.key
            WHERE d.source_key = s.key),
           s.added_at
    FROM sources s
"""
_DOCUMENTS = f"""
    SELECT {DOCUMENT_COLUMNS}, (SELECT min(name) FROM source_names WHERE source_key = s.key),
           (SELECT count(*) FROM passages WHERE document_key = d.key)
    FROM documents d JOIN sources s ON s.key = d.source_key
"""  # noqa: S608 - put together from constants


def read_manifest(connection: sqlite3.Connection) -> Manifest | None:
    """Return what the index was made with, ``None`` before anything was."""
    entries = dict(connection.execute("SELECT name, value FROM manifest").fetchall())
    return Manifest.stored(entries) if entries else None


def info(connection: sqlite3.Connection) -> IndexInfo:
    """Return the index in figures."""
    manifest = read_manifest(connection)
    row = connection.execute(
        "SELECT number, sources, documents, passages FROM generations ORDER BY number DESC LIMIT 1"
    ).fetchone()
    number, sources, documents, passages = row or (0, 0, 0, 0)
    return IndexInfo(number, manifest.model if manifest else "", sources, documents, passages)


def sources(connection: sqlite3.Connection) -> list[SourceRecord]:
    """Return all sources in the order of their names."""
    return sorted(map(_source_record, connection.execute(_SOURCES)), key=lambda record: record.name)


def source(connection: sqlite3.Connection, id_or_name: str) -> SourceRecord | None:
    """Return the source with that id, or else the one known under that name."""
    key = source_key(connection, id_or_name)
    if key is None:
        return None
    return _source_record(connection.execute(f"{_SOURCES} WHERE s.key = ?", (key,)).fetchone())


def source_key(connection: sqlite3.Connection, id_or_name: str) -> int | None:
    """Return the key of the source with that id, or else of the one known under that name."""
    row = connection.execute("SELECT key FROM sources WHERE id = ?", (id_or_name,)).fetchone()
    row = (
        row
        or connection.execute("SELECT source_key FROM source_names WHERE name = ?", (id_or_name,)).fetchone()
    )
    return None if row is None else int(row[0])


def _source_record(row: Row) -> SourceRecord:
    source_id, names, *rest = row
    name, *copies = json.loads(names)
    return SourceRecord(source_id, name, tuple(copies), *rest)


def documents(
    connection: sqlite3.Connection,
    filters: Filters,
    *,
    title_contains: str | None,
    offset: int,
    limit: int,
) -> tuple[list[DocumentRecord], int]:
    """Return a page of the documents that pass, by source name and place in it, and how many pass in all.

    ``title_contains`` is compared without regard to case (of ASCII letters).
    """
    where, parameters = "1", []
    if (condition := condition_of(connection, filters)) is not None:
        where, parameters = condition.sql, list(condition.parameters)
    if title_contains:
        where += " AND instr(lower(d.title), lower(?)) > 0"
        parameters.append(title_contains)
    total = connection.execute(f"SELECT count(*) FROM documents d WHERE {where}", parameters).fetchone()[0]  # noqa: S608 - made of constants
    rows = connection.execute(
        f"{_DOCUMENTS} WHERE {where} ORDER BY (SELECT min(name) FROM source_names WHERE source_key = s.key),"  # noqa: S608 - made of constants
        " d.ordinal LIMIT ? OFFSET ?",
        (*parameters, limit, offset),
    )
    return [_document_record(row) for row in rows], total


def document(connection: sqlite3.Connection, document_id: str) -> DocumentRecord | None:
    """Return the document with that id."""
    row = connection.execute(f"{_DOCUMENTS} WHERE d.id = ?", (document_id,)).fetchone()
    return None if row is None else _document_record(row)


def _document_record(row: Row) -> DocumentRecord:
    source_name, passages = row[-2:]
    return DocumentRecord(document_from_row(row), source_name, passages)


def document_neighbours(connection: sqlite3.Connection, document_id: str) -> tuple[str | None, str | None]:
    """Return the ids of the documents before and after it in its source, ``None`` where there is none."""
    row = connection.execute(
        "SELECT source_key, ordinal FROM documents WHERE id = ?", (document_id,)
    ).fetchone()
    if row is None:
        return None, None
    before = connection.execute(
        "SELECT id FROM documents WHERE source_key = ? AND ordinal < ? ORDER BY ordinal DESC LIMIT 1", row
    ).fetchone()
    after = connection.execute(
        "SELECT id FROM documents WHERE source_key = ? AND ordinal > ? ORDER BY ordinal LIMIT 1", row
    ).fetchone()
    return (before[0] if before else None, after[0] if after else None)


def passages_of(connection: sqlite3.Connection, document_id: str) -> list[Passage]:
    """Return the passages of a document in their order."""
    rows = connection.execute(
        f"SELECT {PASSAGE_COLUMNS} FROM passages p JOIN documents d ON d.key = p.document_key"  # noqa: S608 - made of constants
        " WHERE d.id = ? ORDER BY p.ordinal",
        (document_id,),
    )
    return [passage_from_row(row) for row in rows]


def places(connection: sqlite3.Connection, passages: Sequence[int | str]) -> list[Place]:
    """Return where passages stand, given by keys or ids, in the order given; unknown ones are left out."""
    key_of = _passage_keys(connection, [wanted for wanted in passages if isinstance(wanted, str)])
    keys = [key_of.get(wanted) if isinstance(wanted, str) else int(wanted) for wanted in passages]
    rows = connection.execute(
        f"""
        SELECT p.key, {PASSAGE_COLUMNS}, {DOCUMENT_COLUMNS},
               (SELECT min(name) FROM source_names WHERE source_key = s.key)
        FROM passages p JOIN documents d ON d.key = p.document_key JOIN sources s ON s.key = d.source_key
        WHERE p.key IN (SELECT value FROM json_each(?))
        """,  # noqa: S608 - made of constants
        (json.dumps(keys),),
    )
    place_of = {
        row[0]: Place(passage_from_row(row[1:14]), document_from_row(row[14:28]), source_name=row[28])
        for row in rows
    }
    return [place_of[key] for key in keys if key in place_of]


def _passage_keys(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, int]:
    if not ids:
        return {}
    rows = connection.execute(
        "SELECT id, key FROM passages WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
    )
    return dict(rows.fetchall())


def facets(connection: sqlite3.Connection) -> Facets:
    """Return what documents can be filtered by."""
    by_count = "GROUP BY 1 ORDER BY 2 DESC, 1"
    return Facets(
        kinds=_pairs(connection, f"SELECT kind, count(*) FROM documents WHERE kind IS NOT NULL {by_count}"),  # noqa: S608 - made of constants
        participants=_pairs(
            connection,
            f"SELECT name, count(DISTINCT document_key) FROM document_participants {by_count}",  # noqa: S608 - made of constants
        ),
        years=_pairs(
            connection,
            "SELECT CAST(substr(date_start, 1, 4) AS INTEGER), count(*) FROM documents"
            " WHERE date_start IS NOT NULL GROUP BY 1 ORDER BY 1",
        ),
        undated=connection.execute("SELECT count(*) FROM documents WHERE date_start IS NULL").fetchone()[0],
    )


def _pairs(connection: sqlite3.Connection, query: str) -> tuple[tuple[Any, int], ...]:
    return tuple((value, count) for value, count in connection.execute(query))
