"""How much of a page each paragraph fills, learnt from places whose page is known.

A page is taken for so many lines of so many characters, with some space between paragraphs. The
three numbers are those that best explain how many pages lie between places whose pages are known.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from chunker.blocks import paragraphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_LINE_WIDTHS = (60, 71, 82)  # characters; typical books
_PARAGRAPH_SPACES = (0.0, 0.3, 0.6, 1.0)  # lines
_MARKUP = re.compile(r"[*#\\]+|</?sup>")
_MAX_PAGES_BETWEEN = 12  # pairs further apart tell little of where pages end
_MIN_PAIRS = 3
_TYPICAL_LINE_WIDTH = 71
_TYPICAL_SPACE = 0.6


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A place where a page is known to begin: what stands at ``start_char`` is on ``page``."""

    start_char: int
    page: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with the lengths of its lines, in characters without markup."""

    start_char: int
    end_char: int
    text: str
    line_chars: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageLayout:
    """The heights of a text in lines, and of a page.

    ``starts`` are the offsets at which paragraphs begin; ``tops[i]`` is how many lines lie above the
    i-th of them, with one more entry for the end of the text. ``starts_new_page`` says whether
    documents begin on new pages, ``is_learnt`` whether the numbers come from the text itself.
    """

    starts: tuple[int, ...]
    tops: tuple[float, ...]
    page_lines: float
    paragraph_space: float
    starts_new_page: bool
    is_learnt: bool = True

    def pages(self, start_char: int, end_char: int) -> float:
        """Return how many pages, with fractions, the text between two paragraph starts fills."""
        first, last = (bisect_left(self.starts, offset) for offset in (start_char, end_char))
        return max(0.0, self.tops[last] - self.tops[first] - self.paragraph_space) / self.page_lines

    def page_count(self, document_starts: Sequence[int], end_char: int) -> int:
        """Return how many pages the documents that begin at ``document_starts`` should take."""
        if not self.starts_new_page:
            return round(self.pages(document_starts[0], end_char))
        return sum(
            math.ceil(self.pages(first, last)) for first, last in pairwise([*document_starts, end_char])
        )


def read_paragraphs(text: str, document_starts: Sequence[int], end_char: int) -> tuple[Paragraph, ...]:
    """Return the paragraphs from the first document's start to ``end_char``; none spans two documents."""
    return tuple(
        Paragraph(block.start_char, block.end_char, block.text, _line_chars(block.text))
        for first, last in pairwise([*document_starts, end_char])
        for block in paragraphs(text, first, last)
    )


def _line_chars(paragraph: str) -> tuple[int, ...]:
    return tuple(len(line) for line in _MARKUP.sub("", paragraph).splitlines())


def learn_layout(
    paragraphs_read: Sequence[Paragraph], known: Sequence[KnownPage], document_starts: Sequence[int]
) -> PageLayout | None:
    """Return the layout that best explains ``known``.

    Only pairs of neighbouring documents with known first pages tell how documents fill pages; with
    too few of them a typical layout is scaled to the pages known. ``None``: not even that can be done.
    """
    starts = tuple(paragraph.start_char for paragraph in paragraphs_read)
    pairs = _pairs(known, document_starts)
    if len(pairs) < _MIN_PAIRS:
        return _scaled_layout(paragraphs_read, starts, known)
    positions = np.array([[bisect_left(starts, char) for char in pair[:2]] for pair in pairs])
    counts = np.array([pair[2] for pair in pairs], dtype=np.float64)
    found: list[tuple[float, PageLayout]] = []
    for width in _LINE_WIDTHS:
        heights = _heights(paragraphs_read, width)
        for space in _PARAGRAPH_SPACES:
            tops = _tops(heights, space)
            lines = tops[positions[:, 1]] - tops[positions[:, 0]] - space
            error, page_lines, starts_new_page = _best_page_lines(lines, counts)
            layout = PageLayout(starts, tuple(tops.tolist()), page_lines, space, starts_new_page)
            found.append((error, layout))
    return min(found, key=lambda each: each[0])[1]


def _scaled_layout(
    paragraphs_read: Sequence[Paragraph], starts: tuple[int, ...], known: Sequence[KnownPage]
) -> PageLayout | None:
    if len(known) < 2 or known[-1].page <= known[0].page:
        return None
    tops = _tops(_heights(paragraphs_read, _TYPICAL_LINE_WIDTH), _TYPICAL_SPACE)
    first, last = (bisect_left(starts, place.start_char) for place in (known[0], known[-1]))
    page_lines = float(tops[last] - tops[first]) / (known[-1].page - known[0].page)
    return PageLayout(
        starts, tuple(tops.tolist()), page_lines, _TYPICAL_SPACE, starts_new_page=False, is_learnt=False
    )


def _pairs(known: Sequence[KnownPage], document_starts: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (start, next start, pages between) for neighbouring documents with known pages."""
    page_at = {place.start_char: place.page for place in known}
    return [
        (first, second, page_at[second] - page_at[first])
        for first, second in pairwise(document_starts)
        if first in page_at
        and second in page_at
        and 0 < page_at[second] - page_at[first] <= _MAX_PAGES_BETWEEN
    ]


def _heights(paragraphs_read: Sequence[Paragraph], line_width: int) -> NDArray[np.float64]:
    """Return how many lines each paragraph fills where a line has ``line_width`` characters."""
    return np.array(
        [sum(max(1, -(-chars // line_width)) for chars in each.line_chars) for each in paragraphs_read],
        dtype=np.float64,
    )


def _tops(heights: NDArray[np.float64], space: float) -> NDArray[np.float64]:
    return np.concatenate(([0.0], np.cumsum(heights + space)))


def _best_page_lines(lines: NDArray[np.float64], counts: NDArray[np.float64]) -> tuple[float, float, bool]:
    """Return the least error, the lines a page that give it, and whether documents begin on new pages.

    Tried are heights around the typical lines a page, up to nearly twice that: where documents begin
    on new pages their last pages are half empty.
    """
    typical = max(1.0, float(np.median(lines / counts)))
    return min(
        (_error(lines / page_lines, counts, starts_new_page=starts_new_page), page_lines, starts_new_page)
        for page_lines in np.round(typical * np.arange(0.9, 1.9, 0.02), 2).tolist()
        for starts_new_page in (True, False)
    )


def _error(pages: NDArray[np.float64], counts: NDArray[np.float64], *, starts_new_page: bool) -> float:
    """Return how badly the heights explain the page counts: 0 where each lies where it should.

    Where documents begin on new pages, ``n`` pages hold a height of ``n - 1`` to ``n``; else about ``n``.
    """
    if starts_new_page:
        off = np.maximum(np.maximum(pages - counts, counts - 1 - pages), 0.0)
    else:
        off = np.abs(pages - counts)
    return float(np.minimum(off, 1.0).sum())
