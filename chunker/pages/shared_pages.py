"""Places page starts in a text whose documents begin anywhere on a page.

What is known then is not where pages begin but on which page some places lie. One dynamic programme
runs over the whole text: every page costs what it is fuller or emptier than a page should be, and
between two known places lie as many page starts as their pages differ by.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from chunker.pages.placing import MAX_PAGE_HEIGHT, between, fill_cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from chunker.pages.breaks import Candidate
    from chunker.pages.layout import KnownPage, PageLayout


@dataclass(frozen=True, slots=True)
class _Chain:
    """The page starts chosen so far, last first; ``top`` is in pages. The first has no ``before``."""

    start_char: int
    page: int
    top: float
    cost: float
    before: _Chain | None


@dataclass(frozen=True, slots=True)
class _Table:
    """The least cost of the n-th start of a stretch at each candidate, and the candidate before it."""

    inside: Sequence[Candidate]
    tops: NDArray[np.float64]
    best: NDArray[np.float64]
    came_from: NDArray[np.intp]


def place_shared_page_starts(
    candidates: Sequence[Candidate], known: Sequence[KnownPage], layout: PageLayout
) -> list[tuple[int, int]] | None:
    """Return (offset, page) of the page starts after the first of ``known`` up to the last.

    ``None``: there are fewer places where a page may begin than pages.
    """
    first = between(candidates, known[0].start_char, known[0].start_char)[0]
    chains = [_Chain(first.start_char, known[0].page, first.top / layout.page_lines, 0.0, None)]
    for start, end in pairwise(known):
        if end.page == start.page:
            continue
        inside = between(candidates, start.start_char + 1, end.start_char)
        chains = _through(chains, inside, end.page - start.page, layout)
        if not chains:
            return None
    chosen: list[tuple[int, int]] = []
    chain: _Chain | None = min(chains, key=lambda each: each.cost)
    while chain is not None and chain.before is not None:
        chosen.append((chain.start_char, chain.page))
        chain = chain.before
    return chosen[::-1]


def _through(
    chains: Sequence[_Chain], inside: Sequence[Candidate], count: int, layout: PageLayout
) -> list[_Chain]:
    """Return the chains that end with the ``count``-th page start within a stretch."""
    if not inside:
        return []
    tops = np.array([candidate.top for candidate in inside]) / layout.page_lines
    own_costs = np.array([candidate.cost for candidate in inside])
    best = np.full((len(inside), count + 1), np.inf)
    came_from = np.zeros((len(inside), count + 1), dtype=np.intp)
    chain_tops = np.array([chain.top for chain in chains])
    chain_costs = np.array([chain.cost for chain in chains])
    for end in range(len(inside)):
        heights = tops[end] - chain_tops
        # above the very first known place part of its page is filled already, nobody knows how much
        arriving = chain_costs + fill_cost(heights, is_free=chains[0].before is None)
        arriving[heights > MAX_PAGE_HEIGHT] = np.inf
        came_from[end, 1] = int(np.argmin(arriving))
        best[end, 1] = arriving[came_from[end, 1]] + own_costs[end]
        first = int(np.searchsorted(tops, tops[end] - MAX_PAGE_HEIGHT))
        if count > 1 and first < end:
            costs = fill_cost(tops[end] - tops[first:end], is_free=False)
            totals = best[first:end, 1:-1] + costs[:, None]
            chosen = np.argmin(totals, axis=0)
            best[end, 2:] = totals[chosen, np.arange(count - 1)] + own_costs[end]
            came_from[end, 2:] = first + chosen
    ends = [end for end in range(len(inside)) if np.isfinite(best[end, count])]
    near = [end for end in ends if tops[-1] - tops[end] <= MAX_PAGE_HEIGHT] or ends[-1:]
    table = _Table(inside, tops, best, came_from)
    return [_chain(chains, table, end, count) for end in near]


def _chain(chains: Sequence[_Chain], table: _Table, end: int, count: int) -> _Chain:
    """Return the cheapest chain that has its ``count``-th start of the stretch at candidate ``end``."""
    positions = [end]
    for number in range(count, 1, -1):
        positions.append(int(table.came_from[positions[-1], number]))
    chain = chains[int(table.came_from[positions[-1], 1])]
    for number, position in enumerate(reversed(positions), 1):
        cost = float(table.best[position, number])
        start_char = table.inside[position].start_char
        chain = _Chain(start_char, chain.page + 1, float(table.tops[position]), cost, chain)
    return chain
