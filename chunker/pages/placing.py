"""Places page starts between known pages, all at once.

Dynamic programming over the places where a page may begin: every page costs what it is fuller or
emptier than a page should be, less what traces of a page break speak for it; between two known places
lie as many page starts as their pages differ by. Where documents begin on new pages a known place is
itself a page start, so that each stretch between two stands alone; where they begin anywhere on a page
it is not, and the stretches hang together over the whole text.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from chunker.pages.breaks import Candidate
    from chunker.pages.layout import KnownPage, PageLayout


@dataclass(frozen=True, slots=True)
class PlacingSettings:
    """What pages cost that are not filled as pages are; chosen by hand, not measured.

    Costs are half a squared deviation, in standard deviations. ``deviation``, of a page: how evenly
    pages are filled. ``max_fill_cost`` saturates, so that one odd page does not bend all others.
    ``max_height``, in pages: the most text one page may hold. ``unmarked_document``: what a document
    costs that begins in the middle of a page where documents begin on new ones.
    """

    deviation: float = 0.09
    max_fill_cost: float = 12.0
    max_height: float = 3.0
    unmarked_document: float = 8.0


SETTINGS = PlacingSettings()


@dataclass(frozen=True, slots=True)
class _Chain:
    """The page starts chosen so far, last first; ``top`` is in pages. The first has no ``before``."""

    start_char: int
    page: int
    top: float
    cost: float = 0.0
    before: _Chain | None = None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The candidates after a known place up to the next, with what is needed of each, parallel.

    ``tops`` are in pages; ``opens`` tells where a document begins that should begin on a new page.
    ``count`` page starts lie in it, the last one at its end where ``is_closed``.
    """

    inside: Sequence[Candidate]
    tops: NDArray[np.float64]
    costs: NDArray[np.float64]
    opens: NDArray[np.bool_]
    count: int
    is_closed: bool


def place_page_starts(
    candidates: Sequence[Candidate],
    known: Sequence[KnownPage],
    layout: PageLayout,
    document_starts: frozenset[int],
) -> list[tuple[int, int]]:
    """Return (offset, page) of the page starts from the first of ``known`` to the last.

    Each of ``known`` stands at a candidate. Where there are fewer candidates than pages, the pages are
    given even parts of the text.
    """
    if not layout.starts_new_page:
        return _all_at_once(candidates, known, layout) or [
            start for first, second in pairwise(known) for start in _evenly(first, second)
        ]
    placed: list[tuple[int, int]] = []
    for first, second in pairwise(known):
        stretch = _stretch(candidates, first, second, layout, document_starts)
        chains = _through([_first_chain(candidates, first, layout)], stretch) if stretch.count else []
        placed += _from_first(chains[0])[:-1] if chains else _evenly(first, second)
    return placed


def _all_at_once(
    candidates: Sequence[Candidate], known: Sequence[KnownPage], layout: PageLayout
) -> list[tuple[int, int]]:
    """Return the page starts after the first of ``known``, which only lie on their pages; none if too few."""
    chains = [_first_chain(candidates, known[0], layout)]
    for first, second in pairwise(known):
        stretch = _stretch(candidates, first, second, layout, frozenset())
        if stretch.count:
            chains = _through(chains, stretch, is_begun=chains[0].before is None)
        if not chains:
            return []
    return _from_first(min(chains, key=lambda each: each.cost))[1:]


