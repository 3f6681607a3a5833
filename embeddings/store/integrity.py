"""Whether a store is whole: what `dossier doctor` asks, and the tests after every crash."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import content_id
from embeddings.store.manifest import read_manifest
from embeddings.store.records import PASSAGE_COLUMNS, passage_from_row
from embeddings.store.source_texts import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_PASSAGE_TABLES = {
    "vectors": "SELECT passage_key FROM vectors",
    "passage_text": "SELECT id FROM passage_text_docsize",
    "passage_ngrams": "SELECT id FROM passage_ngrams_docsize",
}
_FULL_TEXT_TABLES = ("passage_text", "document_text", "passage_ngrams")
_KEYS_COMPARED = 10_000  # at once

RESTORE = "restore a backup, or delete the index and add the files again"
MAKE_ANEW = "run `dossier doctor --repair`, which makes it anew from the sources"
REMOVE = "run `dossier doctor --repair`, which removes them"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and what to do."""

    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """Which passages of a range of keys a derived index lacks, and which others it has."""

    first: int
    last: int
    missing: frozenset[int]
    others: frozenset[int]

    def __str__(self) -> str:
        return (
            f"searched passages {self.first:,} to {self.last:,}: {len(self.missing):,} missing, "
            f"{len(self.others):,} too many"
        )


def key_differences(
    connection: sqlite3.Connection, found: Callable[[int, int | None], Iterable[int]]
) -> Iterator[KeyDifference]:
    """Yield where a derived index has not the passages of the store, range by range.

    ``found`` gives the keys that the index has between two, both included (``None``: to the end).
    """
    (last,) = connection.execute("SELECT coalesce(max(key), 0) FROM passages").fetchone()
    last = max([last, *found(last + 1, None)])
    for first in range(1, last + 1, _KEYS_COMPARED):
        end = min(first + _KEYS_COMPARED - 1, last)
        rows = connection.execute("SELECT key FROM passages WHERE key BETWEEN ? AND ?", (first, end))
        stored = frozenset(key for (key,) in rows)
        has = frozenset(found(first, end))
        if has != stored:
            yield KeyDifference(first, end, stored - has, has - stored)


def problems(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield what is wrong with the store; nothing where it is whole.

    ``connection`` is in a write transaction (FTS5 checks itself only there), in which nothing is changed.
    """
    for (message,) in connection.execute("PRAGMA integrity_check"):
        if message != "ok":
            yield Finding(f"SQLite: {message}", RESTORE)
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        yield Finding(f"{table}: a row refers to one that is not there", MAKE_ANEW)
    for table in _FULL_TEXT_TABLES:
        try:
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")  # noqa: S608 - a constant
        except sqlite3.DatabaseError:
            yield Finding(f"{table}: the full text is damaged", MAKE_ANEW)
    manifest = read_manifest(connection)
    second = {"second_vectors": "SELECT passage_key FROM second_vectors"}
    has_second = manifest is not None and manifest.second_model is not None
    yield from _differences(connection, "passages", _PASSAGE_TABLES | (second if has_second else {}))
    yield from _differences(
        connection, "documents", {"document_text": "SELECT id FROM document_text_docsize"}
    )
    yield from _wrong_texts(connection)
    yield from _wrong_counts(connection)


def _differences(connection: sqlite3.Connection, table: str, queries: dict[str, str]) -> Iterator[Finding]:
    keys = {key for (key,) in connection.execute(f"SELECT key FROM {table}")}  # noqa: S608 - a constant
    for name, query in queries.items():
        found = {key for (key,) in connection.execute(query)}
        if found != keys:
            what = f"{name}: {len(keys - found)} of the {table} missing, {len(found - keys)} too many"
            yield Finding(what, MAKE_ANEW)


def _wrong_texts(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield the passages whose text is not what their id was made of, or not what stands in the source."""
    for (source_key,) in connection.execute("SELECT key FROM sources").fetchall():
        text = read_text(connection, source_key)
        rows = connection.execute(
            f"SELECT d.start_char, {PASSAGE_COLUMNS} FROM passages p"  # noqa: S608 - a constant
            " JOIN documents d ON d.key = p.document_key WHERE d.source_key = ?",
            (source_key,),
        )
        for document_start, *row in rows:
            passage = passage_from_row(tuple(row))
            if text[passage.start_char : passage.end_char] == passage.text:
                continue
            what = f"passage {passage.id}: its text is not what stands in its source"
            start = str(passage.start_char - document_start)
            if content_id(passage.document_id, start, passage.text) == passage.id:
                yield Finding(what, "add the file again, or restore a backup")
            else:
                yield Finding(what, MAKE_ANEW)


def _wrong_counts(connection: sqlite3.Connection) -> Iterator[Finding]:
    stored = connection.execute(
        "SELECT sources, documents, passages FROM generations ORDER BY number DESC LIMIT 1"
    ).fetchone()
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM documents),"
        " (SELECT count(*) FROM passages)"
    ).fetchone()
    if counted != (stored or (0, 0, 0)):
        what = f"sources, documents and passages: {counted} are there, {stored} were counted"
        yield Finding(what, MAKE_ANEW)
