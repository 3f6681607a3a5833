from dataclasses import replace
from io import StringIO

import pytest
from outcomes import RUN, outcome
from rich.console import Console

from eval.reports.report import report_markdown, report_tables
from eval.reports.tables import Table, print_tables, table_markdown
from eval.runs.run import HIDDEN, QUESTIONS, IndexFacts, Run
from eval.runs.summary import Latency, summarise

SUMMARIES = summarise(RUN)


def test_means_are_over_the_questions_a_measure_applies_to():
    found = SUMMARIES[QUESTIONS].measures
    assert (found["mrr@10"].value, found["mrr@10"].count) == (0.5, 3)
    assert (found["answered"].value, found["answered"].count) == (0.75, 4)
    assert SUMMARIES[QUESTIONS].by_kind["factoid"] == {
        "questions": 2.0,
        "confidence": pytest.approx(0.85),
        "answered": 1.0,
        "hit@5": 1.0,
        "mrr@10": 0.75,
    }
    assert "mrr@10" not in SUMMARIES[QUESTIONS].by_kind["unanswerable"]


def test_latency_is_given_by_stage():
    assert SUMMARIES[QUESTIONS].latency == {"total": Latency(15.0, pytest.approx(79.5))}


def test_hidden_evidence_is_judged_against_the_same_questions_with_their_evidence():
    asked = tuple(outcome(f"q{n}") for n in range(10))
    hidden = tuple(outcome(f"q{n}", answerable=False, confidence=0.2, answered=n < 2) for n in range(10))
    found = summarise(replace(RUN, sections={QUESTIONS: asked, HIDDEN: hidden}))[HIDDEN].abstention
    assert (found.answerable, found.unanswerable, found.auroc.value) == (10, 10, 1.0)
    assert (found.answered_answerable.value, found.refused_unanswerable.value) == (1.0, 0.8)


def tables_of(run):
    return {table.title: table for table in report_tables(run)}


def test_of_too_few_questions_it_is_said_that_they_do_not_tell():
    rows = {name: cells for name, *cells in tables_of(RUN)["Knowing when not to answer"].rows}
    assert rows["questions, answerable and not"] == ["3 / 1", "3 / 1"]
    assert rows["AUROC, answerable against not"] == ["too few: 1 unanswerable"] * 2
    answerable_only = replace(RUN, sections={QUESTIONS: (outcome("q1"),)})
    rows = {name: cells for name, *cells in tables_of(answerable_only)["Knowing when not to answer"].rows}
    assert rows["AUROC, answerable against not"] == ["-"]


def test_bins_of_confidence_show_their_sizes():
    assert tables_of(RUN)[f"Reliability of the confidence, {QUESTIONS}"].rows == (
        ("0.3 to 0.4", "1", "0.300", "0.000 (0.000 to 0.793)"),
        ("0.4 to 0.5", "1", "0.400", "0.000 (0.000 to 0.793)"),
        ("0.8 to 0.9", "1", "0.800", "1.000 (0.207 to 1.000)"),
        ("0.9 to 1.0", "1", "0.900", "1.000 (0.207 to 1.000)"),
    )


def test_questions_that_failed_are_named_with_how():
    asked = (
        *RUN.section(QUESTIONS),
        outcome("q5", rank=7),
        outcome("q6", answer_holds_evidence=0.0),
        outcome("q7", answer_holds_evidence=0.0, answered=False),
        outcome("q8", answerable=False, confidence=0.7),
    )
    assert tables_of(replace(RUN, sections={QUESTIONS: asked}))["6 questions that failed"].rows == (
        ("q3", "evidence at rank none", "What of q3?"),
        ("q5", "evidence at rank 7", "What of q5?"),
        ("q6", "found, not in the answer", "What of q6?"),
        ("q7", "refused", "What of q7?"),
        ("q8", "answered, 0.700 sure", "What of q8?"),
        ("q4", "answered, 0.400 sure", "What of q4?"),
    )
    assert not any("failed" in title for title in tables_of(replace(RUN, sections={QUESTIONS: asked[:1]})))
    many = tables_of(
        replace(RUN, sections={QUESTIONS: tuple(outcome(f"q{n}", rank=None) for n in range(40))})
    )
    assert len(many["40 questions that failed, the worst 30 (--save keeps all)"].rows) == 30


def test_what_was_retrieved_stands_beside_what_was_wanted():
    first, second = RUN.section(QUESTIONS)[:2]
    assert [(piece.quote, piece.document) for piece in first.wanted] == [("the words", "A note, 1920-01-02")]
    assert [shown.holds_evidence for shown in first.retrieved] == [True]
    assert [shown.holds_evidence for shown in second.retrieved] == [False]


def test_the_tables_hold_every_measure_and_kind():
    tables = {table.title: table for table in report_tables(RUN)}
    summary = tables["3 answerable questions, 1 unanswerable"]
    assert [row[0] for row in summary.rows] == ["hit@5", "mrr@10", "answered", "confidence"]
    assert [row[:2] for row in tables["By kind of question"].rows] == [
        ("factoid", "2"),
        ("multi", "1"),
        ("unanswerable", "1"),
    ]
    assert tables["Knowing when not to answer"].columns == ("figure", QUESTIONS, HIDDEN)
    assert tables["Milliseconds a question"].rows == (("total", "15.0", "79.5"),)


def test_markdown_tables_have_a_line_under_their_head_and_escape_bars():
    assert table_markdown(Table("T", ("a", "b"), (("x|y", "1"),))) == (
        "## T\n\n| a | b |\n| --- | --: |\n| x\\|y | 1 |"
    )
    assert report_markdown(RUN).startswith(
        "# A run\n\n2020-01-02T03:04:05+00:00 · 12 passages, minilm, generation 3, 4.5 MB on disk\n\n## "
    )


def test_a_section_without_questions_has_nothing_to_say():
    summary = summarise(Run("empty", "", IndexFacts(), {QUESTIONS: ()}))[QUESTIONS]
    assert (summary.measures, summary.by_kind, summary.latency, summary.abstention) == ({}, {}, {}, None)


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_no_figure_and_no_head_is_cut_off_in_a_terminal_that_is_too_narrow(width):
    columns = ("asked", *(f"measure number_{number}" for number in range(9)), "question")
    rows = (("among many other documents", *(f"0.{number}23 (to 1.000)" for number in range(9)), "Who?"),)
    written = StringIO()
    print_tables([Table("T", columns, rows)], Console(file=written, width=width))
    printed = written.getvalue()
    assert all(figure in printed for figure in rows[0][1:])
    assert all(f"number {number}" in printed or f" {number} " in printed for number in range(9))
    assert "…" not in printed


def printed(width):
    written = StringIO()
    print_tables(report_tables(RUN), Console(file=written, width=width))
    return written.getvalue()


def test_each_measure_is_explained_once_beside_its_figure_or_below_them():
    for width in (60, 80, 140):
        assert printed(width).count("1 / rank of the first passage with evidence") == 1
