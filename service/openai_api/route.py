"""The OpenAI-compatible interface: any chat front end can ask the documents."""

import json
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from service.answer import Answer, Found, Piece, Turn
from service.dossier import Dossier
from service.errors import NotFoundError, QuestionError
from service.hosting.dependencies import CurrentService, base_url, collection_of
from service.hosting.open_collections import OpenCollections
from service.hosting.problems import FieldError, Problem, ProblemError
from service.hosting.state import ServiceState
from service.hosting.streaming import event_stream
from service.openai_api import schemas as chat
from service.openai_api.errands import done_errand
from service.openai_api.errors import error_body
from service.openai_api.message import Message
from service.settings import Settings
from service.understanding.wrapping import core_question

router = APIRouter(prefix="/v1", tags=["chat"])

MODEL = "dossier"
_MESSAGE_TOKENS = 3
"""What a message costs beside its words, as OpenAI counts it."""
_STARTED = int(time.time())
_FIELDS = {"question": "messages", "top_k": "dossier.top_k", "filters": "dossier.filters"}
"""Where in a request of this interface stands what a question consists of."""
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
    """One answer on its way out: what stays the same over a stream."""

    request: chat.ChatRequest
    settings: Settings
    message: Message
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    @property
    def model(self) -> str:
        """The model that answers."""
        asked = self.request.model or ""
        return asked if _collection(asked) else MODEL

    @property
    def sends_events(self) -> bool:
        """Whether the sources are told by Open WebUI's events; they need a stream."""
        return self.request.stream and self.settings.chat_sources == "open-webui"

    def usage(self) -> chat.Usage:
        """Return what the conversation and the message count in tokens."""
        from chunker.text.tokens import token_counter

        count = token_counter(self.settings.encoding)
        messages = (count(message.text) + _MESSAGE_TOKENS for message in self.request.messages)
        prompt, completion = sum(messages) + _MESSAGE_TOKENS, count(self.message.text)
        return chat.Usage(
            prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion
        )


def _collection(model: str | None) -> str | None:
    """Return the collection that a model's name names, ``None`` for none."""
    return model.removeprefix(f"{MODEL}/") if model and model.startswith(f"{MODEL}/") else None


async def _asked_state(request: chat.ChatRequest, http: Request) -> AsyncIterator[ServiceState]:
    async with collection_of(http, _collection(request.model)) as state:
        yield state


@router.get("/models", operation_id="list_models", responses=_ERRORS)
def list_models(service: CurrentService) -> chat.ModelList:
    """Return the models that can be asked: `dossier`, and `dossier/NAME` for each other collection."""
    return chat.ModelList(data=[_model_card(name) for name in _models(service)])


@router.get("/models/{model:path}", operation_id="get_model", responses=_ERRORS)
def get_model(model: str, service: CurrentService) -> chat.ModelCard:
    """Return one model."""
    models = _models(service)
    if model not in models:
        raise NotFoundError(f"There is no model {model}; there is {', '.join(models)}.")
    return _model_card(model)


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
    request: chat.ChatRequest, http: Request, state: Annotated[ServiceState, Depends(_asked_state)]
) -> chat.ChatCompletion | StreamingResponse:
    """Answer the last question of a conversation, as OpenAI's API does.

    Each `[n]` of the answer is explained in `citations`, `search_results` and the message's
    `annotations`. The earlier messages tell what "he" and "that letter" mean. System messages, tools
    and sampling parameters are accepted and have no effect; what would give the answer another form than text
    is refused.
    """
    completion = _Completion(request, state.settings, Message(base_url(http, state.settings)))
    errand = done_errand(request.messages)
    completion.message.text = errand or ""
    events = _asked(request, state.dossier()) if errand is None else iter(())
    if request.stream:
        return event_stream(_stream(completion, events), failed=_error_chunk)
    return _whole(completion, events)


def _asked(request: chat.ChatRequest, dossier: Dossier) -> Iterator[Found | Piece | Answer]:
    """Return the events of the answer; a question that cannot be asked raises here, before any is sent."""
    history, question = _read_conversation(request.messages)
    events = dossier.stream(
        question,
        top_k=request.dossier.top_k,
        mode=request.dossier.mode,
        form=request.dossier.form,
        filters=request.dossier.filters.as_filters(),
        history=history,
    )
    try:
        return chain([next(events)], events)
    except QuestionError as error:
        wrong = FieldError(field=f"body.{_FIELDS.get(error.field, error.field)}", message=str(error))
        raise ProblemError(422, str(error), name=error.name, errors=[wrong]) from None


