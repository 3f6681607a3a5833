"""The largest part of a sequence that ascends: what remains once its outliers are left out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def heaviest_increasing_run(
    values: Sequence[float], weights: Sequence[float] | None = None, *, is_strict: bool = False
) -> list[int]:
    """Return the positions of the ascending subsequence of ``values`` with the greatest total weight.

    Without ``weights`` every value counts 1: the longest increasing subsequence. ``is_strict``
    leaves out equal values too. O(n log n), by a Fenwick tree of the best sums so far.
    """
    weights = [1.0] * len(values) if weights is None else weights
    ranks = sorted(set(values))
    best_sum = [0.0] * (len(ranks) + 1)
    best_last = [-1] * (len(ranks) + 1)
    sums: list[float] = []
    before: list[int] = []
    for position, (value, weight) in enumerate(zip(values, weights, strict=True)):
        below = bisect_left(ranks, value) if is_strict else bisect_right(ranks, value)
        total, last = _best_up_to(best_sum, best_last, below)
        sums.append(total + weight)
        before.append(last)
        _update(best_sum, best_last, bisect_left(ranks, value) + 1, (sums[position], position))
    run: list[int] = []
    position = max(range(len(sums)), key=sums.__getitem__, default=-1)
    while position >= 0:
        run.append(position)
        position = before[position]
    return run[::-1]


def _best_up_to(best_sum: Sequence[float], best_last: Sequence[int], rank: int) -> tuple[float, int]:
    total, last = 0.0, -1
    while rank > 0:
        if best_sum[rank] > total:
            total, last = best_sum[rank], best_last[rank]
        rank -= rank & -rank
    return total, last


def _update(best_sum: list[float], best_last: list[int], rank: int, best: tuple[float, int]) -> None:
    while rank < len(best_sum):
        if best[0] > best_sum[rank]:
            best_sum[rank], best_last[rank] = best
        rank += rank & -rank
