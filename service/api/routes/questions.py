"""Questions: answered, or with their passages only."""

import json
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from service.answer import Answer, Found, Piece, is_notice, piece_text, space_before
from service.api.boxes import BoxesInTime
from service.api.presenting import BoxesOf, ask_response, no_boxes, ranked_passage, search_response
from service.api.schemas import AskRequest, AskResponse, SearchRequest, SearchResponse
from service.dossier import Dossier, whole_answer
from service.hosting.dependencies import collection_of
from service.hosting.problems import documented
from service.hosting.streaming import event, event_stream

router = APIRouter(prefix="/v1", tags=["questions"])


async def _for_search(request: SearchRequest, http: Request) -> AsyncIterator[Dossier]:
    async with collection_of(http, request.collection) as state:
        yield state.dossier()


async def _for_ask(request: AskRequest, http: Request) -> AsyncIterator[Dossier]:
    async with collection_of(http, request.collection) as state:
        yield state.dossier()


@router.post(
    "/ask",
    operation_id="ask",
    response_model=AskResponse,
    responses={
        200: {
            "content": {
                "text/event-stream": {
                    "example": 'event: passages\ndata: {"passages": […]}\n\nevent: answer.delta\ndata: …\n\n',
                }
            }
        },
        **documented(400, 401, 403, 404, 413, 415, 422, 429, 503),
    },
)
def ask(
    request: AskRequest, dossier: Annotated[Dossier, Depends(_for_ask)]
) -> AskResponse | StreamingResponse:
    """Answer a question in the documents' own words, each quote with document, date and page.

    With `"stream": true` the answer comes as server-sent events, each as soon as it is known: `passages`
    (`{"passages": […]}`), any number of `answer.delta` (`{"text": "…"}`), `answer` (the whole response),
    `done` (`{}`).
    """
    events = dossier.stream(
        request.question,
        top_k=request.top_k,
        mode=request.mode,
        form=request.form,
        order=request.order or "relevance",
        filters=request.filters.as_filters(),
        history=[turn.as_turn() for turn in request.history],
    )
    boxes_of = BoxesInTime(dossier) if request.boxes else no_boxes
    if request.stream:
        # What is found comes first: where the question cannot be asked, the response is still an error.
        return event_stream(_events(chain([next(events)], events), boxes_of))
    return ask_response(whole_answer(events), boxes_of=boxes_of)


@router.post(
    "/search",
    operation_id="search",
    response_model=SearchResponse,
    responses=documented(400, 401, 403, 404, 413, 415, 422, 429, 503),
)
def search(request: SearchRequest, dossier: Annotated[Dossier, Depends(_for_search)]) -> SearchResponse:
    """Return the passages nearest to a question, without an answer."""
    result = dossier.search(
        request.question,
        top_k=request.top_k,
        mode=request.mode,
        order=request.order or "relevance",
        filters=request.filters.as_filters(),
    )
    return search_response(result, boxes_of=BoxesInTime(dossier) if request.boxes else no_boxes)


def _events(events: Iterator[Found | Piece | Answer], boxes_of: BoxesOf) -> Iterator[bytes]:
    is_first = True
    for one in events:
        if isinstance(one, Found):
            passages = [ranked_passage(passage).model_dump(mode="json") for passage in one.passages]
            yield event("passages", json.dumps({"passages": passages}))
        elif isinstance(one, Answer):
            yield event("answer", ask_response(one, boxes_of=boxes_of).model_dump_json())
        elif not is_notice(one):
            text = piece_text(one) if is_first else space_before(one) + piece_text(one)
            yield event("answer.delta", json.dumps({"text": text}))
            is_first = False
    yield event("done", "{}")
