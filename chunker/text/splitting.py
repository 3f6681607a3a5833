"""Cutting a document into passages: exact slices, ending at the highest boundary that fits.

What a passage may hold (:class:`PassageLimits`) is kept apart from where it may be cut
(:func:`split`): a document is laid out as *units* too small to be worth cutting, each with the
strength of the boundary before it, and the cheapest way to group them is found by dynamic
programming, as TeX breaks lines (Knuth and Plass, 1981).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chunker.documents import Span
from chunker.text.blocks import paragraphs
from chunker.text.normalising import tidy
from chunker.text.sentences import goes_on, sentence_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from chunker.text.tokens import TokenLimit

_PARAGRAPH_GAP = re.compile(r"\n[ \t\\]*\r?\n\s*|\f\s*")
_ITEM_START = re.compile(r"(?:[-•–*]|\(?(?:\d{1,3}|[a-z]|[ivxlIVXL]{1,6})[.)])\s")
_HEADING_LINE = re.compile(r"#{1,6}\s.*|\*\*[^*]{1,300}\*\*\s*")
_CLAUSE_END = re.compile(r"(?<=[;:,—–])\s+")
_WORD_END = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class SplittingSettings:
    """What it costs to cut, beside a passage's squared distance from the wished size; chosen by hand.

    At 0.25 a cut is worth a passage half the wished size. A cut before a ``section`` gains that much, one
    before a ``heading`` is free, one before a word dear; ``after_heading`` and ``after_colon`` come on top
    where what is before announces what follows; what begins a section and has at most ``max_heading_chars``
    is its heading. ``small``, a share of the size: a smaller paragraph is not worth cutting. Between words it
    is cut every ``word_chars`` characters, a dozen words, where nothing but words would do. No token has more
    than ``max_token_chars`` characters (cl100k_base and o200k_base), so that what is longer by far need not
    be counted to know that it does not fit.
    """

    section: float = -0.25
    heading: float = 0.0
    paragraph: float = 0.05
    item: float = 0.2
    sentence: float = 0.35
    clause: float = 0.7
    word: float = 1.5
    after_heading: float = 2.0
    max_heading_chars: int = 120
    after_colon: float = 0.4
    small: float = 0.125
    word_chars: int = 80
    max_token_chars: int = 128


SETTINGS = SplittingSettings()


@dataclass(frozen=True, slots=True)
class PassageLimits:
    """How big a passage may be.

    ``size`` counts the passage as it stands in the source, ``window`` the passage as it is indexed
    (tidied); no passage exceeds either, unless a single character already does.
    """

    size: TokenLimit
    window: TokenLimit


@dataclass(frozen=True, slots=True)
class _Unit:
    start_char: int
    end_char: int
    size: int
    window: int
    boundary: str

    @property
    def is_heading(self) -> bool:
        return self.boundary == "heading" or (
            self.boundary == "section" and self.end_char - self.start_char <= SETTINGS.max_heading_chars
        )


def split(text: str, span: Span, limits: PassageLimits, *, sections: Collection[int] = ()) -> list[Span]:
    """Return the spans of the passages of ``text[span]``, in order, without outer white space.

    Every non-blank character of the span stands in exactly one passage. A paragraph that a page
    break cut in two counts as one paragraph. ``sections`` are where headings stand.
    """
    units = list(_units(text, span, limits, sections))
    size = limits.size.max_tokens
    window = limits.window.max_tokens
    while True:
        passages = [
            Span(units[first].start_char, units[last].end_char)
            for first, last in _grouped(text, units, size, window)
        ]
        # Tokens of a whole can exceed the sum of its parts' by a few: then plan for a little less.
        sizes = [_measured(text, passage, "", limits) for passage in passages]
        too_large = max((unit.size - limits.size.max_tokens for unit in sizes), default=0)
        too_wide = max((unit.window - limits.window.max_tokens for unit in sizes), default=0)
        if (too_large <= 0 and too_wide <= 0) or len(passages) == len(units):
            return passages
        size -= max(too_large, 0)
        window -= max(too_wide, 0)


def _grouped(text: str, units: Sequence[_Unit], max_size: int, max_window: int) -> list[tuple[int, int]]:
    """Return (first, last) units of each passage on the cheapest way through the document."""
    costs = np.array([_cost_of_cut(text, units, first) for first in range(len(units))])
    sizes = np.cumsum([0, *(unit.size for unit in units)])
    windows = np.cumsum([0, *(unit.window for unit in units)])
    # The first unit that a passage may begin with, by where it ends; a unit alone may have any size.
    reaches = np.maximum(
        np.searchsorted(sizes, sizes - max_size), np.searchsorted(windows, windows - max_window)
    )
    cheapest = np.zeros(len(units) + 1)
    begins = [0] * (len(units) + 1)
    for end in range(1, len(units) + 1):
        reach = min(int(reaches[end]), end - 1)
        fullness = np.maximum(
            (sizes[end] - sizes[reach:end]) / max(max_size, 1),
            (windows[end] - windows[reach:end]) / max(max_window, 1),
        )
        cost = cheapest[reach:end] + (1.0 - fullness) ** 2 + costs[reach:end]
        begins[end] = end - 1 - int(cost[::-1].argmin())  # the shortest of passages that cost the same
        cheapest[end] = cost[begins[end] - reach]
    groups = []
    end = len(units)
    while end:
        groups.append((begins[end], end - 1))
        end = begins[end]
    return groups[::-1]


def _cost_of_cut(text: str, units: Sequence[_Unit], first: int) -> float:
    if first == 0:
        return 0.0
    before = units[first - 1]
    cost: float = getattr(SETTINGS, units[first].boundary)
    if before.is_heading:
        return cost + SETTINGS.after_heading
    if text[before.start_char : before.end_char].rstrip("*").endswith(":"):
        return cost + SETTINGS.after_colon
    return cost


def _units(text: str, span: Span, limits: PassageLimits, sections: Collection[int]) -> Iterator[_Unit]:
    for paragraph in paragraph_spans(text, span):
        is_section = paragraph.start_char in sections and paragraph.start_char > span.start_char
        boundary = (
            "section" if is_section else _paragraph_boundary(text[paragraph.start_char : paragraph.end_char])
        )
        yield from _fitted(text, paragraph, boundary, limits)


def _paragraph_boundary(paragraph: str) -> str:
    if _HEADING_LINE.fullmatch(paragraph):
        return "heading"
    return "item" if _ITEM_START.match(paragraph) else "paragraph"


def paragraph_spans(text: str, span: Span) -> list[Span]:
    """Return the paragraphs of ``text[span]``; one that goes on in lower case after a gap is whole."""
    found: list[Span] = []
    for block in paragraphs(text, span.start_char, span.end_char):
        is_joined = found and goes_on(text[found[-1].end_char - 1], block.text[0])
        found.append(Span(found.pop().start_char if is_joined else block.start_char, block.end_char))
    return found


_LEVELS: tuple[tuple[str, Callable[[str, Span], list[Span]]], ...] = (
    ("item", lambda text, span: _cut_at(text, span, re.compile(r"\n(?=[ \t]*(?:[-•–*]|\(?\d{1,3}[.)])\s)"))),
    ("sentence", lambda text, span: list(sentence_spans(text, span.start_char, span.end_char))),
    ("clause", lambda text, span: _cut_at(text, span, _CLAUSE_END)),
    ("word", lambda text, span: _grouped_words(_cut_at(text, span, _WORD_END))),
)


def _fitted(text: str, span: Span, boundary: str, limits: PassageLimits, level: int = 0) -> Iterator[_Unit]:
    """Yield ``span`` as units: sentences of a paragraph that is not small, less where one does not fit."""
    unit = _measured(text, span, boundary, limits)
    fits = _fits(unit, limits)
    is_small = unit.size <= limits.size.max_tokens * SETTINGS.small
    is_sentence = level > 1
    if fits and (is_small or is_sentence or boundary == "heading"):
        yield unit
    elif level == len(_LEVELS):
        yield from _halved(text, span, boundary, limits) if not fits else (unit,)
    else:
        name, cut = _LEVELS[level]
        for index, part in enumerate(cut(text, span)):
            yield from _fitted(text, part, name if index else boundary, limits, level + 1)


def _fits(unit: _Unit, limits: PassageLimits) -> bool:
    return unit.size <= limits.size.max_tokens and unit.window <= limits.window.max_tokens


def _halved(text: str, span: Span, boundary: str, limits: PassageLimits) -> Iterator[_Unit]:
    """Yield a "word" longer than a passage (a data blob, a script without spaces) cut in the middle."""
    unit = _measured(text, span, boundary, limits)
    fits = _fits(unit, limits)
    middle = (span.start_char + span.end_char) // 2
    if fits or middle == span.start_char:
        yield unit
        return
    yield from _halved(text, Span(span.start_char, middle), boundary, limits)
    yield from _halved(text, Span(middle, span.end_char), "word", limits)


def _measured(text: str, span: Span, boundary: str, limits: PassageLimits) -> _Unit:
    length = span.end_char - span.start_char
    if length > SETTINGS.max_token_chars * limits.size.max_tokens:
        return _Unit(span.start_char, span.end_char, size=length, window=length, boundary=boundary)
    piece = text[span.start_char : span.end_char]
    return _Unit(
        start_char=span.start_char,
        end_char=span.end_char,
        size=limits.size.count(piece),
        window=limits.window.count(tidy(piece).text),
        boundary=boundary,
    )


def _grouped_words(words: Iterable[Span]) -> list[Span]:
    """Return words by the dozen, which are many fewer places to cut at."""
    groups: list[Span] = []
    for word in words:
        if groups and word.end_char - groups[-1].start_char <= SETTINGS.word_chars:
            groups[-1] = Span(groups[-1].start_char, word.end_char)
        else:
            groups.append(word)
    return groups


def _cut_at(text: str, span: Span, pattern: re.Pattern[str]) -> list[Span]:
    parts = []
    start = span.start_char
    for match in pattern.finditer(text, span.start_char, span.end_char):
        parts.append(Span(start, match.start()).trimmed(text))
        start = match.end()
    parts.append(Span(start, span.end_char).trimmed(text))
    return [part for part in parts if part]
