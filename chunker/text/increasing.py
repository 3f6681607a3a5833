"""The largest part of a sequence that ascends: what remains once its outliers are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from _typeshed import SupportsRichComparisonT

_End = tuple[float, int, int]
"""A run's weight, how low its last value is (as a negative rank) and the position of that value."""


def heaviest_increasing_run(
    values: Sequence[SupportsRichComparisonT],
    weights: Sequence[float] | None = None,
    *,
    is_strict: bool = False,
) -> list[int]:
    """Return the positions of the ascending subsequence of ``values`` with the greatest total weight.

    Without ``weights`` every value counts 1: the longest increasing subsequence. ``is_strict`` leaves
    out equal values too. Of runs equally heavy it is the one that ends lowest, then latest: a number too
    high hides those after it, one too low hides none. O(n log n), by a Fenwick tree (Fenwick, 1994).
    """
    rank_of = {value: rank for rank, value in enumerate(sorted(set(values)), start=1)}
    ends: list[_End] = [(0.0, 0, -1)] * (len(rank_of) + 1)
    before: list[int] = []
    for position, value in enumerate(values):
        rank = rank_of[value]
        weight, _, last = max(ends[node] for node in _nodes_down(rank - is_strict))
        before.append(last)
        end = (weight + (1.0 if weights is None else weights[position]), -rank, position)
        while rank < len(ends):
            ends[rank] = max(ends[rank], end)
            rank += rank & -rank
    run: list[int] = []
    position = max(ends[node] for node in _nodes_down(len(rank_of)))[2]
    while position >= 0:
        run.append(position)
        position = before[position]
    return run[::-1]


def _nodes_down(rank: int) -> Iterator[int]:
    """Yield the nodes of the tree that together stand for the ranks up to ``rank``, and the empty one."""
    while rank > 0:
        yield rank
        rank -= rank & -rank
    yield 0
