"""The report of a run: its tables, and these as Markdown."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from eval.measures.metrics import BY_SOURCE
from eval.measures.statistics import compare_paired
from eval.reports.comparison import PAIRED, paired_cells
from eval.reports.confidence import between, confidence_tables, figure, growth_table
from eval.reports.tables import Table, table_markdown
from eval.runs.run import HIDDEN, QUESTIONS, SURVEY, IndexFacts, is_other_system, values_of
from eval.runs.summary import is_right, summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eval.runs.run import EvaluatedQuestion, Run
    from eval.runs.summary import Summary

MEANINGS: Mapping[str, str] = {
    "hit@1": "the first passage holds evidence (Success@1)",
    "hit@3": "one of the first 3 passages does (Success@3)",
    "hit@5": "one of the first 5 passages does (Success@5)",
    "hit@10": "one of the first 10 passages does (Success@10)",
    "mrr@10": "1 / rank of the first passage with evidence (RR@10)",
    "ndcg@10": "pieces of evidence, discounted by rank (nDCG@10)",
    "evidence@10": "share of the pieces of evidence in 10 passages",
    "hit@800words": "evidence in the first 800 words read",
    "hit@5 (any overlap)": "counting any shared character",
    "hit@5 (whole quote)": "counting only whole quotes",
    "evidence@10 (any overlap)": "counting any shared character",
    "evidence@10 (whole quote)": "counting only whole quotes",
    "hit@1 (sources)": "the first source is right, ranked by their best passages",
    "hit@5 (sources)": "one of the first 5 sources is",
    "hit@10 (sources)": "one of the first 10 sources is",
    "mrr@10 (sources)": "1 / rank of the first right source",
    "ndcg@10 (sources)": "right sources by grade, discounted by rank: as BEIR's nDCG@10",
    "evidence@10 (sources)": "share of the right sources among the first 10",
    "span_recall@5": "characters of evidence in 5 passages",
    "span_precision@5": "characters of 5 passages that are evidence",
    "span_iou@5": "their intersection over union",
    "span_recall@4000chars": "characters of evidence in the first 4000 read",
    "span_precision@4000chars": "characters of the first 4000 that are evidence",
    "span_iou@4000chars": "their intersection over union",
    "span_recall_quotes": "characters of evidence that the answer quotes",
    "span_precision_quotes": "characters quoted that are evidence",
    "span_iou_quotes": "their intersection over union",
    "page_exact": "true page in the cited range, where known",
    "page_within_1": "or one page beside it",
    "answered": "did not refuse",
    "quotes_verified": "quotes that stand in the source as claimed",
    "answer_holds_evidence": "the quotes cover half of a gold quote",
    "lead_holds_evidence": "the first quote alone does",
    "token_f1": "words shared with the gold answer",
    "answer_words": "words of the answer, a number",
    "leaked": "hidden evidence that was found all the same (must be 0)",
    "confidence": "mean confidence",
    "must_papers@10": "must-have papers among the first 10 papers returned",
    "must_papers@20": "among the first 20",
    "ndcg@10 (papers)": "papers by grade, discounted by rank",
    "must_papers_quoted": "must-have papers that the answer quotes",
    "relevant_papers_quoted": "papers quoted that are graded",
    "papers_quoted": "papers that the answer quotes, a number",
    "key_quotes_held": "key quotes that the answer holds by half",
    "in_order_of_time": "steps from paper to paper that keep it, in overviews",
}
# each of them by sources where nothing is judged by passages
KIND_COLUMNS = ("hit@1", "hit@5", "mrr@10", "evidence@10", "answer_holds_evidence", "answered")
SHORT_FIGURES = ("hit@1", "hit@5", "mrr@10", "evidence@10", "answer_holds_evidence", "quotes_verified")
SURVEY_COLUMNS: Mapping[str, str] = {
    "must_papers@10": "must-have @10",
    "must_papers@20": "must-have @20",
    "ndcg@10 (papers)": "nDCG@10",
    "must_papers_quoted": "must-have quoted",
    "relevant_papers_quoted": "quoted are relevant",
    "key_quotes_held": "key quotes held",
    "in_order_of_time": "in order of time",
}
SURVEY_NUMBERS: Mapping[str, str] = {"papers_quoted": "papers quoted", "answer_words": "words"}
READ_THROUGH = 30  # questions that a person reads through one by one


def report_tables(run: Run) -> tuple[Table, ...]:
    """Return every table of a run's report in reading order."""
    return tuple(_tables(run, summarise(run)))


