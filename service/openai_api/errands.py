"""Errands that chat front ends run beside the conversation: a title for it, tags, what to ask next.

They come as questions of a user, but are about the conversation and not about the documents: they
are answered from the conversation's own words, and nothing is searched.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from service.openai_api.conversations import follow_up_of, questions_of
from service.openai_api.orders import read_order
from service.understanding.question_words import noun_phrases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from service.openai_api.orders import Order, Task
    from service.openai_api.schemas import ChatMessage

_TITLE_WORDS = 8
"""Most words of a title: what a front end's side bar shows."""
_TAGS = 3
"""Most tags: what front ends ask for."""
_ALWAYS: Mapping[Task, str | Sequence[str]] = {
    "emoji": "📄",
    "follow_ups": [],
    "prompt": "",
    "queries": [],
    "text": "",
    "tool_calls": [],
}
"""What is told of any conversation: what the documents hold is not made up."""
_PLAIN = frozenset({"title", "emoji", "summary", "question"})
"""What is told as it is, unless JSON is asked for; the others are, under their own key."""


def done_errand(messages: Sequence[ChatMessage]) -> str | None:
    """Return what the front end expects where the last message is an errand, ``None`` for a question."""
    order = read_order(messages)
    return None if order is None else _performed(order, messages)


def _performed(order: Order, messages: Sequence[ChatMessage]) -> str:
    result = _result(order, messages)
    if order.task in _PLAIN and not (order.task == "title" and "json" in order.text.lower()):
        return str(result)
    return json.dumps({order.task: result}, ensure_ascii=False)


def _result(order: Order, messages: Sequence[ChatMessage]) -> str | Sequence[str]:
    if order.task in _ALWAYS:
        return _ALWAYS[order.task]
    if order.task == "question":
        return follow_up_of(messages, order)
    asked = questions_of(messages, order) or [""]
    if order.task == "summary":
        return "Asked so far: " + " / ".join(asked)
    if order.task == "title":
        return title_of(asked[0])
    return [phrase.text for phrase in noun_phrases(asked[0])[:_TAGS]]


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
