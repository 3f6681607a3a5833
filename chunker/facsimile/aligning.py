"""Where the words of a source stand among the characters of its page.

A reader leaves running lines out, joins and parts lines and puts columns in order, but changes no letter: but
for blanks, hyphens and accents, words are found as they are, at the place whose surroundings are most like
theirs. Where a passage is not found as a whole, its lines are, one by one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz.distance import Postfix, Prefix

from chunker.documents import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a file and its reader write differently: blanks, hyphens at the end of lines and what stands for them,
# and accents, which a file may draw by themselves.
_LEFT_OUT = re.compile(r"[\s\-\u2010\u2011\u00ad\u200b\ufeff\ufffe\x00-\x1f\x7f´`ˆ¨˜¸ˇ˘˚˝]+")
_NO_CHARACTERS = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_DOTLESS = {"ı": "i", "ȷ": "j"}
_LINE = re.compile(r"[^\n\x02\ufffe]+")
# Of the surroundings of words that are compared: more tell places apart no better. Chosen by hand.
_SURROUNDING_CHARS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """Where on a page words stand, in the order of the words, and whether all of them were found."""

    places: tuple[int, ...]
    is_whole: bool


def find_on_page(text: str, span: Span, page: str) -> Found:
    """Return which characters of ``page`` are the words at ``span`` of ``text``, what a reader made of it."""
    read, shown = _letters(text), _letters(page)
    ranges = [_range_of(read, span, shown)]
    if ranges == [None]:
        ranges = [_range_of(read, line, shown) for line in _lines(text, span)]
    places = tuple(
        place
        for one in ranges
        if one is not None
        for place in range(shown[1][one.start_char], shown[1][one.end_char - 1] + 1)
    )
    return Found(places, is_whole=bool(ranges) and None not in ranges)


_Letters = tuple[str, list[int]]
"""Letters of a text, and where each stands in it."""


def _letters(text: str) -> _Letters:
    letters: list[str] = []
    offsets: list[int] = []
    end = 0
    for match in (*_LEFT_OUT.finditer(text), None):
        start = len(text) if match is None else match.start()
        letters.append(text[end:start])
        offsets += range(end, start)
        end = start if match is None else match.end()
    return "".join(map(_bare, "".join(letters).translate(_NO_CHARACTERS))), offsets


def _bare(letter: str) -> str:
    """Return a letter without what is over or under it."""
    if letter.isascii():
        return letter
    parts = unicodedata.normalize("NFD", letter)
    return parts[0] if parts[1:] and unicodedata.combining(parts[1]) else _DOTLESS.get(letter, letter)


def _lines(text: str, span: Span) -> Iterator[Span]:
    for match in _LINE.finditer(text, span.start_char, span.end_char):
        if _LEFT_OUT.sub("", match[0]):
            yield Span(*match.span())


def _range_of(read: _Letters, span: Span, shown: _Letters) -> Span | None:
    """Return the range of the letters ``shown`` that are those at ``span`` of the text ``read``."""
    start, end = (bisect_left(read[1], offset) for offset in (span.start_char, span.end_char))
    wanted = read[0][start:end]
    if not wanted:
        return None
    before, after = (
        read[0][max(0, start - _SURROUNDING_CHARS) : start],
        read[0][end : end + _SURROUNDING_CHARS],
    )
    share = start / len(read[0])

    def likeness(at: int) -> tuple[int, float]:
        stop = at + len(wanted)
        alike = Postfix.similarity(before, shown[0][max(0, at - _SURROUNDING_CHARS) : at])
        alike += Prefix.similarity(after, shown[0][stop : stop + _SURROUNDING_CHARS])
        return alike, -abs(at / len(shown[0]) - share)

    at = max(
        (match.start() for match in re.finditer(f"(?={re.escape(wanted)})", shown[0])),
        key=likeness,
        default=None,
    )
    return None if at is None else Span(at, at + len(wanted))
