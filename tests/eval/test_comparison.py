import pytest

from eval.errors import RunError
from eval.reports.comparison import comparison_tables
from eval.runs.run import QUESTIONS, EvaluatedQuestion, IndexFacts, Run


def run(name, hits, **marks):
    questions = tuple(
        EvaluatedQuestion(
            f"q{number}",
            "factoid" if number % 2 else "multi",
            is_answerable=True,
            mark=marks.get(f"q{number}", "as it was"),
            values={"hit@5": hit},
            question=f"Question {number}?",
        )
        for number, hit in enumerate(hits)
    )
    return Run(name, "2020-01-02", IndexFacts(), {QUESTIONS: questions})


def test_runs_are_compared_measure_by_measure_and_question_by_question():
    measures, kinds, changed = comparison_tables(
        run("a", [1.0, 1.0, 0.0, 0.0]), run("b", [0.0, 1.0, 1.0, 1.0])
    )
    assert measures.title == "questions: A = a, B = b"
    assert measures.rows[0][:4] == ("hit@5", "0.500", "0.750", "+0.250")
    assert measures.rows[0][-1] == "2/1 of 4"
    assert kinds.rows == (("factoid", "1", "0"), ("multi", "1", "1"))
    assert changed.rows == (
        ("q0", "worse", "Question 0?"),
        ("q2", "better", "Question 2?"),
        ("q3", "better", "Question 3?"),
    )


def test_a_question_that_was_changed_is_not_compared():
    *_, changed = comparison_tables(run("a", [1.0, 1.0]), run("b", [0.0, 0.0], q0="reworded"))
    assert [row[0] for row in changed.rows] == ["q1"]


def test_runs_without_a_common_question_cannot_be_compared():
    for other in (Run("b", "", IndexFacts(), {}), run("b", [1.0], q0="reworded")):
        with pytest.raises(RunError, match="a and b share no question"):
            comparison_tables(run("a", [1.0]), other)


def test_where_no_question_changed_there_is_only_the_table_of_measures():
    (table,) = comparison_tables(run("a", [1.0, 0.0]), run("b", [1.0, 0.0]))
    assert table.rows[0][-1] == "0/0 of 2"
