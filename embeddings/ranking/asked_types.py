"""Which kind of thing a question asks for, where that can be read from its words: a number or a date."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from chunker.metadata.dates import date_spans

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

AskedType = Literal["number", "date"]

_ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|far|often|old|large|big|high|tall|deep|fast|heavy)\b"
    r"|\b(?:what|which) (?:number|percentage|per cent|percent|proportion|share|fraction|ratio|sum|amount"
    r"|quantity|rate|price|size|length|distance|age|population)\b",
    re.IGNORECASE,
)
_ASKS_DATE = re.compile(
    r"^\W*(?:(?:and|but) )?(?:since |until |by )?when\b"
    r"|\b(?:what|which) (?:date|day|month|year|time|century|decade)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"1\d{3}|20\d\d")
_DAY_OR_YEAR = re.compile(r"[0-3]?\d|1\d{3}|20\d\d")
NUMBER_WORDS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds
    thousand thousands million millions billion billions dozen dozens half third quarter twice both""".split()
)
_MONTHS = frozenset(
    """january february march april may june july august september october november december""".split()
)


def asked_types(question: str) -> frozenset[AskedType]:
    """Return the kinds of thing that ``question`` asks for; empty where its words do not tell."""
    types: set[AskedType] = set()
    if _ASKS_NUMBER.search(question):
        types.add("number")
    if _ASKS_DATE.search(question):
        types.add("date")
    return frozenset(types)


def gives(types: AbstractSet[AskedType], text: str, question: str) -> bool:
    """Tell whether ``text`` holds each of ``types``, other than what ``question`` names itself."""
    known = set(_WORD.findall(question.lower()))
    words = [word for word in _WORD.findall(text.lower()) if word not in known]
    return all(_gives_number(words) if kind == "number" else _gives_date(words, text) for kind in types)


def count_numbers(text: str, question: str) -> int:
    """Return how many numbers ``text`` holds, in figures or words, other than those ``question`` names."""
    known = set(_WORD.findall(question.lower()))
    return sum(
        (word in NUMBER_WORDS or word[0].isdigit()) and word not in known
        for word in _WORD.findall(text.lower())
    )


def _gives_number(words: list[str]) -> bool:
    return any(word in NUMBER_WORDS or (word[0].isdigit() and not _YEAR.fullmatch(word)) for word in words)


def _gives_date(words: list[str], text: str) -> bool:
    is_dated = any(word in _MONTHS or _YEAR.fullmatch(word) for word in words)
    return is_dated or (any(True for _ in date_spans(text)) and any(map(_DAY_OR_YEAR.fullmatch, words)))
