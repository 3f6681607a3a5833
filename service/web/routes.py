"""The pages: ask, read, the library, and citations of a place."""

from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chunker.documents import Document, Span
from embeddings.search import Filters
from embeddings.store.records import DocumentRecord
from service.answer import Turn
from service.api.presenting import ask_response, reader_url
from service.api.routes.dependencies import CurrentDossier, CurrentState
from service.assembly import Dossier
from service.errors import NotFoundError
from service.library.elsewhere import same_elsewhere
from service.library.paging import DocumentPage, document_pages
from service.settings import Settings
from service.web.addresses import MAX_TOP_K, AskAddress, cite_link, library_link
from service.web.histogram import histogram
from service.web.pages import HEADERS, PageRoute, page, page_problem
from service.web.reading_text import part_at, part_spans, reader_text
from service.web.views import BLANK_PASSAGE, BLANK_TURN, TurnView, turn_view
from service.wording.citations import CitedPlace, all_citations
from service.wording.phrases import date_range_words, method_words


class PlaceQuery(BaseModel):
    """A range of a source's characters that is marked or cited; without both ends there is none."""

    from_char: int | None = Field(None, alias="from", ge=0)
    to_char: int | None = Field(None, alias="to", ge=0)

    def within(self, document: Document) -> Span | None:
        """Return the part of the range that lies in ``document``, ``None`` for none."""
        if self.from_char is None or self.to_char is None:
            return None
        start, end = max(self.from_char, document.start_char), min(self.to_char, document.end_char)
        return Span(start, end) if start < end else None


class ReaderQuery(PlaceQuery):
    """What of a document is shown: the part with the marked range, a part by number, or one with a page."""

    part: int | None = Field(None, ge=1)
    page: str | None = Field(None, max_length=100)


class CiteQuery(PlaceQuery):
    """What is cited and how."""

    format: Literal["html", "all", "plain", "chicago", "bibtex", "csl"] = "html"


router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LISTED_AT_ONCE = 100
_SORTED_AT_MOST = 5_000
_OFFERED_PARTICIPANTS = 300
_DOWNLOADS = {
    "bibtex": ("application/x-bibtex", "bib"),
    "csl": ("application/vnd.citationstyles.csl+json", "json"),
}


@router.get("/")
def ask_page(request: Request, dossier: CurrentDossier, state: CurrentState) -> Response:
    """Ask, with the questions of the address answered."""
    address = AskAddress.read(request.query_params)
    facets = dossier.index.facets()
    chosen_from, chosen_to = address.years()
    return page(
        "ask.html",
        address=address,
        turns=_turns(address, dossier, state.settings),
        info=dossier.index.info(),
        facets=facets,
        participants=facets.participants[:_OFFERED_PARTICIPANTS],
        sources=dossier.index.sources(),
        documents=[_titled(dossier, one) for one in address.documents],
        histogram=histogram(facets.years, chosen_from=chosen_from, chosen_to=chosen_to),
        settings=state.settings,
        blank_turn=BLANK_TURN,
        blank_passage=BLANK_PASSAGE,
    )


def _turns(address: AskAddress, dossier: Dossier, settings: Settings) -> list[TurnView]:
    """Answer the questions of the address one after the other, each knowing those before it."""
    turns: list[TurnView] = []
    history: list[Turn] = []
    for number, question in enumerate(address.questions, start=1):
        try:
            turn = _turn(number, address, history, dossier, settings)
        except Exception as error:
            problem = page_problem(error)
            if problem is None:
                raise
            is_last = number == len(address.questions)
            turn = TurnView(number, question, is_last, problem=problem.detail)
        turns.append(turn)
        answered = turn.response.answer.text if turn.response else ""
        history += [Turn("user", question), Turn("assistant", answered)]
    return turns


def _turn(
    number: int, address: AskAddress, history: list[Turn], dossier: Dossier, settings: Settings
) -> TurnView:
    is_last = number == len(address.questions)
    answer = dossier.answerer.ask(
        address.questions[number - 1][: settings.max_question_chars],
        top_k=address.top_k if address.top_k and is_last else settings.top_k,
        filters=address.filters(),
        history=history,
    )
    return turn_view(number, ask_response(answer), address, is_last=is_last, max_top_k=MAX_TOP_K)


def _titled(dossier: Dossier, document_id: str) -> tuple[str, str]:
    record = dossier.index.document(document_id)
    return document_id, record.document.title if record else document_id


@router.get("/read/{document_id}")
def read_page(document_id: str, dossier: CurrentDossier, query: Annotated[ReaderQuery, Query()]) -> Response:
    """Read a document, with the characters of the source from ``from`` to ``to`` marked."""
    record = _document(dossier, document_id)
    document = record.document
    text = dossier.index.source_text(document.source_id) or ""
    pages = _pages(dossier, document)
    marked = query.within(document)
    spans = part_spans(text, document)
    part = query.part
    if part is None:
        asked = next((one.start_char for one in pages if one.page.label == query.page), None)
        place = marked.start_char if marked else asked
        part = part_at(spans, place) if place is not None else 1
    before, after = dossier.index.document_neighbours(document_id)
    source = dossier.index.source(document.source_id)
    return page(
        "read.html",
        record=record,
        document=document,
        metadata=document.metadata,
        date_words=date_range_words(document.metadata.date),
        source=source,
        reader=reader_text(text, document, pages, marked=marked, part=part),
        pages=pages,
        page_methods=_methods(pages),
        marked=marked,
        is_marked_here=marked is not None and part_at(spans, marked.start_char) == part,
        page_parts=[(one.page.label, part_at(spans, one.start_char)) for one in pages],
        previous=dossier.index.document(before) if before else None,
        next=dossier.index.document(after) if after else None,
        elsewhere=[(place, reader_url(place)) for place in same_elsewhere(dossier.index, document_id)],
        cite_link=cite_link(document_id, *((marked.start_char, marked.end_char) if marked else (None, None))),
    )


