"""Places a known number of page starts between two known pages, all at once.

Dynamic programming over the places where a page may begin: every page costs what it is fuller or
emptier than a page should be, less what traces of a page break speak for it.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from chunker.pages.breaks import Candidate
    from chunker.pages.layout import PageLayout

_DEVIATION = 0.09  # of a page: how evenly pages are filled
_MAX_FILL_COST = 12.0  # saturates: one odd page must not bend all others
MAX_PAGE_HEIGHT = 3.0  # pages: how much text one page may hold at the very most
_UNMARKED_DOCUMENT = 8.0  # a document that begins in the middle of a page, where they begin on new ones


def place_page_starts(
    candidates: Sequence[Candidate], page_count: int, layout: PageLayout, document_starts: frozenset[int]
) -> list[int] | None:
    """Return the offsets of the page starts that cut the stretch into ``page_count`` pages.

    ``candidates`` begin with the start of the stretch and end with the start of what follows it;
    neither is among the offsets returned. ``None``: the stretch cannot be cut into so many pages.
    """
    tops = np.array([candidate.top for candidate in candidates]) / layout.page_lines
    own_costs = np.array([candidate.cost for candidate in candidates])
    opens = np.array([candidate.start_char in document_starts for candidate in candidates])
    passed = np.concatenate(([0], np.cumsum(opens)))
    last = len(candidates) - 1
    best = np.full((last + 1, page_count + 1), np.inf)
    best[0, 0] = 0.0
    came_from = np.zeros((last + 1, page_count + 1), dtype=np.intp)
    for end in range(1, last + 1):
        first = int(np.searchsorted(tops, tops[end] - MAX_PAGE_HEIGHT))
        heights = tops[end] - tops[first:end]
        cost = fill_cost(heights, is_free=bool(opens[end]) and layout.starts_new_page)
        if layout.starts_new_page:
            cost = cost + _UNMARKED_DOCUMENT * (passed[end] - passed[first + 1 : end + 1])
        totals = best[first:end, :-1] + cost[:, None]
        chosen = np.argmin(totals, axis=0)
        best[end, 1:] = totals[chosen, np.arange(page_count)] + (own_costs[end] if end < last else 0.0)
        came_from[end, 1:] = first + chosen
    if not np.isfinite(best[last, page_count]):
        return None
    starts: list[int] = []
    position = last
    for count in range(page_count, 1, -1):
        position = int(came_from[position, count])
        starts.append(candidates[position].start_char)
    return starts[::-1]


def fill_cost(heights: NDArray[np.float64], *, is_free: bool) -> NDArray[np.float64]:
    """Return what pages of these heights cost; ``is_free``: one that ends a document may be short."""
    off = heights - 1.0
    if is_free:
        off = np.maximum(off, 0.0)
    return np.minimum(0.5 * (off / _DEVIATION) ** 2, _MAX_FILL_COST)


def between(candidates: Sequence[Candidate], start_char: int, end_char: int) -> Sequence[Candidate]:
    """Return the candidates from ``start_char`` to ``end_char``, both included."""
    first = bisect_left(candidates, start_char, key=lambda candidate: candidate.start_char)
    last = bisect_left(candidates, end_char + 1, key=lambda candidate: candidate.start_char)
    return candidates[first:last]
