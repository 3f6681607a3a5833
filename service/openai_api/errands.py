"""Errands that chat front ends run beside the conversation: a title for it, tags, what to ask next.

They come as questions of a user, but are about the conversation and not about the documents: they
are answered from the conversation's own words, and nothing is searched.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal

from service.understanding.question_words import noun_phrases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.openai_api.schemas import ChatMessage

Task = Literal["title", "tags", "follow_ups", "queries", "text", "prompt", "emoji", "tool_calls"]
"""What is wanted; all but ``emoji`` are also the key under which JSON is to give it."""

_TITLE_WORDS = 8
"""Most words of a title: what a front end's side bar shows."""
_TAGS = 3
"""Most tags: what front ends ask for."""
_OPEN_WEBUI = re.compile(r"\s*###\s*Task:", re.IGNORECASE)
_HISTORY = re.compile(r"<chat_history>(?P<history>.*?)</chat_history>", re.DOTALL | re.IGNORECASE)
_FIRST_QUESTION = re.compile(
    r"^\s*(?:#+\s*)?(?:user|human)\s*:\s*(?P<question>.+?)(?=^\s*(?:#+\s*)?(?:assistant|ai|user|human)\s*:|\Z)",
    re.DOTALL | re.MULTILINE | re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:generate|create|suggest|give|write|provide|come up with|based on)\b[^?]{0,300}"
    r"\b(?:(?:our|this) (?:conversation|chat|discussion|dialogue)|(?:the|this) chat history"
    r"|the (?:conversation|chat|dialogue)(?! (?:between|of|with|on|in|at|from|recorded)\b))",
    re.IGNORECASE,
)
"""An order about the conversation one is in, not about one that the documents record."""
_CONVERSATION = r"(?:(?:this|the|an?) (?:new )?(?:conversation|chat|thread|discussion|dialogue|session))"
_SYSTEM_ORDER = re.compile(
    r"\b(?:generate|create|suggest|give|write|provide|come up with|produce|output|make|based on)\b"
    r"(?:(?!\b(?:answer|cite|quote|document|source|passage))[^?]){0,300}"
    rf"\b(?:{_CONVERSATION}|(?:first|opening|initial) (?:user )?(?:message|prompt)"
    r"|(?:user|human)['’]s (?:first )?(?:message|prompt|input|request))\b"
    rf"|\b(?:title|name) {_CONVERSATION}\b",
    re.IGNORECASE,
)
"""The same in a system message, which asks nothing of documents unless it speaks of them."""
_END_OF_ORDER = re.compile(r"[.\n]|:(?=[^.\n?]*\?)")
"""Where an order ends: also at a colon that a question follows."""
_ENVELOPE = re.compile(
    r"^\s*(?:the )?(?:user(?:['’]s)?|human) (?:first )?(?:message|prompt|input)\s*:\s*", re.IGNORECASE
)
_KEY = re.compile(r'\{\s*"(title|tags|follow_ups|queries|text|prompt)"\s*:')
_FEELING = re.compile(r"\s*your task is to reflect .{0,120}\bemoji\b", re.IGNORECASE | re.DOTALL)
_TOOL_CHOICE = re.compile(r"\s*available tools:.*\btool_calls\b", re.IGNORECASE | re.DOTALL)
_KINDS: tuple[tuple[Task, re.Pattern[str]], ...] = (
    (
        "title",
        re.compile(r"\b(?:generate|create|give|write|suggest|provide)\b[^.]{0,80}\btitle\b", re.IGNORECASE),
    ),
    ("follow_ups", re.compile(r"\bfollow[-_ ]?ups?\b|\bask next\b", re.IGNORECASE)),
    ("tags", re.compile(r"\btags?\b", re.IGNORECASE)),
    ("queries", re.compile(r"\bsearch quer|\bqueries\b", re.IGNORECASE)),
    ("text", re.compile(r"\bautocomplet", re.IGNORECASE)),
    ("emoji", re.compile(r"\bemoji\b", re.IGNORECASE)),
    ("title", re.compile(r"\b(?:title|name)\b", re.IGNORECASE)),
)
_BY_KEY: tuple[Task, ...] = ("title", "tags", "follow_ups", "queries", "text", "prompt")
_OPENING_CHARS = 500
"""An order is given at the beginning of a message; further down stands what it is about."""


