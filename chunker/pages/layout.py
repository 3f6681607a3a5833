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

from chunker.text.blocks import paragraphs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_MARKUP = re.compile(r"[*#\\]+|</?sup>")


@dataclass(frozen=True, slots=True)
class LayoutSettings:
    """What layouts are tried, and what misses cost; chosen by hand after typical books, not measured.

    ``line_widths`` in characters and ``paragraph_spaces`` in lines are tried with pages of ``page_heights``
    times the typical lines (from, to, step); where nothing can be learnt ``typical_line_width`` and
    ``typical_space`` serve. Pairs of known pages more than ``max_pages_between`` apart tell little of where
    pages end; fewer than ``min_pairs`` teach nothing. ``cost_per_page_outside`` of what is possible, up to
    ``max_cost``, so that a misprint does not bend the rest. ``run_documents``: so many documents in a row
    tell the two ways of setting them apart.
    """

    line_widths: tuple[int, ...] = (60, 71, 82)
    paragraph_spaces: tuple[float, ...] = (0.0, 0.3, 0.6, 1.0)
    page_heights: tuple[float, float, float] = (0.9, 1.9, 0.01)
    typical_line_width: int = 71
    typical_space: float = 0.6
    max_pages_between: int = 12
    min_pairs: int = 3
    cost_per_page_outside: float = 4.0
    max_cost: float = 4.0
    run_documents: int = 8


SETTINGS = LayoutSettings()


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

    def top(self, offset: int) -> float:
        """Return how many lines lie above the first paragraph that begins at ``offset`` or after it."""
        return self.tops[bisect_left(self.starts, offset)]

    def pages(self, start_char: int, end_char: int) -> float:
        """Return how many pages, with fractions, the text between two paragraph starts fills."""
        lines = self.top(end_char) - self.top(start_char) - self.paragraph_space
        return max(0.0, lines) / self.page_lines

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
    if len(pairs) < SETTINGS.min_pairs:
        return _scaled_layout(paragraphs_read, starts, known)
    positions = np.array([[bisect_left(starts, char) for char in pair[:2]] for pair in pairs])
    counts = np.array([pair[2] for pair in pairs], dtype=np.float64)
    best: dict[bool, tuple[float, PageLayout]] = {}
    for width in SETTINGS.line_widths:
        heights = _heights(paragraphs_read, width)
        for space in SETTINGS.paragraph_spaces:
            tops = _tops(heights, space)
            lines = tops[positions[:, 1]] - tops[positions[:, 0]] - space
            for starts_new_page in (True, False):
                error, page_lines = _best_page_lines(lines, counts, starts_new_page=starts_new_page)
                layout = PageLayout(starts, tuple(tops.tolist()), page_lines, space, starts_new_page)
                if starts_new_page not in best or error < best[starts_new_page][0]:
                    best[starts_new_page] = (error, layout)
    layouts = [layout for _, layout in best.values()]
    return min(layouts, key=lambda layout: _run_error(layout, known, document_starts))


def _scaled_layout(
    paragraphs_read: Sequence[Paragraph], starts: tuple[int, ...], known: Sequence[KnownPage]
) -> PageLayout | None:
    if len(known) < 2 or known[-1].page <= known[0].page:
        return None
    tops = _tops(_heights(paragraphs_read, SETTINGS.typical_line_width), SETTINGS.typical_space)
    first, last = (bisect_left(starts, place.start_char) for place in (known[0], known[-1]))
    page_lines = float(tops[last] - tops[first]) / (known[-1].page - known[0].page)
    return PageLayout(
        starts,
        tuple(tops.tolist()),
        page_lines,
        SETTINGS.typical_space,
        starts_new_page=False,
        is_learnt=False,
    )


def _pairs(known: Sequence[KnownPage], document_starts: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return (start, next start, pages between) for neighbouring documents with known pages."""
    page_at = {place.start_char: place.page for place in known}
    return [
        (first, second, page_at[second] - page_at[first])
        for first, second in pairwise(document_starts)
        if first in page_at
        and second in page_at
        and 0 < page_at[second] - page_at[first] <= SETTINGS.max_pages_between
    ]


def _heights(paragraphs_read: Sequence[Paragraph], line_width: int) -> NDArray[np.float64]:
    """Return how many lines each paragraph fills where a line has ``line_width`` characters."""
    return np.array(
        [sum(max(1, -(-chars // line_width)) for chars in each.line_chars) for each in paragraphs_read],
        dtype=np.float64,
    )


def _tops(heights: NDArray[np.float64], space: float) -> NDArray[np.float64]:
    return np.concatenate(([0.0], np.cumsum(heights + space)))


def _best_page_lines(
    lines: NDArray[np.float64], counts: NDArray[np.float64], *, starts_new_page: bool
) -> tuple[float, float]:
    """Return the least error and the lines a page that give it.

    Tried are heights around the typical lines a page, up to nearly twice that: where documents begin
    on new pages their last pages are half empty.
    """
    typical = max(1.0, float(lines.sum() / max(1.0, counts.sum())))
    return min(
        (_error(counts - lines / page_lines, starts_new_page=starts_new_page), page_lines)
        for page_lines in np.round(typical * np.arange(*SETTINGS.page_heights), 2).tolist()
    )


def _error(excess: NDArray[np.float64], *, starts_new_page: bool) -> float:
    """Return how unlikely it is that the page counts exceed the pages filled by so much.

    A document that begins on a new page and is followed by one that does exceeds by 0 to 1, all alike
    likely. One that begins and ends anywhere on a page exceeds by -1 to 1, most likely by little. Both
    are negative logarithms of the densities, kept from growing past what a misprint may cost.
    """
    if starts_new_page:
        outside = np.maximum(np.maximum(-excess, excess - 1), 0.0)
        return float(np.minimum(SETTINGS.cost_per_page_outside * outside, SETTINGS.max_cost).sum())
    return float(-np.log(np.maximum(1 - np.abs(excess), np.exp(-SETTINGS.max_cost))).sum())


def _run_error(layout: PageLayout, known: Sequence[KnownPage], document_starts: Sequence[int]) -> float:
    """Return by how many pages, on average, the layout misses the pages of several documents in a row.

    Over single documents either way of setting them can be made to fit; over several, half-empty last
    pages add up or they do not.
    """
    step = min(SETTINGS.run_documents, len(known) - 1)
    errors = []
    for first, second in zip(known, known[step:], strict=False):
        begin, end = (bisect_left(document_starts, place.start_char) for place in (first, second))
        expected = layout.page_count(document_starts[begin:end], second.start_char)
        errors.append(min(SETTINGS.max_cost, abs(second.page - first.page - expected)))
    return sum(errors) / len(errors)
