"""The pages: ask, read, the library, and citations of a place."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby, zip_longest
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from chunker.documents import Document, Span
from embeddings.store.records import DocumentRecord, SourceRecord
from embeddings.store.snapshot import Snapshot
from service.answer import Answer, Found, Piece, Turn, Words
from service.dossier import Dossier
from service.hosting.dependencies import CurrentDossier, CurrentState, base_url
from service.hosting.streaming import event, event_stream
from service.library.paging import DocumentPage
from service.questions import MAX_OFFSET
from service.web.addresses import MAX_QUESTIONS, AskAddress, library_link
from service.web.facsimile import facsimile_of
from service.web.histogram import histogram
from service.web.pages import HEADERS, PageRoute, page, page_problem, rendered
from service.web.reading_text import part_at, part_spans, reader_text
from service.web.views import TurnView, turn_view
from service.wording.citation_files import all_citations
from service.wording.links import cite_link, place_link, reader_link
from service.wording.phrases import date_range_words, method_words, source_words


class PlaceQuery(BaseModel):
    """A range of a source's characters that is marked or cited; without both ends there is none."""

    from_char: int | None = Field(None, alias="from", ge=0, le=MAX_OFFSET)
    to_char: int | None = Field(None, alias="to", ge=0, le=MAX_OFFSET)

    @property
    def span(self) -> Span | None:
        """The range, ``None`` for none."""
        if self.from_char is None or self.to_char is None or self.from_char >= self.to_char:
            return None
        return Span(self.from_char, self.to_char)

    def within(self, document: Document) -> Span | None:
        """Return the part of the range that lies in ``document``, ``None`` for none."""
        if self.span is None:
            return None
        start, end = (
            max(self.span.start_char, document.start_char),
            min(self.span.end_char, document.end_char),
        )
        return Span(start, end) if start < end else None


class ReaderQuery(PlaceQuery):
    """What of a document is shown: the part with the marked range, a part by number, or one with a page.

    ``sheet`` is the position in the file of the page that is shown as it looks.
    """

    part: int | None = Field(None, ge=1)
    sheet: int | None = Field(None, ge=1, le=1_000_000)
    page: str | None = Field(None, max_length=100)


class CiteQuery(PlaceQuery):
    """What is cited and how."""

    format: Literal["html", "all", "plain", "chicago", "bibtex", "csl", "ris"] = "html"


router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LISTED_AT_ONCE = 100
"""Documents on one page of the library."""
_SOURCES_AT_ONCE = 200
"""Sources on one page of the library, and among the filters. Chosen by hand."""
_OFFERED_PARTICIPANTS = 300
"""Names that the browser offers while one types, the most frequent ones. Chosen by hand."""
_DOWNLOADS = {
    "bibtex": ("application/x-bibtex", "bib"),
    "csl": ("application/vnd.citationstyles.csl+json", "json"),
    "ris": ("application/x-research-info-systems", "ris"),
}


class EarlierAnswers(BaseModel):
    """What was answered to the questions before the last one, as the page shows it."""

    answers: list[str] = []


@router.get("/")
def ask_page(request: Request, dossier: CurrentDossier, state: CurrentState) -> Response:
    """Ask, with the questions of the address answered."""
    address = AskAddress.read(request.query_params)
    turns = _turns(address, dossier)
    with dossier.snapshot() as snapshot:
        facets = snapshot.facets()
        documents = [(one, snapshot.document(one)) for one in address.documents]
        chosen_from, chosen_to = address.years()
        return page(
            "ask.html",
            address=address,
            turns=turns,
            info=snapshot.info(),
            facets=facets,
            participants=facets.participants[:_OFFERED_PARTICIPANTS],
            sources=_offered_sources(snapshot, address.sources),
            documents=[(one, record.document.title if record else one) for one, record in documents],
            histogram=histogram(facets.years, chosen_from=chosen_from, chosen_to=chosen_to),
            settings=state.settings,
            max_questions=MAX_QUESTIONS,
            waiting=TurnView(0, ""),
        )


