"""A run as one HTML page that needs nothing from anywhere else: no script, font or picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eval.reports.confidence import between
from eval.reports.report import described_index, report_tables
from eval.runs.run import HIDDEN, QUESTIONS, SURVEY
from eval.runs.summary import summarise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jinja2 import Environment

    from eval.runs.run import EvaluatedQuestion, Run
    from eval.runs.summary import Summary

WORST_QUESTIONS = 25  # as many as a person reads through
RANKS = 10  # shown one by one: as deep as the measures look
HEADLINE = {
    "hit@5": "hit@5",
    "mrr@10": "MRR@10",
    "ndcg@10": "nDCG@10",
    "ndcg@10 (sources)": "nDCG@10, sources",
    "evidence@10": "evidence@10",
    "answer_holds_evidence": "answer holds evidence",
    "page_exact": "page exact",
    "quotes_verified": "quotes verified",
}
SURVEY_HEADLINE = {
    "must_papers@20": "survey: must-have papers @20",
    "must_papers_quoted": "survey: must-have papers quoted",
    "relevant_papers_quoted": "survey: quoted papers relevant",
}

_STYLE = """svg{background:#fff}text{font:12px system-ui,sans-serif;fill:#22211e}.name{fill:#6a675f}
.line{fill:none;stroke:#2f6f6a;stroke-width:2}.dot,.bar{fill:#2f6f6a}.second{fill:#a9c9c4}
.guide{stroke:#a4501c;stroke-dasharray:4 4}.grid{stroke:#dedad0}.axis{stroke:#6a675f}
.thin{fill:none;stroke-width:1.6}"""


def report_html(run: Run) -> str:
    """Return the whole page."""
    questions, summaries = run.section(QUESTIONS), summarise(run)
    main, hidden = summaries.get(QUESTIONS), summaries.get(HIDDEN)
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            report=run,
            index=described_index(run.index),
            headline=list(_headline(summaries)),
            main=main,
            hidden=hidden,
            hits=[
                (f"{kind} ({values['questions']:.0f})", values["hit@5"], values["hit@1"])
                for kind, values in (main.by_kind if main else {}).items()
                if {"hit@5", "hit@1"} <= values.keys()
            ],
            ranks=_ranks(questions),
            times=[(stage, one.p50_ms, one.p95_ms) for stage, one in (main.latency if main else {}).items()],
            tables=report_tables(run),
            worst=worst_questions(one for one in questions if one.question)[:WORST_QUESTIONS],
            surveys=sorted(run.section(SURVEY), key=lambda one: one.values["must_papers_quoted"]),
            falsely_answered=_falsely_answered((*questions, *run.section(HIDDEN))),
        )
    )


def curves_svg(
    curves: Mapping[str, Sequence[tuple[float, float]]], *, x_label: str, y_label: str, diagonal: bool = False
) -> str:
    """Return curves over 0..1 by 0..1, each with its name, as an SVG file that brings its own colours.

    ``diagonal`` draws where a promise would hold.
    """
    plots = _environment().get_template("plots.svg.jinja").module
    drawn = str(plots.curves_plot(curves, x_label, y_label, diagonal)).strip()  # type: ignore[attr-defined] # a macro
    opening = '<svg xmlns="http://www.w3.org/2000/svg" width="680" '
    return drawn.replace("<svg ", opening, 1).replace(">", f"><style>{_STYLE}</style>", 1) + "\n"


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader

    loader = PackageLoader("eval", "data")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def worst_questions(questions: Iterable[EvaluatedQuestion]) -> list[EvaluatedQuestion]:
    """Return the answerable questions whose evidence did not come first, the worst ones first."""
    missed = [one for one in questions if one.is_answerable and one.first_hit_rank != 1]
    return sorted(
        missed,
        key=lambda one: (one.values.get("mrr@10", 0.0), one.values.get("evidence@10", 0.0), one.id),
    )


def _falsely_answered(questions: Iterable[EvaluatedQuestion]) -> list[EvaluatedQuestion]:
    """Return the unanswerable questions that were answered, the surest ones first."""
    answered = [one for one in questions if not one.is_answerable and one.values.get("answered", 0.0) > 0]
    return sorted(answered, key=lambda one: -one.values.get("confidence", 0.0))


def _headline(summaries: Mapping[str, Summary]) -> Iterator[tuple[str, str, str]]:
    """Yield the figures that stand at the top: name, value and interval."""
    figures = [
        (label, summaries[section].measures.get(name))
        for section, labels in ((QUESTIONS, HEADLINE), (SURVEY, SURVEY_HEADLINE))
        if section in summaries
        for name, label in labels.items()
    ]
    for name, label in ((QUESTIONS, "AUROC"), (HIDDEN, "AUROC, evidence hidden")):
        abstention = summaries[name].abstention if name in summaries else None
        figures.append((label, abstention.auroc if abstention else None))
    for label, found in figures:
        if found:
            yield label, f"{found.value:.3f}", between(found)
    main = summaries.get(QUESTIONS)
    if main and "total" in main.latency:
        latency = main.latency["total"]
        yield "ms a question", f"{latency.p50_ms:.0f}", f"95th percentile {latency.p95_ms:.0f}"


def _ranks(questions: Iterable[EvaluatedQuestion]) -> list[tuple[str, int]]:
    """Return how many answerable questions found their first evidence at each rank; none, without any."""
    ranks = [one.first_hit_rank for one in questions if one.is_answerable]
    deeper = sum(rank is not None and rank > RANKS for rank in ranks)
    counted = [(str(rank), ranks.count(rank)) for rank in range(1, RANKS + 1)]
    return [*counted, (f">{RANKS}", deeper), ("none", ranks.count(None))] if ranks else []
