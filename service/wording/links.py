"""Addresses of the reader and of citations: the only place that makes them.

Each is a path within the site, and begins with that of the collection it points into, which the door says
that makes it; where it leaves the site, the door that sends it puts the site's address before it.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from chunker.documents import Span
    from embeddings.search import Place

_root: ContextVar[str] = ContextVar("root", default="")


def begin_links_at(root: str) -> None:
    """Say what the links made in this context begin with: :func:`root_of` of a collection, or nothing."""
    _root.set(root)


def links_root() -> str:
    """Return what the links made in this context begin with."""
    return _root.get()


def root_of(collection: str) -> str:
    """Return what the addresses in a collection begin with that is not the one a site opens with."""
    return f"/c/{collection}"


def reader_link(document_id: str, *, span: Span | None = None, page: str | None = None) -> str:
    """Return the reader's address, with a span of the source marked, at a page where one is given."""
    fragment = f"#page={quote(page, safe='')}" if page else "#quote" if span else ""
    return f"{_root.get()}/read/{quote(document_id, safe='')}{_query(span)}{fragment}"


def place_link(place: Place) -> str:
    """Return the reader's address for a passage, at its page where it has one."""
    page = place.passage.page
    return reader_link(place.document.id, page=page.label if page else None)


def cite_link(document_id: str, span: Span | None = None) -> str:
    """Return the address of the citations of a document, or of the pages of a span of it."""
    return f"{_root.get()}/cite/{quote(document_id, safe='')}{_query(span)}"


def original_link(source_id: str) -> str:
    """Return the address of a source's file as it came."""
    return f"{_root.get()}/v1/sources/{quote(source_id, safe='')}/original"


def picture_link(source_id: str, position: int, *, width: int | None = None) -> str:
    """Return the address of a picture of a source's page."""
    query = f"?width={width}" if width else ""
    return f"{_root.get()}/v1/sources/{quote(source_id, safe='')}/pages/{position}.png{query}"


def boxes_link(source_id: str, span: Span) -> str:
    """Return the address that tells where on its pages a span of a source stands."""
    query = f"start={span.start_char}&end={span.end_char}"
    return f"{_root.get()}/v1/sources/{quote(source_id, safe='')}/boxes?{query}"


def job_link(job_id: str) -> str:
    """Return the address of a job."""
    return f"{_root.get()}/v1/jobs/{job_id}"


def _query(span: Span | None) -> str:
    return f"?from={span.start_char}&to={span.end_char}" if span else ""
