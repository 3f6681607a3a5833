"""Sentences that say the same but for a number or a name: where both may answer, a reader is shown both."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from embeddings.ranking.wording import read_words

if TYPE_CHECKING:
    from embeddings.ranking.wording import Word

_LEAST_SHARE = 0.6
"""Of the longer sentence's words so many stand in the other. Chosen by hand."""


def contradicts(one: str, other: str) -> bool:
    """Return whether two sentences are the same in most words, but each has a number or name of its own."""
    mine, theirs = set(one.split()), set(other.split())
    if 2 * len(mine & theirs) < max(len(mine), len(theirs)):
        return False  # what has no half of its words in common need not be read
    first, second = Counter(read_words(one)), Counter(read_words(other))
    common = (first & second).total()
    if common < _LEAST_SHARE * max(first.total(), second.total()):
        return False
    return _says(first - second) and _says(second - first)


def _says(words: Counter[Word]) -> bool:
    return any(word.has_digit or word.is_name for word in words)
