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
    from collections.abc import Sequence

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
    orders = [last, *(message.text for message in messages if message.role in {"system", "developer"})]
    is_alone = sum(message.role == "user" for message in messages) == 1
    for order in orders if is_alone else orders[:1]:
        match = _ORDER.search(order[:_OPENING_CHARS])
        if match and not order[: match.start()].strip().endswith("?"):
            return _kind(match[0] + re.split(r"[.\n]", order[match.end() :])[0])
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
    earlier = [message.text for message in messages[:-1] if message.role == "user" and message.text.strip()]
    return " ".join(earlier[0].split()) if earlier else ""


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