@router.post("/turn")
def answer_turn(request: Request, earlier: EarlierAnswers, dossier: CurrentDossier) -> Response:
    """Answer the last question of an address: the turn's HTML once passages are found, then the whole.

    It comes as events, `turn` (`{"html": "…", "is_whole": false}`), each instead of the one before it.
    """
    address = AskAddress.read(request.query_params)
    history = [
        turn
        for question, answer in zip_longest(address.questions[:-1], earlier.answers, fillvalue="")
        for turn in (Turn("user", question), Turn("assistant", answer))
    ]
    views = _last_turn(address, history, dossier)
    return event_stream(_turn_event(view) for view in chain([next(views)], views))


def _turn_event(view: TurnView) -> bytes:
    html = rendered("one_turn.html", turn=view)
    return event("turn", json.dumps({"html": html, "is_whole": not view.is_waiting}))


def _turns(address: AskAddress, dossier: Dossier) -> list[TurnView]:
    """Answer the questions of the address one after the other, each knowing those before it."""
    turns: list[TurnView] = []
    history: list[Turn] = []
    for number in range(1, len(address.questions) + 1):
        is_last = number == len(address.questions)
        asked = replace(address, questions=address.questions[:number])
        *_, turn = _last_turn(asked if is_last else replace(asked, top_k=None), history, dossier)
        if not is_last:
            turn = replace(turn, is_last=False, more_link="", other_mode_link="")
        turns.append(turn)
        answered = turn.answer.text if turn.answer else ""
        history += [Turn("user", turn.question), Turn("assistant", answered)]
    return turns


def _last_turn(address: AskAddress, history: list[Turn], dossier: Dossier) -> Iterator[TurnView]:
    """Yield the last turn of a conversation as it grows; a question that cannot be asked is one, too."""
    number, question = len(address.questions), address.questions[-1] if address.questions else ""
    mode = address.mode_of(number)
    try:
        events = dossier.stream(
            question,
            top_k=address.top_k,
            mode=mode,
            filters=address.filters(),
            history=history,
        )
        said: tuple[Piece, ...] = ()
        for one in events:
            if isinstance(one, (Found, Answer)):
                turn = turn_view(number, one, address, is_last=True)
                yield turn
            else:
                said += (one,)
                if isinstance(one, Words) and one.role == "sentence":  # a language model's, which come slowly
                    yield replace(turn, said=said)
    except Exception as error:
        problem = page_problem(error)
        if problem is None:
            raise
        yield TurnView(number, question, problem=problem.detail, mode=mode)


@router.get("/read/{document_id}")
def read_page(document_id: str, dossier: CurrentDossier, query: Annotated[ReaderQuery, Query()]) -> Response:
    """Read a document, with the characters of the source from ``from`` to ``to`` marked."""
    reading, cited = dossier.read(document_id), dossier.cite(document_id)
    document, pages = reading.document, reading.pages
    marked = query.within(document)
    spans = part_spans(reading.source_text, document)
    part = query.part
    if part is None:
        asked = next((one.start_char for one in pages if one.page.label == query.page), None)
        place = marked.start_char if marked else asked
        part = part_at(spans, place) if place is not None else 1
    part = min(part, len(spans))
    return page(
        "read.html",
        reading=reading,
        document=document,
        metadata=document.metadata,
        date_words=date_range_words(document.metadata.date),
        text=reader_text(reading.source_text, document, pages, marked=marked, part=part),
        page_methods=_methods(pages),
        marked=marked,
        is_marked_here=marked is not None and part_at(spans, marked.start_char) == part,
        page_parts=[(one.page.label, part_at(spans, one.start_char)) for one in pages],
        elsewhere=[(place, place_link(place)) for place in reading.elsewhere],
        cite_link=cite_link(document_id, marked),
        facsimile=facsimile_of(
            dossier, reading, marked=marked, position=query.sheet, start_char=spans[part - 1].start_char
        ),
        imprint=cited.imprint,
        first_page=cited.page.label if cited.page and cited.pages_are_known else "",
        last_page=cited.page_end.label if cited.page_end else "",
    )


