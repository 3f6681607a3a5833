"""What the store tells of sources and documents, and how rows become the house's nouns."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chunker.documents import (
    Document,
    DocumentDate,
    DocumentMetadata,
    Heading,
    Page,
    PageMethod,
    PageStart,
    Passage,
    Source,
)
from chunker.facsimile.formats import PICTURED
from embeddings.search import SourceLabel
from embeddings.store.descriptions import bibliography_from
from embeddings.store.readings import notices_from, stated_documents_from
from embeddings.store.recognitions import read_recognised
from embeddings.store.source_texts import read_text

if TYPE_CHECKING:
    import sqlite3

    from chunker.documents import Bibliography

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source as a list of sources shows it; what of its title and bibliography a person has ``edited``.

    ``copies`` are further names under which the very same bytes were added. ``added_at`` is an
    ISO 8601 time in UTC. ``is_kept``: the file is, as it came. ``notices`` say what of it may be read
    wrongly or was left out.
    """

    id: str
    name: str
    copies: tuple[str, ...]
    media_type: str
    size_bytes: int
    title: str | None
    bibliography: Bibliography
    edited: tuple[str, ...]
    characters: int
    documents: int
    passages: int
    added_at: str
    is_kept: bool
    notices: tuple[str, ...]
    label: SourceLabel | None

    @property
    def is_pictured(self) -> bool:
        """Whether its pages can be shown as they look."""
        return self.is_kept and self.media_type in PICTURED


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document with the name of its source and the number of its passages."""

    document: Document
    source_name: str
    passages: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What documents can be filtered by, each value with its number of documents.

    Kinds and participants stand most frequent first; years (of the date's start) ascend, and so do months
    (``1940-11``; a year alone for the dates that give no more).
    """

    kinds: tuple[tuple[str, int], ...]
    participants: tuple[tuple[str, int], ...]
    years: tuple[tuple[int, int], ...]
    undated: int
    months: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """An index in figures. ``generation`` grows by one with every change."""

    generation: int
    model: str
    sources: int
    documents: int
    passages: int


DOCUMENT_COLUMNS = """
    d.id, s.id, d.ordinal, d.title, d.start_char, d.end_char, d.date_start, d.date_end, d.date_precision,
    d.kind, d.secrecy, d.archive_reference, d.publication_reference, d.file_title,
    (SELECT json_group_array(name) FROM
        (SELECT name FROM document_participants WHERE document_key = d.key ORDER BY ordinal))
"""
"""Read by :func:`document_from_row`, of ``documents d`` and ``sources s``."""

PASSAGE_COLUMNS = """
    p.id, d.id, p.ordinal, p.start_char, p.end_char, p.text, p.token_count,
    p.page_label, p.page_method, p.page_margin, p.page_position,
    p.page_end_label, p.page_end_method, p.page_end_margin, p.page_end_position,
    p.ocr_confidence, (SELECT title FROM sections WHERE source_key = d.source_key
     AND start_char BETWEEN d.start_char AND p.start_char ORDER BY start_char DESC LIMIT 1)
"""
"""Read by :func:`passage_from_row`, of ``passages p`` and ``documents d``."""


SOURCE_LABEL = """
    (SELECT json_array(s.title, f.title, f.date_start, f.date_end, f.date_precision,
            (SELECT 1 + max(ordinal) FROM documents WHERE source_key = s.key))
     FROM documents f WHERE f.source_key = s.key AND f.ordinal = 0)
"""
"""Read by :func:`label_from`, of ``sources s``."""


def label_from(value: str | None) -> SourceLabel | None:
    """Return what a source can be called by; ``None``: it holds no document."""
    if value is None:
        return None
    title, first_title, start, end, precision, documents = json.loads(value)
    first_date = None if start is None else DocumentDate(start, end, precision)
    return SourceLabel(title, first_title, first_date, documents)


def document_from_row(row: Row) -> Document:
    """Return the document of a row of :data:`DOCUMENT_COLUMNS`."""
    document_id, source_id, ordinal, title, start_char, end_char, date_start, date_end, precision = row[:9]
    kind, secrecy, archive_reference, publication_reference, file_title, participants = row[9:15]
    metadata = DocumentMetadata(
        date=None if date_start is None else DocumentDate(date_start, date_end, precision),
        kind=kind,
        participants=tuple(json.loads(participants)),
        secrecy=secrecy,
        archive_reference=archive_reference,
        publication_reference=publication_reference,
    )
    return Document(document_id, source_id, ordinal, title, start_char, end_char, metadata, file_title)


def passage_from_row(row: Row) -> Passage:
    """Return the passage of a row of :data:`PASSAGE_COLUMNS`."""
    passage_id, document_id, ordinal, start_char, end_char, text, token_count = row[:7]
    return Passage(
        id=passage_id,
        document_id=document_id,
        ordinal=ordinal,
        start_char=start_char,
        end_char=end_char,
        text=text,
        token_count=token_count,
        page=_page(*row[7:11]),
        page_end=_page(*row[11:15]),
        ocr_confidence=row[15],
        section=row[16],
    )


def _page(
    label: str | None, method: PageMethod | None, margin: int | None, position: int | None
) -> Page | None:
    return (
        None if label is None or method is None or margin is None else Page(label, method, margin, position)
    )


def read_source(connection: sqlite3.Connection, source_key: int) -> Source:
    """Return the source as it was added, under the first of its names."""
    row = connection.execute(
        """
        SELECT s.id, (SELECT name FROM source_names WHERE source_key = s.key ORDER BY origin LIMIT 1),
               s.media_type, s.size_bytes, s.title, t.headings, t.page_starts, r.documents, r.notices,
               e.stated, e.edited
        FROM sources s JOIN source_texts t ON t.source_key = s.key
        LEFT JOIN readings r ON r.source_key = s.key
        LEFT JOIN descriptions e ON e.source_key = s.key WHERE s.key = ?
        """,
        (source_key,),
    ).fetchone()
    source_id, name, media_type, size_bytes, title, headings, page_starts, documents, notices = row[:9]
    return Source(
        id=source_id,
        name=name,
        media_type=media_type,
        text=read_text(connection, source_key),
        size_bytes=size_bytes,
        title=title,
        headings=tuple(Heading(*values) for values in json.loads(headings)),
        page_starts=tuple(PageStart(start, Page(*page)) for start, *page in json.loads(page_starts)),
        bibliography=bibliography_from(*row[9:]),
        stated_documents=stated_documents_from(documents),
        notices=notices_from(notices),
        recognised=read_recognised(connection, source_key),
    )
