"""Orders that chat front ends give beside the conversation, told from questions to the documents.

They speak of the conversation one is in, of a title for it or its first message, and of how short that is to
be; or they are a system message that makes the model a maker of titles. A question may speak of conversations
and titles, too: of those that documents record.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.openai_api.schemas import ChatMessage

Task = Literal[
    "title", "tags", "follow_ups", "queries", "text", "prompt", "emoji", "tool_calls", "summary", "question"
]
"""What is wanted: ``question`` is a follow-up that is to stand alone, ``text`` how a message may go on."""

_MAKE = (
    r"\b(?:generat(?:e|es|ing)|creat(?:e|es|ing)|suggest|give|writ(?:e|es|ing)|provide|produce|output|make"
    r"|come up with|extract|name(?= (?:this|our|the)\b)|summari[sz]e|based on)\b"
)
_CHAT = r"(?:conversation|chat|thread|discussion|dialogue|session)"
_CONVERSATION = rf"(?:(?:this|the|our|an?|new|chat|user['’]s) (?:new |short |given |following )*{_CHAT}s?)"
_OF_DOCUMENTS = r"(?! (?:between|of|with|on|in|at|from|recorded)\b)"
_MESSAGE = (
    r"(?:(?:first|opening|initial) (?:user )?(?:message|prompt)"
    r"|(?:user|human)['’]s (?:first )?(?:message|prompt|input|request|query))"
)
_TITLE = rf"(?:{_CHAT} (?:title|name)s?|(?:title|name) {_CONVERSATION})"
_LIMIT = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten)[ -]?(?:words?|characters?)\b"

_IN_A_QUESTION = (
    rf"{_MAKE}[^?]{{0,300}}\b(?:(?:our|this) {_CHAT}|(?:the|this) chat history|the {_CHAT}{_OF_DOCUMENTS})\b",
    rf"{_MAKE}[^?]{{0,200}}\b{_TITLE}{_OF_DOCUMENTS}\b",
    rf"{_MAKE}[^?.]{{0,80}}\ban?\b(?=[^?.]{{0,120}}{_LIMIT})(?: (?!of\b|the\b)[\w-]+){{0,6}} title\b",
    rf"{_MAKE}[^?.]{{0,60}}\btitle\b[^?.]{{0,60}}\bfor (?:this:|the following (?:message|text|question)\b)",
    rf"\b(?:title|name) for (?:this|our) {_CHAT}\b",
    rf"\bnew {_CHAT} with this message\b.*?\btitle\b",
)
_NO_ANSWER = r"(?:(?!\b(?:answer|repl(?:y|ies)|response|cite|quote|document|source|passage))[^?])"
_IN_A_SYSTEM_MESSAGE = (
    rf"{_MAKE}{_NO_ANSWER}{{0,300}}\b(?:{_CONVERSATION}|{_MESSAGE})\b",
    rf"\b(?:title|name) (?:for )?{_CONVERSATION}\b",
    rf"\b{_CHAT} (?:title|name)s?\b",
)
_MAKER = (
    rf"\b(?:{_CHAT}s? titl(?:e|es|ing)|title) (?:assistant|generator|maker|writer|bot|expert)\b",
    r"\bsummari[sz]es? the user['’]s (?:message|prompt|request|question|query)\b",
)
"""What a system message makes of the model, even where examples stand between it and the message."""


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE | re.DOTALL)


_ORDER, _SYSTEM_ORDER, _MAKER_ORDER = map(_any_of, (_IN_A_QUESTION, _IN_A_SYSTEM_MESSAGE, _MAKER))
_OF_EACH_ANSWER = _any_of((r"\b(?:all|any|each|every|the|your) (?:answers?|repl(?:y|ies)|responses?)\b",))
"""What speaks against an order of a system message: it tells how to answer."""
_OF_WHAT_IS_THERE = _any_of((r"\b(?:the|its|their|whose) (?:titles?|names?|tags?) (?:of|in|on)\b",))
"""What speaks against one in a question: it asks for a title that there is, not for a new one."""
_REPHRASE = _any_of(
    (
        r"\b(?:rephras|rewrit|reformulat|condens)\w*\b[^?]{0,99}\bfollow[- ]?up\b[^?]{0,99}\bstand-?alone\b",
        r"\bquestion rephraser\b",
    )
)
_SUM_UP = r"\bsummari[sz](?:e|es|ing)\b"
_TO_GO_ON = r"(?=.{0,200}\b(?:context|prompts?)\b)"
_SUMMARY = _any_of(
    (
        rf"{_SUM_UP}[^?.]{{0,60}}\b(?:above|our|this|the) {_CHAT}{_OF_DOCUMENTS}\b{_TO_GO_ON}",
        rf"{_SUM_UP}[^?]{{0,200}}<chat_history>",
    )
)
_FACE = _any_of(
    (
        r"\A\s*your task is to reflect .{0,120}\bemoji\b",
        r"\b(?:most appropriate|most fitting|fitting) emoji\b",
    )
)
_TOOL_CHOICE = re.compile(r"\s*available tools:.*\btool_calls\b", re.IGNORECASE | re.DOTALL)
_OPEN_WEBUI = re.compile(r"\s*###\s*Task:.*?<chat_history>", re.IGNORECASE | re.DOTALL)
_KEY = re.compile(r'\{\s*"(?P<key>title|tags|follow_ups|queries|text|prompt)"\s*:')
_BY_KEY: tuple[Task, ...] = ("title", "tags", "follow_ups", "queries", "text", "prompt")
_END_OF_ORDER = re.compile(r"[.\n]|:(?=[^.\n?]*\?)")
"""Where an order ends: also at a colon that a question follows."""
_KINDS: tuple[tuple[Task, re.Pattern[str]], ...] = (
    (
        "title",
        re.compile(r"\b(?:generate|create|give|write|suggest|provide)\b[^.]{0,80}\btitle\b", re.IGNORECASE),
    ),
    ("follow_ups", re.compile(r"\bfollow[-_ ]?ups?\b|\bask next\b", re.IGNORECASE)),
    ("tags", re.compile(r"(?<!> )\btags?\b", re.IGNORECASE)),
    ("queries", re.compile(r"\bsearch quer|\bqueries\b", re.IGNORECASE)),
    ("text", re.compile(r"\bautocomplet", re.IGNORECASE)),
    ("emoji", re.compile(r"\bemoji\b(?!.*\btitl)", re.IGNORECASE)),
    (
        "title",
        re.compile(r"\btitl\w+|\b(?:an?|concise|short) name\b|\bname (?:this|our|the)\b", re.IGNORECASE),
    ),
)
_OPENING_CHARS = 500
"""An order is given at the beginning of a message; further down stands what it is about."""
_SYSTEM = frozenset({"system", "developer"})


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted, and the message that says so, which may be a system's.

    ``is_in_last``: the last message orders it, too, and is not just what it is about.
    """

    task: Task
    text: str
    is_of_system: bool
    is_in_last: bool


