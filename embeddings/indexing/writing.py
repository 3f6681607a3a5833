"""Writing sources and what was made of them, within a write transaction of the caller's."""

from __future__ import annotations

import json
import secrets
from dataclasses import astuple
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from embeddings.indexing.naming import Origin, give
from embeddings.indexing.repetition import delete_edges, write_edges
from embeddings.store import lexical_index
from embeddings.store.names import add_mentions, remove_mentions
from embeddings.store.readings import write_reading
from embeddings.store.recognitions import write_recognised
from embeddings.store.source_texts import write_text
from embeddings.store.vector_block import stored_form

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from chunker.documents import Document, Page, PageStart, Source, Span
    from embeddings.encoders.encoder import FloatArray
    from embeddings.indexing.preparing import PreparedSource


def insert_source(connection: sqlite3.Connection, source: Source, origin: Origin | None = None) -> int:
    """Write a new source, at ``origin`` or where it says, without anything derived; return its key."""
    added_at = datetime.now(UTC).isoformat(timespec="seconds")
    cursor = connection.execute(
        "INSERT INTO sources (id, media_type, size_bytes, title, characters, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (source.id, source.media_type, source.size_bytes, source.title, len(source.text), added_at),
    )
    source_key = int(cursor.lastrowid or 0)
    _count(connection, sources=1)
    _write_text(connection, source_key, source)
    give(connection, origin or Origin.of(source), source_key)
    return source_key


def update_source(connection: sqlite3.Connection, source_key: int, source: Source) -> None:
    """Write another reading of the same bytes."""
    connection.execute(
        "UPDATE sources SET media_type = ?, size_bytes = ?, title = ?, characters = ? WHERE key = ?",
        (source.media_type, source.size_bytes, source.title, len(source.text), source_key),
    )
    _write_text(connection, source_key, source)


def _write_text(connection: sqlite3.Connection, source_key: int, source: Source) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO source_texts (source_key, text, headings, page_starts) VALUES (?, ?, ?, ?)",
        (
            source_key,
            "",
            json.dumps([astuple(heading) for heading in source.headings]),
            json.dumps([_page_start_values(start) for start in source.page_starts]),
        ),
    )
    write_text(connection, source_key, source.text)
    write_reading(connection, source_key, source)
    write_recognised(connection, source_key, source.recognised)


def _page_start_values(start: PageStart) -> tuple[int | str | None, ...]:
    return (start.start_char, *_page_values(start.page))


def delete_source(connection: sqlite3.Connection, source_key: int) -> None:
    """Delete a source and everything made of it."""
    delete_derived(connection, source_key)
    connection.execute("DELETE FROM sources WHERE key = ?", (source_key,))
    _count(connection, sources=-1)


def delete_derived(connection: sqlite3.Connection, source_key: int) -> None:
    """Delete everything made of a source, but not the source."""
    rows = connection.execute("SELECT key FROM documents WHERE source_key = ?", (source_key,)).fetchall()
    _count(connection, documents=-len(rows), passages=-_write_removal(connection, source_key))
    keys = [document_key for (document_key,) in rows]
    lexical_index.remove_documents(connection, keys)
    remove_mentions(connection, keys)
    delete_edges(connection, source_key)
    for table in ("documents", "pages", "sections", "chunkings"):
        connection.execute(f"DELETE FROM {table} WHERE source_key = ?", (source_key,))  # noqa: S608 - made of constants


def _write_removal(connection: sqlite3.Connection, source_key: int) -> int:
    """Note which passages go in this generation, and return how many; a source's keys are one run."""
    first, last, passages = connection.execute(
        "SELECT min(p.key), max(p.key), count(*) FROM documents d JOIN passages p ON p.document_key = d.key"
        " WHERE d.source_key = ?",
        (source_key,),
    ).fetchone()
    if passages:
        connection.execute(
            "INSERT INTO removals (generation, first_key, last_key)"
            " SELECT max(number), ?, ? FROM generations",
            (first, last),
        )
    return int(passages)


def insert_derived(connection: sqlite3.Connection, source_key: int, prepared: PreparedSource) -> None:
    """Write everything made of a source."""
    write_edges(connection, source_key, prepared.edges)
    page_map = prepared.chunked.page_map
    connection.execute(
        "INSERT INTO chunkings (source_key, repeated, pages_end_char) VALUES (?, ?, ?)",
        (source_key, spans_as_json(prepared.repeated), page_map.end_char),
    )
    connection.executemany(
        "INSERT INTO pages (source_key, start_char, label, method, margin, position)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        ((source_key, *_page_start_values(start)) for start in page_map.starts),
    )
    connection.executemany(
        "INSERT INTO sections (source_key, start_char, title) VALUES (?, ?, ?)",
        ((source_key, start.start_char, start.title) for start in prepared.chunked.sections),
    )
    _insert_documents(connection, source_key, prepared)


