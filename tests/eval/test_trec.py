"""Rankings go out as TREC files that ir-measures' own command measures alike, and come in again."""

import subprocess
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from encoders import WordHashEncoder
from typer.testing import CliRunner

from eval import commands
from eval.errors import RunError
from eval.measures.rankings import PAPERS, PASSAGES, SOURCES
from eval.reports.report import report_tables
from eval.runs.evaluating import Request, evaluate
from eval.runs.run import OTHER_RUN, QUESTIONS, SURVEY, values_of
from eval.runs.summary import summarise
from eval.runs.trec import read_trec_qrels, read_trec_run, score_trec, write_trec

IR_MEASURES = Path(sysconfig.get_path("scripts")) / "ir_measures"


def command(*arguments):
    app = typer.Typer()
    app.command()(commands.evaluate)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def measured(files):
    """What the command line of ir-measures prints, by measure."""
    arguments = [IR_MEASURES, "--places", "10", files.qrels, files.run, *files.measures]
    printed = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout  # noqa: S603
    return {name: float(value) for name, value in (line.split("\t") for line in printed.splitlines())}


@pytest.fixture(scope="module")
def larger_run(small_collection):
    """The letters and their questions among foreign files, so that sources are judged, too."""
    from chunker.readers.finding import find_files
    from chunker.readers.reading import read_source

    found = find_files([small_collection / "files", small_collection / "foreign"]).files
    request = Request(
        gold_files=(small_collection / "questions.jsonl", small_collection / "survey.jsonl"),
        name="letters",
        made_at="2020-01-02",
        sources=tuple(read_source(file.path, name=file.name) for file in found),
    )
    return request, evaluate(request, encoder=WordHashEncoder())


def test_ir_measures_gives_the_figures_of_the_report(larger_run, tmp_path):
    _, run = larger_run
    written = write_trec(run, tmp_path / "out")
    assert [files.run.name.partition(".")[0] for files in written] == [PASSAGES, SOURCES, PAPERS]
    summaries = summarise(run)
    called = {"Success": "hit", "RR": "mrr", "nDCG": "ndcg"}
    kinds = {"passages": "", "sources": " (sources)", "papers": " (papers)"}
    compared = 0
    for files in written:
        kind = files.run.name.partition(".")[0]
        means = summaries[SURVEY if kind == "papers" else QUESTIONS].measures
        for name, value in measured(files).items():
            what, _, depth = name.partition("@")
            ours = means[f"{called[what]}@{depth}{kinds[kind]}"]
            assert value == pytest.approx(ours.value, abs=1e-9), (kind, name)
            compared += 1
    assert compared == 6 + 5 + 1


def test_questions_without_results_and_ties_are_measured_alike(larger_run, tmp_path):
    """A question that found nothing counts as nought; scores tell every rank from the next."""
    _, run = larger_run
    first, second, third = run.section(QUESTIONS)
    nothing = replace(first.rankings[PASSAGES], results=())
    nought = dict.fromkeys(first.values, 0.0)
    emptied = replace(first, rankings={PASSAGES: nothing}, values=nought)
    (files,) = write_trec(replace(run, sections={QUESTIONS: (emptied, second, third)}), tmp_path)[:1]
    assert measured(files)["RR@10"] == pytest.approx(second.values["mrr@10"] / 2)
    scores = [line.split()[4] for line in files.run.read_text().splitlines() if line.startswith("q2 ")]
    assert len(set(scores)) == len(scores) > 1


def test_the_answer_to_no_question_has_a_ranking_and_no_judgement(larger_run, tmp_path):
    _, run = larger_run
    files = write_trec(run, tmp_path)[0]
    assert "q3" in read_trec_run(files.run)
    assert set(read_trec_qrels(files.qrels)) == {"q1", "q2"}


@pytest.fixture
def exported(larger_run, tmp_path):
    request, run = larger_run
    return request, run, {files.run.name.partition(".")[0]: files for files in write_trec(run, tmp_path)}


def test_our_own_run_read_in_again_is_measured_as_it_was(exported):
    request, run, files = exported
    again = evaluate(
        replace(request, against=tuple(one.run for one in files.values())), encoder=WordHashEncoder()
    )
    assert [name for name in again.sections if name.startswith("the run")] == [
        "the run passages.run.trec",
        "the run sources.run.trec",
        "the run papers.run.trec, survey",
    ]
    for name, section in again.sections.items():
        if name.startswith("the run"):
            ours = run.section(SURVEY if name.endswith("survey") else QUESTIONS)
            for metric in {metric for one in section for metric in one.values}:
                assert values_of(section, metric) == pytest.approx(values_of(ours, metric)), (name, metric)
    sources = again.section("the run sources.run.trec")
    assert all(metric.endswith("(sources)") for one in sources for metric in one.values)
    assert "span_recall@5" in again.section("the run passages.run.trec")[0].values