def _read_conversation(messages: list[chat.ChatMessage]) -> tuple[list[Turn], str]:
    """Return the turns before the last question, and the question; empty where nobody asks anything."""
    asked = [
        position
        for position, message in enumerate(messages)
        if message.role == "user" and message.text.strip()
    ]
    last = asked[-1] if asked else 0
    history = [
        Turn("user" if message.role == "user" else "assistant", message.text)
        for message in messages[:last]
        if message.role in {"user", "assistant"}
    ]
    # a front end's instructions and material may be longer than any question
    return history, core_question(messages[last].text) if asked else ""


def _whole(completion: _Completion, events: Iterator[Found | Piece | Answer]) -> chat.ChatCompletion:
    message, results, fingerprint = completion.message, [], None
    for event in events:
        if isinstance(event, Answer):
            message.add_sources(event)
            results = message.search_results(event.passages)
            fingerprint = _fingerprint(event)
        elif not isinstance(event, Found):
            message.add(event)
    said = chat.AssistantMessage(content=message.text, annotations=message.annotations)
    return chat.ChatCompletion(
        id=completion.id,
        created=completion.created,
        model=completion.model,
        system_fingerprint=fingerprint,
        choices=[chat.Choice(message=said)],
        usage=completion.usage(),
        citations=[result.url for result in results],
        search_results=results,
    )


def _stream(completion: _Completion, events: Iterator[Found | Piece | Answer]) -> Iterator[bytes]:
    """Yield the answer as OpenAI streams it: role, pieces, why it ended, perhaps the usage, the end."""
    message = completion.message
    includes_usage = completion.request.stream_options.include_usage
    # Where usage is wanted, every chunk but the last says that it has none.
    always: dict[str, Any] = {"usage": None} if includes_usage else {}
    sources: dict[str, Any] = {"citations": [], "search_results": [], **always}
    shown = 0
    found = next(events, None)
    if isinstance(found, Found):
        sources |= _sources(message, found)
        shown = len(found.passages)
        always["system_fingerprint"] = sources["system_fingerprint"] = _fingerprint(found)
    yield _chunk(completion, _delta(role="assistant", content=""), sources)
    if completion.sends_events and isinstance(found, Found):
        for event in message.source_events(found.passages):
            yield _chunk(completion, [], {"event": event, **always})
    if message.text:
        yield _chunk(completion, _delta(content=message.text), always)
    for one in events:
        added = message.add(one) if not isinstance(one, (Found, Answer)) else ""
        if isinstance(one, Answer):
            sources |= _sources(message, one)
            # What a language model cites beyond the passages that were sent first.
            for event in message.source_events(one.passages[shown:]) if completion.sends_events else ():
                yield _chunk(completion, [], {"event": event, **always})
            added = message.add_sources(one) if not completion.sends_events else ""
        if added:
            yield _chunk(completion, _delta(content=added), always)
    # Open WebUI takes annotations for further sources, and would number each reference anew.
    if message.annotations and not completion.sends_events:
        annotations = [annotation.model_dump() for annotation in message.annotations]
        yield _chunk(completion, _delta(annotations=annotations), always)
    yield _chunk(completion, [{**_delta()[0], "finish_reason": "stop"}], sources)
    if includes_usage:
        yield _chunk(completion, [], {**always, "usage": completion.usage().model_dump()})
    yield b"data: [DONE]\n\n"


def _sources(message: Message, found: Found | Answer) -> dict[str, Any]:
    """Return the passages found so far in the two fields that clients look for."""
    results = message.search_results(found.passages)
    return {
        "citations": [result.url for result in results],
        "search_results": [result.model_dump() for result in results],
    }


def _error_chunk(problem: Problem) -> bytes:
    return f"data: {error_body(problem).model_dump_json()}\n\n".encode()


def _delta(**delta: object) -> list[dict[str, Any]]:
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}]


def _chunk(completion: _Completion, choices: list[dict[str, Any]], fields: dict[str, Any]) -> bytes:
    """Return one server-sent event."""
    chunk: chat.Chunk = {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created,
        "model": completion.model,
        "system_fingerprint": None,
        "choices": choices,
        **fields,
    }
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()


def _fingerprint(answer: Found | Answer) -> str:
    return f"index-{answer.index.generation}"


def _models(service: OpenCollections) -> list[str]:
    """Return the names of what can be asked: of the collection of the address, and of the others."""
    names = (one.name for one in service.seen())
    return [MODEL if name == service.usual else f"{MODEL}/{name}" for name in names]


def _model_card(name: str) -> chat.ModelCard:
    return chat.ModelCard(id=name, created=_STARTED, owned_by="dossier")
