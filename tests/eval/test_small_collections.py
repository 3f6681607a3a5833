"""A folder of files is asked its own questions, alone and among other documents, and a survey beside them."""

import json
from dataclasses import replace

import pytest
from encoders import WordHashEncoder
from typer.testing import CliRunner

from eval import commands
from eval.gold.evidence import LocatedQuestion
from eval.gold.survey import Documents, LocatedPaper, LocatedSurvey, load_survey
from eval.measures.response import Response
from eval.reports.confidence import collections_tables
from eval.reports.html_report import report_html
from eval.reports.report import report_markdown, report_tables
from eval.runs.gate import gate
from eval.runs.run import HIDDEN, QUESTIONS, SURVEY, evaluated_survey
from eval.runs.run_file import as_baseline, read_run, run_json

GROWN = ("among 2 other documents", "among 12 other documents")


def table(run, title):
    [found] = [one for one in report_tables(run) if one.title == title]
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def test_each_way_of_asking_is_a_section_of_one_run(small_run):
    assert list(small_run.sections) == [QUESTIONS, HIDDEN, SURVEY, *GROWN]
    assert small_run.index.passages == 3
    assert small_run.passages == {QUESTIONS: 3, GROWN[0]: 5, GROWN[1]: 15}


def test_the_gold_of_a_folder_is_found_and_asked_there(small_run):
    first, second, third = small_run.section(QUESTIONS)
    assert (first.values["hit@1"], second.values["hit@1"]) == (1.0, 1.0)
    assert (third.is_answerable, "hit@1" in third.values) == (False, False)
    assert all(
        one.values.get("quotes_verified", 1.0) == 1.0 for name in GROWN for one in small_run.section(name)
    )


def test_other_documents_never_count_as_evidence(small_run):
    for name in GROWN:
        assert [one.id for one in small_run.section(name)] == ["q1", "q2", "q3"]
        assert all(
            shown.source in ("ida-1881.txt", "ida-1884.txt", "harbour.md")
            for one in small_run.section(name)
            for shown in one.retrieved
            if shown.holds_evidence
        )


def test_the_report_shows_what_becomes_of_the_confidence_as_the_index_grows(small_run):
    rows = table(small_run, "As the index grows")
    assert [(row["asked"], row["passages"]) for row in rows] == [
        (QUESTIONS, "3"),
        (GROWN[0], "5"),
        (GROWN[1], "15"),
    ]
    for row in rows:
        asked = small_run.section(row["asked"])
        answered = [one.values["answered"] for one in asked]
        assert row["answered"] == f"{(answered[0] + answered[1]) / 2:.3f}"
        assert row["refused"] == f"{1 - answered[2]:.3f}"
        assert row["confidence if not"] == f"{asked[2].values['confidence']:.3f}"


def test_the_questions_of_a_small_collection_stand_one_by_one(small_run):
    rows = table(small_run, "Question by question")
    assert [(row["id"], row["answerable"], row["evidence at rank"]) for row in rows] == [
        ("q1", "yes", "1"),
        ("q2", "yes", "1"),
        ("q3", "no", "-"),
    ]
    many = replace(small_run, sections={QUESTIONS: small_run.section(QUESTIONS) * 11}, passages={})
    assert "Question by question" not in [one.title for one in report_tables(many)]


def test_risk_by_coverage_stands_in_the_report_for_each_size(small_run):
    rows = table(small_run, "Risk by coverage: share without evidence in 5 passages")
    assert [row["answering only the surest"] for row in rows] == [QUESTIONS, HIDDEN, *GROWN]
    assert {row["100%"] for row in rows if row["answering only the surest"] != HIDDEN} == {"0.333"}


def test_runs_over_several_collections_stand_side_by_side(small_run):
    other = replace(small_run, name="other", sections={QUESTIONS: small_run.section(QUESTIONS)}, passages={})
    told, risk = collections_tables([small_run, other])
    assert [row[:2] for row in told.rows] == [
        ("letters", "3"),
        (f"letters, {HIDDEN}", "3"),
        (f"letters, {GROWN[0]}", "5"),
        (f"letters, {GROWN[1]}", "15"),
        ("other", "3"),
    ]
    assert risk.rows[0][1:] == risk.rows[4][1:]


def test_a_survey_question_is_measured_by_papers_and_its_form_is_told(small_run):
    [asked] = small_run.section(SURVEY)
    assert asked.values["must_papers@10"] == asked.values["must_papers@20"] == 1.0
    assert asked.form in {"extract", "overview", "list", "facts", "none"}
    [row] = table(small_run, "Survey, question by question")
    assert (row["id"], row["form"], row["must-have @20"]) == ("s1", asked.form, "1.000")
    measures = {row["measure"]: row["mean"] for row in table(small_run, "1 survey questions")}
    assert measures["papers_quoted"] == f"{asked.values['papers_quoted']:.3f}"


