"""Puts answers, passages, pages and documents into what the tools of the Model Context Protocol return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.mcp_api.schemas import (
    AskResult,
    CitedPassage,
    CitedQuote,
    ListedDocument,
    PageOfText,
    ReadPagesResult,
)
from service.wording.links import reader_link

if TYPE_CHECKING:
    from embeddings.store.records import DocumentRecord
    from service.answer import Answer, Citation, RankedPassage
    from service.library.reading import Reading

MAX_READ_CHARS = 30_000
"""What one call of ``read_pages`` returns at most, whole pages at a time: some seven thousand tokens."""


def ask_result(answer: Answer, base_url: str) -> AskResult:
    """Return an answer; links begin with ``base_url``."""
    return AskResult(
        standalone_question=answer.standalone_question,
        answerable=answer.answerable,
        confidence=round(answer.confidence, 4),
        answer=answer.text,
        kind=answer.kind,
        form=answer.form,
        total=answer.total,
        mode=answer.interpretation.mode,
        rule=answer.rule,
        notice=answer.notice,
        quotes=[CitedQuote(text=one.text, **_place(one.citation, base_url)) for one in answer.quotes],
        passages=[cited_passage(passage, base_url) for passage in answer.passages],
    )


def cited_passage(passage: RankedPassage, base_url: str) -> CitedPassage:
    """Return one passage with its place."""
    return CitedPassage(
        text=passage.text, score=round(passage.hit.score, 6), **_place(passage.citation, base_url)
    )


def _place(citation: Citation, base_url: str) -> dict[str, Any]:
    return {
        "number": citation.number,
        "title": citation.title,
        "section": citation.section,
        "date": citation.date,
        "page": citation.page_label,
        "page_end": citation.page_end.label if citation.page_end else None,
        "page_is_estimated": citation.page_method == "estimated",
        "ocr_confidence": citation.ocr_confidence,
        "source": citation.source_title or citation.place.source_name,
        "archive_reference": citation.place.document.metadata.archive_reference,
        "document_id": citation.document_id,
        "url": base_url + citation.link,
        "boxes_url": citation.boxes_link and base_url + citation.boxes_link,
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
    reading: Reading, *, first_page: str | None, last_page: str | None, base_url: str
) -> ReadPagesResult:
    """Return whole pages from ``first_page`` to ``last_page``, as many as fit, and one at least.

    Where no pages are known, the document's text comes as one.

    Raises:
        NotFoundError: the document has no page of that label, or no pages.
    """
    document = reading.document
    wanted = reading.pages_from(first_page, last_page)
    texts: list[PageOfText] = []
    left = MAX_READ_CHARS
    for page in wanted:
        text = reading.text(page)
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
    rest = wanted[len(texts) :]
    if not texts:
        whole = reading.text(document)[:MAX_READ_CHARS]
        texts.append(PageOfText(page=None, page_is_estimated=False, text=whole))
    return ReadPagesResult(
        document_id=document.id,
        title=document.title,
        date=document.metadata.date.text if document.metadata.date else None,
        source=reading.record.source_name,
        url=base_url + reader_link(document.id, page=texts[0].page),
        pages=texts,
        all_pages=[page.page.label for page in reading.pages],
        next_page=rest[0].page.label if rest else None,
    )
