"""Two runs side by side, paired question by question; a question that was changed is not compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eval.errors import RunError
from eval.measures.metrics import OF_SOURCES
from eval.measures.statistics import compare_paired
from eval.reports.tables import Table
from eval.runs.run import QUESTIONS, unchanged, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eval.measures.statistics import PairedComparison
    from eval.runs.run import EvaluatedQuestion, Run

COMPARED = (
    "hit@1",
    "hit@3",
    "hit@5",
    "hit@10",
    "mrr@10",
    "ndcg@10",
    "evidence@10",
    "hit@800words",
    *OF_SOURCES,
    "page_exact",
    "answer_holds_evidence",
    "token_f1",
    "quotes_verified",
    "answered",
    "confidence",
)
CHANGED = ("hit@5", "answer_holds_evidence")
"""The measures of which each question that changed sides is named."""


def comparison_tables(run_a: Run, run_b: Run) -> tuple[Table, ...]:
    """Return the measures of run B against run A by section, and the questions that changed sides.

    Raises:
        RunError: they share no question.
    """
    paired = {
        section: {
            metric: found
            for metric in COMPARED
            for after in [unchanged(before, run_b.section(section))]
            for found in [compare_paired(values_of(before, metric), values_of(after, metric))]
            if found
        }
        for section, before in run_a.sections.items()
    }
    if not any(paired.values()):
        raise RunError(f"{run_a.name} and {run_b.name} share no question; compare runs over the same gold")
    asked = {one.id: one for run in (run_a, run_b) for one in run.section(QUESTIONS)}
    return (
        *(
            _measures_table(f"{section}: A = {run_a.name}, B = {run_b.name}", found)
            for section, found in paired.items()
            if found
        ),
        *(
            table
            for metric in CHANGED
            for found in [paired.get(QUESTIONS, {}).get(metric)]
            if found and (found.wins or found.losses)
            for table in _changed_tables(metric, found, asked)
        ),
    )


def _measures_table(title: str, compared: Mapping[str, PairedComparison]) -> Table:
    rows = tuple(
        (metric, f"{paired.mean_a:.3f}", f"{paired.mean_b:.3f}", *paired_cells(paired))
        for metric, paired in compared.items()
    )
    return Table(title, ("measure", "A", "B", "B - A", *PAIRED[1:]), rows)


PAIRED = ("difference", "95 % interval", "p", "won/lost")


def paired_cells(paired: PairedComparison) -> tuple[str, ...]:
    """Return the cells of :data:`PAIRED`: p is that of a randomisation test."""
    return (
        f"{paired.difference:+.3f}",
        f"{paired.low:+.3f} {paired.high:+.3f}",
        f"{paired.p_value:.3f}" if paired.p_value >= 0.001 else "<0.001",
        f"{len(paired.wins)}/{len(paired.losses)} of {paired.count}",
    )


def _changed_tables(
    metric: str, paired: PairedComparison, asked: Mapping[str, EvaluatedQuestion]
) -> Iterator[Table]:
    better, worse = ([asked[identity].kind for identity in ids] for ids in (paired.wins, paired.losses))
    kinds = tuple(
        (kind, str(better.count(kind)), str(worse.count(kind))) for kind in sorted({*better, *worse})
    )
    yield Table(f"{metric} by kind", ("kind", "better", "worse"), kinds)
    rows = tuple(
        (identity, verdict, asked[identity].question)
        for verdict, identities in (("worse", paired.losses), ("better", paired.wins))
        for identity in identities
    )
    yield Table(f"{metric}: questions that changed sides", ("id", "B is", "question"), rows)
