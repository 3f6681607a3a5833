"""What a source's reader found beside its text: the documents that the format tells, and notices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chunker.documents import DocumentDate, DocumentMetadata, StatedDocument

if TYPE_CHECKING:
    import sqlite3

    from chunker.documents import Source


def write_reading(connection: sqlite3.Connection, source_key: int, source: Source) -> None:
    """Write both for a source that is there."""
    told = [
        [each.start_char, each.title, _date_values(about.date), about.kind, about.participants]
        for each in source.stated_documents
        for about in [each.metadata]
    ]
    connection.execute(
        "INSERT OR REPLACE INTO readings (source_key, documents, notices) VALUES (?, ?, ?)",
        (source_key, *(json.dumps(one, ensure_ascii=False) for one in (told, source.notices))),
    )


def _date_values(date: DocumentDate | None) -> list[str] | None:
    return None if date is None else [date.start, date.end, date.precision]


def stated_documents_from(documents: str | None) -> tuple[StatedDocument, ...]:
    """Return the stated documents of a row's ``documents``; none for an older source."""
    return tuple(
        StatedDocument(
            start_char,
            title,
            DocumentMetadata(
                date=None if date is None else DocumentDate(*date),
                kind=kind,
                participants=tuple(participants),
            ),
        )
        for start_char, title, date, kind, participants in json.loads(documents or "[]")
    )


def notices_from(notices: str | None) -> tuple[str, ...]:
    """Return the notices of a row's ``notices``; none for an older source."""
    return tuple(json.loads(notices or "[]"))
