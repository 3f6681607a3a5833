"""Fails on a drop beyond noise against a baseline, question by question.

A measure has dropped when both hold: its mean over the questions asked in both runs fell by at least
``smallest_drop``, and so it did, by more than nothing, in 95 of 100 resamples of these questions
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

from eval.errors import RunError
from eval.measures.abstention import auroc
from eval.measures.statistics import compare_paired, upper_bound
from eval.runs.run import HIDDEN, QUESTIONS, unchanged, values_of
from eval.runs.run_file import GATED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eval.measures.statistics import Sample
    from eval.runs.run import EvaluatedQuestion, Run

    Questions = Sequence[EvaluatedQuestion]

ALWAYS = (
    ("quotes_verified", 1.0, "quotes that do not stand in their source"),
    ("leaked", 0.0, "evidence that was hidden was found all the same"),
)


@dataclass(frozen=True, slots=True)
class GateSettings:
    """What passes, as shares in 0..1.

    ``smallest_drop`` is just under two of the gold's 90 answerable questions. ``smallest_shared`` of the
    baseline's questions must still be asked. ``smallest_measured`` of the questions that a measure applied
    to it must still apply to: some need something found, as a page that is known. All three are chosen by
    hand; not measured.
    """

    smallest_drop: float = 0.02
    smallest_shared: float = 0.9
    smallest_measured: float = 0.5


SETTINGS = GateSettings()


@dataclass(frozen=True, slots=True)
class GateFailure:
    """Why a run does not pass, with the questions that are worse and those that are better."""

    message: str
    worse: tuple[str, ...]
    better: tuple[str, ...] = ()

    def __str__(self) -> str:
        better = f"; better: {', '.join(self.better)}" if self.better else ""
        return f"{self.message}; worse: {', '.join(self.worse) or 'none'}{better}"


def gate(run: Run, baseline: Run) -> tuple[GateFailure, ...]:
    """Return why ``run`` is worse than ``baseline``; empty: it passes.

    Raises:
        RunError: fewer than nine in ten of the baseline's questions were asked and are unchanged.
    """
    return tuple(_failures(run, baseline))


def _failures(run: Run, baseline: Run) -> Iterator[GateFailure]:
    for section, before in baseline.sections.items():
        after = unchanged(before, run.section(section))
        if len(after) < SETTINGS.smallest_shared * len(before):
            raise RunError(
                f"baseline {baseline.name}: only {len(after)} of {len(before)} questions ({section}) were "
                "asked with the same words and quotes; run the same gold, or write a new baseline"
            )
        if section == HIDDEN:  # the fewer are answered the better
            yield from _drop(section, "answered", before, after, sign=-1)
        else:
            for metric in GATED:
                yield from _drop(section, metric, before, after)
    yield from _told_less_well(run, baseline)
    for section, questions in run.sections.items():
        for metric, due, message in ALWAYS:
            broken = tuple(key for key, value in values_of(questions, metric).items() if value != due)
            if broken:
                yield GateFailure(f"{section}: {message}", broken)


def _drop(
    section: str, metric: str, before: Questions, after: Questions, *, sign: int = 1
) -> Iterator[GateFailure]:
    old, new = (
        {key: sign * value for key, value in values_of(questions, metric).items()}
        for questions in (before, after)
    )
    if len(new) < SETTINGS.smallest_measured * len(old):
        missing = tuple(key for key in old if key not in new)
        yield GateFailure(f"{section}: {metric} was measured {len(new)} times, before {len(old)}", missing)
        return
    paired = compare_paired(old, new)
    if paired and _is_drop(paired.difference, paired.highest):
        fell = _fell(f"{section}: {metric}", abs(paired.mean_a), abs(paired.mean_b), paired.highest)
        yield GateFailure(fell, paired.losses, paired.wins)


def _is_drop(difference: float, highest: float) -> bool:
    return difference <= -SETTINGS.smallest_drop and highest < 0


def _fell(what: str, before: float, after: float, highest: float) -> str:
    sure = f"with 95 % confidence worse by {-highest:.3f} or more"
    return f"{what} went from {before:.3f} to {after:.3f} ({sure})"


def _told_less_well(run: Run, baseline: Run) -> Iterator[GateFailure]:
    """Yield a failure where the confidence tells evidence in place from evidence hidden less well."""
    old, new = _confidences(baseline), _confidences(run)
    keys = [key for key in old if key in new]
    if not keys:
        return
    before, after = (np.array([one[key] for key in keys]).T for one in (old, new))
    told_before, told_after = float(_told(*before)), float(_told(*after))
    highest = upper_bound(_told_difference, *before, *after)
    if _is_drop(told_after - told_before, highest):
        order = np.sign(after[0] - after[1]) - np.sign(before[0] - before[1])
        yield GateFailure(
            _fell(f"{HIDDEN}: AUROC", told_before, told_after, highest),
            tuple(np.array(keys)[order < 0].tolist()),
            tuple(np.array(keys)[order > 0].tolist()),
        )


def _confidences(run: Run) -> dict[str, tuple[float, float]]:
    """Return each question's confidence with its evidence in place and hidden."""
    there, hidden = (values_of(run.section(name), "confidence") for name in (QUESTIONS, HIDDEN))
    return {key: (there[key], hidden[key]) for key in hidden if key in there}


def _told(there: Sample, hidden: Sample, *, axis: int = -1) -> Sample:
    labels = np.concatenate([np.ones_like(there), np.zeros_like(hidden)], axis=axis)
    return auroc(np.concatenate([there, hidden], axis=axis), labels, axis=axis)


def _told_difference(*samples: Sample, axis: int) -> Sample:
    """Return how much better run B tells them: its AUROC less that of run A, both there and hidden."""
    there_a, hidden_a, there_b, hidden_b = samples
    return np.asarray(_told(there_b, hidden_b, axis=axis) - _told(there_a, hidden_a, axis=axis))
