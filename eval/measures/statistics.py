"""How far to trust a mean over questions, and whether two runs really differ.

Questions are the sample: intervals resample questions, comparisons pair the same question in two
runs. Seeds are fixed, so the same values give the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

RESAMPLES = 5000
SEED = 20_240_229
CONFIDENCE = 0.95
ROUNDING = 1e-5  # saved values have six decimals


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over ``count`` questions with its bootstrap interval."""

    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """Run B against run A on the questions both have.

    ``difference`` is B minus A with its bootstrap interval ``low``..``high``; ``highest`` is its one-sided
    bound: with 95 % confidence it is no higher. ``p_value`` is two-sided. ``wins`` and ``losses`` are
    the ids of the questions where B is better or worse.
    """

    count: int
    mean_a: float
    mean_b: float
    difference: float
    low: float
    high: float
    highest: float
    p_value: float
    wins: tuple[str, ...]
    losses: tuple[str, ...]


def bootstrap_interval(values: Sequence[float]) -> Interval | None:
    """Return the mean with its 95 % percentile bootstrap interval (Efron 1979); ``None`` for no values."""
    if not values:
        return None
    sample = np.asarray(values, dtype=np.float64)
    low, high = _percentiles(_resampled_means(sample))
    return Interval(float(sample.mean()), low, high, len(sample))


def bootstrap_statistic(
    count: int, statistic: Callable[[npt.NDArray[np.int64]], float | None], *, resamples: int = 1000
) -> tuple[float, float] | None:
    """Return the interval of a statistic that is no mean.

    ``statistic`` gets the drawn indexes into ``count`` questions and returns ``None`` where it is
    undefined for them; ``None`` comes back where it never was defined.
    """
    generator = np.random.default_rng(SEED)
    drawn = (generator.integers(0, count, size=count) for _ in range(resamples if count else 0))
    values = [value for value in map(statistic, drawn) if value is not None]
    return _percentiles(np.asarray(values)) if values else None


def one_sided_bound(
    count: int, statistic: Callable[[npt.NDArray[np.int64]], float], *, resamples: int = 1000
) -> float:
    """Return what a statistic of ``count`` questions, drawn again and again, stays below 95 times in 100."""
    generator = np.random.default_rng(SEED)
    drawn = (generator.integers(0, count, size=count) for _ in range(resamples))
    return float(np.percentile([statistic(one) for one in drawn], 100 * CONFIDENCE))


def compare_paired(before: Mapping[str, float], after: Mapping[str, float]) -> PairedComparison | None:
    """Compare two runs' values by question id; ``None`` where they share no question.

    The p-value is that of a randomisation test that swaps the runs question by question
    (Smucker, Allan and Carterette 2007), with one added to both counts so that it is never 0.
    """
    ids = [identity for identity in before if identity in after]
    if not ids:
        return None
    differences = np.array([after[identity] - before[identity] for identity in ids])
    resampled = _resampled_means(differences)
    low, high = _percentiles(resampled)
    swapped = _sign_flipped_means(differences)
    observed = differences.mean()
    return PairedComparison(
        count=len(ids),
        mean_a=float(np.mean([before[identity] for identity in ids])),
        mean_b=float(np.mean([after[identity] for identity in ids])),
        difference=float(observed),
        low=low,
        high=high,
        highest=float(np.percentile(resampled, 100 * CONFIDENCE)),
        p_value=_p_value(np.abs(swapped) >= abs(observed) - ROUNDING),
        wins=tuple(identity for identity, value in zip(ids, differences, strict=True) if value > ROUNDING),
        losses=tuple(identity for identity, value in zip(ids, differences, strict=True) if value < -ROUNDING),
    )


def _resampled_means(sample: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    generator = np.random.default_rng(SEED)
    drawn = generator.integers(0, len(sample), size=(RESAMPLES, len(sample)), dtype=np.int32)
    means: npt.NDArray[np.float64] = sample[drawn].mean(axis=1)
    return means


def _sign_flipped_means(differences: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    generator = np.random.default_rng(SEED)
    signs = generator.integers(0, 2, size=(RESAMPLES, len(differences)), dtype=np.int8) * 2.0 - 1.0
    means: npt.NDArray[np.float64] = (signs * differences).mean(axis=1)
    return means


def _p_value(as_extreme: npt.NDArray[np.bool_]) -> float:
    return float((as_extreme.sum() + 1) / (len(as_extreme) + 1))


def _percentiles(values: npt.NDArray[np.float64]) -> tuple[float, float]:
    tail = (1 - CONFIDENCE) / 2 * 100
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)
