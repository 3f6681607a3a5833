"""Questions: answered, or with their passages only."""

import json
import re
from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from service.api.presenting import ask_response, search_response
from service.api.problems import FieldError, ProblemError, documented
from service.api.routes.dependencies import CurrentDossier, CurrentState
from service.api.schemas import AskRequest, AskResponse, SearchRequest, SearchResponse
from service.settings import Settings

router = APIRouter(prefix="/v1", tags=["questions"])

# The answer is sent a quote at a time; together the pieces are the whole text.
_AFTER_REFERENCE = re.compile(r"(?<=\] )")


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
        **documented(400, 401, 403, 413, 415, 422, 429, 503),
    },
)
def ask(request: AskRequest, dossier: CurrentDossier, state: CurrentState) -> AskResponse | StreamingResponse:
    """Answer a question in the documents' own words, each quote with document, date and page.

    With `"stream": true` the answer comes as server-sent events: `passages` (`{"passages": […]}`),
    any number of `answer.delta` (`{"text": "…"}`), `answer` (the whole response), `done` (`{}`).
    """
    _check_length(request.question, state.settings)
    answer = dossier.answerer.ask(
        request.question,
        top_k=request.top_k or state.settings.top_k,
        filters=request.filters.as_filters(),
        history=[turn.as_turn() for turn in request.history],
    )
    state.metrics.question(kind=answer.kind, timings_ms=answer.timings_ms)
    response = ask_response(answer)
    if request.stream:
        return StreamingResponse(
            _events(response), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )
    return response


@router.post(
    "/search",
    operation_id="search",
    response_model=SearchResponse,
    responses=documented(400, 401, 403, 413, 415, 422, 429, 503),
)
def search(request: SearchRequest, dossier: CurrentDossier, state: CurrentState) -> SearchResponse:
    """Return the passages nearest to a question, without an answer."""
    _check_length(request.question, state.settings)
    result = dossier.answerer.search(
        request.question,
        top_k=request.top_k or state.settings.top_k,
        filters=request.filters.as_filters(),
    )
    state.metrics.question(kind="search", timings_ms=result.timings_ms)
    return search_response(result)


def _check_length(question: str, settings: Settings) -> None:
    if len(question) > settings.max_question_chars:
        message = f"has {len(question):,} characters, at most {settings.max_question_chars:,} are allowed"
        raise ProblemError(
            422,
            f"The question {message} (DOSSIER_MAX_QUESTION_CHARS).",
            name="question-too-long",
            errors=[FieldError(field="body.question", message=message)],
        )


def _events(response: AskResponse) -> Iterator[bytes]:
    yield _event("passages", response.model_dump_json(include={"passages"}))
    for text in _AFTER_REFERENCE.split(response.answer.text):
        yield _event("answer.delta", json.dumps({"text": text}))
    yield _event("answer", response.model_dump_json())
    yield _event("done", "{}")


def _event(name: str, data: str) -> bytes:
    """Return one server-sent event; ``data`` is JSON and so has no line breaks."""
    return f"event: {name}\ndata: {data}\n\n".encode()
