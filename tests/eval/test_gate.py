"""A run is held to its baseline: a drop beyond noise fails and is named, noise and gains pass."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from encoders import WordHashEncoder

from embeddings.ranking.retriever import RetrievalSettings, Retriever
from eval.errors import ReportError
from eval.gold.questions import load_questions
from eval.measures.matching import SourceTexts, locate
from eval.measures.page_truth import no_page
from eval.reports.report import HIDDEN, QUESTIONS, IndexFacts, Report, build_section
from eval.runs.baseline import (
    FORMAT,
    GATED,
    Baseline,
    BaselineQuestion,
    baseline_json,
    baseline_of,
    read_baseline,
)
from eval.runs.gate import gate, gate_lines
from eval.runs.runner import Measuring, ask_through, run_hidden_evidence, run_questions
from service.answering.answerer import Answerer, AnswerSettings
from service.library.ingesting import ingest_files
from service.settings import Settings

ROOT = Path(__file__).parents[2]
GOOD = [1.0] * 90
NOT_A_NUMBER = {"section": "s", "id": "q", "mark": "m", "hit@5": float("nan")}


def section(values, metric="hit@5", **more):
    return {f"q{n}": BaselineQuestion(f"mark {n}", {metric: value} | more) for n, value in enumerate(values)}


def run(values, metric="hit@5", *, name=QUESTIONS, **more):
    return Baseline("a run", {name: section(values, metric, **more)})


def lost(count, of=90):
    return [0.0] * count + [1.0] * (of - count)


def test_the_same_run_and_a_better_one_pass():
    assert gate(run(GOOD), run(GOOD)) == ()
    assert gate(run(GOOD), run(lost(30))) == ()


def test_a_drop_beyond_noise_fails_and_names_the_questions_and_the_figures():
    (failure,) = gate(run(lost(9)), run([1.0] * 89 + [0.0]))
    assert failure.worse == tuple(f"q{n}" for n in range(9))
    (line,) = gate_lines([replace(failure, better=("q89",))])
    assert line.startswith("questions: hit@5 went from 0.989 to 0.900 (with 95 % confidence worse by 0.0")
    assert line.endswith("; worse: q0, q1, q2, q3, q4, q5, q6, q7, q8; better: q89")


@pytest.mark.parametrize(("count", "fails"), [(0, False), (2, False), (4, True), (10, True)])
def test_one_question_or_two_are_noise_and_four_of_ninety_are_not(count, fails):
    assert bool(gate(run(lost(count)), run(GOOD))) is fails


def test_questions_that_changed_sides_both_ways_are_noise():
    assert gate(run(lost(8)), run(lost(8)[::-1])) == ()


def test_a_drop_of_no_weight_passes_however_sure_it_is():
    assert gate(run([0.985] * 90, "mrr@10"), run(GOOD, "mrr@10")) == ()
    assert gate(run([0.975] * 90, "mrr@10"), run(GOOD, "mrr@10")) != ()


@pytest.mark.parametrize("metric", GATED)
def test_every_gated_measure_is_held(metric):
    (failure,) = gate(run(lost(20), metric), run(GOOD, metric))
    assert failure.message.startswith(f"questions: {metric} went from 1.000 to 0.778")


def test_a_measure_that_is_no_longer_taken_fails():
    (failure,) = gate(run(GOOD, "hit@1"), run(GOOD, "hit@1", page_exact=1.0))
    assert failure.message == "questions: page_exact was measured 0 times, before 90"


def test_answering_more_often_with_the_evidence_hidden_fails_and_less_often_does_not():
    seldom, often = (run(values, "answered", name=HIDDEN) for values in ([0.0] * 90, lost(60)))
    (failure,) = gate(often, seldom)
    assert failure.message.startswith("hidden evidence: answered went from 0.000 to 0.333")
    assert gate(seldom, often) == ()


def test_telling_hidden_evidence_less_well_fails():
    def told(there, hidden):
        questions = {QUESTIONS: section(there, "confidence"), HIDDEN: section(hidden, "confidence")}
        return Baseline("a run", questions)

    good = told([0.9] * 60, [0.2] * 60)
    (failure,) = gate(told([0.9] * 45 + [0.1] * 15, [0.2] * 60), good)
    assert failure.message.startswith("hidden evidence: AUROC went from 1.000 to 0.750")
    assert failure.worse == tuple(f"q{n}" for n in range(45, 60))
    assert gate(good, told([0.9] * 45 + [0.1] * 15, [0.2] * 60)) == ()


def test_a_quote_that_is_not_in_its_source_and_evidence_that_leaks_always_fail():
    (failure,) = gate(run([1.0], quotes_verified=0.5), run([1.0]))
    assert (failure.message, failure.worse) == (
        "questions: quotes that do not stand in their source",
        ("q0",),
    )
    leaking, tight = (run([0.0], "answered", name=HIDDEN, leaked=one) for one in (1.0, 0.0))
    (failure,) = gate(leaking, tight)
    assert failure.message == "hidden evidence: evidence that was hidden was found all the same"


def test_changed_questions_are_not_compared_and_too_few_are_no_gate():
    changed = Baseline("b", {QUESTIONS: section(lost(9)) | {"q0": BaselineQuestion("other", {"hit@5": 0.0})}})
    (failure,) = gate(changed, run(GOOD))
    assert "q0" not in failure.worse
    with pytest.raises(ReportError, match="only 5 of 90 questions"):
        gate(run([1.0] * 5), run(GOOD))
    with pytest.raises(ReportError, match="only 0 of 90 questions"):
        gate(Baseline("b", {}), run(GOOD))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no baseline"),
        ("[]", "is no baseline"),
        ('{"format": "dossier-eval-1"}', "is of the form 'dossier-eval-1'"),
        (f'{{"format": "{FORMAT}", "name": "x", "questions": [{{"id": "q"}}]}}', "is no baseline"),
        (
            json.dumps({"format": FORMAT, "name": "x", "questions": [NOT_A_NUMBER]}),
            "question q has a value that is no number",
        ),
    ],
)
def test_what_is_no_baseline_is_told_in_one_line_with_the_remedy(text, message, tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text(text)
    with pytest.raises(ReportError, match=message) as caught:
        read_baseline(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).endswith("--write-baseline")
    with pytest.raises(ReportError, match="cannot be read"):
        read_baseline(tmp_path / "missing.json")


@pytest.fixture(scope="module")
def corpus_index(tmp_path_factory):
    """The whole corpus, indexed with vectors that know words only."""
    from chunker.readers.finding import find_files
    from service.dossier import Dossier

    dossier = Dossier.open(
        settings=Settings(data=tmp_path_factory.mktemp("corpus"), late_interaction=False),
        encoder=WordHashEncoder(dimension=64, max_tokens=256),
    )
    list(ingest_files(dossier.index, find_files(sorted((ROOT / "corpus").glob("*.txt"))).files))
    yield dossier.index
    dossier.close()


def report_of(index, settings):
    """A third of the gold asked for true, of an index ranked by ``settings``."""
    encoder = WordHashEncoder(dimension=64, max_tokens=256)
    ask = ask_through(Answerer(Retriever(index, encoder, settings), AnswerSettings()))
    with index.snapshot() as snapshot:
        texts = {record.name: snapshot.source_text(record.id) for record in snapshot.sources()}
    sources = SourceTexts(texts)
    located = locate(load_questions(ROOT / "eval" / "data" / "questions.jsonl")[::3], sources)
    measuring = Measuring(sources, no_page)
    asked = run_questions(ask, located, measuring)
    hidden = run_hidden_evidence(ask, located, measuring)
    sections = {
        QUESTIONS: build_section(asked),
        HIDDEN: build_section(hidden, answered_otherwise=asked),
    }
    return Report("gold", "2020-01-02", IndexFacts("word-hash"), sections)


@pytest.mark.corpus
def test_a_ranking_that_is_really_broken_fails_and_the_same_one_passes(corpus_index, tmp_path):
    path = tmp_path / "baseline.json"
    path.write_text(baseline_json(report_of(corpus_index, RetrievalSettings())), encoding="utf-8")
    baseline = read_baseline(path)
    assert gate(baseline_of(report_of(corpus_index, RetrievalSettings())), baseline) == ()
    vectors_only = RetrievalSettings(passage_weight=0.0, document_weight=0.0, ngram_weight=0.0)
    failures = gate(baseline_of(report_of(corpus_index, vectors_only)), baseline)
    assert {failure.message.split(" ")[1] for failure in failures} >= {"hit@1", "hit@5", "mrr@10", "ndcg@10"}
    assert all(failure.worse for failure in failures)


def test_a_baseline_has_a_line_for_each_question_and_says_what_made_it(tmp_path):
    from outcomes import HIDDEN_OUTCOMES, OUTCOMES

    sections = {
        QUESTIONS: build_section(OUTCOMES),
        HIDDEN: build_section(HIDDEN_OUTCOMES, answered_otherwise=OUTCOMES),
    }
    report = Report("A run", "2020-01-02", IndexFacts("minilm"), sections)
    path = tmp_path / "baseline.json"
    path.write_text(baseline_json(report), encoding="utf-8")
    assert read_baseline(path) == baseline_of(report)
    content = json.loads(path.read_text())
    assert content["versions"]["model"] == "minilm"
    assert content["figures"] == {"hit@5": 0.6667, "mrr@10": 0.5, "AUROC, evidence hidden": 1.0}
    assert [line["id"] for line in content["questions"]] == ["q1", "q2", "q3", "q4", "q1"]
    assert sum(line.startswith('{"section"') for line in path.read_text().splitlines()) == 5