def _evenly(first: KnownPage, second: KnownPage) -> list[tuple[int, int]]:
    count, length = second.page - first.page, second.start_char - first.start_char
    return [(first.start_char + length * step // count, first.page + step) for step in range(count)]


def _first_chain(candidates: Sequence[Candidate], known: KnownPage, layout: PageLayout) -> _Chain:
    first = between(candidates, known.start_char, known.start_char)[0]
    return _Chain(first.start_char, known.page, first.top / layout.page_lines)


def _stretch(
    candidates: Sequence[Candidate],
    first: KnownPage,
    second: KnownPage,
    layout: PageLayout,
    document_starts: frozenset[int],
) -> _Stretch:
    inside = between(candidates, first.start_char + 1, second.start_char)
    return _Stretch(
        inside,
        np.array([each.top for each in inside]) / layout.page_lines,
        np.array([each.cost for each in inside]),
        np.array([each.start_char in document_starts for each in inside], dtype=np.bool_),
        second.page - first.page,
        is_closed=layout.starts_new_page,
    )


def _through(chains: Sequence[_Chain], stretch: _Stretch, *, is_begun: bool = False) -> list[_Chain]:
    """Return the chains that go on with the page starts of a stretch, each to another last one.

    ``is_begun``: part of the page above the first start is filled already, nobody knows how much.
    """
    tops, count, places = stretch.tops, stretch.count, len(stretch.inside)
    opened = np.concatenate(([0], np.cumsum(stretch.opens)))
    best = np.full((places, count + 1), np.inf)
    came_from = np.zeros((places, count + 1), dtype=np.intp)
    chain_tops = np.array([chain.top for chain in chains])
    chain_costs = np.array([chain.cost for chain in chains])
    for end in range(places):
        may_be_short = bool(stretch.opens[end])
        heights = tops[end] - chain_tops
        arriving = chain_costs + _fill_cost(heights, may_be_short=is_begun or may_be_short)
        arriving[heights > SETTINGS.max_height] = np.inf
        came_from[end, 1] = np.argmin(arriving)
        best[end, 1] = arriving.min() + SETTINGS.unmarked_document * opened[end] + stretch.costs[end]
        first = int(np.searchsorted(tops, tops[end] - SETTINGS.max_height))
        if count > 1 and first < end:
            costs = _fill_cost(tops[end] - tops[first:end], may_be_short=may_be_short)
            costs += SETTINGS.unmarked_document * (opened[end] - opened[first + 1 : end + 1])
            totals = best[first:end, 1:-1] + costs[:, None]
            chosen = np.argmin(totals, axis=0)
            best[end, 2:] = totals[chosen, np.arange(count - 1)] + stretch.costs[end]
            came_from[end, 2:] = first + chosen
    ends = [end for end in range(places) if np.isfinite(best[end, count])]
    if stretch.is_closed:
        near = [end for end in ends if end == places - 1]
    else:
        near = [end for end in ends if tops[-1] - tops[end] <= SETTINGS.max_height] or ends[-1:]
    return [_longer_chain(chains, stretch, best, came_from, end) for end in near]


def _longer_chain(
    chains: Sequence[_Chain],
    stretch: _Stretch,
    best: NDArray[np.float64],
    came_from: NDArray[np.intp],
    end: int,
) -> _Chain:
    """Return the cheapest chain that has its last start of the stretch at candidate ``end``."""
    positions = [end]
    for number in range(stretch.count, 1, -1):
        positions.append(int(came_from[positions[-1], number]))
    chain = chains[int(came_from[positions[-1], 1])]
    for number, position in enumerate(reversed(positions), start=1):
        cost = float(best[position, number])
        start_char = stretch.inside[position].start_char
        chain = _Chain(start_char, chain.page + 1, float(stretch.tops[position]), cost, chain)
    return chain


def _from_first(chain: _Chain) -> list[tuple[int, int]]:
    """Return (offset, page) of the page starts of a chain in the text's order."""
    starts = [(chain.start_char, chain.page)]
    while chain.before is not None:
        chain = chain.before
        starts.append((chain.start_char, chain.page))
    return starts[::-1]


def _fill_cost(heights: NDArray[np.float64], *, may_be_short: bool) -> NDArray[np.float64]:
    """Return what pages of these heights cost; one that ends a document may be short for nothing."""
    off = heights - 1.0
    if may_be_short:
        off = np.maximum(off, 0.0)
    return np.minimum(0.5 * (off / SETTINGS.deviation) ** 2, SETTINGS.max_fill_cost)


def between(candidates: Sequence[Candidate], start_char: int, end_char: int) -> Sequence[Candidate]:
    """Return the candidates from ``start_char`` to ``end_char``, both included."""
    first = bisect_left(candidates, start_char, key=lambda candidate: candidate.start_char)
    last = bisect_left(candidates, end_char + 1, key=lambda candidate: candidate.start_char)
    return candidates[first:last]
