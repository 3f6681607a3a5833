"""Two runs side by side, and a gate that fails on a drop beyond noise.

Runs are paired question by question. Questions whose wording changed between the runs are not
compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.errors import ReportError
from eval.report import HIDDEN, QUESTIONS
from eval.statistics import PairedComparison, compare_paired
from eval.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eval.report import SavedQuestion, SavedReport

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
GATED = ("hit@1", "hit@5", "mrr@10", "ndcg@10", "evidence@10", "answer_holds_evidence")
ALWAYS = (
    ("quotes_verified", 1.0, "quotes that do not stand in their source"),
    ("leaked", 0.0, "evidence that was hidden was found all the same"),
)
SIGNIFICANCE = 0.05
SMALLEST_SHARED = 0.9


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


@dataclass(frozen=True, slots=True)
class GateFailure:
    """Why a run does not pass, with the questions that show it."""

    message: str
    questions: tuple[str, ...]


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


def comparison_tables(comparison: RunComparison, *, changed: str = "hit@5") -> tuple[Table, ...]:
    """Return the comparison as tables: measures, wins and losses by kind, questions that changed sides.

    ``changed`` is the measure of the last two.
    """
    return tuple(_comparison_tables(comparison, changed))


def _comparison_tables(comparison: RunComparison, changed: str) -> Iterator[Table]:
    sections = dict.fromkeys(one.section for one in comparison.metrics)
    for section in sections:
        rows = [_metric_row(one) for one in comparison.metrics if one.section == section]
        columns = ("measure", "A", "B", "B - A", "95 % interval", "p", "better", "worse", "questions")
        yield Table(f"{section}: A = {comparison.name_a}, B = {comparison.name_b}", columns, tuple(rows))
    for one in comparison.metrics:
        if one.section == QUESTIONS and one.metric == changed:
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
        f"{paired.low:+.3f} to {paired.high:+.3f}",
        f"{paired.p_value:.3f}",
        str(len(paired.wins)),
        str(len(paired.losses)),
        str(paired.count),
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


def gate(run: SavedReport, baseline: SavedReport) -> tuple[GateFailure, ...]:
    """Return why ``run`` is worse than ``baseline``; empty: it passes.

    A measure fails when it dropped and the paired randomisation test gives less than
    :data:`SIGNIFICANCE` to so large a drop by chance. With hidden evidence, answering more often
    fails likewise. A quote that is not in its source, or hidden evidence that is found, always fails.

    Raises:
        ReportError: fewer than nine in ten of the baseline's questions were asked in the same words.
    """
    return tuple(_gate_failures(run, baseline))


def _gate_failures(run: SavedReport, baseline: SavedReport) -> Iterator[GateFailure]:
    for section, before in baseline.sections.items():
        after = _same_questions(before, run.sections.get(section, {}))
        if len(after) < SMALLEST_SHARED * len(before):
            raise ReportError(
                f"baseline {baseline.name}: only {len(after)} of {len(before)} questions ({section}) were "
                "asked in the same words; run the same gold, or write a new baseline"
            )
        for metric in ("answered",) if section == HIDDEN else GATED:
            yield from _drop(section, metric, before, after)
    for section, questions in run.sections.items():
        for metric, due, message in ALWAYS:
            broken = tuple(
                identity
                for identity, question in questions.items()
                if question.values.get(metric, due) != due
            )
            if broken:
                yield GateFailure(f"{section}: {message}", broken)


def _drop(
    section: str, metric: str, before: Mapping[str, SavedQuestion], after: Mapping[str, SavedQuestion]
) -> Iterator[GateFailure]:
    old, new = _values(before, metric), _values(after, metric)
    # answering what cannot be answered is what must not grow where the evidence is hidden
    is_better_low = section == HIDDEN
    paired = compare_paired(new, old) if is_better_low else compare_paired(old, new)
    if paired and paired.difference < 0 and paired.p_value_drop < SIGNIFICANCE:
        means = (paired.mean_b, paired.mean_a) if is_better_low else (paired.mean_a, paired.mean_b)
        yield GateFailure(
            f"{section}: {metric} went from {means[0]:.3f} to {means[1]:.3f} "
            f"(chance of so large a change without cause: {paired.p_value_drop:.3f})",
            paired.losses,
        )


def gate_lines(failures: Sequence[GateFailure]) -> tuple[str, ...]:
    """Say in one line each what failed and for which questions."""
    return tuple(f"{failure.message}: {', '.join(failure.questions)}" for failure in failures)
