"""The questions of a conversation, as an errand's own copy of it tells them, or the messages do."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.openai_api.orders import Order
    from service.openai_api.schemas import ChatMessage

_HISTORY = re.compile(
    r"<chat_history>(?P<history>(?:(?!<chat_history>).)*?)</chat_history>", re.DOTALL | re.IGNORECASE
)
_SPEAKER = r"^[ \t#>|*-]*(?:{})[ \t]*:"
_TURN = re.compile(
    _SPEAKER.format("user|human")
    + r"\s*(?P<question>.+?)(?="
    + _SPEAKER.format("assistant|ai|response|bot|user|human")
    + r"|^[ \t]*(?:```|\"\"\")|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_TAGGED = re.compile(
    r"<(user|query|user_message)>(?P<question>(?:(?!<\1>).)*?)</\1>", re.DOTALL | re.IGNORECASE
)
_FENCED = re.compile(r"```\n?(?P<question>.*?)(?:\n[ \t]*-{3,}|```)", re.DOTALL)
_AFTER_A_COLON = re.compile(r":\s*(?P<question>\S[^\n]*)")
_QUOTED = re.compile(r"[\"“](?P<question>[^\"“”]+)[\"”]\s*\Z")
_FOLLOW_UP = re.compile(
    r"^[ \t]*(?:follow[- ]?up|last|new|latest) (?:question|input|message)[ \t]*:\s*(?P<question>\S.*)$",
    re.MULTILINE | re.IGNORECASE,
)
_ENVELOPE = re.compile(
    r"^\s*(?:the )?(?:user(?:['’]s)?|human) (?:first )?(?:message|prompt|input)\s*:\s*", re.IGNORECASE
)
_NO_WORDS = frozenset({"role", "type", "id", "name"})
_QUOTES = " \"“”'"


def questions_of(messages: Sequence[ChatMessage], order: Order) -> list[str]:
    """Return what was asked in the conversation that ``order`` is about, oldest first."""
    last = messages[-1].text
    for text in dict.fromkeys((last, order.text)):
        if copied := _copied(text):
            return copied
    users = [message.text for message in messages if message.role == "user" and message.text.strip()]
    if order.is_in_last:
        users = users[:-1] or _handed_over(last)
    elif messages[-1].role == "user":
        users = users[-1:]  # what stands before are examples
    return [" ".join(_out_of_envelope(text).split()) for text in users]


def follow_up_of(messages: Sequence[ChatMessage], order: Order) -> str:
    """Return the follow-up question that is to be put so that it stands alone."""
    found = [one["question"] for text in (order.text, messages[-1].text) for one in _FOLLOW_UP.finditer(text)]
    return " ".join((found or questions_of(messages, order) or [""])[-1].split())


def _handed_over(order: str) -> list[str]:
    """Return the message that stands at the end of an order in quotation marks, or after its colon."""
    found = _QUOTED.search(order) or _AFTER_A_COLON.search(order)
    return [found["question"]] if found else []


def _copied(text: str) -> list[str]:
    """Return the questions of a conversation that is copied into ``text``, if one is."""
    history = _HISTORY.search(text)
    text = history["history"] if history else text
    for pattern in (_TAGGED, _TURN, _FENCED):
        found = [" ".join(one["question"].split()).strip(_QUOTES) for one in pattern.finditer(text)]
        if any(found):
            return found
    return []


def _out_of_envelope(text: str) -> str:
    """Return the message in ``text``, which may be told to be one, or be the JSON of one."""
    try:
        texts = list(_texts_of(json.loads(text)))
    except (ValueError, RecursionError):
        return _ENVELOPE.sub("", text).strip(_QUOTES)
    return " ".join(texts) or text


def _texts_of(value: object) -> Iterator[str]:
    """Yield the words in the JSON of messages."""
    if isinstance(value, list):
        for one in value:
            yield from _texts_of(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and name not in _NO_WORDS:
                yield one
            elif not isinstance(one, str):
                yield from _texts_of(one)
