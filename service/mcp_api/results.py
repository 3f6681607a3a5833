"""Puts answers, passages, pages and documents into what the tools of the Model Context Protocol return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.errors import NotFoundError
from service.mcp_api.schemas import (
    AskResult,
    CitedPassage,
    CitedQuote,
    ListedDocument,
    PageOfText,
    ReadPagesResult,
)
from service.web.addresses import reader_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.store.records import DocumentRecord
    from service.api.schemas import AskResponse, Citation, RankedPassage
    from service.library.paging import DocumentPage

MAX_READ_CHARS = 30_000
"""What one call of ``read_pages`` returns at most, whole pages at a time: some seven thousand tokens."""


def ask_result(response: AskResponse, base_url: str) -> AskResult:
    """Return an answer; links begin with ``base_url``."""
    citations = {passage.citation.number: passage.citation for passage in response.passages}
    return AskResult(
        standalone_question=response.standalone_question,
        answerable=response.answerable,
        confidence=response.confidence,
        answer=response.answer.text,
        kind=response.answer.kind,
        notice=response.answer.notice,
        quotes=[
            CitedQuote(
                number=quote.citation,
                text=quote.text,
                **_place(citations[quote.citation], quote.start_char, quote.end_char, base_url),
            )
            for quote in response.answer.quotes
        ],
        passages=[cited_passage(passage, base_url) for passage in response.passages],
    )


def cited_passage(passage: RankedPassage, base_url: str) -> CitedPassage:
    """Return one passage with its place."""
    citation = passage.citation
    return CitedPassage(
        number=citation.number,
        text=passage.text,
        score=passage.score,
        **_place(citation, citation.start_char, citation.end_char, base_url),
    )


def _place(citation: Citation, start_char: int, end_char: int, base_url: str) -> dict[str, Any]:
    link = reader_link(citation.document_id, start_char=start_char, end_char=end_char, page=citation.page)
    return {
        "title": citation.title,
        "date": citation.date,
        "page": citation.page,
        "page_is_estimated": citation.page_method == "estimated",
        "source": citation.source,
        "archive_reference": citation.archive_reference,
        "document_id": citation.document_id,
        "url": base_url + link,
    }


def listed_document(record: DocumentRecord, base_url: str) -> ListedDocument:
    """Return one document of a list."""
    document, metadata = record.document, record.document.metadata
    return ListedDocument(
        document_id=document.id,
        title=document.title,
        date=metadata.date.text if metadata.date else None,
        kind=metadata.kind,
        participants=list(metadata.participants),
        source=record.source_name,
        archive_reference=metadata.archive_reference,
        url=base_url + reader_link(document.id),
    )


def read_pages_result(
    record: DocumentRecord,
    pages: Sequence[DocumentPage],
    source_text: str,
    *,
    first_page: str | None,
    last_page: str | None,
    base_url: str,
) -> ReadPagesResult:
    """Return whole pages from ``first_page`` to ``last_page``, as many as fit, and one at least.

    Where no pages are known, the document's text comes as one.

    Raises:
        NotFoundError: the document has no page of that label, or no pages.
    """
    document = record.document
    wanted = _wanted(document.id, pages, first_page, last_page)
    texts: list[PageOfText] = []
    left = MAX_READ_CHARS
    for page in wanted:
        text = source_text[page.start_char : page.end_char]
        if texts and len(text) > left:
            break
        texts.append(
            PageOfText(
                page=page.page.label,
                page_is_estimated=page.page.method == "estimated",
                text=text[:MAX_READ_CHARS],
            )
        )
        left -= len(text)
    if not pages:
        whole = source_text[document.start_char : document.end_char]
        texts.append(PageOfText(page=None, page_is_estimated=False, text=whole[:MAX_READ_CHARS]))
    rest = wanted[len(texts) :] if pages else ()
    return ReadPagesResult(
        document_id=document.id,
        title=document.title,
        date=document.metadata.date.text if document.metadata.date else None,
        source=record.source_name,
        url=base_url + reader_link(document.id, page=texts[0].page),
        pages=texts,
        all_pages=[page.page.label for page in pages],
        next_page=rest[0].page.label if rest else None,
    )


def _wanted(
    document_id: str, pages: Sequence[DocumentPage], first_page: str | None, last_page: str | None
) -> Sequence[DocumentPage]:
    labels = [page.page.label for page in pages]
    for label in (first_page, last_page):
        if label is not None and label not in labels:
            known = f"it has {labels[0]} to {labels[-1]}" if labels else "no pages are known of it: name none"
            raise NotFoundError(f"The document {document_id} has no page {label}; {known}.")
    first = labels.index(first_page) if first_page is not None else 0
    last = labels.index(last_page) if last_page is not None else len(labels) - 1
    if last_page is not None and last < first:
        raise NotFoundError(f"Page {last_page} stands before page {first_page}: give them in reading order.")
    return pages[first : last + 1]