def _insert_documents(connection: sqlite3.Connection, source_key: int, prepared: PreparedSource) -> None:
    rows_of: dict[str, list[int]] = {document.id: [] for document in prepared.chunked.documents}
    for row, passage in enumerate(prepared.chunked.passages):
        rows_of[passage.document_id].append(row)
    full_text = []
    for document in prepared.chunked.documents:
        document_key = _insert_document(connection, source_key, document)
        add_mentions(connection, document_key, prepared.mentions.get(document.id, ()))
        passages = [
            (_insert_passage(connection, document_key, prepared, row), prepared.lexical_texts[row])
            for row in rows_of[document.id]
        ]
        full_text.append((document_key, passages))
    lexical_index.add_documents(connection, full_text)
    _count(connection, documents=len(rows_of), passages=len(prepared.chunked.passages))


def _insert_document(connection: sqlite3.Connection, source_key: int, document: Document) -> int:
    metadata = document.metadata
    date = metadata.date
    cursor = connection.execute(
        """
        INSERT INTO documents (
            id, source_key, ordinal, title, file_title, start_char, end_char, date_start, date_end,
            date_precision, kind, secrecy, archive_reference, publication_reference)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            *(
                document.id,
                source_key,
                document.ordinal,
                document.title,
                document.file_title,
                document.start_char,
                document.end_char,
            ),
            *((None, None, None) if date is None else (date.start, date.end, date.precision)),
            *(metadata.kind, metadata.secrecy, metadata.archive_reference, metadata.publication_reference),
        ),
    )
    document_key = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO document_participants (document_key, ordinal, name) VALUES (?, ?, ?)",
        ((document_key, ordinal, name) for ordinal, name in enumerate(metadata.participants)),
    )
    return document_key


def _insert_passage(
    connection: sqlite3.Connection, document_key: int, prepared: PreparedSource, row: int
) -> int:
    """Write one passage with its vectors; return its key."""
    passage = prepared.chunked.passages[row]
    cursor = connection.execute(
        """
        INSERT INTO passages (
            id, document_key, ordinal, start_char, end_char, token_count,
            page_label, page_method, page_margin, page_position,
            page_end_label, page_end_method, page_end_margin, page_end_position,
            ocr_confidence, text_hash, text)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            *(passage.id, document_key, passage.ordinal, passage.start_char, passage.end_char),
            *(passage.token_count, *_page_values(passage.page), *_page_values(passage.page_end)),
            *(passage.ocr_confidence, prepared.text_hashes[row], passage.text),
        ),
    )
    passage_key = int(cursor.lastrowid or 0)
    vector = stored_form(prepared.vectors[row])
    codes = prepared.token_codes[row] if prepared.token_codes else None
    connection.execute(
        "INSERT INTO vectors (passage_key, vector, token_codes) VALUES (?, ?, ?)",
        (passage_key, vector, codes),
    )
    if prepared.second_vectors:
        write_second_vector(connection, passage_key, prepared.second_model, prepared.second_vectors[row])
    return passage_key


def write_second_vector(
    connection: sqlite3.Connection, passage_key: int, model: str, vector: FloatArray
) -> None:
    """Write a passage's vector by the second model."""
    connection.execute(
        "INSERT INTO second_vectors (passage_key, model, vector) VALUES (?, ?, ?)",
        (passage_key, model, stored_form(vector)),
    )


def _page_values(page: Page | None) -> tuple[int | str | None, ...]:
    """Return label, method, margin and position, each ``None`` where no page is known."""
    return (None,) * 4 if page is None else (page.label, page.method, page.margin, page.position)


def spans_as_json(spans: Iterable[Span]) -> str:
    """Return spans as the store keeps them."""
    return json.dumps([[span.start_char, span.end_char] for span in spans])


def new_generation(connection: sqlite3.Connection, *, after: int | None = None) -> None:
    """Begin the change that this transaction makes, before anything is written or deleted.

    ``after`` is the number to count on from, ``None`` for the last one in the store.
    """
    connection.execute(
        """
        INSERT INTO generations (number, token, sources, documents, passages)
        SELECT coalesce(?, max(number), 0) + 1, ?, coalesce(sources, (SELECT count(*) FROM sources)),
               coalesce(documents, 0), coalesce(passages, 0)
        FROM generations
        """,
        (after, secrets.token_hex(8)),
    )


def _count(
    connection: sqlite3.Connection, *, sources: int = 0, documents: int = 0, passages: int = 0
) -> None:
    """Count what comes (or goes, where negative) with this generation: counting all would take longer."""
    connection.execute(
        "UPDATE generations SET sources = sources + ?, documents = documents + ?, passages = passages + ?"
        " WHERE number = (SELECT max(number) FROM generations)",
        (sources, documents, passages),
    )
