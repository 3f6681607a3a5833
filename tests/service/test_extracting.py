from contextlib import contextmanager
from dataclasses import replace

import pytest
from encoders import WordHashEncoder
from hypothesis import given
from hypothesis import strategies as st
from index_support import CHUNKING, make_source

from chunker.documents import Span
from embeddings.local_index import LocalIndex
from embeddings.ranking.retriever import RetrievalSettings, Retriever
from service.answering.extracting import ExtractionSettings, Sentence, extract, read_sentences


def sentence(text, score, *, rank=1, start=0):
    """Sentences follow each other where their starts do: ``start`` serves as the number too."""
    return Sentence(rank=rank, number=start, span=Span(start, start + len(text)), text=text, score=score)


def windows(sentences, **settings):
    found = extract(sorted(sentences, key=lambda one: -one.score), ExtractionSettings(**settings))
    return [[one.text for one in window.sentences] for window in found]


def three(*scores):
    return [sentence(f"Paper number {n} says this much.", score, start=n) for n, score in enumerate(scores)]


def test_the_best_sentence_is_always_taken_however_long():
    assert windows([sentence("a b c d", 1.0)], lead_words=2, max_words=2) == [["a b c d"]]


def test_no_sentences_give_no_answer():
    assert windows([]) == []


def test_the_lead_is_the_best_sentence_with_its_neighbours_in_reading_order():
    told = [
        sentence(f"Paper number {n} says this much.", score, start=n)
        for n, score in enumerate((0.2, 1.0, 0.3))
    ]
    assert windows(told) == [[one.text for one in told]]


def test_the_lead_grows_to_the_better_side_first_and_keeps_to_its_words():
    told = [
        sentence(f"Paper number {n} says this much.", score, start=n)
        for n, score in enumerate((0.2, 1.0, 0.3))
    ]
    assert windows(told, lead_words=12, max_words=12, max_windows=1) == [[told[1].text, told[2].text]]


def test_what_a_sentence_leans_on_comes_before_anything_else():
    told = [
        sentence("Cripps spoke to Molotov of oil.", 0.1, start=0),
        sentence("He refused it at once.", 1.0, start=1),
        sentence("The talk ended with tea.", 0.9, start=2),
    ]
    assert windows(told, lead_words=11, max_words=11) == [[told[0].text, told[1].text]]


def test_a_window_stays_in_its_passage():
    told = [sentence("Cripps spoke to Molotov.", 0.1, start=0), sentence("He refused.", 1.0, start=1, rank=2)]
    assert windows(told, least_share=0.5) == [["He refused."]]


def test_further_windows_come_from_what_is_worth_nearly_as_much():
    told = [
        sentence("The harbour was closed by the envoy.", 1.0),
        sentence("The harbour was closed by the French.", 0.9, rank=2),
        sentence("The customs were closed for a day.", 0.5, rank=3),
        sentence("Very pleased.", 0.99, rank=4),
    ]
    assert windows(told, least_share=0.8) == [[told[0].text], [told[1].text]]
    assert windows(told, least_share=0.4) == [[told[0].text], [told[1].text], [told[2].text]]


def test_what_a_sentence_leads_on_to_comes_before_anything_else():
    told = [
        sentence("The talk began with tea and cake.", 0.9, start=0),
        sentence("The envoy named terms as follows:", 1.0, start=1),
        sentence("First, a loan in gold.", 0.1, start=2),
    ]
    assert windows(told, lead_words=12, max_words=12) == [[told[1].text, told[2].text]]


@pytest.mark.parametrize(
    "torn", ["Annual report, page two", "* Published in part.", "The minister then said:"]
)
def test_no_window_begins_or_ends_with_what_states_nothing(torn):
    said = sentence("The harbour was closed by the envoy.", 1.0, start=1)
    assert windows([said, sentence(torn, 0.5, start=2)]) == [[said.text]]
    if not torn.endswith(":"):
        assert windows([sentence(torn, 0.5, start=0), said]) == [[said.text]]


def test_windows_that_touch_are_one_in_reading_order():
    told = [
        sentence(f"Paper number {n} says this much.", score, start=n)
        for n, score in enumerate((0.9, 0.95, 1.0, 0.98))
    ]
    assert windows(told, lead_words=12, further_words=6) == [[one.text for one in told]]


def test_words_that_stand_twice_begin_one_window():
    same = "The same is said again in these words."
    assert windows([sentence(same, 1.0), sentence(same, 1.0, rank=2)]) == [[same]]


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 6), st.integers(1, 60), st.floats(0.1, 1.0)),
        unique_by=lambda one: one[:2],
        max_size=16,
    )
)
def test_windows_are_runs_without_a_gap_that_share_nothing_and_keep_to_the_limits(drawn):
    settings = ExtractionSettings()
    told = [
        sentence(" ".join([f"w{rank}.{number}"] * words), score, rank=rank, start=number)
        for rank, number, words, score in drawn
    ]
    found = extract(sorted(told, key=lambda one: -one.score), settings)
    taken = [(one.rank, one.number) for window in found for one in window.sentences]
    assert len(taken) == len(set(taken))
    assert len(found) <= settings.max_windows
    for window in found:
        numbers = [one.number for one in window.sentences]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert {one.rank for one in window.sentences} == {window.rank}
    assert sum(window.words for window in found) <= settings.max_words
    assert bool(found) == bool(told)


PASSAGE = (
    "The envoy asked for the prisoners. They were held in camps near the city. In the commissariat of\n\n"
    "The camps held 300 prisoners of war."
)


