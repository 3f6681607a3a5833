"""A run is held to its baseline: a drop beyond noise fails and is named, noise and gains pass."""

from dataclasses import replace
from pathlib import Path

import pytest
from encoders import WordHashEncoder

from embeddings.ranking.retriever import RetrievalSettings, Retriever
from eval.errors import RunError
from eval.gold.evidence import SourceTexts, locate
from eval.gold.questions import load_questions
from eval.runs.asking import Measuring, ask_through, run_hidden_evidence, run_questions
from eval.runs.gate import gate
from eval.runs.run import HIDDEN, QUESTIONS, EvaluatedQuestion, IndexFacts, Run
from eval.runs.run_file import GATED, as_baseline, read_run, run_json
from service.answering.answerer import Answerer
from service.answering.settings import AnswerSettings
from service.dossier import Dossier
from service.settings import Settings

ROOT = Path(__file__).parents[2]
ENCODER = WordHashEncoder(dimension=64, max_tokens=256)
GOOD = [1.0] * 90


def section(values, metric="hit@5", **more):
    return tuple(
        EvaluatedQuestion(f"q{n}", "factoid", True, f"mark {n}", {metric: value} | more)
        for n, value in enumerate(values)
    )


def run_of(**sections):
    return Run("a run", "2020-01-02", IndexFacts(), sections)


def run(values, metric="hit@5", *, name=QUESTIONS, **more):
    return run_of(**{name: section(values, metric, **more)})


def lost(count, of=90):
    return [0.0] * count + [1.0] * (of - count)


def test_the_same_run_and_a_better_one_pass():
    assert gate(run(GOOD), run(GOOD)) == ()
    assert gate(run(GOOD), run(lost(30))) == ()


def test_a_drop_beyond_noise_fails_and_names_the_questions_and_the_figures():
    (failure,) = gate(run(lost(9)), run([1.0] * 89 + [0.0]))
    assert failure.worse == tuple(f"q{n}" for n in range(9))
    line = str(replace(failure, better=("q89",)))
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
        return run_of(**{QUESTIONS: section(there, "confidence"), HIDDEN: section(hidden, "confidence")})

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
    first, *others = section(lost(9))
    changed = run_of(questions=(replace(first, mark="other"), *others))
    (failure,) = gate(changed, run(GOOD))
    assert "q0" not in failure.worse
    with pytest.raises(RunError, match="only 5 of 90 questions"):
        gate(run([1.0] * 5), run(GOOD))
    with pytest.raises(RunError, match="only 0 of 90 questions"):
        gate(run_of(), run(GOOD))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """The whole corpus, indexed with vectors that know words only."""
    settings = Settings(data=tmp_path_factory.mktemp("corpus"), late_interaction=False)
    with Dossier.open(settings=settings, encoder=ENCODER) as dossier:
        dossier.add(sorted((ROOT / "corpus").glob("*.txt")))
        yield dossier


def asked_of(corpus, settings):
    """A third of the gold asked for true, ranked by ``settings``."""
    answerer = Answerer(Retriever(corpus.index, ENCODER, settings), AnswerSettings())
    ask = ask_through(Dossier(corpus.index, answerer, rules=corpus.rules))
    with corpus.snapshot() as snapshot:
        texts = {record.name: snapshot.source_text(record.id) for record in snapshot.sources()}
    measuring = Measuring(SourceTexts(texts))
    located = locate(load_questions(ROOT / "eval" / "data" / "questions.jsonl")[::3], measuring.sources)
    asked = run_questions(ask, located, measuring)
    hidden = run_hidden_evidence(ask, located, measuring)
    return run_of(**{QUESTIONS: asked, HIDDEN: hidden})


@pytest.mark.corpus
def test_a_ranking_that_is_really_broken_fails_and_the_same_one_passes(corpus, tmp_path):
    path = tmp_path / "baseline.json"
    whole = asked_of(corpus, RetrievalSettings())
    path.write_text(run_json(as_baseline(whole)), encoding="utf-8")
    baseline = read_run(path)
    assert gate(whole, baseline) == ()
    vectors_only = RetrievalSettings(passage_weight=0.0, document_weight=0.0, ngram_weight=0.0)
    failures = gate(asked_of(corpus, vectors_only), baseline)
    assert {failure.message.split(" ")[1] for failure in failures} >= {"hit@1", "hit@5", "mrr@10", "ndcg@10"}
    assert all(failure.worse for failure in failures)
