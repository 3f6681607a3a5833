"""Two runs side by side.

Runs are paired question by question. Questions whose wording changed between the runs are not
compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.errors import ReportError
from eval.measures.statistics import PairedComparison, compare_paired
from eval.reports.report import QUESTIONS
from eval.reports.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eval.reports.report import SavedQuestion, SavedReport

COMPARED = (
    "hit@1",
    "hit@3",
    "hit@5",
    "hit@10",
    "mrr@10",
    "ndcg@10",
    "evidence@10",
    "hit@800words",
    "page_exact",
    "answer_holds_evidence",
    "token_f1",
    "quotes_verified",
    "answered",
    "confidence",
)
CHANGED = ("hit@5", "answer_holds_evidence")


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One measure in one section of both runs."""

    section: str
    metric: str
    paired: PairedComparison


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs compared; ``questions`` are those of either, by section and id."""

    name_a: str
    name_b: str
    metrics: tuple[MetricComparison, ...]
    questions: Mapping[str, Mapping[str, SavedQuestion]]


def compare_runs(run_a: SavedReport, run_b: SavedReport) -> RunComparison:
    """Compare run B with run A in every section and measure that both have.

    Raises:
        ReportError: they share no question.
    """
    metrics = []
    for section, before in run_a.sections.items():
        after = _same_questions(before, run_b.sections.get(section, {}))
        for metric in COMPARED:
            paired = compare_paired(_values(before, metric), _values(after, metric))
            if paired:
                metrics.append(MetricComparison(section, metric, paired))
    if not metrics:
        raise ReportError(f"{run_a.name} and {run_b.name} share no question; compare runs over the same gold")
    questions = {**run_a.sections, **run_b.sections}
    return RunComparison(run_a.name, run_b.name, tuple(metrics), questions)


def _same_questions(
    before: Mapping[str, SavedQuestion], after: Mapping[str, SavedQuestion]
) -> dict[str, SavedQuestion]:
    return {
        identity: question
        for identity, question in after.items()
        if identity in before and before[identity].question == question.question
    }


def _values(questions: Mapping[str, SavedQuestion], metric: str) -> dict[str, float]:
    return {
        identity: question.values[metric]
        for identity, question in questions.items()
        if metric in question.values
    }


def comparison_tables(comparison: RunComparison, *, changed: Sequence[str] = CHANGED) -> tuple[Table, ...]:
    """Return the comparison as tables: measures, wins and losses by kind, questions that changed sides.

    ``changed`` are the measures of the last two, which are left out where no question changed.
    """
    return tuple(_comparison_tables(comparison, changed))


def _comparison_tables(comparison: RunComparison, changed: Sequence[str]) -> Iterator[Table]:
    sections = dict.fromkeys(one.section for one in comparison.metrics)
    for section in sections:
        rows = [_metric_row(one) for one in comparison.metrics if one.section == section]
        columns = ("measure", "A", "B", "B - A", "95 % interval", "p", "won/lost")
        yield Table(f"{section}: A = {comparison.name_a}, B = {comparison.name_b}", columns, tuple(rows))
    for one in comparison.metrics:
        is_changed = one.paired.wins or one.paired.losses
        if one.section == QUESTIONS and one.metric in changed and is_changed:
            questions = comparison.questions[QUESTIONS]
            yield _kinds_table(one, questions)
            yield _changed_table(one, questions)


def _metric_row(one: MetricComparison) -> tuple[str, ...]:
    paired = one.paired
    return (
        one.metric,
        f"{paired.mean_a:.3f}",
        f"{paired.mean_b:.3f}",
        f"{paired.difference:+.3f}",
        f"{paired.low:+.3f} {paired.high:+.3f}",
        f"{paired.p_value:.3f}",
        f"{len(paired.wins)}/{len(paired.losses)} of {paired.count}",
    )


def _kinds_table(one: MetricComparison, questions: Mapping[str, SavedQuestion]) -> Table:
    changed = [*one.paired.wins, *one.paired.losses]
    kinds = sorted({questions[identity].kind for identity in changed})
    rows = [
        (
            kind,
            str(sum(questions[identity].kind == kind for identity in one.paired.wins)),
            str(sum(questions[identity].kind == kind for identity in one.paired.losses)),
        )
        for kind in kinds
    ]
    return Table(f"{one.metric} by kind", ("kind", "better", "worse"), tuple(rows))


def _changed_table(one: MetricComparison, questions: Mapping[str, SavedQuestion]) -> Table:
    rows = [
        (identity, verdict, questions[identity].question)
        for verdict, identities in (("worse", one.paired.losses), ("better", one.paired.wins))
        for identity in identities
    ]
    return Table(f"{one.metric}: questions that changed sides", ("id", "B is", "question"), tuple(rows))
