"""What lists and readers ask of the store: sources, documents, passages, pages and text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chunker.documents import Page, PageMap, PageStart
from chunker.facsimile.formats import PICTURED
from chunker.readers.file_names import upwards
from embeddings.search import Filters, Place
from embeddings.store.browsing import document_ids, documents_naming, ids_between
from embeddings.store.choosing import ALL, Choice, chosen
from embeddings.store.descriptions import bibliography_from
from embeddings.store.facets import count_facets
from embeddings.store.filtering import condition_of
from embeddings.store.listing import SHOWN_NAME, count_documents, list_documents
from embeddings.store.manifest import read_manifest
from embeddings.store.names import most_frequent_names, names_by_alphabet, persons_beside, read_name
from embeddings.store.readings import notices_from
from embeddings.store.recognitions import read_recognised
from embeddings.store.records import (
    DOCUMENT_COLUMNS,
    PASSAGE_COLUMNS,
    SOURCE_LABEL,
    DocumentRecord,
    IndexInfo,
    Row,
    SourceRecord,
    document_from_row,
    label_from,
    passage_from_row,
)
from embeddings.store.source_texts import read_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from chunker.documents import Passage, Span
    from chunker.metadata.mentioned_names import NameKind
    from chunker.recognised import RecognisedPage
    from embeddings.store.browsing import Browsed
    from embeddings.store.filtering import Condition
    from embeddings.store.listing import DocumentOrder
    from embeddings.store.names import NameRecord
    from embeddings.store.records import Facets

NO_FILTERS = Filters()
NO_CHOICE = Choice()

_IS_KEPT = "EXISTS (SELECT 1 FROM originals WHERE source_key = s.key)"
_SOURCE_COLUMNS = f"""
    s.id, (SELECT json_group_array(name) FROM
            (SELECT name FROM source_names WHERE source_key = s.key ORDER BY origin)) AS names,
    s.media_type, s.size_bytes, s.title, e.stated, e.edited, s.characters,
    (SELECT count(*) FROM documents WHERE source_key = s.key),
    (SELECT count(*) FROM documents d JOIN passages p ON p.document_key = d.key WHERE d.source_key = s.key),
    s.added_at, {_IS_KEPT}, r.notices, {SOURCE_LABEL}
"""  # noqa: S608 - put together from constants
_OF_SOURCE = "LEFT JOIN descriptions e ON e.source_key = s.key LEFT JOIN readings r ON r.source_key = s.key"
_SOURCES = f"SELECT {_SOURCE_COLUMNS} FROM sources s {_OF_SOURCE}"  # noqa: S608 - put together from constants
_SOURCES_BY_NAME = f"""
    SELECT {_SOURCE_COLUMNS} FROM source_names n CROSS JOIN sources s ON s.key = n.source_key {_OF_SOURCE}
    WHERE {SHOWN_NAME} ORDER BY n.name
"""  # noqa: S608 - put together from constants
_SOURCE_NAME = "(SELECT name FROM source_names WHERE source_key = s.key ORDER BY origin LIMIT 1)"
_DOCUMENTS = f"""
    SELECT {DOCUMENT_COLUMNS}, {_SOURCE_NAME}, (SELECT count(*) FROM passages WHERE document_key = d.key)
    FROM documents d JOIN sources s ON s.key = d.source_key
"""  # noqa: S608 - put together from constants
_PLACES = f"""
    SELECT p.key, {PASSAGE_COLUMNS}, {DOCUMENT_COLUMNS}, {_SOURCE_NAME}, s.title, s.media_type, {_IS_KEPT},
           {SOURCE_LABEL}
    FROM passages p JOIN documents d ON d.key = p.document_key JOIN sources s ON s.key = d.source_key
    WHERE p.key IN (SELECT value FROM json_each(?))
