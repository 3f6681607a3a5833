"""The plain system that others are measured against."""

from eval.gold.evidence import TextSpan
from eval.runs.windows import windows_of

TEXTS = {"a": "wool " * 3 + "treaty of Kars ", "b": "the treaties were signed in winter"}


def test_windows_lie_side_by_side_and_stems_are_what_is_searched():
    with windows_of(TEXTS, characters=15) as ask:
        found = ask("Which treaty?", top_k=20).passages
    assert sorted((one.span, one.text) for one in found) == [
        (TextSpan("a", 15, 30), "treaty of Kars "),
        (TextSpan("b", 0, 15), "the treaties we"),
    ]
    assert found[0].score >= found[1].score > 0


def test_hidden_words_are_not_found_and_no_more_come_than_asked_for():
    with windows_of(TEXTS, characters=15) as ask:
        hidden = ask("treaty", top_k=20, hidden=[TextSpan("a", 20, 21)]).passages
        one = ask("treaty", top_k=1).passages
    assert [passage.span.source_name for passage in hidden] == ["b"]
    assert len(one) == 1


def test_a_question_of_signs_only_or_of_unknown_words_finds_nothing_and_nothing_is_answered():
    with windows_of(TEXTS) as ask:
        assert ask('"? OR *', top_k=5).passages == ()
        assert ask("¿…?", top_k=5).passages == ()
        assert ask("zebra", top_k=5).answerable is False
