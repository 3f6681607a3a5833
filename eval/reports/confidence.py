"""Whether the confidence tells: in one collection, as it grows, and in several collections side by side."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from eval.measures.abstention import FEWEST_TOLD, risk_at
from eval.measures.statistics import share_interval
from eval.reports.tables import Table
from eval.runs.run import HIDDEN, QUESTIONS
from eval.runs.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from eval.measures.abstention import Abstention
    from eval.measures.statistics import Interval
    from eval.runs.run import EvaluatedQuestion, Run
    from eval.runs.summary import Summary

ABSTENTION_FIGURES: Mapping[str, str] = {
    "aurc": "AURC, mean risk over all coverages",
    "brier": "Brier score of the confidence",
    "expected_calibration_error": "expected calibration error",
}
ABSTENTION_SHARES: Mapping[str, str] = {
    "answered_answerable": "answerable answered at the threshold",
    "refused_unanswerable": "unanswerable refused at the threshold",
}
RISK_COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)  # where the field's tables look


def confidence_tables(run: Run, summaries: Mapping[str, Summary]) -> Iterator[Table]:
    """Yield how well the confidence tells in each section of a run, and its risk by coverage."""
    judged = {
        name: summary.abstention
        for name, summary in summaries.items()
        if summary.abstention and (summary.abstention.fewer or name == QUESTIONS)
    }
    if judged:
        yield _abstention_table(
            {name: one for name, one in judged.items() if name == QUESTIONS or name not in run.passages}
        )
        yield _risk_table(
            (name, one) for name, one in judged.items() if name in (QUESTIONS, HIDDEN, *run.passages)
        )
        yield from (reliability_table(name, judged[name]) for name in (QUESTIONS, HIDDEN) if name in judged)


def growth_table(run: Run, summaries: Mapping[str, Summary]) -> Table:
    """Return what becomes of answers and confidence as other documents come into the index."""
    rows = tuple(
        (name, f"{passages:,}", *_told(run.section(name), summaries[name]))
        for name, passages in run.passages.items()
    )
    return Table("As the index grows", ("asked", "passages", *TOLD), rows)


def collections_tables(runs: Sequence[Run]) -> tuple[Table, ...]:
    """Return the confidence of several runs side by side: asked, with evidence hidden, in a larger index."""
    told: list[tuple[str, ...]] = []
    risky: list[tuple[str, Abstention]] = []
    for run in runs:
        summaries = summarise(run)
        for name in dict.fromkeys((QUESTIONS, HIDDEN, *run.passages)):
            if name not in summaries:
                continue
            title = run.name if name == QUESTIONS else f"{run.name}, {name}"
            passages = run.passages.get(name, run.index.passages)
            told.append((title, f"{passages:,}", *_told(run.section(name), summaries[name])))
            if one := summaries[name].abstention:
                risky.append((title, one))
    return (
        Table("Confidence by collection", ("collection", "passages", *TOLD), tuple(told)),
        _risk_table(risky),
    )


TOLD = (
    "answerable / not",
    "AUROC",
    "answered",
    "refused",
    "evidence held",
    "confidence if answerable",
    "confidence if not",
    "calibration error",
)


def _told(questions: Sequence[EvaluatedQuestion], summary: Summary) -> tuple[str, ...]:
    """Return the figures of :data:`TOLD`: shares of the answerable, and refusals of the unanswerable."""
    answerable = [one for one in questions if one.is_answerable]
    others = [one for one in questions if not one.is_answerable]
    told = summary.abstention
    return (
        f"{len(answerable)} / {len(others)}",
        told_apart(told) if told else "-",
        figure(_mean(one.values.get("answered") for one in answerable)),
        figure(_mean(1 - one.values["answered"] for one in others if "answered" in one.values)),
        figure(_mean(one.values.get("answer_holds_evidence") for one in answerable)),
        figure(_mean(one.values.get("confidence") for one in answerable)),
        figure(_mean(one.values.get("confidence") for one in others)),
        figure(told.expected_calibration_error if told else None),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _abstention_table(judged: Mapping[str, Abstention]) -> Table:
    each = judged.values()
    rows = (
        ("questions, answerable and not", *(f"{one.answerable} / {one.unanswerable}" for one in each)),
        ("AUROC, answerable against not", *map(told_apart, each)),
        (
            "unanswerable answered where 80 % of the answerable are",
            *(figure(one.false_answers) if one.fewer >= FEWEST_TOLD else _too_few(one) for one in each),
        ),
        *(
            (meaning, *(figure(getattr(one, field)) for one in each))
            for field, meaning in ABSTENTION_FIGURES.items()
        ),
        *(
            (meaning, *(with_interval(getattr(one, field)) for one in each))
            for field, meaning in ABSTENTION_SHARES.items()
        ),
    )
    return Table("Knowing when not to answer", ("figure", *judged), rows)


def told_apart(told: Abstention) -> str:
    """Return the AUROC with its interval, or why there is none."""
    return with_interval(told.auroc) if told.auroc else _too_few(told)


def _too_few(told: Abstention) -> str:
    """Say that too few questions are of one kind; a dash where the other kind is not asked at all."""
    kind = "answerable" if told.answerable <= told.unanswerable else "unanswerable"
    return f"too few: {told.fewer} {kind}" if told.fewer else "-"


def reliability_table(name: str, told: Abstention) -> Table:
    """Return each bin of confidence with its size, what was promised and what held."""
    rows = tuple(
        (
            f"{one.low:.1f} to {one.high:.1f}",
            str(one.count),
            figure(one.mean_confidence),
            with_interval(share_interval(round(one.share_right * one.count), one.count)),
        )
        for one in told.reliability
    )
    columns = ("confidence", "questions", "mean", "with evidence in 5 passages")
    return Table(f"Reliability of the confidence, {name}", columns, rows)


def _risk_table(judged: Iterable[tuple[str, Abstention]]) -> Table:
    rows = tuple(
        (
            name,
            *(f"{risk_at(one.risk_curve, coverage):.3f}" for coverage in RISK_COVERAGES),
            f"{one.aurc:.3f}",
        )
        for name, one in judged
    )
    columns = ("answering only the surest", *(f"{coverage:.0%}" for coverage in RISK_COVERAGES), "AURC")
    return Table("Risk by coverage: share without evidence in 5 passages", columns, rows)


def between(found: Interval) -> str:
    """Return an interval in words; a dash where the questions tell of none."""
    return "-" if math.isnan(found.low) else f"{found.low:.3f} to {found.high:.3f}"


def with_interval(found: Interval | None) -> str:
    """Return a figure with its interval; a dash for none."""
    return f"{found.value:.3f} ({between(found)})" if found else "-"


def figure(value: float | None) -> str:
    """Return a figure with three decimals; a dash for none."""
    return "-" if value is None else f"{value:.3f}"