def _tables(run: Run, summaries: Mapping[str, Summary]) -> Iterator[Table]:
    main, survey = (run.section(name) for name in (QUESTIONS, SURVEY))
    others = [name for name in run.sections if is_other_system(name)]
    if main:
        yield _summary_table(main, summaries[QUESTIONS])
        yield from _kind_tables(summaries[QUESTIONS])
    if survey:
        yield _measures_table(f"{len(survey)} survey questions", summaries[SURVEY])
        yield _survey_table(survey)
    for name in others:
        ours = survey if name.endswith(f", {SURVEY}") else main
        yield _other_system_table(ours, name, run.section(name))
    yield from confidence_tables(run, summaries)
    if run.passages:
        yield growth_table(run, summaries)
    if 0 < len(main) <= READ_THROUGH and "answered" in summaries[QUESTIONS].measures:
        yield _questions_table(main)
    if failed := _failed(main):
        yield _failed_table(failed)
    own = (QUESTIONS, HIDDEN, SURVEY, *others, *run.passages)
    ways = {name: one for name, one in summaries.items() if name not in own}
    if ways:
        yield _sections_table(ways, run)
    if main and summaries[QUESTIONS].latency:
        yield _latency_table(summaries[QUESTIONS])


def _summary_table(questions: Sequence[EvaluatedQuestion], summary: Summary) -> Table:
    answerable = sum(one.is_answerable for one in questions)
    title = f"{answerable} answerable questions, {len(questions) - answerable} unanswerable"
    return _measures_table(title, summary)


def _measures_table(title: str, summary: Summary) -> Table:
    rows = [
        (name, f"{found.value:.3f}", between(found), str(found.count), MEANINGS.get(name, ""))
        for name, found in sorted(summary.measures.items(), key=lambda item: _reading_order(item[0]))
    ]
    return Table(title, ("measure", "mean", "95 % interval", "questions", "meaning"), tuple(rows))


def _reading_order(measure: str) -> tuple[int, str]:
    known = list(MEANINGS)
    return (known.index(measure) if measure in known else len(known), measure)


def _survey_table(survey: Sequence[EvaluatedQuestion]) -> Table:
    rows = [
        (
            one.id,
            one.kind,
            one.form or "-",
            *(figure(one.values.get(name)) for name in SURVEY_COLUMNS),
            *(f"{one.values[name]:.0f}" if name in one.values else "-" for name in SURVEY_NUMBERS),
        )
        for one in survey
    ]
    columns = ("id", "kind", "form", *SURVEY_COLUMNS.values(), *SURVEY_NUMBERS.values())
    return Table("Survey, question by question", columns, tuple(rows))


def _questions_table(questions: Sequence[EvaluatedQuestion]) -> Table:
    rows = [
        (
            one.id,
            "yes" if one.is_answerable else "no",
            "yes" if one.values.get("answered") else "no",
            figure(one.values.get("confidence")),
            "-" if not one.is_answerable else str(one.first_hit_rank or "none"),
            {None: "-", 0.0: "no"}.get(one.values.get("answer_holds_evidence"), "yes"),
            one.question,
        )
        for one in questions
    ]
    columns = ("id", "answerable", "answered", "confidence", "evidence at rank", "in the answer", "question")
    return Table("Question by question", columns, tuple(rows))


