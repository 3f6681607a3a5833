"""Fails on a drop beyond noise against a baseline, question by question.

A measure has dropped when both hold: its mean over the questions asked in both runs fell by at least
:data:`SMALLEST_DROP`, and so it did, by more than nothing, in 95 of 100 resamples of these questions
(paired bootstrap, one-sided). The first keeps a shift of no weight that all questions share from
failing, the second a single question or two that changed sides: of 90 questions 4 must be lost that
none made up for. With hidden evidence two things are held: answering more often fails like a drop,
and so does telling the questions less well from themselves with their evidence taken away (AUROC).
A quote that is not in its source, or hidden evidence that is found, always fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.errors import ReportError
from eval.measures.abstention import auroc
from eval.measures.statistics import compare_paired, one_sided_bound
from eval.reports.report import HIDDEN, QUESTIONS
from eval.runs.baseline import GATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from eval.measures.statistics import PairedComparison
    from eval.runs.baseline import Baseline, BaselineQuestion

    Questions = Mapping[str, BaselineQuestion]

SMALLEST_DROP = 0.02
SMALLEST_SHARED = 0.9
SMALLEST_MEASURED = 0.5  # of a measure that needs something found, as a page that is known
ALWAYS = (
    ("quotes_verified", 1.0, "quotes that do not stand in their source"),
    ("leaked", 0.0, "evidence that was hidden was found all the same"),
)


@dataclass(frozen=True, slots=True)
class GateFailure:
    """Why a run does not pass, with the questions that are worse and those that are better."""

    message: str
    worse: tuple[str, ...]
    better: tuple[str, ...] = ()


def gate(run: Baseline, baseline: Baseline) -> tuple[GateFailure, ...]:
    """Return why ``run`` is worse than ``baseline``; empty: it passes.

    Raises:
        ReportError: fewer than nine in ten of the baseline's questions were asked and are unchanged.
    """
    return tuple(_failures(run, baseline))


def _failures(run: Baseline, baseline: Baseline) -> Iterator[GateFailure]:
    for section, before in baseline.sections.items():
        after = _unchanged(before, run.sections.get(section, {}))
        if len(after) < SMALLEST_SHARED * len(before):
            raise ReportError(
                f"baseline {baseline.name}: only {len(after)} of {len(before)} questions ({section}) were "
                "asked with the same words and quotes; run the same gold, or write a new baseline"
            )
        if section == HIDDEN:
            yield from _more_answered(section, before, after)
        else:
            for metric in GATED:
                yield from _drop(section, metric, before, after)
    yield from _told_less_well(run, baseline)
    for section, questions in run.sections.items():
        for metric, due, message in ALWAYS:
            broken = [key for key, question in questions.items() if question.values.get(metric, due) != due]
            if broken:
                yield GateFailure(f"{section}: {message}", tuple(broken))


def _unchanged(before: Questions, after: Questions) -> Questions:
    return {
        key: question
        for key, question in after.items()
        if key in before and before[key].mark == question.mark
    }


def _values(questions: Questions, metric: str) -> dict[str, float]:
    return {key: question.values[metric] for key, question in questions.items() if metric in question.values}


def _drop(section: str, metric: str, before: Questions, after: Questions) -> Iterator[GateFailure]:
    old, new = _values(before, metric), _values(after, metric)
    if len(new) < SMALLEST_MEASURED * len(old):
        missing = tuple(key for key in old if key not in new)
        yield GateFailure(f"{section}: {metric} was measured {len(new)} times, before {len(old)}", missing)
        return
    paired = compare_paired(old, new)
    if paired and _is_drop(paired):
        yield _fall(f"{section}: {metric}", paired.mean_a, paired.mean_b, paired)


def _more_answered(section: str, before: Questions, after: Questions) -> Iterator[GateFailure]:
    refused = [
        {key: 1 - value for key, value in _values(questions, "answered").items()}
        for questions in (before, after)
    ]
    paired = compare_paired(*refused)
    if paired and _is_drop(paired):
        yield _fall(f"{section}: answered", 1 - paired.mean_a, 1 - paired.mean_b, paired)


def _is_drop(paired: PairedComparison) -> bool:
    return paired.difference <= -SMALLEST_DROP and paired.highest < 0


def _fall(what: str, before: float, after: float, paired: PairedComparison) -> GateFailure:
    message = f"{what} went from {before:.3f} to {after:.3f} ({_sure(paired.highest)})"
    return GateFailure(message, paired.losses, paired.wins)


def _sure(highest: float) -> str:
    return f"with 95 % confidence worse by {-highest:.3f} or more"


def _told_less_well(run: Baseline, baseline: Baseline) -> Iterator[GateFailure]:
    """Yield a failure where the confidence tells evidence in place from evidence hidden less well."""
    old, new = _confidences(baseline), _confidences(run)
    keys = [key for key in old if key in new]
    if not keys:
        return
    before, after = (np.array([one[key] for key in keys]) for one in (old, new))
    difference = _told(after) - _told(before)
    highest = one_sided_bound(len(keys), lambda drawn: _told(after[drawn]) - _told(before[drawn]))
    if difference <= -SMALLEST_DROP and highest < 0:
        order_before, order_after = (np.sign(one[:, 0] - one[:, 1]) for one in (before, after))
        yield GateFailure(
            f"{HIDDEN}: AUROC went from {_told(before):.3f} to {_told(after):.3f} ({_sure(highest)})",
            tuple(key for key, a, b in zip(keys, order_before, order_after, strict=True) if b < a),
            tuple(key for key, a, b in zip(keys, order_before, order_after, strict=True) if b > a),
        )


def _confidences(run: Baseline) -> dict[str, tuple[float, float]]:
    """Return each question's confidence with its evidence in place and hidden."""
    there, hidden = (_values(run.sections.get(section, {}), "confidence") for section in (QUESTIONS, HIDDEN))
    return {key: (there[key], hidden[key]) for key in hidden if key in there}


def _told(confidences: npt.NDArray[np.float64]) -> float:
    return auroc(confidences[:, 0].tolist(), confidences[:, 1].tolist()) or 0.0


def gate_lines(failures: Sequence[GateFailure]) -> tuple[str, ...]:
    """Say in one line each what failed and which questions changed sides."""
    return tuple(
        f"{failure.message}; worse: {', '.join(failure.worse) or 'none'}"
        + (f"; better: {', '.join(failure.better)}" if failure.better else "")
        for failure in failures
    )
