"""The pages where one asks, and the library."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby, zip_longest
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from embeddings.store.records import DocumentRecord, SourceRecord
from embeddings.store.snapshot import Snapshot
from service.answer import Answer, Found, Piece, Turn, Words
from service.dossier import Dossier
from service.hosting.dependencies import CurrentDossier, CurrentState
from service.hosting.streaming import event, event_stream
from service.questions import MAX_OFFSET
from service.web.addresses import MAX_QUESTIONS, AskAddress, library_link
from service.web.histogram import histogram
from service.web.pages import PageRoute, page, page_problem, rendered
from service.web.views import TurnView, turn_view
from service.wording.phrases import date_range_words, source_words

router = APIRouter(route_class=PageRoute, include_in_schema=False)

_LISTED_AT_ONCE = 100
"""Documents on one page of the library."""
_SOURCES_AT_ONCE = 200
"""Sources on one page of the library, and among the filters. Chosen by hand."""
_OFFERED_PARTICIPANTS = 300
"""Names that the browser offers while one types, the most frequent ones. Chosen by hand."""


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
            turn = replace(turn, is_last=False, more_link="", other_mode_link="", unfiltered_link="")
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
            order=address.order,
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
