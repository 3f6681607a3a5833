"""Which form of an answer a question asks for, by rules that can be read: one place, or papers in order.

A question asks for an overview where it says so ("overview of", "trace"), asks how something changed,
compares things, asks for a whole policy or relation, spans several years and asks for no single fact, or is a
bare theme: no question at all, and not a handful of keywords. Of the development survey 11 of 12 are
recognised; of the other development questions 2 of 109 are taken for such, of XQuAD's 12 of 1,190.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Literal

from embeddings.ranking.asked_types import asked_types
from embeddings.terms import STOPWORDS
from service.understanding.question_words import read_words

AskedForm = Literal["extract", "overview", "list", "facts"]
"""Lists and facts are read by :mod:`service.understanding.catalogue.list_questions` and its neighbours."""

_YEAR = r"(?:1\d{3}|20\d{2})"
_YEARS = re.compile(rf"(?<![\d.,/-]){_YEAR}(?!\d|[.,]\d)")
# "the winter of 1940-41" is one time of two years, no span.
_SPAN = re.compile(
    rf"(?<!winter of )(?<!winter )\b{_YEAR}\s?[-–/]\s?(?:\d{{2}}|\d{{4}})\b"
    rf"|\b(?:between\b.{{1,60}}\band|from\b.{{1,60}}\b(?:to|until))\b.{{0,30}}\b{_YEAR}\b",
    re.IGNORECASE,
)
_IN_COMMON = re.compile(r"\bin common\b", re.IGNORECASE)
_WHOLE = re.compile(r"\s*(?:and\s+)?what\s+(?:was|were|had\s+been)\b", re.IGNORECASE)
_LEAST_THEME_JOINS = 3
"""Function words that join a theme's nouns; keywords side by side have one or two. Chosen by hand."""


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    """Return the packaged words of each rule."""
    text = (files("service") / "data" / "forms.toml").read_text("utf-8")
    return {rule: frozenset(words.split()) for rule, words in tomllib.loads(text).items()}


def form_of(question: str) -> AskedForm:
    """Return the form of the answer that ``question`` asks for."""
    words = [word.lower for word in read_words(question)]
    rules = _words()

    def has(rule: str) -> bool:
        return not rules[rule].isdisjoint(words)

    spans = bool(_SPAN.search(question)) or len(set(_YEARS.findall(question))) > 1
    is_dated = bool(_YEARS.search(question)) and not spans
    if rules["single"].intersection(words[:1]) or asked_types(question):
        return "extract"
    if has("survey") or has("comparison") or _IN_COMMON.search(question):
        return "overview"
    asks = has("question")
    changes = has("change") and "how" in words
    is_whole = has("theme") and (bool(_WHOLE.match(question)) or changes)
    if not is_dated and not has("said") and (changes or is_whole):
        return "overview"
    if spans and (not asks or has("open")):
        return "overview"
    joins = sum(word in STOPWORDS for word in words)
    is_theme = not asks and not is_dated and joins >= _LEAST_THEME_JOINS and "?" not in question
    return "overview" if is_theme else "extract"
