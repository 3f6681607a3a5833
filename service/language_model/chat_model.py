"""A language model that words answers: the seam, and the one kind there is, an OpenAI-compatible endpoint.

    ChatModelError          the model gave nothing that can be used; the message tells why, in a few words

Ollama, vLLM, llama.cpp's server, LM Studio and the hosted services all speak this protocol.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, AnyStr, Literal, Protocol

from service.answering.writing import WritingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import httpx

logger = logging.getLogger(__name__)

_MAX_REPLY_CHARS = 100_000
"""Fifty times the longest answer: what is longer never ends."""
_MAX_ERROR_CHARS = 200
"""Of an endpoint's error so much is logged."""
_UNSUPPORTED = re.compile(
    r"un(?:supported|recogni[sz]ed|known|expected)|not (?:supported|permitted|allowed)|extra", re.IGNORECASE
)
"""How endpoints say that they know no such parameter; "max_tokens is too large" is another complaint."""
_REST_SECONDS = 15.0
"""How long an endpoint that was too slow or too busy is left alone, so that not every question waits."""
_MAX_REST_SECONDS = 120.0
"""The longest rest that an endpoint's own ``Retry-After`` is believed."""


class ChatModelError(WritingError):
    """The language model gave nothing that can be used."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatModel(Protocol):
    """Continues a conversation. Must be safe to use from many threads."""

    def complete(self, messages: Sequence[ChatMessage], *, max_tokens: int | None = None) -> str:
        """Return the model's whole reply, of at most ``max_tokens``.

        Raises:
            ChatModelError: there is none.
        """

    def stream(self, messages: Sequence[ChatMessage], *, max_tokens: int | None = None) -> Iterator[str]:
        """Yield the model's reply piece by piece, as it comes.

        Raises:
            ChatModelError: there is none, or what was yielded is not the whole of it.
        """


class OpenAIChatModel:
    """Asks an OpenAI-compatible endpoint, ``url`` being what stands before ``/chat/completions``.

    ``timeout_seconds`` is the most that one reply may take, however slowly it drips in.
    """

    def __init__(
        self,
        *,
        url: str,
        model: str,
        key: str | None,
        timeout_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        import httpx

        self._address = f"{url}/chat/completions"
        self._model = model
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._rests_until = 0.0
        self._takes_temperature = True
        self._limit_name = "max_tokens"
        self._lock = threading.Lock()
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)),
            # The one address that the settings name, and neither proxies nor redirects to others.
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def complete(self, messages: Sequence[ChatMessage], *, max_tokens: int | None = None) -> str:
        """Return the model's whole reply."""
        return "".join(self.stream(messages, max_tokens=max_tokens))

    def stream(self, messages: Sequence[ChatMessage], *, max_tokens: int | None = None) -> Iterator[str]:
        """Yield the model's reply as it comes; in one piece where the endpoint does not stream."""
        import httpx

        if self._clock() < self._rests_until:
            raise ChatModelError("it was too slow or too busy a moment ago")
        says_anything = False
        try:
            for piece in self._reply(messages, max_tokens):
                says_anything = says_anything or bool(piece.strip())
                yield piece
        except httpx.TimeoutException:
            raise self._rest(f"it did not answer within {self._timeout_seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ChatModelError(f"it cannot be reached ({type(error).__name__})") from error
        if not says_anything:
            raise ChatModelError("its reply was empty")

    def _reply(self, messages: Sequence[ChatMessage], max_tokens: int | None) -> Iterator[str]:
        while True:
            try:
                yield from self._request(messages, max_tokens)
            except _ParameterRefusedError:
                continue  # raised before anything was said, and never twice for the same parameter
            return

    def _request(self, messages: Sequence[ChatMessage], max_tokens: int | None) -> Iterator[str]:
        deadline = self._clock() + self._timeout_seconds
        body = self._body(messages, max_tokens)
        with self._client.stream("POST", self._address, json=body) as response:
            if response.status_code != 200:
                raise self._refusal(response, body)
            if "event-stream" in response.headers.get("content-type", ""):
                yield from self._streamed(response.iter_lines(), deadline)
            else:
                yield _whole(b"".join(self._limited(response.iter_bytes(), deadline)))

    def _body(self, messages: Sequence[ChatMessage], max_tokens: int | None) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "stream": True,
        }
        if self._takes_temperature:
            body["temperature"] = 0
        if max_tokens is not None:
            body[self._limit_name] = max_tokens
        return body

    def _refusal(self, response: httpx.Response, body: Mapping[str, Any]) -> ChatModelError:
        text = response.read()[:10_000].decode("utf-8", "replace")
        if response.status_code in {400, 422} and self._adapts_to(text, body):
            return _ParameterRefusedError("it takes another parameter")
        logger.warning("the language model answered %d", response.status_code)
        logger.debug("the language model's error: %s", text[:_MAX_ERROR_CHARS])  # it may repeat the question
        error = ChatModelError(f"it answered with the error {response.status_code}")
        if response.status_code in {429, 503}:
            return self._rest(str(error), seconds=_seconds(response.headers.get("retry-after")))
        return error

    def _adapts_to(self, complaint: str, body: Mapping[str, Any]) -> bool:
        """Leave out of every further ``body`` what this one was refused for; tell whether that is possible.

        Reasoning models take no temperature, and OpenAI's newer models ``max_completion_tokens`` only; the
        others are to say the same to the same question.
        """
        is_refused = "max_tokens" in complaint and _UNSUPPORTED.search(complaint)
        if "max_tokens" in body and ("max_completion_tokens" in complaint or is_refused):
            self._limit_name = "max_completion_tokens"
            return True
        if "temperature" in body and "temperature" in complaint:
            self._takes_temperature = False
            return True
        return False

    def _rest(self, message: str, *, seconds: float = _REST_SECONDS) -> ChatModelError:
        with self._lock:
            self._rests_until = max(self._rests_until, self._clock() + min(seconds, _MAX_REST_SECONDS))
        return ChatModelError(message)

    def _streamed(self, lines: Iterator[str], deadline: float) -> Iterator[str]:
        for line in self._limited(lines, deadline):
            if not line.startswith("data:"):
                continue
            data = line.removeprefix("data:").strip()
            if data == "[DONE]":
                return
            choice = _first_choice(_json(data))
            yield _text((choice.get("delta") or {}).get("content"))
            if choice.get("finish_reason"):
                _refuse_cut(choice)
                return
        raise ChatModelError("its reply broke off")

    def _limited(self, pieces: Iterator[AnyStr], deadline: float) -> Iterator[AnyStr]:
        """Pass on what comes before the deadline, up to a length no answer has."""
        length = 0
        for piece in pieces:
            if self._clock() > deadline:
                raise self._rest(f"it did not finish within {self._timeout_seconds:g} s")
            length += len(piece)
            if length > _MAX_REPLY_CHARS * 10:
                raise ChatModelError("its reply had no end")
            yield piece


