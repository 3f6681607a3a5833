"""Citations in the forms that language models write them, brought into one: "[1]", or "[1,2]" for several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

CITATION = re.compile(r"(?<!\s)\s*+(?:\[|⟦)(\d{1,3}(?:,\d{1,3})*)(?:\]|⟧)")
"""A citation in the one form; ⟦1⟧ stands before the words that it is for."""

_NAMES = "passage source document doc citation reference ref number".split()
_PASSAGE = rf"(?:(?:{'|'.join(_NAMES)})s?|nos?)\.?\s*[:#]?"
_NUMBER = rf"(?:{_PASSAGE}\s*|#)?\d{{1,3}}(?:\s*[-–—]\s*\d{{1,3}})?"
_NUMBERS = rf"{_NUMBER}(?:\s*(?:[,;&/]|and|,\s*and)\s*{_NUMBER}){{0,20}}"
_PLAIN_NUMBERS = r"\d{1,3}(?:\s*[-–—]\s*\d{1,3})?(?:\s*(?:[,;&]|and)\s*\d{1,3}(?:\s*[-–—]\s*\d{1,3})?){0,20}"
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_BRACKETS = str.maketrans("［］〔〕", "[][]")
_CIRCLED = {chr(0x2460 + number): f"[{number + 1}]" for number in range(20)}
_CIRCLED_MARK = re.compile(rf"\s?[{''.join(_CIRCLED)}]")
_RANGE = re.compile(r"(\d{1,3})(?:\s*[-–—]\s*(\d{1,3}))?")
_MAX_RANGE = 30
"""A span of more numbers than a prompt has passages is none of passages."""

_TAGGED = re.compile(rf"<(sup|cite|ref)>\s*\[?\s*({_NUMBERS})\s*\]?\s*</\1>", re.IGNORECASE)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\^?\[\s*\^?\s*({_NUMBERS})\s*\^?(?:†[^\[\]]{{0,80}})?\s*\](?!\()",
        rf"【\s*(?:\d+:)?({_NUMBERS})(?:†[^】]*)?\s*】",
        rf"\(\s*(?:(?:see|cf\.?|from|in)\s+)?{_PASSAGE}\s*({_PLAIN_NUMBERS})\s*\)",
    )
)
# These are citations only where there are such passages: else they count, measure or number something.
_IF_KNOWN = (
    re.compile(rf"\[\s*({_NUMBERS})\s*\]\([^()\s]{{0,300}}\)", re.IGNORECASE),  # a link
    re.compile(rf"\{{\s*({_PLAIN_NUMBERS})\s*\}}"),
    re.compile(
        rf"(?<=[\w.!?\"”’»\])])\s?\(\s*({_PLAIN_NUMBERS})\s*\)(?=\s*(?:[.,;:!?]|\(|\[|$)|\s+[A-Z\"“])"
    ),
    re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[.!?\"”’»]))\^\(?(\d{1,2})\)?(?=[\s.,;:!?]|$)"),
    re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[.!?\"”’»]))([¹²³⁴-⁹][⁰¹²³⁴-⁹]?)(?=[\s.,;:!?]|$)"),
    # "It burned. Source 1."
    re.compile(
        rf"(?<=[.!?\"”»])\s+(?:[—–-]\s*)?(?:{'|'.join(_NAMES)})s?\s*[:#]?\s*({_PLAIN_NUMBERS})"
        r"(?=\s*\.?\s*$|\.?\s+(?-i:[A-Z“\"]))\s*\.?",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<!\s)\s++[—–-]\s*{_PASSAGE}\s*({_PLAIN_NUMBERS})(?=\s*[.;]?\s*$|[.;]\s)", re.IGNORECASE),
)
_LEAD_IN = re.compile(
    rf"(?:^|(?<=[.!?\]]\s))(?:(?:according to|(?:as [a-z]+ )?in|from|per)\s+(?:the\s+)?{_PASSAGE}\s*"
    rf"({_PLAIN_NUMBERS}),\s*|as\s+{_PASSAGE}\s*({_PLAIN_NUMBERS})\s+[a-z]+,\s*|(?:the\s+)?{_PASSAGE}\s*"
    rf"({_PLAIN_NUMBERS})\s+(?:also\s+)?[a-z]+\s+that\s+)(\w)",
    re.IGNORECASE,
)
_ONE = r"\[\d{1,3}(?:,\d{1,3})*\]"
_SPAN_OF_TWO = re.compile(r"\[(\d{1,3})\]\s*[-–—]\s*\[(\d{1,3})\]")
_SEVERAL = re.compile(rf"({_ONE})\s*(?:[,;&]|and)\s*(?={_ONE})")
_IN_BRACKETS = re.compile(
    rf"[(\[]\s*(?:(?:see|cf\.?|{_PASSAGE})\s*:?\s*)?({_ONE}(?:\s*{_ONE}){{0,20}})\s*[)\]](?:\([^()\s]{{0,300}}\))?",
    re.IGNORECASE,
)
_BEHIND_NAME = re.compile(rf"(?<=[.!?\"”»])\s+(?:{'|'.join(_NAMES)})s?\s*:\s*(?={_ONE})", re.IGNORECASE)

_STARTS = "|".join(
    sorted({word[:end] for name in _NAMES for word in (f"{name}s",) for end in range(1, len(word) + 1)})
)
_UNFINISHED = re.compile(
    r"\s*(?:[\[(【［〔{][\s\[(]*[^\[\]()【】［］〔〕{}]*"
    rf"|<[^<>]{{0,12}}|<(?:sup|cite|ref)>[^<>]{{0,40}}(?:<[^<>]{{0,6}})?|[—–-]?\s*(?:{_STARTS})[\s:#]*[\d\s,;&–-]{{0,40}}(?:and)?\s*\.?|\^\(?\d{{0,2}})$",
    re.IGNORECASE,
)
_UNFINISHED_CHARS = 300
_SPACES = re.compile(r"\s{2,}")  # long runs would be searched again from each of their characters


def with_plain_citations(line: str, known: AbstractSet[int]) -> str:
    """Return ``line`` with citations of whatever form as "[1]" or "[1,2]"; ``known`` can be cited."""
    text = _SPACES.sub(" ", line).translate(_BRACKETS).replace("\\[", "[").replace("\\]", "]")
    text = _CIRCLED_MARK.sub(lambda mark: f" {_CIRCLED[mark[0].strip()]}", text)
    text = _TAGGED.sub(lambda match: f" {_marked(match[2])}", text)
    for form in _FORMS:
        text = form.sub(lambda match: _marked(match[1]), text)
    for form in _IF_KNOWN:
        text = form.sub(lambda match: _if_known(match, match[1], known), text)
    text = _LEAD_IN.sub(lambda match: _led_in(match, known), text)
    text = _SPAN_OF_TWO.sub(lambda match: _marked(f"{match[1]}-{match[2]}"), text)
    text = _SEVERAL.sub(r"\1", text)
    text = _IN_BRACKETS.sub(r"\1", text)
    return _BEHIND_NAME.sub(" ", text)


def without_unfinished(line: str) -> str:
    """Return ``line`` without an end that may turn out to be a citation once more comes."""
    line = _SPACES.sub(" ", line)
    return line[:-_UNFINISHED_CHARS] + _UNFINISHED.sub("", line[-_UNFINISHED_CHARS:])


def _numbers_in(text: str) -> list[int]:
    found: list[int] = []
    for match in _RANGE.finditer(text.translate(_RAISED)):
        first, last = int(match[1]), int(match[2] or match[1])
        found += range(first, last + 1) if first <= last < first + _MAX_RANGE else (first, last)
    return found


def _marked(numbers: str) -> str:
    return f"[{','.join(map(str, _numbers_in(numbers)))}]"


def _if_known(match: re.Match[str], numbers: str, known: AbstractSet[int]) -> str:
    return f" {_marked(numbers)}" if set(_numbers_in(numbers)) <= known else match[0]


def _led_in(match: re.Match[str], known: AbstractSet[int]) -> str:
    numbers = match[1] or match[2] or match[3]
    if not set(_numbers_in(numbers)) <= known:
        return match[0]
    return f"⟦{_marked(numbers)[1:-1]}⟧{match[4].upper()}"
