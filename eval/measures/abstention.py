"""Whether the system knows when the documents do not hold the answer.

Two labels are kept apart. *Answerable* is the question's own: does gold hold evidence for it?
*Right* is the response's: does one of the first five passages hold the evidence? The confidence
promises the second (a probability that the passages hold the answer), so calibration and risk are
judged by it; telling answerable from unanswerable questions (AUROC) is judged by the first.

Confidences and labels are arrays with one value a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eval.measures.statistics import interval, share_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.measures.statistics import Interval

Confidences = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]

RELIABILITY_BINS = 10  # as Guo et al. 2017 and most after them draw it
SAME_COVERAGE = 1e-9  # shares of a whole number of questions are rounded
COVERAGE = 0.8  # of the answerable questions; chosen by hand, not measured
FEWEST_TOLD = 10  # of either kind: with fewer a single question moves the AUROC by more than a tenth


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only the surest ``coverage`` of the questions, ``risk`` of them are wrong."""

    coverage: float
    risk: float
    threshold: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The responses whose confidence lies in ``low``..``high``: what was promised and what held."""

    low: float
    high: float
    count: int
    mean_confidence: float
    share_right: float


@dataclass(frozen=True, slots=True)
class Abstention:
    """How well the confidence tells; ``None`` where the questions cannot show it.

    ``answerable`` and ``unanswerable`` are numbers of questions; of fewer than :data:`FEWEST_TOLD` of either
    neither ``auroc`` nor ``false_answers`` is given: the share of unanswerable questions that would be
    answered at the threshold at which 80 % of the answerable ones are. ``refused_unanswerable`` and
    ``answered_answerable`` are what happened at the configured threshold.
    """

    answerable: int
    unanswerable: int
    auroc: Interval | None
    aurc: float
    false_answers: float | None
    brier: float
    expected_calibration_error: float
    answered_answerable: Interval | None
    refused_unanswerable: Interval | None
    risk_curve: tuple[RiskPoint, ...]
    reliability: tuple[ReliabilityBin, ...]

    @property
    def fewer(self) -> int:
        """How many questions there are of the kind that has fewer."""
        return min(self.answerable, self.unanswerable)


def judge_abstention(
    confidence: Confidences, *, is_answerable: Labels, is_right: Labels, answered: Labels
) -> Abstention:
    """Return every figure about the confidence of one question or more.

    ``answered`` says which responses did not refuse.
    """
    from sklearn.metrics import brier_score_loss

    answerable = int(is_answerable.sum())
    fewer = min(answerable, len(confidence) - answerable)
    tells = fewer >= FEWEST_TOLD
    return Abstention(
        answerable=answerable,
        unanswerable=len(confidence) - answerable,
        auroc=interval(auroc, confidence, is_answerable.astype(np.float64), telling=fewer) if tells else None,
        aurc=area_under_risk_curve(confidence, is_right),
        false_answers=false_answers_at_coverage(confidence, is_answerable) if tells else None,
        brier=float(brier_score_loss(is_right, confidence, pos_label=True)),
        expected_calibration_error=expected_calibration_error(confidence, is_right),
        answered_answerable=_share(answered[is_answerable]),
        refused_unanswerable=_share(~answered[~is_answerable]),
        risk_curve=risk_coverage_curve(confidence, is_right),
        reliability=reliability_bins(confidence, is_right),
    )


def _share(labels: Labels) -> Interval | None:
    return share_interval(int(labels.sum()), len(labels)) if len(labels) else None


def auroc(*samples: npt.NDArray[np.float64], axis: int = -1) -> npt.NDArray[np.float64]:
    """Return the chance that an answerable question's confidence is above an unanswerable one's.

    The area under the ROC curve in its Mann-Whitney form, ties counting half. ``samples`` are the
    confidence and whether the question is answerable, 1 or 0, along ``axis``; nan where all are or none
    is. The same as ``sklearn.metrics.roc_auc_score``, for a thousand draws at once.
    """
    from scipy.stats import rankdata  # type: ignore[import-untyped] # comes without types

    confidence, is_answerable = samples
    answerable = is_answerable.sum(axis=axis)
    pairs = answerable * (is_answerable.shape[axis] - answerable)
    won = (rankdata(confidence, axis=axis) * is_answerable).sum(axis=axis) - answerable * (answerable + 1) / 2
    return np.asarray(np.divide(won, pairs, out=np.full_like(won, np.nan), where=pairs > 0))


def risk_coverage_curve(confidence: Confidences, is_right: Labels) -> tuple[RiskPoint, ...]:
    """Return risk by coverage, surest first (El-Yaniv and Wiener 2010); one point per distinct confidence."""
    thresholds, counts, wrong = _surest_first(confidence, is_right)
    covered = counts.cumsum()
    points = zip(covered / len(confidence), wrong.cumsum() / covered, thresholds, strict=True)
    return tuple(RiskPoint(float(share), float(risk), float(least)) for share, risk, least in points)


def risk_at(curve: Sequence[RiskPoint], coverage: float) -> float:
    """Return the risk of answering the surest questions, as many as make at least ``coverage`` of them.

    ``coverage`` is in 0..1; what is sure alike is answered together.
    """
    return next(point.risk for point in curve if point.coverage >= coverage - SAME_COVERAGE)


def area_under_risk_curve(confidence: Confidences, is_right: Labels) -> float:
    """Return AURC, the mean risk over all coverages (Geifman, Uziel and El-Yaniv 2019); lower is better.

    Within a tie the mistakes are spread evenly, so that the order of the questions does not matter.
    """
    _, counts, wrong = _surest_first(confidence, is_right)
    mistakes = np.repeat(wrong / counts, counts).cumsum()
    return float((mistakes / np.arange(1, len(confidence) + 1)).mean())


def _surest_first(
    confidence: Confidences, is_right: Labels
) -> tuple[Confidences, npt.NDArray[np.integer], npt.NDArray[np.float64]]:
    """Return the distinct confidences, how many questions have each, and how many of these are wrong."""
    below, places, counts = np.unique(-confidence, return_inverse=True, return_counts=True)
    return -below, counts, np.bincount(places, weights=~is_right).astype(np.float64)


def false_answers_at_coverage(
    confidence: Confidences, is_answerable: Labels, *, coverage: float = COVERAGE
) -> float | None:
    """Return the share of unanswerable questions answered where ``coverage`` of the answerable ones are."""
    from sklearn.metrics import roc_curve

    if is_answerable.all() or not is_answerable.any():
        return None
    false_answers, answered, _ = roc_curve(is_answerable, confidence, drop_intermediate=False)
    return float(false_answers[np.argmax(answered >= coverage)])


def reliability_bins(confidence: Confidences, is_right: Labels) -> tuple[ReliabilityBin, ...]:
    """Return ten equally wide bins of confidence, the empty ones left out."""
    from scipy.stats import binned_statistic

    means, edges, places = binned_statistic(
        confidence, [confidence, is_right], bins=np.arange(RELIABILITY_BINS + 1) / RELIABILITY_BINS
    )
    return tuple(
        ReliabilityBin(float(low), float(high), int((places == number).sum()), float(promised), float(held))
        for number, (low, high, promised, held) in enumerate(zip(edges, edges[1:], *means, strict=False), 1)
        if not np.isnan(promised)
    )


def expected_calibration_error(confidence: Confidences, is_right: Labels) -> float:
    """Return the mean gap between promise and truth, weighted by bin size (Guo et al. 2017)."""
    bins = reliability_bins(confidence, is_right)
    return sum(one.count * abs(one.mean_confidence - one.share_right) for one in bins) / len(confidence)
