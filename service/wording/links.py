"""Addresses of the reader and of citations: the only place that makes them.

Each is a path within the site; where it leaves the site, the door that sends it puts the site's address
before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from chunker.documents import Span
    from embeddings.search import Place


def reader_link(document_id: str, *, span: Span | None = None, page: str | None = None) -> str:
    """Return the reader's address, with a span of the source marked, at a page where one is given."""
    fragment = f"#page={quote(page, safe='')}" if page else "#quote" if span else ""
    return f"/read/{quote(document_id, safe='')}{_query(span)}{fragment}"


def place_link(place: Place) -> str:
    """Return the reader's address for a passage, at its page where it has one."""
    page = place.passage.page
    return reader_link(place.document.id, page=page.label if page else None)


def cite_link(document_id: str, span: Span | None = None) -> str:
    """Return the address of the citations of a document, or of the pages of a span of it."""
    return f"/cite/{quote(document_id, safe='')}{_query(span)}"


def original_link(source_id: str) -> str:
    """Return the address of a source's file as it came."""
    return f"/v1/sources/{quote(source_id, safe='')}/original"


def picture_link(source_id: str, position: int, *, width: int | None = None) -> str:
    """Return the address of a picture of a source's page."""
    query = f"?width={width}" if width else ""
    return f"/v1/sources/{quote(source_id, safe='')}/pages/{position}.png{query}"


def boxes_link(source_id: str, span: Span) -> str:
    """Return the address that tells where on its pages a span of a source stands."""
    return f"/v1/sources/{quote(source_id, safe='')}/boxes?start={span.start_char}&end={span.end_char}"


def _query(span: Span | None) -> str:
    return f"?from={span.start_char}&to={span.end_char}" if span else ""
