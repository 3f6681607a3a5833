"""Passages for a query, from an open collection or from a service by its address, in one form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.api.presenting import search_response
from service.api.schemas import SearchFilters, SearchResponse
from service.errors import RemoteError
from service.hosting.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from service.api.schemas import RankedPassage
    from service.dossier import Dossier

TIMEOUT_SECONDS = 60
"""Longest wait for a service that is asked: what a language model of its own may take."""


def find_passages(
    source: Dossier | str,
    query: str,
    *,
    top_k: int | None = None,
    filters: SearchFilters | None = None,
    key: str | None = None,
    collection: str | None = None,
) -> list[RankedPassage]:
    """Return the ``top_k`` best passages, best first; ``None``: as many as the settings say.

    ``source`` is an open collection, or the address of a service such as ``http://127.0.0.1:8000``, with the
    ``key`` that it wants and the name of the ``collection`` that is meant; ``None``: the usual one.

    Raises:
        QuestionError: the query cannot be asked of an open collection.
        ValueError: a collection is named to one that is open.
        RemoteError: the service cannot be reached, or refuses.
    """
    filters = filters or SearchFilters()
    if isinstance(source, str):
        body = {
            "question": query,
            "top_k": top_k,
            "filters": filters.model_dump(mode="json", exclude_defaults=True),
            "collection": collection,
        }
        return _over_http(source.rstrip("/"), body, key)
    if collection is not None:
        raise ValueError(
            f"the collection {collection} is for a service: this one is open, and knows no other"
        )
    return search_response(source.search(query, top_k=top_k, filters=filters.as_filters())).passages


def _over_http(address: str, body: Mapping[str, object], key: str | None) -> list[RankedPassage]:
    import httpx

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx.post(f"{address}/v1/search", json=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except httpx.HTTPError as error:
        raise RemoteError(f"{address} cannot be asked: {error}") from error
    if response.is_error:
        raise RemoteError(f"{address} answers {response.status_code}: {_detail(response)}")
    found = SearchResponse.model_validate_json(response.content).passages
    for passage in found:
        passage.citation.url = address + passage.citation.url
    return found


def _detail(response: httpx.Response) -> str:
    """Return what a problem says, or the status in words."""
    try:
        return Problem.model_validate_json(response.content).detail
    except ValueError:
        return response.reason_phrase


def id_of(passage: RankedPassage) -> str:
    """Return what names the passage for good: its document, and where in the source's text it stands."""
    citation = passage.citation
    return f"{citation.document_id}:{citation.start_char}-{citation.end_char}"


def metadata_of(passage: RankedPassage) -> dict[str, str | int | float | list[str] | None]:
    """Return how a passage is cited, under the names of the HTTP interface.

    ``start_char`` and ``end_char`` count in the source's text; ``page`` is the label to cite, ``None`` where
    none is known, and where ``page_method`` is ``estimated``, it may be ``page_margin`` pages off. ``url``
    opens the passage in the reader; of an open collection it is a path.
    """
    citation = passage.citation
    return {
        "source": citation.source,
        "source_id": citation.source_id,
        "document_id": citation.document_id,
        "title": citation.title,
        "section": citation.section,
        "date": citation.date,
        "kind": citation.kind,
        "participants": citation.participants,
        "page": citation.page,
        "page_end": citation.page_end,
        "page_method": citation.page_method,
        "page_margin": citation.page_margin,
        "start_char": citation.start_char,
        "end_char": citation.end_char,
        "archive_reference": citation.archive_reference,
        "ocr_confidence": citation.ocr_confidence,
        "url": citation.url,
        "rank": passage.rank,
        "score": passage.score,
    }
