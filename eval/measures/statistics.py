"""How far to trust a figure over questions, and whether two runs really differ.

Questions are the sample: intervals resample questions, comparisons pair the same question in two runs.
The drawing is SciPy's; the seed is fixed, so the same values give the same figures.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Sample = npt.NDArray[np.float64]


class Statistic(Protocol):
    """Sums up samples with one value a question along ``axis``; gives nan where it is undefined."""

    def __call__(self, *samples: Sample, axis: int) -> Sample:
        """Return one value for each draw."""


@dataclass(frozen=True, slots=True)
class ResamplingSettings:
    """How questions are drawn again.

    With 5000 ``mean_draws`` another seed moves the bounds of the gold's MRR by at most .004, with 1000
    ``statistic_draws`` those of its AUROC by at most .03, over 30 seeds; both were chosen by hand.
    ``confidence``, a share in 0..1, is the field's usual 95 %. ``seed`` is any number that never changes.
    Values that differ by less than ``same_within`` are alike: a baseline keeps four decimals.
    """

    mean_draws: int = 5000
    statistic_draws: int = 1000
    confidence: float = 0.95
    seed: int = 20_240_229
    same_within: float = 1e-4


RESAMPLING = ResamplingSettings()


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure over ``count`` questions with its 95 % percentile bootstrap interval (Efron 1979)."""

    value: float
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


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Return the mean with its interval; ``None`` for no values."""
    return interval(_mean, np.asarray(values), draws=RESAMPLING.mean_draws) if values else None


def interval(
    statistic: Statistic, *samples: Sample, draws: int = RESAMPLING.statistic_draws
) -> Interval | None:
    """Return a statistic with its interval, draws in which it is undefined left out.

    ``samples`` are drawn together, question by question. ``None``: it is undefined for all of them.
    """
    value = float(statistic(*samples, axis=-1))
    if np.isnan(value):
        return None
    low, high = _two_sided(_drawn(statistic, samples, draws))
    return Interval(value, low, high, len(samples[0]))


def upper_bound(statistic: Statistic, *samples: Sample) -> float:
    """Return what the statistic of questions drawn again stays below 95 times in 100."""
    return _one_sided(_drawn(statistic, samples, RESAMPLING.statistic_draws))


def compare_paired(before: Mapping[str, float], after: Mapping[str, float]) -> PairedComparison | None:
    """Compare two runs' values by question id; ``None`` where they share no question.

    The p-value is that of a randomisation test that swaps the runs question by question (Smucker, Allan
    and Carterette 2007), exact where there are few questions.
    """
    ids = [identity for identity in before if identity in after]
    if not ids:
        return None
    a, b = (np.array([run[identity] for identity in ids]) for run in (before, after))
    b = np.where(np.abs(b - a) <= RESAMPLING.same_within, a, b)
    differences = b - a
    drawn = _drawn(_mean, (differences,), RESAMPLING.mean_draws)
    low, high = _two_sided(drawn)
    return PairedComparison(
        count=len(ids),
        mean_a=float(a.mean()),
        mean_b=float(b.mean()),
        difference=float(differences.mean()),
        low=low,
        high=high,
        highest=_one_sided(drawn),
        p_value=_p_value(a, b),
        wins=tuple(np.array(ids)[differences > 0].tolist()),
        losses=tuple(np.array(ids)[differences < 0].tolist()),
    )


def _p_value(a: Sample, b: Sample) -> float:
    from scipy.stats import permutation_test  # type: ignore[import-untyped] # comes without types

    if len(a) == 1:  # swapped or not, the difference is as large
        return 1.0
    swapped = permutation_test(
        (a, b),
        lambda one, other, axis: (other - one).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLING.mean_draws,
        rng=np.random.default_rng(RESAMPLING.seed),
    )
    return float(swapped.pvalue)


def _mean(*samples: Sample, axis: int) -> Sample:
    return np.asarray(samples[0].mean(axis=axis))


def _drawn(statistic: Statistic, samples: Sequence[Sample], draws: int) -> Sample:
    """Return the statistic of each draw; of a single question there is but one."""
    from scipy.stats import DegenerateDataWarning, bootstrap

    if len(samples[0]) == 1:
        return np.atleast_1d(statistic(*samples, axis=-1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)  # undefined draws: left out by our callers
        found = bootstrap(
            samples,
            statistic,
            paired=True,
            vectorized=True,
            method="percentile",
            n_resamples=draws,
            rng=np.random.default_rng(RESAMPLING.seed),
        )
    return np.asarray(found.bootstrap_distribution)


def _two_sided(drawn: Sample) -> tuple[float, float]:
    tail = (1 - RESAMPLING.confidence) / 2 * 100
    low, high = np.nanpercentile(drawn, [tail, 100 - tail])
    return float(low), float(high)


def _one_sided(drawn: Sample) -> float:
    return float(np.nanpercentile(drawn, 100 * RESAMPLING.confidence))
