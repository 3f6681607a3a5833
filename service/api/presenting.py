"""Puts answers, passages and documents into the JSON of the HTTP interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from service.api import schemas

if TYPE_CHECKING:
    from chunker.documents import Page
    from embeddings.search import Place
    from service.answer import Answer, RankedPassage, SearchResult


def ask_response(answer: Answer) -> schemas.AskResponse:
    """Return ``answer`` as ``POST /v1/ask`` and ``dossier ask --json`` give it."""
    return schemas.AskResponse(
        question=answer.question,
        standalone_question=answer.standalone_question,
        answerable=answer.answerable,
        confidence=round(answer.confidence, 4),
        answer=schemas.AnswerText(
            text=answer.text,
            kind=answer.kind,
            quotes=[schemas.Quote.model_validate(one) for one in answer.quotes],
            notice=answer.notice,
        ),
        passages=[ranked_passage(one) for one in answer.passages],
        index=schemas.IndexState.model_validate(answer.index),
        timings_ms=_rounded(answer.timings_ms),
    )


def search_response(result: SearchResult) -> schemas.SearchResponse:
    """Return ``result`` as ``POST /v1/search`` and ``dossier search --json`` give it."""
    return schemas.SearchResponse(
        question=result.question,
        passages=[ranked_passage(one) for one in result.passages],
        index=schemas.IndexState.model_validate(result.index),
        timings_ms=_rounded(result.timings_ms),
    )


def ranked_passage(ranked: RankedPassage) -> schemas.RankedPassage:
    """Return one hit with its citation."""
    return schemas.RankedPassage(
        rank=ranked.rank,
        score=round(ranked.hit.score, 6),
        scores=schemas.PassageScores.model_validate(ranked.hit.scores),
        text=ranked.text,
        highlights=[(span.start_char, span.end_char) for span in ranked.highlights],
        citation=_citation(ranked),
    )


def _citation(ranked: RankedPassage) -> schemas.Citation:
    place = ranked.hit.place
    passage, document, metadata = place.passage, place.document, place.document.metadata
    return schemas.Citation(
        number=ranked.rank,
        source=place.source_name,
        source_id=document.source_id,
        document_id=document.id,
        title=document.title,
        date=metadata.date.text if metadata.date else None,
        kind=metadata.kind,
        participants=list(metadata.participants),
        page=passage.page.label if passage.page else None,
        page_end=passage.page_end.label if passage.page_end else None,
        page_method=page_method(passage.page),
        page_margin=passage.page.margin if passage.page else 0,
        start_char=passage.start_char,
        end_char=passage.end_char,
        archive_reference=metadata.archive_reference,
        url=reader_url(place),
        also_in=[_also_in(other) for other in ranked.hit.also_in],
    )


def _also_in(place: Place) -> schemas.AlsoIn:
    page = place.passage.page
    return schemas.AlsoIn(
        source=place.source_name,
        source_id=place.document.source_id,
        document_id=place.document.id,
        title=place.document.title,
        page=page.label if page else None,
        url=reader_url(place),
    )


def page_method(page: Page | None) -> Literal["printed", "contents", "estimated", "none"]:
    """Return how the page was found, ``none`` where there is none."""
    return page.method if page else "none"


def reader_url(place: Place) -> str:
    """Return the reader's address for a passage, at its page where it has one."""
    page = place.passage.page
    fragment = f"#page={quote(page.label, safe='')}" if page else ""
    return f"/read/{place.document.id}{fragment}"


def _rounded(timings_ms: dict[str, float]) -> dict[str, float]:
    return {stage: round(milliseconds, 2) for stage, milliseconds in timings_ms.items()}