@contextmanager
def asking(folder, text):
    encoder = WordHashEncoder()
    with LocalIndex.open(folder, encoder=encoder, chunking=CHUNKING) as index:
        index.add([make_source("note.md", f"# Note\n\nMay 9, 1921\n\n{text}")])
        retriever = Retriever(index, encoder, RetrievalSettings(number_weight=0))
        yield lambda question: retriever.retrieve(question, top_k=3, matched=3)


@pytest.fixture
def retrieved(tmp_path):
    with asking(tmp_path, PASSAGE) as retrieve:
        yield retrieve


def worth(found, beginning):
    return next(one.score for one in found if one.text.startswith(beginning))


def test_a_sentence_gains_by_holding_what_kind_of_thing_is_asked_for(retrieved):
    asked, plain = (
        read_sentences(question, retrieved(question), ExtractionSettings(), passages=3)
        for question in ("How many prisoners?", "Which prisoners?")
    )
    assert worth(asked, "The envoy asked") == pytest.approx(worth(plain, "The envoy asked"))
    assert worth(asked, "The camps held") > worth(plain, "The camps held")
    assert {one.gives for one in asked if one.text.startswith("The camps held")} == {True}
    assert {one.gives for one in plain} == {None}


def test_a_fragment_is_worth_less_than_a_sentence(retrieved):
    found = read_sentences("Which harbour?", retrieved("Which harbour?"), ExtractionSettings(), passages=3)
    assert worth(found, "In the commissariat") < worth(found, "They were held")


def test_a_question_is_worth_less_than_a_statement_of_the_same_words(tmp_path):
    with asking(tmp_path, "Was the harbour closed? The harbour was closed.") as retrieve:
        found = read_sentences("Which harbour?", retrieve("Which harbour?"), ExtractionSettings(), passages=3)
    assert worth(found, "Was the harbour") < worth(found, "The harbour was")


def test_a_title_behind_its_label_is_no_answer_and_no_quote_goes_over_a_ruled_line(tmp_path):
    form = "Title: Why the mill stands still\nMaker: Anna Holm of Vestoe\nState: sold in the autumn\n"
    text = f"{form}------\nThe mill stands still as its wheel is broken.\n======\nThe ferry goes as before."
    encoder, question = WordHashEncoder(), "Why does the mill stand still?"
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING) as index:
        index.add([make_source("mill.txt", text, title="Why the mill stands still")])
        retrieval = Retriever(index, encoder, RetrievalSettings()).retrieve(question, top_k=3, matched=3)
        found = read_sentences(question, retrieval, ExtractionSettings(), passages=3)
    texts = [one.text for one in found]
    assert "Maker: Anna Holm of Vestoe" in texts
    assert not any(one.startswith("Title") for one in texts)
    [window] = extract(found, ExtractionSettings(max_windows=1))
    assert [one.text for one in window.sentences] == ["The mill stands still as its wheel is broken."]


@pytest.mark.parametrize("title", ["The mill was sold for 300 crowns.", "the mill was sold for 300 crowns"])
def test_a_letter_of_one_line_is_quoted_though_the_line_serves_as_its_title(tmp_path, title):
    encoder = WordHashEncoder()
    with LocalIndex.open(tmp_path, encoder=encoder, chunking=CHUNKING) as index:
        index.add([make_source("mill.txt", title)])
        retrieval = Retriever(index, encoder, RetrievalSettings()).retrieve(
            "How was the mill sold?", top_k=3, matched=3
        )
        found = read_sentences("How was the mill sold?", retrieval, ExtractionSettings(), passages=3)
    assert [one.text for one in found] == [title]


def test_a_title_above_other_words_is_no_sentence_unless_it_says_something(tmp_path):
    with asking(tmp_path, "The envoy closed the harbour.") as retrieve:
        retrieval = retrieve("What does the note say?")
        found = read_sentences("What does the note say?", retrieval, ExtractionSettings(), passages=3)
    assert [one.text for one in found] == ["The envoy closed the harbour."]


def rivals(first, second, *, asked=("well", "dug"), also=("well", "dug")):
    told = [
        replace(sentence(first, 1.0), asked=frozenset(asked)),
        replace(sentence(second, 0.1, rank=2), asked=frozenset(also)),
    ]
    return [text for window in windows(told) for text in window]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("In 1912 the guild dug a second well.", "In 1911 the guild dug a second well."),
        ("The well was dug by Anders Holm for the guild.", "The well was dug by Peder Lund for the guild."),
        ("The new well is 40 m deep.", "The new well is forty metres, 44 m deep."),
        ("On 3 May Holm sold the well for 90 crowns.", "On 4 May Holm sold the well for 95 crowns."),
        ("The guild dug its well in March 1912.", "The guild had dug its well in June 1912."),
    ],
)
def test_what_contradicts_the_best_words_is_shown_beside_them(first, second):
    assert rivals(first, second) == [first, second]


def test_the_same_words_of_what_was_not_asked_for_contradict_nothing():
    first, second = (
        "The guild appoints Holm with a salary of 90.",
        "The guild appoints Lund with a salary of 80.",
    )
    assert rivals(first, second) == [first, second]
    assert rivals(first, second, asked=("holm", "salary"), also=("salary",)) == [first]


@pytest.mark.parametrize(
    "second",
    [
        "In 1912 the guild had dug a second well!",
        "The guild dug a second well.",
        "In 1911 it sold boats to a miller.",
    ],
)
def test_what_says_nothing_else_of_the_same_is_no_contradiction(second):
    assert rivals("In 1912 the guild dug a second well.", second) == ["In 1912 the guild dug a second well."]
