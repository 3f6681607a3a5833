"""Bringing scores of different scales together, and the same words in different places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.encoders.encoder import FloatArray

_SHINGLE_WORDS = 4
_SAME_SHARE = 0.75
COMMON_SHARE = 0.3


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


def shingles(text: str) -> frozenset[int]:
    """Return the word 4-grams of a folded text, as hashes good for this process only (Broder, 1997)."""
    words = text.split()
    if len(words) < _SHINGLE_WORDS:
        return frozenset([hash(tuple(words))])
    return frozenset(map(hash, zip(*(words[start:] for start in range(_SHINGLE_WORDS)), strict=False)))


def fold_duplicates(ranked: Sequence[frozenset[int]]) -> list[tuple[int, list[int]]]:
    """Group ranked texts, given by their shingles: what says nothing new is folded into what came before.

    Returns ``(kept, folded)`` pairs of positions in ``ranked``, in rank order. A text is folded when
    three quarters of it stand in texts ranked above it; it then belongs to each of these that it
    shares a third of the smaller of the two with.
    """
    groups: list[tuple[int, list[int]]] = []
    for position, text in enumerate(ranked):
        alike = [group for group in groups if overlap(text, ranked[group[0]]) >= COMMON_SHARE]
        known = frozenset[int]().union(*(ranked[kept] for kept, _ in alike))
        if alike and len(text & known) >= _SAME_SHARE * len(text):
            for _, folded in alike:
                folded.append(position)
        else:
            groups.append((position, []))
    return groups


def overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of the smaller set that stands in the larger."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
