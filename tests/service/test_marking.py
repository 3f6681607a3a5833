"""Marks: the words of a quote that give the number or the date asked for."""

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source
from service_support import dossier_over

from embeddings.local_index import LocalIndex
from service.answering.marking import marks

TALK = (
    "In 1898 the guild had 12 boats. The harbour was dredged on 3 May 1902 and cost £1,200.50 in all. "
    "Some twenty-five men worked on it, 40 per cent of them from the island."
)


def marked(question, text=TALK):
    return [text[span.start_char : span.end_char] for span in marks(question, text)]


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("When was the harbour dredged?", ["3 May 1902"]),
        ("How much did the harbour cost?", ["£1,200.50"]),
        ("How many men worked on it?", ["twenty-five", "40 per cent"]),
        ("How many boats had the guild?", ["12"]),
        ("In which year had the guild 12 boats?", ["1898"]),
        ("Who dredged the harbour?", []),
    ],
)
def test_what_is_asked_for_is_marked_in_the_sentence_that_says_most_of_it(question, given):
    assert marked(question) == given


def test_what_the_question_names_itself_is_no_answer():
    assert marked("When after 1898 was the harbour dredged?", "After 1898, in 1902, it was dredged.") == [
        "1902"
    ]


@pytest.fixture
def answer(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add([make_source("log.md", f"# Log[3] of the harbour\n\nIt is said[3] so. {TALK}")])
        yield dossier_over(index).ask("When was the harbour dredged?")


def test_the_parts_of_a_quote_are_its_words_as_they_are_shown(answer):
    for quote in answer.quotes:
        assert "".join(part for part, _ in quote.parts) == quote.shown
    assert [part for quote in answer.quotes for part, is_marked in quote.parts if is_marked] == ["3 May 1902"]