@router.get("/cite/{document_id}")
def cite_page(document_id: str, dossier: CurrentDossier, query: Annotated[CiteQuery, Query()]) -> Response:
    """Cite a document, or the pages of a range of it: as a page, all forms as JSON, or one to download."""
    record = _document(dossier, document_id)
    marked = query.within(record.document)
    citations = all_citations(_cited(dossier, record, marked))
    if query.format == "html":
        ends = (marked.start_char, marked.end_char) if marked else (None, None)
        here = cite_link(document_id, *ends)
        return page("cite.html", document=record.document, citations=citations, here=here)
    if query.format == "all":
        return JSONResponse(citations, headers=HEADERS)
    media_type, suffix = _DOWNLOADS.get(query.format, ("text/plain", "txt"))
    return Response(
        citations[query.format],
        media_type=f"{media_type}; charset=utf-8",
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="citation.{suffix}"'},
    )


@router.get("/library")
def library_page(
    request: Request,
    dossier: CurrentDossier,
    state: CurrentState,
    title: Annotated[str, Query(max_length=500)] = "",
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """List the sources and the documents, with uploads and deletions."""
    address = AskAddress.read(request.query_params)
    filters = address.filters()
    records, total, is_by_date = _listed(dossier, filters, title.strip() or None, offset)
    later, earlier = offset + _LISTED_AT_ONCE, max(0, offset - _LISTED_AT_ONCE)
    facets = dossier.index.facets()
    chosen_from, chosen_to = address.years()
    return page(
        "library.html",
        address=address,
        title=title.strip(),
        info=dossier.index.info(),
        sources=dossier.index.sources(),
        facets=facets,
        histogram=histogram(facets.years, chosen_from=chosen_from, chosen_to=chosen_to),
        groups=_by_year(records) if is_by_date else [("", _dated(records))],
        total=total,
        first=offset + 1,
        last=offset + len(records),
        previous_link=library_link(address, title.strip(), earlier) if offset else "",
        next_link=library_link(address, title.strip(), later) if later < total else "",
        settings=state.settings,
    )


def _listed(
    dossier: Dossier, filters: Filters, title: str | None, offset: int
) -> tuple[list[DocumentRecord], int, bool]:
    """Return a part of the documents, how many there are, and whether they are in the order of their dates.

    They are while they are few enough to be sorted for each request; else they come by file.
    """
    records, total = dossier.index.documents(filters=filters, title_contains=title, limit=_SORTED_AT_MOST)
    if total <= _SORTED_AT_MOST:
        ordered = sorted(records, key=_date_key)
        return ordered[offset : offset + _LISTED_AT_ONCE], total, True
    records, total = dossier.index.documents(
        filters=filters, title_contains=title, offset=offset, limit=_LISTED_AT_ONCE
    )
    return records, total, False


def _date_key(record: DocumentRecord) -> tuple[bool, str]:
    """Sort undated documents last; those of one day stay in the order of their files."""
    when = record.document.metadata.date
    return when is None, when.start if when else ""


def _by_year(records: list[DocumentRecord]) -> list[tuple[str, list[tuple[DocumentRecord, str]]]]:
    groups = groupby(records, key=lambda record: _date_key(record)[1][:4])
    return [(year.lstrip("0") or "Undated", _dated(list(members))) for year, members in groups]


def _dated(records: list[DocumentRecord]) -> list[tuple[DocumentRecord, str]]:
    return [(record, date_range_words(record.document.metadata.date)) for record in records]


def _document(dossier: Dossier, document_id: str) -> DocumentRecord:
    record = dossier.index.document(document_id)
    if record is None:
        raise NotFoundError("This document is not in the index, or is no longer: look for it in the library.")
    return record


def _pages(dossier: Dossier, document: Document) -> tuple[DocumentPage, ...]:
    page_map = dossier.index.page_map(document.source_id)
    return document_pages(page_map, document) if page_map else ()


def _methods(pages: tuple[DocumentPage, ...]) -> list[str]:
    """Return how the pages of a document are known, each way once."""
    return list(dict.fromkeys(method_words(one.page.method, one.page.margin) for one in pages))


def _cited(dossier: Dossier, record: DocumentRecord, marked: Span | None) -> CitedPlace:
    document = record.document
    source = dossier.index.source(document.source_id)
    page_map = dossier.index.page_map(document.source_id)
    span = marked or Span(document.start_char, document.end_char)
    is_part = source is not None and source.documents > 1
    return CitedPlace(
        document,
        record.source_name,
        container=(source.title or source.name) if source and is_part else None,
        page=page_map.at(span.start_char) if page_map else None,
        page_end=page_map.at(span.end_char - 1) if page_map else None,
    )