class _ParameterRefusedError(ChatModelError):
    """The model takes no such parameter; without it, it may answer."""


def _whole(body: bytes) -> str:
    """Return the reply of an endpoint that does not stream."""
    choice = _first_choice(_json(body.decode("utf-8", "replace")))
    return _text((choice.get("message") or {}).get("content"))


def _refuse_cut(choice: dict[str, Any]) -> None:
    if choice.get("finish_reason") == "length":
        raise ChatModelError("its reply was longer than DOSSIER_CHAT_REPLY_TOKENS gives it room for")


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ChatModelError("its reply is not JSON") from error
    if not isinstance(value, dict):
        raise ChatModelError("its reply is no completion")
    if value.get("error"):
        raise ChatModelError("it reported an error")
    return value


def _first_choice(value: dict[str, Any]) -> dict[str, Any]:
    choices = value.get("choices")
    if choices == []:  # a chunk that only tells usage
        return {}
    if not isinstance(choices, list) or not isinstance(choices[0], dict):
        raise ChatModelError("its reply is no completion")
    return choices[0]


def _text(content: object) -> str:
    if content is None:
        return ""
    if not isinstance(content, str):
        raise ChatModelError("its reply is no text")
    return content


def _seconds(retry_after: str | None) -> float:
    """Return the seconds of a ``Retry-After`` header; its date form counts as the usual rest."""
    try:
        return float(retry_after or _REST_SECONDS)
    except ValueError:
        return _REST_SECONDS