def test_a_worse_run_is_compared_pair_by_pair(exported):
    request, _, files = exported
    path = files[PASSAGES].run
    backwards = [line.split() for line in path.read_text().splitlines()]
    path.write_text("".join(f"{q} Q0 {docno} 1 {rank} x\n" for q, _, docno, rank, *_ in backwards))
    again = evaluate(replace(request, against=(path,)), encoder=WordHashEncoder())
    (table,) = [one for one in report_tables(again) if one.title == f"Against {OTHER_RUN.format(path.name)}"]
    assert table.columns == ("measure", "ours", "theirs", "difference", "95 % interval", "p", "won/lost")
    rows = {row[0]: row for row in table.rows}
    difference = float(rows["mrr@10"][1]) - float(rows["mrr@10"][2])
    assert difference > 0
    assert float(rows["mrr@10"][3]) == pytest.approx(difference, abs=0.002)
    assert rows["mrr@10"][-1] == "2/0 of 2"


def test_what_a_docno_does_not_name_is_a_result_without_evidence(exported):
    request, _, files = exported
    path = files[PASSAGES].run
    first = path.read_text().splitlines()[0]
    path.write_text(f"q1 Q0 nobody's 1 99 x\n{first}\n")
    (section,) = [
        found
        for name, found in evaluate(
            replace(request, against=(path,)), encoder=WordHashEncoder()
        ).sections.items()
        if name.startswith("the run")
    ]
    assert [one.values["mrr@10"] for one in section if one.is_answerable] == [0.5, 0.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; it wants lines"),
        ("q1 Q0 a 1 0.5\n", "a line is not of the form"),
        ("q1 Q0 a 1 high x\n", "a line is not of the form"),
        ("other Q0 a 1 0.5 x\n", "ranks 'other' and others, none of the questions asked"),
        ("q1 Q0 nobody 1 0.5 x\n", "'nobody' and the other docnos name nothing in the index"),
        (None, "cannot be read"),
    ],
)
def test_a_run_that_cannot_be_compared_is_refused_in_one_line(exported, tmp_path, text, message):
    request, _, _ = exported
    path = tmp_path / "other.trec"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RunError, match=message) as caught:
        evaluate(replace(request, against=(path,)), encoder=WordHashEncoder())
    assert "\n" not in str(caught.value)


def test_runs_are_measured_from_files_alone_and_compared(tmp_path):
    qrels, first, second = (tmp_path / name for name in ("q.qrels", "first.trec", "second.trec"))
    qrels.write_text("".join(f"{n} 0 a 2\n{n} 0 b 1\n{n} 0 c 0\n" for n in range(12)))
    first.write_text("".join(f"{n} Q0 a 1 9 x\n{n} Q0 b 2 8 x\n" for n in range(12)))
    second.write_text("".join(f"{n} Q0 c 1 9 x\n{n} Q0 a 2 8 x\n" for n in range(11)))
    options = ["--run", first, "--qrels", qrels, "--against", second, "--measure", "RR", "--measure", "AP"]
    result = command(*options, "--markdown", tmp_path / "report.md")
    assert result.exit_code == 0, result.stderr
    report = (tmp_path / "report.md").read_text()
    assert "| RR | 1.000 | 0.758 to 1.000 | 12 |" in report
    assert "## Against the run second.trec" in report
    assert "| RR | 1.000 | 0.458 | +0.542 |" in report  # the last question is not ranked: nought
    assert "12/0 of 12 |" in report
    assert "unanswerable" not in report.split("## Against")[1]
    with pytest.raises(RunError, match="nothing@9: ir-measures cannot compute these"):
        score_trec(first, qrels, measures=["nothing@9"], name="x", made_at="")
    assert command("--run", first).exit_code == 2


def test_the_command_writes_the_files_and_says_how_to_measure_them(small_collection, tmp_path, monkeypatch):
    monkeypatch.setattr("service.assembly.load_encoder", lambda _: WordHashEncoder())
    gold, files = small_collection / "questions.jsonl", small_collection / "files"
    result = command(gold, "--files", files, "--no-hidden", "--trec", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    (told,) = [line for line in result.stderr.splitlines() if line.startswith("the same figures: ")]
    words = told.removeprefix("the same figures: ").split()
    assert words[0] == "ir_measures"
    assert [Path(word).exists() for word in words[1:3]] == [True, True]
    assert words[3:] == ["Success@1", "Success@3", "Success@5", "Success@10", "RR@10", "nDCG@10"]