def test_each_paper_that_was_wanted_stands_in_the_record_with_what_became_of_it(small_run):
    [asked] = small_run.section(SURVEY)
    first, second, third = (piece.document for piece in asked.wanted)
    assert first.startswith("Letter from Ida Lund to her uncle, 1881-03-03, must-have, rank ")
    assert third.startswith("Minutes of the harbour board, 1886-04-12, of use, rank ")
    assert all(one.endswith(("not quoted", " quoted")) for one in (first, second, third))


def test_the_record_survives_its_file_and_its_pages_hold_the_survey(small_run, tmp_path):
    path = tmp_path / "run.json"
    path.write_text(run_json(small_run), encoding="utf-8")
    assert read_run(path) == small_run
    assert "## Survey, question by question" in report_markdown(small_run)
    page = report_html(small_run)
    assert "survey: must-have papers quoted" in page
    assert "Minutes of the harbour board, 1886-04-12, of use" in page
    alone = replace(small_run, sections={SURVEY: small_run.section(SURVEY)}, passages={})
    assert "survey: must-have papers quoted" in report_html(alone)


@pytest.mark.parametrize("metric", ["must_papers_quoted", "must_papers@20", "relevant_papers_quoted"])
def test_the_gate_holds_survey_questions_by_its_own_rule(small_run, metric):
    [asked] = small_run.section(SURVEY)

    def run(*values):
        many = tuple(
            replace(asked, id=f"s{number}", values={metric: value}) for number, value in enumerate(values)
        )
        return as_baseline(replace(small_run, sections={SURVEY: many}))

    good = run(*[0.8] * 12)
    [failure] = gate(run(*[0.5] * 6, *[0.8] * 6), good)
    assert failure.message.startswith(f"survey: {metric} went from 0.800 to 0.650")
    assert failure.worse == ("s0", "s1", "s2", "s3", "s4", "s5")
    assert gate(run(0.5, *[0.8] * 11), good) == ()
    assert gate(good, run(*[0.5] * 6, *[0.8] * 6)) == ()


def test_who_changes_a_grade_or_a_date_changes_the_question(small_run, small_collection):
    [asked] = small_run.section(SURVEY)
    [gold] = load_survey(small_collection / "survey.jsonl")

    def marked(**changes):
        papers = (replace(gold.papers[0], **changes), *gold.papers[1:])
        located = tuple(LocatedPaper(paper, frozenset()) for paper in papers)
        question = LocatedQuestion(gold.question, ())
        response = Response("What?", answerable=False, confidence=0.0, passages=())
        return evaluated_survey(LocatedSurvey(question, located), response, {}, Documents()).mark

    assert marked() == asked.mark
    assert len({asked.mark, marked(grade=1), marked(date="1881"), marked(title="Letter")}) == 4


def command(*arguments):
    import typer

    app = typer.Typer()
    app.command()(commands.evaluate)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def quick_model(monkeypatch, tmp_path):
    """Replaces the model where it is loaded, and keeps settings from outside out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("service.assembly.load_encoder", lambda _: WordHashEncoder())


@pytest.mark.usefixtures("quick_model")
def test_one_command_asks_a_folder_its_questions_among_a_set_of_others(small_collection, tmp_path):
    others = tmp_path / "others"
    others.mkdir()
    (others / "docs.jsonl").write_text(json.dumps({"id": "harbour.md", "text": "Figs dry in the sun."}))
    (others / "queries.jsonl").write_text(json.dumps({"id": "1", "text": "Where?", "answerable": False}))
    asked = (small_collection / "questions.jsonl", "--files", small_collection / "files", "--no-hidden")
    result = command(*asked, "--with-distractors", others, "--save", tmp_path / "run.json")
    assert result.exit_code == 0, result.stderr
    run = read_run(tmp_path / "run.json")
    assert run.passages == {QUESTIONS: 3, "among 1 other documents": 4}
    sides = ("--side-by-side", tmp_path / "run.json", "--markdown", tmp_path / "sides.md")
    assert command(*sides).exit_code == 0
    assert "| questions, among 1 other documents | 4 | 2 / 1 |" in (tmp_path / "sides.md").read_text()


def test_what_does_not_go_together_is_said(small_collection):
    result = command("--external", small_collection, "--files", small_collection / "files")
    assert (result.exit_code, "give gold files to ask of --files" in result.stderr) == (2, True)
    result = command(small_collection / "questions.jsonl", "--with-distractors", small_collection / "foreign")
    assert (result.exit_code, "--with-distractors goes with" in result.stderr) == (2, True)