@router.get("/cite/{document_id}")
def cite_page(
    request: Request,
    document_id: str,
    dossier: CurrentDossier,
    state: CurrentState,
    query: Annotated[CiteQuery, Query()],
) -> Response:
    """Cite a document, or the pages of a range of it: as a page, all forms as JSON, or one to download."""
    cited = dossier.cite(document_id, query.span)
    link = reader_link(document_id, span=query.span, page=cited.page.label if cited.page else None)
    cited = replace(cited, url=base_url(request, state.settings) + link)
    citations = all_citations(cited)
    if query.format == "html":
        here = cite_link(document_id, query.span)
        return page("cite.html", document=cited.document, citations=citations, here=here)
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
    *,
    title: Annotated[str, Query(max_length=500)] = "",
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    first_source: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> Response:
    """List the sources and the documents, with uploads and deletions."""
    address, title = AskAddress.read(request.query_params), title.strip()
    later, earlier = offset + _LISTED_AT_ONCE, max(0, offset - _LISTED_AT_ONCE)
    chosen_from, chosen_to = address.years()
    with dossier.snapshot() as snapshot:
        records, total = snapshot.documents(
            filters=address.filters(),
            title_contains=title or None,
            order="earliest",
            offset=offset,
            limit=_LISTED_AT_ONCE,
        )
        facets = snapshot.facets()
        return page(
            "library.html",
            address=address,
            title=title,
            info=snapshot.info(),
            sources=snapshot.sources(offset=first_source, limit=_SOURCES_AT_ONCE),
            chosen_sources=_source_words(snapshot, address.sources),
            first_source=first_source,
            sources_at_once=_SOURCES_AT_ONCE,
            facets=facets,
            histogram=histogram(facets.years, chosen_from=chosen_from, chosen_to=chosen_to),
            groups=_by_year(records),
            total=total,
            first=offset + 1,
            last=offset + len(records),
            previous_link=library_link(address, title, earlier) if offset else "",
            next_link=library_link(address, title, later) if later < total else "",
            settings=state.settings,
        )


def _offered_sources(snapshot: Snapshot, chosen: Sequence[str]) -> list[SourceRecord]:
    """Return the first of the sources, and those that are chosen already."""
    offered = snapshot.sources(limit=_SOURCES_AT_ONCE)
    known = {one.id for one in offered}
    others = {one.id: one for name in chosen if (one := snapshot.source(name)) and one.id not in known}
    return [*offered, *others.values()]


def _source_words(snapshot: Snapshot, chosen: Sequence[str]) -> list[str]:
    """Return what the sources with these names or ids are called; unknown ones as they were given."""
    found = [(name, snapshot.source(name)) for name in chosen]
    return [source_words(one.label, one.name) if one else name for name, one in found]


def _by_year(records: list[DocumentRecord]) -> list[tuple[str, list[tuple[DocumentRecord, str]]]]:
    groups = groupby(records, key=_year)
    return [(year.lstrip("0") or "Undated", _dated(list(members))) for year, members in groups]


def _year(record: DocumentRecord) -> str:
    when = record.document.metadata.date
    return when.start[:4] if when else ""


def _dated(records: list[DocumentRecord]) -> list[tuple[DocumentRecord, str]]:
    return [(record, date_range_words(record.document.metadata.date)) for record in records]


def _methods(pages: tuple[DocumentPage, ...]) -> list[str]:
    """Return how the pages of a document are known, each way once."""
    return list(dict.fromkeys(method_words(one.page.method, one.page.margin) for one in pages))
