import json

import pytest
from outcomes import HIDDEN_OUTCOMES, OUTCOMES

from eval.errors import ReportError
from eval.measures.statistics import Interval
from eval.reports.report import (
    HIDDEN,
    QUESTIONS,
    IndexFacts,
    Latency,
    Report,
    build_section,
    read_report,
    report_json,
    saved,
)
from eval.reports.tables import Table, report_markdown, report_tables, table_markdown

NOT_A_NUMBER = '{"section": "s", "id": "a", "question": "?", "kind": "k", "values": {"hit@5": NaN}}'


@pytest.fixture
def report():
    sections = {
        QUESTIONS: build_section(OUTCOMES),
        HIDDEN: build_section(HIDDEN_OUTCOMES, answered_otherwise=OUTCOMES),
    }
    return Report("A run", "2020-01-02T03:04:05+00:00", IndexFacts("minilm", 12, 3, 4_500_000), sections)


def test_means_are_over_the_questions_a_measure_applies_to(report):
    section = report.sections[QUESTIONS]
    assert (section.summary["mrr@10"].mean, section.summary["mrr@10"].count) == (0.5, 3)
    assert (section.summary["answered"].mean, section.summary["answered"].count) == (0.75, 4)
    assert section.by_kind["factoid"] == {
        "questions": 2.0,
        "confidence": pytest.approx(0.85),
        "answered": 1.0,
        "hit@5": 1.0,
        "mrr@10": 0.75,
    }
    assert "mrr@10" not in section.by_kind["unanswerable"]


def test_latency_is_given_by_stage(report):
    assert report.sections[QUESTIONS].latency == {"total": Latency(15.0, pytest.approx(79.5))}


def test_hidden_evidence_is_judged_against_the_same_questions_with_their_evidence(report):
    found = report.sections[HIDDEN].abstention
    assert found.auroc == 1.0
    assert found.refused_unanswerable == 1.0
    assert found.answered_answerable == pytest.approx(2 / 3)
    assert report.sections[QUESTIONS].abstention.auroc == pytest.approx(2 / 3)


def test_what_was_retrieved_stands_beside_what_was_wanted(report):
    first, second = report.sections[QUESTIONS].records[:2]
    assert [(piece.quote, piece.document) for piece in first.wanted] == [("the words", "A note, 1920-01-02")]
    assert [shown.holds_evidence for shown in first.retrieved] == [True]
    assert [shown.holds_evidence for shown in second.retrieved] == [False]


def test_a_report_is_read_back_with_the_same_values(report, tmp_path):
    (tmp_path / "report.json").write_text(report_json(report))
    assert read_report(tmp_path / "report.json") == saved(report)


def test_the_json_holds_sums_for_other_readers(report):
    content = json.loads(report_json(report))
    assert content["index"] == {"model": "minilm", "passages": 12, "generation": 3, "size_bytes": 4_500_000}
    assert Interval(**content["sections"][QUESTIONS]["summary"]["mrr@10"]).mean == 0.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is no saved report"),
        ("{}", "is no saved report"),
        ('{"format": "other", "name": "x"}', "is of the form 'other'"),
        ('{"format": "dossier-eval-1", "name": "x"}', "is no saved report"),
        (
            '{"format": "dossier-eval-1", "name": "x", "sections": {"q": {"records": [{"id": 1}]}}}',
            "is no saved report",
        ),
        (
            '{"format": "dossier-eval-1", "name": "x", "sections": {"q": {"records": [NAN]}}}'.replace(
                "NAN", NOT_A_NUMBER
            ),
            "is no saved report",
        ),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(tmp_path, text, message):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ReportError, match=message) as caught:
        read_report(tmp_path / "a.json")
    assert "\n" not in str(caught.value)


def test_a_missing_report_is_named(tmp_path):
    with pytest.raises(ReportError, match=r"missing\.json: cannot be read"):
        read_report(tmp_path / "missing.json")


def test_the_tables_hold_every_measure_and_kind(report):
    tables = {table.title: table for table in report_tables(report)}
    summary = tables["3 answerable questions, 1 unanswerable"]
    assert [row[0] for row in summary.rows] == ["hit@5", "mrr@10", "answered", "confidence"]
    assert [row[:2] for row in tables["By kind of question"].rows] == [
        ("factoid", "2"),
        ("multi", "1"),
        ("unanswerable", "1"),
    ]
    assert tables["Knowing when not to answer"].columns == ("figure", QUESTIONS, HIDDEN)
    assert tables["Milliseconds a question"].rows == (("total", "15.0", "79.5"),)


def test_markdown_tables_have_a_line_under_their_head_and_escape_bars(report):
    assert table_markdown(Table("T", ("a", "b"), (("x|y", "1"),))) == (
        "## T\n\n| a | b |\n| --- | --: |\n| x\\|y | 1 |"
    )
    assert report_markdown(report).startswith(
        "# A run\n\n2020-01-02T03:04:05+00:00 · 12 passages, minilm, generation 3, 4.5 MB on disk\n\n## "
    )


def test_a_section_without_outcomes_has_nothing_to_say():
    section = build_section(())
    assert (section.records, section.summary, section.abstention) == ((), {}, None)
