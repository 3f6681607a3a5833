"""The OpenAI-compatible interface: any chat front end can ask the documents."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from service.answer import Turn
from service.api.presenting import ask_response
from service.api.problems import FieldError, ProblemError
from service.api.routes.dependencies import CurrentDossier, CurrentState
from service.api.schemas import AskResponse
from service.errors import NotFoundError
from service.hosting.state import ServiceState
from service.openai_api import schemas as chat
from service.openai_api.errands import perform, read_task, without_front_end_context
from service.openai_api.message import ChatAnswer, chat_answer, source_events
from service.settings import Settings

router = APIRouter(prefix="/v1", tags=["chat"])

MODEL = "dossier"
_MESSAGE_TOKENS = 3
"""What a message costs beside its words, as OpenAI counts it."""
_STARTED = int(time.time())
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": chat.ErrorBody, "description": description}
    for status, description in (
        (400, "The request cannot be used."),
        (401, "A key is needed and this is none."),
        (429, "Too many requests; `Retry-After` says when to ask again."),
        (503, "The index is not open yet."),
        ("default", "Any other error has the same form."),
    )
}


@dataclass(frozen=True, slots=True)
class _Completion:
    """One answer on its way out: everything that stays the same over a stream."""

    id: str
    created: int
    answer: ChatAnswer
    usage: chat.Usage
    fingerprint: str | None = None
    events: tuple[dict[str, Any], ...] = ()


@router.get("/models", operation_id="list_models", responses=_ERRORS)
def list_models() -> chat.ModelList:
    """Return the models that can be asked: `dossier`."""
    return chat.ModelList(data=[_model_card()])


@router.get("/models/{model}", operation_id="get_model", responses=_ERRORS)
def get_model(model: str) -> chat.ModelCard:
    """Return one model."""
    if model != MODEL:
        raise NotFoundError(f"There is no model {model}; there is {MODEL}.")
    return _model_card()


@router.post(
    "/chat/completions",
    operation_id="create_chat_completion",
    response_model=chat.ChatCompletion,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **_ERRORS,
    },
)
def create_chat_completion(
    request: chat.ChatRequest, http: Request, dossier: CurrentDossier, state: CurrentState
) -> chat.ChatCompletion | StreamingResponse:
    """Answer the last question of a conversation, as OpenAI's API does.

    Each `[n]` of the answer is explained in `citations`, `search_results` and the message's
    `annotations`. The earlier messages tell what "he" and "that letter" mean. System messages, tools
    and sampling parameters are accepted and have no effect.
    """
    task = read_task(request.messages)
    if task is not None:
        completion = _completion(
            request, state.settings, ChatAnswer((perform(task, request.messages),), (), ())
        )
    else:
        response = _asked(request, dossier, state)
        completion = _answered(request, state.settings, response, _base_url(http, state.settings))
    if request.stream:
        return StreamingResponse(
            _stream(completion, includes_usage=request.stream_options.include_usage),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
    return _whole(completion)


def _asked(request: chat.ChatRequest, dossier: CurrentDossier, state: ServiceState) -> AskResponse:
    history, question = _read_conversation(request.messages, state.settings)
    answer = dossier.answerer.ask(
        question,
        top_k=request.dossier.top_k or state.settings.top_k,
        filters=request.dossier.filters.as_filters(),
        history=history,
    )
    state.metrics.question(kind=answer.kind, timings_ms=answer.timings_ms)
    return ask_response(answer)


def _read_conversation(messages: list[chat.ChatMessage], settings: Settings) -> tuple[list[Turn], str]:
    """Return the turns before the last question, and the question."""
    asked = [
        position
        for position, message in enumerate(messages)
        if message.role == "user" and message.text.strip()
    ]
    if not asked:
        raise _invalid("has no message of a user with text in it")
    question = without_front_end_context(messages[asked[-1]].text.strip())
    if len(question) > settings.max_question_chars:
        raise _invalid(
            f"ends with a question of {len(question):,} characters; at most "
            f"{settings.max_question_chars:,} are allowed (DOSSIER_MAX_QUESTION_CHARS)"
        )
    history = [
        Turn("user" if message.role == "user" else "assistant", message.text)
        for message in messages[: asked[-1]]
        if message.role in {"user", "assistant"}
    ]
    return history, question


def _invalid(what: str) -> ProblemError:
    return ProblemError(
        422,
        f"The conversation {what}.",
        name="invalid-request",
        errors=[FieldError(field="body.messages", message=what)],
    )


def _base_url(http: Request, settings: Settings) -> str:
    return (settings.public_url or str(http.base_url)).rstrip("/")


def _answered(
    request: chat.ChatRequest, settings: Settings, response: AskResponse, base_url: str
) -> _Completion:
    sends_events = request.stream and settings.chat_sources == "open-webui"
    answer = chat_answer(response, base_url=base_url, lists_sources=not sends_events)
    return _completion(
        request,
        settings,
        answer,
        fingerprint=f"index-{response.index.generation}",
        events=tuple(source_events(response, base_url=base_url)) if sends_events else (),
    )


def _completion(
    request: chat.ChatRequest,
    settings: Settings,
    answer: ChatAnswer,
    *,
    fingerprint: str | None = None,
    events: tuple[dict[str, Any], ...] = (),
) -> _Completion:
    from chunker.text.tokens import token_counter

    count = token_counter(settings.encoding)
    prompt = sum(count(message.text) + _MESSAGE_TOKENS for message in request.messages) + _MESSAGE_TOKENS
    completion = count(answer.text)
    usage = chat.Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion)
    return _Completion(f"chatcmpl-{uuid.uuid4().hex}", int(time.time()), answer, usage, fingerprint, events)


def _whole(completion: _Completion) -> chat.ChatCompletion:
    answer = completion.answer
    message = chat.AssistantMessage(content=answer.text, annotations=list(answer.annotations))
    return chat.ChatCompletion(
        id=completion.id,
        created=completion.created,
        model=MODEL,
        system_fingerprint=completion.fingerprint,
        choices=[chat.Choice(message=message)],
        usage=completion.usage,
        citations=[result.url for result in answer.search_results],
        search_results=list(answer.search_results),
    )


def _stream(completion: _Completion, *, includes_usage: bool) -> Iterator[bytes]:
    """Yield the answer as OpenAI streams it: role, pieces, why it ended, perhaps the usage, the end."""
    answer = completion.answer
    # Where usage is wanted, every chunk but the last says that it has none.
    always: dict[str, Any] = {"usage": None} if includes_usage else {}
    sources: dict[str, Any] = {
        "citations": [result.url for result in answer.search_results],
        "search_results": [result.model_dump() for result in answer.search_results],
        **always,
    }
    yield _chunk(completion, _delta(role="assistant", content=""), sources)
    for event in completion.events:
        yield _chunk(completion, [], {"event": event, **always})
    for piece in answer.pieces:
        yield _chunk(completion, _delta(content=piece), always)
    # Open WebUI takes annotations for further sources, and would number each reference anew.
    if answer.annotations and not completion.events:
        annotations = [annotation.model_dump() for annotation in answer.annotations]
        yield _chunk(completion, _delta(annotations=annotations), always)
    yield _chunk(completion, [{**_delta()[0], "finish_reason": "stop"}], sources)
    if includes_usage:
        yield _chunk(completion, [], {"usage": completion.usage.model_dump()})
    yield b"data: [DONE]\n\n"


def _delta(**delta: object) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]


def _chunk(completion: _Completion, choices: list[dict[str, Any]], fields: dict[str, Any]) -> bytes:
    """Return one server-sent event."""
    chunk: chat.Chunk = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": MODEL,
        "system_fingerprint": completion.fingerprint,
        "choices": choices,
        **fields,
    }
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def _model_card() -> chat.ModelCard:
    return chat.ModelCard(id=MODEL, created=_STARTED, owned_by="dossier")
