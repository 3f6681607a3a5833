import pytest

from eval.errors import ReportError
from eval.reports.comparison import compare_runs, comparison_tables
from eval.reports.report import QUESTIONS, SavedQuestion, SavedReport


def run(name, hits, *, section=QUESTIONS, metric="hit@5", **more):
    questions = {
        f"q{number}": SavedQuestion(
            f"Question {number}?", "factoid" if number % 2 else "multi", {metric: hit} | more
        )
        for number, hit in enumerate(hits)
    }
    return SavedReport(name, {section: questions})


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


def test_where_no_question_changed_there_is_only_the_table_of_measures():
    (table,) = comparison_tables(compare_runs(run("a", [1.0, 0.0]), run("b", [1.0, 0.0])))
    assert table.rows[0][-1] == "0/0 of 2"
