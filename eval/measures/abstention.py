"""Whether the system knows when the documents do not hold the answer.

Two labels are kept apart. *Answerable* is the question's own: does gold hold evidence for it?
*Right* is the response's: does one of the first five passages hold the evidence? The confidence
promises the second (a probability that the passages hold the answer), so calibration and risk are
judged by it; telling answerable from unanswerable questions (AUROC) is judged by the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from eval.measures.statistics import bootstrap_statistic

if TYPE_CHECKING:
    from collections.abc import Sequence

RELIABILITY_BINS = 10
COVERAGE = 0.8


@dataclass(frozen=True, slots=True)
class Judgement:
    """One response's confidence with both labels."""

    confidence: float
    is_answerable: bool
    is_right: bool


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

    ``false_answers`` is the share of unanswerable questions that would be answered at the threshold
    at which 80 % of the answerable ones are. ``refused_unanswerable`` and ``answered_answerable``
    are what happened at the configured threshold.
    """

    auroc: float | None
    auroc_interval: tuple[float, float] | None
    aurc: float | None
    false_answers: float | None
    brier: float | None
    expected_calibration_error: float | None
    answered_answerable: float | None
    refused_unanswerable: float | None
    risk_curve: tuple[RiskPoint, ...]
    reliability: tuple[ReliabilityBin, ...]


def judge_abstention(judgements: Sequence[Judgement], answered: Sequence[bool]) -> Abstention:
    """Return every figure about confidence; ``answered`` says which responses did not refuse."""
    return Abstention(
        auroc=_auroc_of(judgements),
        auroc_interval=bootstrap_statistic(
            len(judgements), lambda drawn: _auroc_of([judgements[index] for index in drawn])
        ),
        aurc=area_under_risk_curve(judgements),
        false_answers=false_answers_at_coverage(judgements),
        brier=_mean([(one.confidence - one.is_right) ** 2 for one in judgements]),
        expected_calibration_error=expected_calibration_error(judgements),
        answered_answerable=_mean(
            [
                was_answered
                for one, was_answered in zip(judgements, answered, strict=True)
                if one.is_answerable
            ]
        ),
        refused_unanswerable=_mean(
            [
                not was_answered
                for one, was_answered in zip(judgements, answered, strict=True)
                if not one.is_answerable
            ]
        ),
        risk_curve=risk_coverage_curve(judgements),
        reliability=reliability_bins(judgements),
    )


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return the chance that a positive scores above a negative, ties counting half.

    The Mann-Whitney form of the area under the ROC curve; ``None`` where either side is empty.
    """
    if not positive or not negative:
        return None
    ordered = np.sort(np.asarray(negative, dtype=np.float64))
    below = np.searchsorted(ordered, positive, side="left")
    not_above = np.searchsorted(ordered, positive, side="right")
    return float((below + not_above).mean() / 2 / len(ordered))


def _auroc_of(judgements: Sequence[Judgement]) -> float | None:
    return auroc(
        [one.confidence for one in judgements if one.is_answerable],
        [one.confidence for one in judgements if not one.is_answerable],
    )


def risk_coverage_curve(judgements: Sequence[Judgement]) -> tuple[RiskPoint, ...]:
    """Return risk by coverage, surest first (El-Yaniv and Wiener 2010); one point per distinct confidence."""
    points, covered, wrong = [], 0, 0
    ordered = sorted(judgements, key=lambda one: -one.confidence)
    for confidence, tied in groupby(ordered, key=lambda one: one.confidence):
        labels = [one.is_right for one in tied]
        covered += len(labels)
        wrong += labels.count(False)
        points.append(RiskPoint(covered / len(ordered), wrong / covered, confidence))
    return tuple(points)


def area_under_risk_curve(judgements: Sequence[Judgement]) -> float | None:
    """Return AURC, the mean risk over all coverages (Geifman, Uziel and El-Yaniv 2019); lower is better.

    Within a tie the mistakes are spread evenly, so that the order of the questions does not matter.
    """
    if not judgements:
        return None
    risks, covered, wrong = [], 0, 0.0
    ordered = sorted(judgements, key=lambda one: -one.confidence)
    for _, tied in groupby(ordered, key=lambda one: one.confidence):
        labels = [one.is_right for one in tied]
        for _ in labels:
            covered += 1
            wrong += labels.count(False) / len(labels)
            risks.append(wrong / covered)
    return float(np.mean(risks))


def false_answers_at_coverage(judgements: Sequence[Judgement], *, coverage: float = COVERAGE) -> float | None:
    """Return the share of unanswerable questions answered where ``coverage`` of the answerable ones are."""
    answerable = sorted((one.confidence for one in judgements if one.is_answerable), reverse=True)
    unanswerable = [one.confidence for one in judgements if not one.is_answerable]
    if not answerable or not unanswerable:
        return None
    # the small subtraction keeps 0.8 * 5 from asking for a fifth answer
    wanted = max(1, int(np.ceil(coverage * len(answerable) - 1e-9)))
    threshold = answerable[wanted - 1]
    return sum(confidence >= threshold for confidence in unanswerable) / len(unanswerable)


def reliability_bins(judgements: Sequence[Judgement]) -> tuple[ReliabilityBin, ...]:
    """Return ten equally wide bins of confidence, the empty ones left out."""
    bins: dict[int, list[Judgement]] = {}
    for one in judgements:
        bins.setdefault(min(int(one.confidence * RELIABILITY_BINS), RELIABILITY_BINS - 1), []).append(one)
    return tuple(
        ReliabilityBin(
            low=number / RELIABILITY_BINS,
            high=(number + 1) / RELIABILITY_BINS,
            count=len(inside),
            mean_confidence=sum(one.confidence for one in inside) / len(inside),
            share_right=sum(one.is_right for one in inside) / len(inside),
        )
        for number, inside in sorted(bins.items())
    )


def expected_calibration_error(judgements: Sequence[Judgement]) -> float | None:
    """Return the mean gap between promise and truth, weighted by bin size (Guo et al. 2017)."""
    if not judgements:
        return None
    return sum(
        one.count / len(judgements) * abs(one.mean_confidence - one.share_right)
        for one in reliability_bins(judgements)
    )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