def _failed(questions: Sequence[EvaluatedQuestion]) -> list[tuple[str, EvaluatedQuestion]]:
    """Return what went wrong with each question that failed, the worst first."""
    missed, unsaid, false = [], [], []
    for one in questions:
        if not one.is_answerable:
            if one.values.get("answered"):
                false.append((f"answered, {figure(one.values.get('confidence'))} sure", one))
        elif is_right(one) is False:
            missed.append((f"evidence at rank {one.first_hit_rank or 'none'}", one))
        elif not one.values.get("answer_holds_evidence", 1.0):
            unsaid.append(("found, not in the answer" if one.values.get("answered") else "refused", one))
    missed.sort(key=lambda item: -(item[1].first_hit_rank or math.inf))
    false.sort(key=lambda item: -item[1].values.get("confidence", 0.0))
    return [*missed, *unsaid, *false]


def _failed_table(failed: Sequence[tuple[str, EvaluatedQuestion]]) -> Table:
    title = f"{len(failed)} questions that failed"
    if len(failed) > READ_THROUGH:
        title += f", the worst {READ_THROUGH} (--save keeps all)"
    rows = tuple((one.id, what, one.question) for what, one in failed[:READ_THROUGH])
    return Table(title, ("id", "failed by", "question"), rows)


def _other_system_table(
    questions: Sequence[EvaluatedQuestion], name: str, found: Sequence[EvaluatedQuestion]
) -> Table:
    """Compare ours with another system's results on the same questions, pair by pair."""
    rows = []
    measures = dict.fromkeys(measure for one in found for measure in one.values)
    for measure in sorted(measures, key=_reading_order):
        paired = compare_paired(values_of(found, measure), values_of(questions, measure))
        if paired:
            figures = (f"{value:.3f}" for value in (paired.mean_b, paired.mean_a))
            rows.append((measure, *figures, *paired_cells(paired)))
    return Table(f"Against {name}", ("measure", "ours", "theirs", *PAIRED), tuple(rows))


def _kind_tables(summary: Summary) -> Iterator[Table]:
    """Yield the measures by kind of question, where there are any of those that matter."""
    either = ((name, f"{name}{BY_SOURCE}") for name in KIND_COLUMNS)
    chosen = (next((one for one in names if one in summary.measures), None) for names in either)
    columns = tuple(name for name in chosen if name)
    if columns:
        rows = tuple(
            (kind, f"{values['questions']:.0f}", *(figure(values.get(name)) for name in columns))
            for kind, values in summary.by_kind.items()
        )
        yield Table("By kind of question", ("kind", "questions", *columns), rows)


def _sections_table(summaries: Mapping[str, Summary], run: Run) -> Table:
    rows = []
    for name, summary in summaries.items():
        found = (summary.measures.get(measure) for measure in SHORT_FIGURES)
        figures = (figure(one.value if one else None) for one in found)
        rows.append((name, str(len(run.section(name))), *figures))
    return Table("Other ways of asking", ("section", "questions", *SHORT_FIGURES), tuple(rows))


def _latency_table(summary: Summary) -> Table:
    rows = [
        (stage, f"{latency.p50_ms:.1f}", f"{latency.p95_ms:.1f}")
        for stage, latency in summary.latency.items()
    ]
    return Table("Milliseconds a question", ("stage", "median", "95th percentile"), tuple(rows))


def described_index(index: IndexFacts) -> str:
    """Say in one line which index was asked."""
    if index == IndexFacts():
        return "measured from files"
    size = "" if index.size_bytes is None else f", {index.size_bytes / 1e6:.1f} MB on disk"
    return f"{index.passages} passages, {index.model or 'unknown model'}, generation {index.generation}{size}"


def report_markdown(run: Run) -> str:
    """Return a run's report as Markdown."""
    parts = [f"# {run.name}", f"{run.made_at} · {described_index(run.index)}"]
    parts += [table_markdown(table) for table in report_tables(run)]
    return "\n\n".join(parts) + "\n"
