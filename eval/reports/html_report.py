"""The report as one HTML page that needs nothing from anywhere else: no script, font or picture."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from eval.reports.plots import Bar, Point, bar_plot, column_plot, reliability_plot, square_plot
from eval.reports.report import HIDDEN, QUESTIONS
from eval.reports.tables import described_index, report_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eval.measures.abstention import Abstention
    from eval.reports.report import QuestionRecord, Report, Section

WORST_QUESTIONS = 25
RANKS = 10
HEADLINE = (
    ("hit@5", "hit@5"),
    ("mrr@10", "MRR@10"),
    ("ndcg@10", "nDCG@10"),
    ("evidence@10", "evidence@10"),
    ("answer_holds_evidence", "answer holds evidence"),
    ("page_exact", "page exact"),
    ("quotes_verified", "quotes verified"),
)


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing with its caption; ``svg`` is markup with every text in it escaped."""

    caption: str
    svg: str


def report_html(report: Report) -> str:
    """Return the whole page."""
    from jinja2 import Environment
    from markupsafe import Markup

    template = files("eval").joinpath("data", "report.html.jinja").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    section = report.sections.get(QUESTIONS)
    hidden = report.sections.get(HIDDEN)
    return environment.from_string(
        template
    ).render(
        report=report,
        index=described_index(report.index),
        headline=list(_headline(section, hidden)) if section else [],
        # the drawings are made here, and every text in them is escaped where it is drawn
        plots=[(plot.caption, Markup(plot.svg)) for plot in _plots(report)],  # noqa: S704
        tables=report_tables(report),
        worst=worst_questions(section.records)[:WORST_QUESTIONS] if section else (),
        falsely_answered=_falsely_answered(section, hidden),
    )


def worst_questions(records: Sequence[QuestionRecord]) -> list[QuestionRecord]:
    """Return the answerable questions whose evidence did not come first, the worst ones first."""
    missed = [record for record in records if record.is_answerable and record.first_hit_rank != 1]
    return sorted(
        missed,
        key=lambda record: (
            record.values.get("mrr@10", 0.0),
            record.values.get("evidence@10", 0.0),
            record.id,
        ),
    )


def _falsely_answered(*sections: Section | None) -> list[QuestionRecord]:
    """Return the unanswerable questions that were answered, the surest ones first."""
    answered = [
        record
        for section in sections
        if section
        for record in section.records
        if not record.is_answerable and record.values.get("answered", 0.0) > 0
    ]
    return sorted(answered, key=lambda record: -record.values.get("confidence", 0.0))


def _headline(section: Section, hidden: Section | None) -> Iterator[tuple[str, str, str]]:
    for name, label in HEADLINE:
        if name in section.summary:
            value = section.summary[name]
            yield label, f"{value.mean:.3f}", f"{value.low:.3f} to {value.high:.3f}"
    for name, one in (("AUROC", section), ("AUROC, evidence hidden", hidden)):
        if one and one.abstention and one.abstention.auroc is not None:
            interval = one.abstention.auroc_interval
            yield (
                name,
                f"{one.abstention.auroc:.3f}",
                "{:.3f} to {:.3f}".format(*interval) if interval else "",
            )
    if "total" in section.latency:
        latency = section.latency["total"]
        yield "ms a question", f"{latency.p50_ms:.0f}", f"95th percentile {latency.p95_ms:.0f}"


def _plots(report: Report) -> Iterator[Plot]:
    section = report.sections.get(QUESTIONS)
    if section is None:
        return
    yield from _kind_plot(section)
    yield from _rank_plot(section)
    if section.abstention:
        yield _reliability_plot(section.abstention, "with the documents as they are")
        yield _risk_plot(section.abstention)
    hidden = report.sections.get(HIDDEN)
    if hidden and hidden.abstention:
        yield _reliability_plot(hidden.abstention, "with each question's evidence there and hidden")
    if section.latency:
        bars = [Bar(stage, one.p50_ms, one.p95_ms) for stage, one in section.latency.items()]
        yield Plot(
            "Milliseconds by stage: median / 95th percentile",
            bar_plot(bars, title="Latency by stage", decimals=1),
        )


def _kind_plot(section: Section) -> Iterator[Plot]:
    bars = [
        Bar(f"{kind} ({values['questions']:.0f})", values["hit@5"], values["hit@1"])
        for kind, values in section.by_kind.items()
        if "hit@5" in values
    ]
    if bars:
        drawing = bar_plot(bars, title="Hits by kind of question", maximum=1.0)
        yield Plot("hit@5 / hit@1 by kind of question (number of questions)", drawing)


def _rank_plot(section: Section) -> Iterator[Plot]:
    ranks = [record.first_hit_rank for record in section.records if record.is_answerable]
    if not ranks:
        return
    bars = [Bar(str(rank), float(ranks.count(rank))) for rank in range(1, RANKS + 1)]
    deeper = sum(rank is not None and rank > RANKS for rank in ranks)
    bars += [Bar(f">{RANKS}", float(deeper)), Bar("none", float(ranks.count(None)))]
    drawing = column_plot(bars, title="Rank of the first passage with evidence", x_label="rank")
    yield Plot("Questions by the rank of the first passage with evidence", drawing)


def _reliability_plot(abstention: Abstention, asked: str) -> Plot:
    drawing = reliability_plot(
        abstention.reliability,
        y_label="share with evidence in 5 passages",
        title=f"Reliability of the confidence, {asked}",
    )
    return Plot(f"Reliability {asked}: on the line the confidence holds", drawing)


def _risk_plot(abstention: Abstention) -> Plot:
    curve = [Point(point.coverage, point.risk) for point in abstention.risk_curve]
    drawing = square_plot(
        curve, title="Risk by coverage", x_label="share of questions answered", y_label="share wrong"
    )
    return Plot("Risk and coverage: answering only the surest, how many are wrong", drawing)
