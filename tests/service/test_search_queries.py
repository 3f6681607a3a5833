"""Catalogue queries: which there are, what they look for, and that no question is taken for one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.expressions import AllOf, AnyOf, Phrase, Without, holds, phrases_of
from service.answer import Turn
from service.understanding.search_queries import is_search, mode_of, read_search

DATA = Path(__file__).parents[2] / "eval" / "data"


@pytest.mark.parametrize(
    "query",
    [
        '"the mill wheel"',
        "“the mill wheel”",
        "„das Mühlrad“",
        "« la roue »",
        '"mill wheel" "oak beam"',
        '"mill wheel" -"oak beam"',
        "mill -wheel",
        "mill -1903",
        "wheel*",
        "mending of wheel*",
        "mill AND wheel",
        "mill OR factory NOT wheel",
        "MILLER AND COUNCIL",
        "(mill OR factory) AND wheel",
        "Holm",
        "holm",
        "Østergård",
        "Łódź",
        "1903",
        "Brest-Litovsk",
        "1919-21",
        "Anders Holm",
        "A. P. Møller",
        "Ludwig van Beethoven",
        "Anna Holm-Jensen",
        "-wheel",
    ],
)
def test_what_has_the_form_of_a_search_is_one(query):
    assert is_search(query)


@pytest.mark.parametrize(
    "question",
    [
        'What did he mean by "the wheel"?',
        'Explain "the wheel"',
        'the quarrel over "the wheel" in the council',
        "Why",
        "who",
        "And?",
        "Holm?",
        "mill wheel",
        "The wheel of the mill",
        "What AND who",
        '"Who broke the wheel?"',
        "“When did the wheel break?”",
        '{"question": "the wheel"}',
        "<question>wheel*</question>",
        "Answer briefly.\n\nwheel* AND mill",
        "WHO BROKE THE MILL AND THE WHEEL",
        "the mill in 1919-21",
        "the mill - a ruin - was sold",
        "the mill – sold",
        "a temperature of -5 degrees",
        "what is a footnote* for?",
        "the *old* mill",
        "**old** mill",
        "2 * 3",
        'it is 5" wide',
        'the "wheel',
        "Thank you!",
        "rock and roll",
        "either this or that",
        "粉车什么时候坏了",
        "โรงสีพังเมื่อไหร่",
        "",
        "?",
        "-",
        '""',
        "()",
        "AND",
    ],
)
def test_what_has_not_is_a_question(question):
    assert not is_search(question)


@pytest.mark.parametrize("name", ["questions", "survey", "follow_ups", "conversations"])
def test_no_question_of_the_gold_is_taken_for_a_search(name):
    asked = []
    for line in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        asked += [one["question"] for one in entry.get("turns", [entry])]

    assert len(asked) > 10
    assert [question for question in asked if is_search(question)] == []


def test_a_bare_word_among_questions_may_be_of_them_but_a_name_is_not():
    history = [Turn("user", "When did the wheel break?"), Turn("assistant", "In spring.")]
    assert (mode_of("details"), mode_of("details", history)) == ("search", "ask")
    assert (mode_of("Holm", history), mode_of("wheel*", history)) == ("search", "search")


def said(wanted):
    """An expression in brackets."""
    match wanted:
        case Phrase():
            return "+".join(wanted.forms[0]) + ("*" if wanted.is_prefix else "")
        case Without():
            return f"not {said(wanted.part)}"
        case AllOf():
            return f"({' & '.join(map(said, wanted.parts))})"
        case AnyOf():
            return f"({' | '.join(map(said, wanted.parts))})"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("mill wheel", "(mill & wheel)"),
        ("mill AND wheel", "(mill & wheel)"),
        ("mill OR wheel oak", "(mill | (wheel & oak))"),
        ("(mill OR wheel) oak", "((mill | wheel) & oak)"),
        ("mill -wheel", "(mill & not wheel)"),
        ("mill NOT wheel", "(mill & not wheel)"),
        ("mill AND NOT wheel", "(mill & not wheel)"),
        ('mill -"old wheel"', "(mill & not old+wheel)"),
        ("mill -(wheel OR oak)", "(mill & not (wheel | oak))"),
        ("“Old  Mill” wheel*", "(old+mill & wheel*)"),
        ('"old whe*"', "old+whe*"),
        ('"old whe"*', "old+whe*"),
        ("mill mill", "mill"),
        ("NEAR(mill wheel)", "(near & (mill & wheel))"),
        ("body:mill", "body+mill"),
        ("O'Brien Łódź Ærø", "(o+brien & lodz & aero)"),
        ("mill - wheel", "(mill & wheel)"),
        ("and or not", "(and & or & not)"),
        ("ANDERS", "anders"),
    ],
)
def test_a_query_is_read_as_every_catalogue_reads_it(query, wanted):
    read = read_search(query)
    assert (said(read.wanted), read.is_as_written) == (wanted, True)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ('"mill wheel', "(mill & wheel)"),
        ("mill AND", "mill"),
        ("OR mill", "mill"),
        ("mill AND OR wheel", "(mill & wheel)"),
        ("(mill", "mill"),
        ("mill)", "mill"),
        ("mill NOT", "mill"),
        ("(" * 500 + "mill" + ")" * 500, "mill"),
    ],
)
def test_what_cannot_be_read_is_looked_for_as_plain_words(query, wanted):
    read = read_search(query)
    assert (said(read.wanted), read.is_as_written) == (wanted, False)


@pytest.mark.parametrize("query", ["-mill", "NOT mill", "mill OR -wheel", "-", "***", "()", '""', "AND OR"])
def test_a_search_that_names_nothing_looks_for_nothing(query):
    assert read_search(query).wanted is None


signs = st.sampled_from(
    ['"', "“", "(", ")", "-", "*", "AND", "OR", "NOT", " ", "mill", "wheel", "1903", "ł", "\0"]
)


@given(st.text() | st.lists(signs, max_size=60).map("".join) | st.lists(signs, max_size=60).map(" ".join))
def test_every_text_can_be_read(query):
    is_search(query)
    wanted = read_search(query).wanted
    assert wanted is None or holds("no such word stands here", wanted) in {True, False}


@pytest.mark.parametrize(
    "unit", ['"', "(", "-", "*", "AND ", "a OR ", "NOT ", "-(", '"a" ', "a* ", "a-", "(a)", " "]
)
def test_a_very_long_query_is_read_and_little_of_it_looked_for(unit):
    query = unit * (50_000 // len(unit))  # what took the square of it would not end
    is_search(query)
    wanted = read_search(query).wanted
    assert wanted is None or len(phrases_of(wanted)) <= 64
