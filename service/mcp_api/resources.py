"""Documents and their pages as resources of the Model Context Protocol, listed part by part.

Imported with the SDK, at the first request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from anyio import to_thread
from mcp.server import MCPServer
from mcp.types import ListResourcesResult, Resource

from service.mcp_api.results import MAX_READ_CHARS, listed_document, read_pages_result
from service.wording.phrases import date_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcp.server import ServerRequestContext
    from mcp.types import PaginatedRequestParams

    from service.mcp_api.schemas import ListedDocument, ReadPagesResult
    from service.mcp_api.shelf import Shelf

DOCUMENT = "dossier://documents/{document_id}"
PAGE = "dossier://documents/{document_id}/pages/{page}"
_LISTED = 100
"""Documents of one part of the list; the cursor of the next is the id of the last."""


class DocumentServer(MCPServer[Any]):
    """A server whose resources are the documents that the collection has when it is asked."""

    def __init__(self, shelf: Shelf, **options: Any) -> None:  # noqa: ANN401
        super().__init__("dossier", **options)
        self._shelf = shelf

    async def _handle_list_resources(
        self, ctx: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        """Answer with a part of the documents; the SDK's own knows only fixed resources, and no cursor."""
        del ctx
        return await to_thread.run_sync(self._listed, params.cursor if params else None)

    def _listed(self, after: str | None) -> ListResourcesResult:
        with self._shelf.reading(None) as dossier:
            records, _ = dossier.documents(after=after, limit=_LISTED + 1)
        shown = [listed_document(record, "") for record in records[:_LISTED]]
        return ListResourcesResult(
            resources=[_resource(one) for one in shown],
            next_cursor=shown[-1].document_id if len(records) > len(shown) else None,
        )


def _resource(listed: ListedDocument) -> Resource:
    said = [date_words(listed.date), listed.kind, listed.source]
    return Resource(
        uri=DOCUMENT.format(document_id=quote(listed.document_id, safe="")),
        name=listed.title,
        description=" · ".join(filter(None, said)),
        mime_type="text/plain",
    )


class Resources:
    """What can be read. Each method is a template; its docstring is what the agent is told."""

    def __init__(self, shelf: Shelf, base_url: Callable[[], str]) -> None:
        self._shelf = shelf
        self._base_url = base_url

    def document(self, document_id: str) -> str:
        """A document's text, page by page, with its title, date, file and address."""
        return _as_text(self._read(document_id, None))

    def page(self, document_id: str, page: str) -> str:
        """What of a document stands on one page, by the page's label, such as 404 or xii."""
        return _as_text(self._read(document_id, page))

    def _read(self, document_id: str, page: str | None) -> ReadPagesResult:
        with self._shelf.reading(None) as dossier:
            reading = dossier.read(document_id)
            return read_pages_result(reading, first_page=page, last_page=page, base_url=self._base_url())


def _as_text(read: ReadPagesResult) -> str:
    """Return pages as text: first what it is, then each page below its label."""
    head = [read.title, date_words(read.date), read.source, read.url]
    parts = [" · ".join(filter(None, head))]
    for page in read.pages:
        about = "about " if page.page_is_estimated else ""
        parts.append(f"[{about}p. {page.page}]\n{page.text}" if page.page else page.text)
    if read.next_page:
        further = PAGE.format(document_id=read.document_id, page=quote(read.next_page, safe=""))
        parts.append(f"[more than {MAX_READ_CHARS:,} characters: goes on at {further}]")
    return "\n\n".join(parts)