"""  # noqa: S608 - put together from constants
_NO_END = 2**62  # past every text


class Catalogue:
    """Reads what the store holds, in the state that ``connection`` sees; nothing is searched for.

    It needs no vectors, so lists can be had without a model.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._conditions: dict[Filters, Condition | None] = {}

    def info(self) -> IndexInfo:
        """Return the index in figures."""
        manifest = read_manifest(self._connection)
        counts = self._first(
            "SELECT number, sources, documents, passages FROM generations ORDER BY number DESC LIMIT 1"
        )
        number, *rest = counts or (0, 0, 0, 0)
        return IndexInfo(number, manifest.model if manifest else "", *rest)

    def sources(self, *, offset: int = 0, limit: int | None = None) -> list[SourceRecord]:
        """Return a part of the sources in the order of their names, by default all."""
        part = f"{_SOURCES_BY_NAME} LIMIT ? OFFSET ?"
        rows = self._connection.execute(part, (-1 if limit is None else limit, offset))
        return list(map(_source_record, rows))

    def source(self, id_or_name: str) -> SourceRecord | None:
        """Return the source with that id, or else the one known under that name."""
        by_name = "s.key = (SELECT source_key FROM source_names WHERE name = ?)"
        row = self._first(f"{_SOURCES} WHERE s.id = ?", id_or_name) or self._first(
            f"{_SOURCES} WHERE {by_name}", id_or_name
        )
        return None if row is None else _source_record(row)

    def source_at(self, path: str) -> SourceRecord | None:
        """Return the source that stands at a path in the collection."""
        by_path = "s.key = (SELECT source_key FROM source_names WHERE origin = ?)"
        row = self._first(f"{_SOURCES} WHERE {by_path}", upwards(path))
        return None if row is None else _source_record(row)

    def paths_below(self, folder: str) -> list[str]:
        """Return the paths in the collection that stand below one, in their order."""
        rows = self._connection.execute("SELECT origin FROM source_names")
        paths = (upwards(origin) for (origin,) in rows)
        return sorted(path for path in paths if path.startswith(f"{folder}/"))

    def source_text(self, source_id: str) -> str | None:
        """Return a source's whole text, which offsets count in; ``None``: there is no such source."""
        row = self._first("SELECT key FROM sources WHERE id = ?", source_id)
        return None if row is None else read_text(self._connection, row[0])

    def text(self, source_id: str, start_char: int, end_char: int) -> str | None:
        """Return ``source_text(source_id)[start_char:end_char]`` without reading all of it.

        The offsets are not negative; ``None``: there is no such source.
        """
        row = self._first("SELECT key FROM sources WHERE id = ?", source_id)
        return None if row is None else read_text(self._connection, row[0], start_char, end_char)

    def page_map(self, source_id: str, span: Span | None = None) -> PageMap | None:
        """Return which page each character of a source stands on, or each of a ``span`` of it.

        ``None``: there is no such source.
        """
        first, last = (span.start_char, span.end_char) if span else (0, _NO_END)
        row = self._first(
            "SELECT s.key, ifnull((SELECT min(start_char) FROM pages"
            " WHERE source_key = s.key AND start_char >= ?), c.pages_end_char)"
            " FROM sources s LEFT JOIN chunkings c ON c.source_key = s.key WHERE s.id = ?",
            *(last, source_id),
        )
        if row is None:
            return None
        starts = self._connection.execute(
            "SELECT start_char, label, method, margin, position FROM pages"
            " WHERE source_key = ?1 AND start_char < ?3 AND start_char >= ifnull("
            " (SELECT max(start_char) FROM pages WHERE source_key = ?1 AND start_char <= ?2), 0)"
            " ORDER BY start_char",
            (row[0], first, last),
        )
        return PageMap(tuple(PageStart(start, Page(*page)) for start, *page in starts), end_char=row[1])

    def page_at_position(self, source_id: str, position: int) -> Page | None:
        """Return how the page at a ``position`` of a source's file, from 1, is cited."""
        row = self._first(
            "SELECT label, method, margin, position FROM pages"
            " WHERE source_key = (SELECT key FROM sources WHERE id = ?) AND position = ?"
            " ORDER BY start_char LIMIT 1",
            *(source_id, position),
        )
        return Page(*row) if row else None

    def recognised(self, source_id: str, span: Span) -> tuple[RecognisedPage, ...]:
        """Return the pages of a source that were read from pictures and have words in that ``span``."""
        row = self._first("SELECT key FROM sources WHERE id = ?", source_id)
        return read_recognised(self._connection, row[0], span.start_char, span.end_char) if row else ()

    def ocr_confidence(self, document_id: str) -> float | None:
        """Return how sure the reading of a document's scanned passages is, ``None`` without any."""
        row = self._first(
            "SELECT avg(p.ocr_confidence) FROM passages p JOIN documents d ON d.key = p.document_key"
            " WHERE d.id = ?",
            document_id,
        )
        return row[0] if row else None

    def section_at(self, source_id: str, offset: int) -> str | None:
        """Return the heading that the character at ``offset`` of a source stands below, within its document.

        ``None``: its document has no heading above it.
        """
        row = self._first(
            """
            SELECT e.title FROM sources s JOIN sections e ON e.source_key = s.key
            WHERE s.id = ? AND e.start_char <= ? AND e.start_char >= (
                SELECT max(start_char) FROM documents WHERE source_key = s.key AND start_char <= ?)
            ORDER BY e.start_char DESC LIMIT 1
            """,
            *(source_id, offset, offset),
        )
        return row[0] if row else None

    def documents(
        self,
        *,
        filters: Filters = NO_FILTERS,
        choice: Choice = NO_CHOICE,
        title_contains: str | None = None,
        order: DocumentOrder = "place",
        after: DocumentRecord | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[list[DocumentRecord], int]:
        """Return a page of the documents that pass ``filters`` and ``choice``, and how many pass in all.

        ``title_contains`` is compared without regard to case (of ASCII letters). They come by ``place``
        (source name and place in it), the ``earliest`` or the ``latest`` first, undated ones last. Those by
        place may be asked for that follow ``after`` one; so the last page comes as quickly as the first.
        """
        where, parameters = chosen(choice, self._condition(filters))
        if title_contains:
            where += " AND instr(lower(d.title), lower(?)) > 0"
            parameters.append(title_contains)
        is_all = where == ALL
        total = self.info().documents if is_all else count_documents(self._connection, where, parameters)
        place = (after.source_name, after.document.ordinal) if after else None
        records = list_documents(
            *(self._connection, where, parameters),
            total=total,
            order=order,
            after=place,
            offset=offset,
            limit=limit,
        )
        return records, total

    def browsed(
        self, browsed: Browsed, *, after: str | None = None, limit: int = 100
    ) -> list[DocumentRecord]:
        """Return documents by date, undated ones last, that follow the one with the id ``after``."""
        ids = document_ids(self._connection, browsed, after=after, limit=limit)
        records = self._documents("WHERE d.id IN (SELECT value FROM json_each(?))", json.dumps(ids))
        found = {record.document.id: record for record in records}
        return [found[one] for one in ids]

    def documents_naming(self, name: str) -> int:
        """Return how many documents have a participant of exactly that name."""
        return documents_naming(self._connection, name)

    def ids_between(
        self, pairs: Sequence[tuple[Sequence[str], Sequence[str]]], *, day: str | None, limit: int
    ) -> list[str]:
        """Return the ids of documents in which both of one of ``pairs`` take part, each by one of his names.

        Those of the days nearest to the ISO ``day`` come first.
        """
        return ids_between(self._connection, pairs, day=day, limit=limit)

    def mentioned(self, kind: NameKind, *, after: str = "", limit: int | None = None) -> list[NameRecord]:
        """Return the persons or places that stand in the texts, by the alphabet, from behind ``after``."""
        return names_by_alphabet(self._connection, kind, after=after, limit=limit)

    def most_mentioned(self, kind: NameKind, *, limit: int) -> list[NameRecord]:
        """Return the persons or places that stand in the most documents."""
        return most_frequent_names(self._connection, kind, limit=limit)

    def mentioned_name(self, kind: NameKind, name: str) -> NameRecord | None:
        """Return the person or place that is called so, ``None``: none stands in the texts."""
        return read_name(self._connection, kind, name)

    def persons_beside(self, name: str, *, limit: int) -> list[NameRecord]:
        """Return the persons who may be meant by a first name, or the first name of ``name``, as in texts."""
        return persons_beside(self._connection, name, limit=limit)

    def document(self, document_id: str) -> DocumentRecord | None:
        """Return the document with that id."""
        return next(self._documents("WHERE d.id = ?", document_id), None)

    def document_at(self, source_id: str, offset: int) -> DocumentRecord | None:
        """Return the document that the character at ``offset`` of a source belongs to."""
        at = "WHERE s.id = ? AND d.start_char <= ? AND d.end_char > ?"
        return next(self._documents(at, source_id, offset, offset), None)

    def pages_labelled(self, label: str, *, limit: int) -> list[tuple[str, int, int | None]]:
        """Return where pages with that label, whatever its case, begin and end, with their source ids.

        They come by the names of their sources; the last page of a source has no end, ``None``.
        """
        return self._connection.execute(
            f"""
            SELECT s.id, p.start_char, (SELECT min(n.start_char) FROM pages n
                                        WHERE n.source_key = p.source_key AND n.start_char > p.start_char)
            FROM pages p JOIN sources s ON s.key = p.source_key
            WHERE p.label = ? COLLATE NOCASE ORDER BY {_SOURCE_NAME}, p.start_char LIMIT ?
            """,  # noqa: S608 - made of constants
            (label, limit),
        ).fetchall()

    def page_ranges(self) -> list[tuple[str, str, str]]:
        """Return each source that has pages, by name, with the labels of its first and its last one."""
        return self._connection.execute(
            f"""
            SELECT {_SOURCE_NAME}, f.label, l.label FROM sources s
            JOIN (SELECT source_key, min(start_char) AS first, max(start_char) AS last
                  FROM pages GROUP BY source_key) e ON e.source_key = s.key
            JOIN pages f ON f.source_key = s.key AND f.start_char = e.first
            JOIN pages l ON l.source_key = s.key AND l.start_char = e.last ORDER BY 1
            """  # noqa: S608 - made of constants
        ).fetchall()

    def neighbours(self, document_id: str) -> tuple[DocumentRecord | None, DocumentRecord | None]:
        """Return the documents before and after one in its source, ``None`` where there is none."""
        row = self._first("SELECT source_key, ordinal FROM documents WHERE id = ?", document_id)
        if row is None:
            return None, None
        source_key, ordinal = row
        before, after = (
            next(self._documents("WHERE d.source_key = ? AND d.ordinal = ?", source_key, at), None)
            for at in (ordinal - 1, ordinal + 1)
        )
        return before, after

    def passages_of(self, document_id: str) -> list[Passage]:
        """Return the passages of a document in their order."""
        rows = self._connection.execute(
            f"SELECT {PASSAGE_COLUMNS} FROM passages p JOIN documents d ON d.key = p.document_key"  # noqa: S608 - made of constants
            " WHERE d.id = ? ORDER BY p.ordinal",
            (document_id,),
        )
        return [passage_from_row(row) for row in rows]

    def longest_passage(self, document_id: str) -> Passage | None:
        """Return the passage of a document with the most tokens, the first of these."""
        row = self._first(
            f"SELECT {PASSAGE_COLUMNS} FROM passages p JOIN documents d ON d.key = p.document_key"  # noqa: S608 - made of constants
            " WHERE d.id = ? ORDER BY p.token_count DESC, p.ordinal LIMIT 1",
            document_id,
        )
        return passage_from_row(row) if row else None

    def places(self, passages: Sequence[int | str]) -> list[Place]:
        """Return where passages stand, given by keys or ids, in their order; unknown ones are left out."""
        key_of = self._passage_keys([wanted for wanted in passages if isinstance(wanted, str)])
        keys = [key_of.get(wanted) if isinstance(wanted, str) else int(wanted) for wanted in passages]
        place_of = {
            row[0]: Place(
                passage_from_row(row[1:18]),
                document_from_row(row[18:33]),
                source_name=row[33],
                source_title=row[34],
                is_pictured=row[35] in PICTURED and bool(row[36]),
                source_label=label_from(row[37]),
            )
            for row in self._connection.execute(_PLACES, (json.dumps(keys),))
        }
        return [place_of[key] for key in keys if key in place_of]

    def facets(self, filters: Filters = NO_FILTERS) -> Facets:
        """Return what the documents that pass ``filters`` can be filtered by, with counts."""
        return count_facets(self._connection, self._condition(filters))

    def _documents(self, rest: str, *parameters: str | int) -> Iterator[DocumentRecord]:
        for row in self._connection.execute(f"{_DOCUMENTS} {rest}", parameters):
            source_name, passages = row[-2:]
            yield DocumentRecord(document_from_row(row), source_name, passages)

    def _passage_keys(self, passage_ids: Sequence[str]) -> dict[str, int]:
        """Return the keys of passages by their ids; unknown ones are left out."""
        if not passage_ids:
            return {}
        rows = self._connection.execute(
            "SELECT id, key FROM passages WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(passage_ids),),
        )
        return dict(rows.fetchall())

    def _condition(self, filters: Filters) -> Condition | None:
        if filters not in self._conditions:
            self._conditions[filters] = condition_of(self._connection, filters)
        return self._conditions[filters]

    def _first(self, statement: str, *parameters: str | int) -> Row | None:
        row: Row | None = self._connection.execute(statement, parameters).fetchone()
        return row


def _source_record(row: Row) -> SourceRecord:
    source_id, names, media_type, size_bytes, title, stated, edited, *figures = row
    name, *copies = json.loads(names)
    is_kept, notices, label = figures[-3:]
    figures[-3:] = bool(is_kept), notices_from(notices), label_from(label)  # SQLite has no truth values
    bibliography, fields = bibliography_from(stated, edited), tuple(json.loads(edited or "{}"))
    return SourceRecord(
        source_id, name, tuple(copies), media_type, size_bytes, title, bibliography, fields, *figures
    )
