import pytest

from eval.comparison import compare_runs, comparison_tables, gate, gate_lines
from eval.errors import ReportError
from eval.report import HIDDEN, QUESTIONS, SavedQuestion, SavedReport


def run(name, hits, *, section=QUESTIONS, metric="hit@5", **more):
    questions = {
        f"q{number}": SavedQuestion(
            f"Question {number}?", "factoid" if number % 2 else "multi", {metric: hit} | more
        )
        for number, hit in enumerate(hits)
    }
    return SavedReport(name, {section: questions})


GOOD = [1.0] * 20


def test_a_run_that_is_as_good_passes():
    assert gate(run("b", GOOD), run("a", GOOD)) == ()
    assert gate(run("b", GOOD), run("a", [0.0] * 20)) == ()


def test_a_drop_beyond_noise_fails_and_names_the_questions():
    (failure,) = gate(run("b", [0.0] * 6 + [1.0] * 14), run("a", GOOD))
    assert failure.questions == ("q0", "q1", "q2", "q3", "q4", "q5")
    assert failure.message.startswith(
        "questions: hit@5 went from 1.000 to 0.700 (chance of so large a change"
    )
    assert gate_lines([failure])[0].endswith("): q0, q1, q2, q3, q4, q5")


def test_a_drop_within_noise_passes():
    assert gate(run("b", [0.0] * 2 + [1.0] * 18), run("a", GOOD)) == ()
    swapped = run("b", [0.0] * 6 + [1.0] * 14)
    assert gate(swapped, run("a", [1.0] * 14 + [0.0] * 6)) == ()


def test_answering_more_often_with_the_evidence_hidden_fails():
    options = {"section": HIDDEN, "metric": "answered"}
    often, seldom = run("often", [1.0] * 8 + [0.0] * 12, **options), run("seldom", [0.0] * 20, **options)
    (failure,) = gate(often, seldom)
    assert failure.message.startswith("hidden evidence: answered went from 0.000 to 0.400")
    assert gate(seldom, often) == ()


def test_a_quote_that_is_not_in_its_source_always_fails():
    broken = run("b", [1.0, 1.0], quotes_verified=0.5)
    (failure,) = gate(broken, run("a", [1.0, 1.0]))
    assert failure.message == "questions: quotes that do not stand in their source"
    assert failure.questions == ("q0", "q1")


def test_hidden_evidence_that_is_found_always_fails():
    leaking = run("b", [0.0], section=HIDDEN, metric="answered", leaked=1.0)
    (failure,) = gate(leaking, run("a", [0.0], section=HIDDEN, metric="answered"))
    assert failure.message == "hidden evidence: evidence that was hidden was found all the same"


def test_a_baseline_over_other_questions_cannot_be_a_gate():
    with pytest.raises(ReportError, match="only 5 of 20 questions"):
        gate(run("b", [1.0] * 5), run("a", GOOD))
    with pytest.raises(ReportError, match="only 0 of 20 questions"):
        gate(SavedReport("b", {}), run("a", GOOD))


def test_runs_are_compared_measure_by_measure_and_question_by_question():
    comparison = compare_runs(run("a", [1.0, 1.0, 0.0, 0.0]), run("b", [0.0, 1.0, 1.0, 1.0]))
    (one,) = comparison.metrics
    assert (one.section, one.metric, one.paired.wins, one.paired.losses) == (
        QUESTIONS,
        "hit@5",
        ("q2", "q3"),
        ("q0",),
    )
    measures, kinds, changed = comparison_tables(comparison)
    assert measures.title == "questions: A = a, B = b"
    assert measures.rows[0][:4] == ("hit@5", "0.500", "0.750", "+0.250")
    assert kinds.rows == (("factoid", "1", "0"), ("multi", "1", "1"))
    assert changed.rows == (
        ("q0", "worse", "Question 0?"),
        ("q2", "better", "Question 2?"),
        ("q3", "better", "Question 3?"),
    )


def test_a_question_that_was_reworded_is_not_compared():
    before = run("a", [1.0, 1.0])
    after = SavedReport(
        "b",
        {
            QUESTIONS: {
                **run("b", [0.0, 0.0]).sections[QUESTIONS],
                "q0": SavedQuestion("New?", "k", {"hit@5": 0.0}),
            }
        },
    )
    (one,) = compare_runs(before, after).metrics
    assert one.paired.losses == ("q1",)


def test_runs_without_a_common_question_cannot_be_compared():
    with pytest.raises(ReportError, match="a and b share no question"):
        compare_runs(run("a", [1.0]), SavedReport("b", {}))
