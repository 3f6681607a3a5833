"""What a section of a run comes to in sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from eval.measures.abstention import Abstention, judge_abstention
from eval.measures.metrics import BY_SOURCE, NUMBERS
from eval.measures.statistics import Interval, mean_interval
from eval.runs.run import HIDDEN, QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from eval.runs.run import EvaluatedQuestion, Run

RIGHT = ("hit@5", f"hit@5{BY_SOURCE}")
"""Whether a response is right: in its own kind of judgement, that of passages where there is one."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one stage took, in milliseconds over all questions of a section."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One way of asking, summed up over the questions that each measure applies to.

    ``by_kind`` are means by kind of question, with the number of ``questions``. ``abstention`` is ``None``
    where there is no confidence to judge.
    """

    measures: Mapping[str, Interval]
    by_kind: Mapping[str, Mapping[str, float]]
    latency: Mapping[str, Latency]
    abstention: Abstention | None


def summarise(run: Run) -> dict[str, Summary]:
    """Sum up every section of a run.

    Hidden evidence is judged with the same questions that have their evidence in place.
    """
    in_place = [one for one in run.section(QUESTIONS) if one.is_answerable]
    return {
        name: _summary(questions, judged_with=in_place if name == HIDDEN else ())
        for name, questions in run.sections.items()
    }


def is_right(one: EvaluatedQuestion) -> bool | None:
    """Return whether the first five results hold evidence, ``None`` where that is not judged."""
    return next((one.values[name] > 0 for name in RIGHT if name in one.values), None)


def _summary(questions: Sequence[EvaluatedQuestion], *, judged_with: Sequence[EvaluatedQuestion]) -> Summary:
    intervals = {
        name: mean_interval(values, is_share=name not in NUMBERS)
        for name, values in _gathered(one.values for one in questions).items()
    }
    times = _gathered(one.timings_ms for one in questions)
    return Summary(
        measures={name: interval for name, interval in intervals.items() if interval},
        by_kind=_by_kind(questions),
        latency={
            stage: Latency(*(float(value) for value in np.percentile(ms, (50, 95))))
            for stage, ms in times.items()
        },
        abstention=_abstention([*judged_with, *questions]),
    )


def _gathered(each: Iterable[Mapping[str, float]]) -> dict[str, list[float]]:
    gathered: dict[str, list[float]] = {}
    for values in each:
        for name, value in values.items():
            gathered.setdefault(name, []).append(value)
    return gathered


def _by_kind(questions: Sequence[EvaluatedQuestion]) -> dict[str, dict[str, float]]:
    kinds = {
        kind: [one.values for one in questions if one.kind == kind]
        for kind in sorted({one.kind for one in questions})
    }
    return {
        kind: {"questions": float(len(values))}
        | {name: float(np.mean(found)) for name, found in _gathered(values).items()}
        for kind, values in kinds.items()
    }


def _abstention(questions: Sequence[EvaluatedQuestion]) -> Abstention | None:
    """Judge the confidence by the questions that say whether it was right; survey questions do not."""
    judged = [
        one
        for one in questions
        if "confidence" in one.values and (is_right(one) is not None or not one.is_answerable)
    ]
    if not judged:
        return None
    return judge_abstention(
        np.array([one.values["confidence"] for one in judged]),
        is_answerable=np.array([one.is_answerable for one in judged]),
        is_right=np.array([bool(is_right(one)) for one in judged]),
        answered=np.array([one.values.get("answered", 0.0) > 0 for one in judged]),
    )