def read_order(messages: Sequence[ChatMessage]) -> Order | None:
    """Return the errand that the last message, or the system's, orders; ``None``: it is a question."""
    if not messages or messages[-1].role not in {"user", *_SYSTEM}:
        return None
    last = messages[-1]
    in_last = _task_in_a_question(last.text) if last.role == "user" else None
    is_alone = sum(message.role == "user" for message in messages) == 1
    for text in (message.text for message in messages if message.role in _SYSTEM):
        task = _system_task(text, is_alone=is_alone, is_last=text == last.text)
        if task:
            return Order(task, text, is_of_system=True, is_in_last=in_last is not None)
    return Order(in_last, last.text, is_of_system=False, is_in_last=True) if in_last else None


def _system_task(text: str, *, is_alone: bool, is_last: bool) -> Task | None:
    opening = text[:_OPENING_CHARS]
    if _TOOL_CHOICE.match(text):
        return "tool_calls"
    if (is_alone or is_last) and (task := _own_task(opening)):
        return task
    if _MAKER_ORDER.search(opening):
        return "title"
    return _ordered(opening, _SYSTEM_ORDER, unless=_OF_EACH_ANSWER) if is_alone else None


def _task_in_a_question(text: str) -> Task | None:
    opening = text[:_OPENING_CHARS]
    if _OPEN_WEBUI.match(text):
        # The administrator may word the order otherwise, but the front end reads one key of JSON.
        key = _KEY.search(text[: text.lower().index("<chat_history>")])
        found = next((kind for kind in _BY_KEY if key and kind == key["key"]), None)
        return found or _kind(opening)
    return _own_task(opening) or _ordered(opening, _ORDER, unless=_OF_WHAT_IS_THERE)


def _own_task(opening: str) -> Task | None:
    """Return what is ordered in words that are used for nothing else."""
    tasks: tuple[tuple[Task, re.Pattern[str]], ...] = (
        ("emoji", _FACE),
        ("question", _REPHRASE),
        ("summary", _SUMMARY),
    )
    return next((task for task, pattern in tasks if pattern.search(opening)), None)


def _ordered(opening: str, pattern: re.Pattern[str], *, unless: re.Pattern[str]) -> Task | None:
    match = pattern.search(opening)
    if match is None or opening[: match.start()].strip().endswith("?"):
        return None
    order = match[0] + _END_OF_ORDER.split(opening[match.end() :])[0]
    return None if unless.search(order) else _kind(order)


def _kind(order: str) -> Task | None:
    return next((kind for kind, pattern in _KINDS if pattern.search(order)), None)