def read_task(messages: Sequence[ChatMessage]) -> Task | None:
    """Return what kind of errand the last message is, ``None`` for a question to the documents."""
    last = messages[-1].text if messages and messages[-1].role == "user" else ""
    task = _open_webui_task(messages, last)
    if task is not None:
        return task
    is_alone = sum(message.role == "user" for message in messages) == 1
    system = [message.text for message in messages if message.role in {"system", "developer"} and is_alone]
    orders = [(last, _ORDER), *((order, _SYSTEM_ORDER) for order in system)]
    for order, pattern in orders:
        match = pattern.search(order[:_OPENING_CHARS])
        if match and not order[: match.start()].strip().endswith("?"):
            return _kind(match[0] + _END_OF_ORDER.split(order[match.end() :])[0])
    return None


def _open_webui_task(messages: Sequence[ChatMessage], last: str) -> Task | None:
    if any(_TOOL_CHOICE.match(message.text) for message in messages if message.role == "system"):
        return "tool_calls"
    if _FEELING.match(last):
        return "emoji"
    history = _HISTORY.search(last)
    if history is None or not _OPEN_WEBUI.match(last):
        return None
    # The administrator may word the order otherwise, but the front end reads one key of JSON.
    key = _KEY.search(last, 0, history.start())
    found = next((kind for kind in _BY_KEY if key and kind == key[1]), None)
    return found or _kind(last[:_OPENING_CHARS])


def _kind(order: str) -> Task | None:
    return next((kind for kind, pattern in _KINDS if pattern.search(order)), None)


def perform(task: Task, messages: Sequence[ChatMessage]) -> str:
    """Return what the front end expects, as JSON where it asks for JSON."""
    prompt = messages[-1].text
    question = first_question(messages)
    results: dict[Task, object] = {
        "title": title_of(question),
        "tags": [phrase.text for phrase in noun_phrases(question)[:_TAGS]],
        "follow_ups": [],
        "queries": [],
        "text": "",
        "emoji": "📄",
        "prompt": "",
        "tool_calls": [],
    }
    result = results[task]
    wants_json = "json" in prompt.lower()
    if task != "emoji" and (wants_json or task != "title"):
        return json.dumps({task: result}, ensure_ascii=False)
    return str(result)


def first_question(messages: Sequence[ChatMessage]) -> str:
    """Return the question the conversation began with, from the errand's own copy of it or the messages."""
    prompt = messages[-1].text
    history = _HISTORY.search(prompt)
    found = _FIRST_QUESTION.search(history["history"] if history else prompt)
    if found:
        return " ".join(found["question"].split())
    users = [message.text for message in messages if message.role == "user" and message.text.strip()]
    is_of_system = _ORDER.search(prompt[:_OPENING_CHARS]) is None and len(users) == 1
    earlier = users if is_of_system else users[:-1]
    return " ".join(_out_of_envelope(earlier[0]).split()) if earlier else ""


def _out_of_envelope(text: str) -> str:
    """Return the message in ``text``, which may be told to be one, or be the JSON of one."""
    try:
        texts = list(_texts_of(json.loads(text)))
    except (ValueError, RecursionError):
        return _ENVELOPE.sub("", text).strip(" \"“”'")
    return " ".join(texts) or text


def _texts_of(value: object) -> Iterator[str]:
    """Yield what stands under ``text`` or ``content`` in the JSON of a message."""
    if isinstance(value, list):
        for one in value:
            yield from _texts_of(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str) and name in {"text", "content"}:
                yield one
            else:
                yield from _texts_of(one)


def title_of(question: str) -> str:
    """Return a few words that name what ``question`` is about."""
    phrases = [phrase.text for phrase in noun_phrases(question)]
    title = ""
    for phrase in phrases:
        longer = f"{title}, {phrase}" if title else phrase
        if title and len(longer.split()) > _TITLE_WORDS:
            break
        title = longer
    words = (title or question).split()[:_TITLE_WORDS]
    return " ".join(words)[:80].rstrip(" ,") or "Documents"
