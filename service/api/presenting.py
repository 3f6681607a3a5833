"""Puts answers, passages, documents and jobs into the JSON of the HTTP interface."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from service.answer import Quote
from service.api import schemas
from service.hosting.problems import Problem
from service.wording.links import job_link, original_link, picture_link, place_link, reader_link
from service.wording.phrases import source_words

if TYPE_CHECKING:
    from embeddings.search import Place
    from embeddings.store.names import NameRecord
    from embeddings.store.records import DocumentRecord, Facets, SourceRecord
    from service.answer import Answer, Citation, Counted, Piece, RankedPassage, SearchResult
    from service.audit import Entry
    from service.interpretation import Interpretation
    from service.jobs.job import Job
    from service.library.facsimiles import PageBoxes
    from service.library.paging import DocumentPage


BoxesOf = Callable[["Citation"], "list[PageBoxes] | None"]
"""Tells where the words of a citation stand on their pages, ``None`` where that is not to be told."""


def no_boxes(_citation: Citation) -> None:
    """Tell nothing: they were not asked for."""


def ask_response(answer: Answer, *, boxes_of: BoxesOf = no_boxes) -> schemas.AskResponse:
    """Return ``answer`` as ``POST /v1/ask`` and ``dossier ask --json`` give it."""
    return schemas.AskResponse(
        question=answer.question,
        standalone_question=answer.standalone_question,
        answerable=answer.answerable,
        confidence=round(answer.confidence, 4),
        answer=schemas.AnswerText(
            text=answer.text,
            form=answer.form,
            kind=answer.kind,
            pieces=[_piece(one, boxes_of) for one in answer.pieces],
            quotes=[schemas.Quote(**_quoted(one)) for one in answer.quotes],
            total=answer.total,
            rule=answer.rule,
            notice=answer.notice,
        ),
        passages=[ranked_passage(one, boxes_of=boxes_of) for one in answer.passages],
        interpretation=_interpretation(answer.interpretation),
        counted=_counted(answer.counted) if answer.counted else None,
        index=schemas.IndexState.model_validate(answer.index),
        timings_ms=_rounded(answer.timings_ms),
    )


def search_response(result: SearchResult, *, boxes_of: BoxesOf = no_boxes) -> schemas.SearchResponse:
    """Return ``result`` as ``POST /v1/search`` and ``dossier search --json`` give it."""
    return schemas.SearchResponse(
        question=result.question,
        passages=[ranked_passage(one, boxes_of=boxes_of) for one in result.passages],
        interpretation=_interpretation(result.interpretation),
        counted=_counted(result.counted) if result.counted else None,
        index=schemas.IndexState.model_validate(result.index),
        timings_ms=_rounded(result.timings_ms),
    )


def _counted(counted: Counted) -> schemas.Counted:
    return schemas.Counted(
        passages=counted.passages,
        documents=counted.documents,
        words=counted.words,
        is_whole=counted.is_whole,
        order=counted.order,
        per_document=[
            schemas.DocumentCount(document_id=one, passages=passages)
            for one, passages in counted.per_document.items()
        ],
        facets=facets_of(counted.facets),
        did_you_mean=counted.did_you_mean,
    )


def ranked_passage(ranked: RankedPassage, *, boxes_of: BoxesOf = no_boxes) -> schemas.RankedPassage:
    """Return one hit with its citation."""
    return schemas.RankedPassage(
        rank=ranked.rank,
        score=round(ranked.hit.score, 6),
        scores=schemas.PassageScores.model_validate(ranked.hit.scores),
        text=ranked.text,
        highlights=[(span.start_char, span.end_char) for span in ranked.highlights],
        citation=_citation(ranked, boxes_of),
    )


def _piece(piece: Piece, boxes_of: BoxesOf) -> schemas.QuotePiece | schemas.WordsPiece:
    if isinstance(piece, Quote):
        marks = [(span.start_char, span.end_char) for span in piece.marks]
        return schemas.QuotePiece(
            **_quoted(piece),
            before=piece.before,
            after=piece.after,
            marks=marks,
            boxes_url=piece.citation.boxes_link,
            boxes=_boxes(piece.citation, boxes_of),
        )
    numbers = [citation.number for citation in piece.citations]
    return schemas.WordsPiece(text=piece.text, role=piece.role, citations=numbers)


def _quoted(quote: Quote) -> dict[str, Any]:
    return {
        "citation": quote.citation.number,
        "text": quote.text,
        "start_char": quote.citation.span.start_char,
        "end_char": quote.citation.span.end_char,
        "match": quote.match,
        **_cited_pages(quote.citation),
    }


def _cited_pages(citation: Citation) -> dict[str, Any]:
    first, last = citation.page, citation.page_end
    return {
        "page": citation.page_label,
        "page_end": last.label if last else None,
        "page_method": citation.page_method,
        "page_margin": citation.page_margin,
        "page_position": first.position if first else None,
        "page_end_position": last.position if last else None,
        "ocr_confidence": citation.ocr_confidence,
    }


def _boxes(citation: Citation, boxes_of: BoxesOf) -> list[schemas.PageBoxes] | None:
    found = boxes_of(citation)
    source_id = citation.place.document.source_id
    return None if found is None else [page_boxes(one, source_id) for one in found]


def page_boxes(found: PageBoxes, source_id: str) -> schemas.PageBoxes:
    """Return where words stand on a page."""
    return schemas.PageBoxes(
        position=found.position,
        pages=found.pages,
        page=(found.page.label or None) if found.page else None,
        width=round(found.width, 2),
        height=round(found.height, 2),
        image_url=picture_link(source_id, found.position),
        boxes=[tuple(round(side, 5) for side in box) for box in found.boxes],
        is_whole=found.is_whole,
        ocr_confidence=found.ocr_confidence,
    )


def _citation(ranked: RankedPassage, boxes_of: BoxesOf) -> schemas.Citation:
    citation, place = ranked.citation, ranked.citation.place
    document, metadata = place.document, place.document.metadata
    return schemas.Citation(
        number=citation.number,
        source=place.source_name,
        source_id=document.source_id,
        source_title=place.source_title,
        document_id=document.id,
        title=document.title,
        section=citation.section,
        date=citation.date,
        kind=metadata.kind,
        participants=list(metadata.participants),
        **_cited_pages(citation),
        start_char=citation.span.start_char,
        end_char=citation.span.end_char,
        archive_reference=metadata.archive_reference,
        url=place_link(place),
        boxes_url=citation.boxes_link,
        boxes=_boxes(citation, boxes_of),
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
        url=place_link(place),
    )


def source_info(source: SourceRecord) -> schemas.SourceInfo:
    """Return a file of the index, with its bibliography."""
    original_url = original_link(source.id) if source.is_kept else None
    words = source_words(source.label, source.name)
    shown = {**asdict(source), **asdict(source.bibliography), "words": words, "original_url": original_url}
    return schemas.SourceInfo.model_validate(shown)


def document_summary(record: DocumentRecord) -> schemas.DocumentSummary:
    """Return a document as lists show it."""
    document, metadata = record.document, record.document.metadata
    return schemas.DocumentSummary(
        id=document.id,
        title=document.title,
        date=metadata.date.text if metadata.date else None,
        date_from=metadata.date.start if metadata.date else None,
        date_to=metadata.date.end if metadata.date else None,
        kind=metadata.kind,
        participants=list(metadata.participants),
        secrecy=metadata.secrecy,
        archive_reference=metadata.archive_reference,
        publication_reference=metadata.publication_reference,
        source=record.source_name,
        source_id=document.source_id,
        ordinal=document.ordinal,
        start_char=document.start_char,
        end_char=document.end_char,
        passages=record.passages,
        url=reader_link(document.id),
    )


def facets_of(facets: Facets) -> schemas.Facets:
    """Return what documents can be filtered by."""
    return schemas.Facets(
        kinds=[schemas.ValueCount(value=value, documents=count) for value, count in facets.kinds],
        participants=[
            schemas.ValueCount(value=value, documents=count) for value, count in facets.participants
        ],
        years=[schemas.YearCount(year=year, documents=count) for year, count in facets.years],
        undated=facets.undated,
    )


def name_list(found: Sequence[NameRecord], limit: int) -> schemas.NameList:
    """Return up to ``limit`` names, and what the part after them follows on, where there are more."""
    shown = found[:limit]
    return schemas.NameList(
        names=[
            schemas.NameInfo(
                name=one.name, forms=list(one.forms), documents=one.documents, is_exact=one.is_exact
            )
            for one in shown
        ],
        next=shown[-1].name if len(found) > limit else None,
    )


def page_info(page: DocumentPage) -> schemas.PageInfo:
    """Return a page, or the part of it that a document takes."""
    return schemas.PageInfo(
        label=page.page.label,
        method=page.page.method,
        margin=page.page.margin,
        position=page.page.position,
        start_char=page.start_char,
        end_char=page.end_char,
    )


def job_info(job: Job) -> schemas.JobInfo:
    """Return a job."""
    return schemas.JobInfo(
        id=job.id,
        status=job.status,
        source_id=job.source_id,
        source_name=job.source_name,
        progress=schemas.JobProgress.model_validate(job.progress),
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        change=schemas.SourceChange.model_validate(job.change) if job.change else None,
        problem=Problem.model_validate(job.problem) if job.problem else None,
        attempts=job.attempts,
        is_cancelling=job.is_cancelling and not job.is_finished,
        url=job_link(job.id),
    )


def audit_list(entries: Sequence[Entry], total: int, *, offset: int, limit: int) -> schemas.AuditList:
    """Return a part of who did what."""
    shown = [
        schemas.AuditEntry(
            number=one.number,
            at=one.at,
            actor=one.actor.name,
            door=one.actor.door,
            request_id=one.actor.request_id,
            action=one.action,
            subject=one.subject,
            subject_id=one.subject_id,
        )
        for one in entries
    ]
    return schemas.AuditList(entries=shown, total=total, offset=offset, limit=limit)


def _interpretation(understood: Interpretation) -> schemas.Interpretation:
    return schemas.Interpretation(
        dates=[
            schemas.AskedDates(first_day=one.first_day, last_day=one.last_day, text=one.text)
            for one in understood.dates
        ],
        also_searched={word: list(others) for word, others in understood.also_searched.items()},
        language=understood.language,
        participants=list(understood.participants),
        kinds=list(understood.kinds),
        mode=understood.mode,
    )


def _rounded(timings_ms: dict[str, float]) -> dict[str, float]:
    return {stage: round(milliseconds, 2) for stage, milliseconds in timings_ms.items()}
