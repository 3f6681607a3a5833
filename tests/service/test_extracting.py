from contextlib import contextmanager

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source

from chunker.documents import Span
from embeddings.local_index import LocalIndex
from embeddings.ranking.retriever import RetrievalSettings, Retriever
from service.answering.extracting import ExtractionSettings, Sentence, extract, read_sentences


def sentence(text, score, *, rank=1, start=0):
    """Sentences follow each other where their starts do: ``start`` serves as the number too."""
    return Sentence(rank=rank, number=start, span=Span(start, start + len(text)), text=text, score=score)


def chosen(sentences, **settings):
    return [one.text for one in extract(sentences, ExtractionSettings(**settings))]


def test_the_best_sentence_is_always_taken_however_long():
    assert chosen([sentence("a b c d", 1.0)], max_words=2) == ["a b c d"]


def test_sentences_come_in_reading_order_not_in_that_of_their_worth():
    first, later, second = (f"What comes {place} is said in these words." for place in ("1st", "2nd", "3rd"))
    found = [sentence(second, 1.0, rank=2), sentence(later, 0.95, start=50), sentence(first, 0.9)]
    assert chosen(found) == [first, later, second]


def test_a_sentence_worth_much_less_than_the_best_is_left_out():
    found = [sentence("good", 1.0), sentence("a poor one of more than a few words", 0.5, start=9)]
    assert chosen(found, least_share=0.8) == ["good"]
    assert len(chosen(found, least_share=0.4)) == 2


def test_a_few_words_do_not_stand_beside_the_best_sentence():
    found = [sentence("The harbour was closed by the envoy.", 1.0), sentence("Very pleased.", 0.99, start=50)]
    assert chosen(found) == ["The harbour was closed by the envoy."]


SAME = "The same is said again in these words."


def test_words_that_stand_twice_are_said_once():
    assert chosen([sentence(SAME, 1.0), sentence(SAME, 1.0, start=60)]) == [SAME]


def test_an_answer_stays_within_its_words_and_sentences():
    found = [sentence(f"word{n} and five more of them", 1.0, start=n * 40) for n in range(6)]
    assert len(chosen(found, max_words=13)) == 2
    assert len(chosen(found, max_sentences=3)) == 3


def test_no_sentences_give_no_answer():
    assert chosen([]) == []


def test_a_sentence_that_leans_on_the_one_before_brings_it_along():
    found = [sentence("He refused it.", 1.0, start=1), sentence("Cripps spoke to Molotov.", 0.1, start=0)]
    assert chosen(found) == ["Cripps spoke to Molotov.", "He refused it."]


def test_a_sentence_that_stands_by_itself_brings_nothing_along():
    found = [sentence("Molotov refused it.", 1.0, start=1), sentence("Cripps spoke.", 0.1, start=0)]
    assert chosen(found) == ["Molotov refused it."]


def test_what_is_brought_along_keeps_to_the_words_allowed_and_to_the_same_passage():
    before = sentence("Cripps spoke to Molotov.", 0.1, start=0)
    found = [sentence("He refused it.", 1.0, start=1), before]
    assert chosen(found, max_words=6) == ["He refused it."]
    assert chosen([sentence("He refused it.", 1.0, start=1, rank=2), before]) == ["He refused it."]


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
        read_sentences(question, retrieved(question), ExtractionSettings())
        for question in ("How many prisoners?", "Which prisoners?")
    )
    assert worth(asked, "The envoy asked") == pytest.approx(worth(plain, "The envoy asked"))
    assert worth(asked, "The camps held") > worth(plain, "The camps held")
    assert {one.gives for one in asked if one.text.startswith("The camps held")} == {True}
    assert {one.gives for one in plain} == {None}


def test_a_fragment_is_worth_less_than_a_sentence(retrieved):
    found = read_sentences("Which harbour?", retrieved("Which harbour?"), ExtractionSettings())
    assert worth(found, "In the commissariat") < worth(found, "They were held")


def test_a_question_is_worth_less_than_a_statement_of_the_same_words(tmp_path):
    with asking(tmp_path, "Was the harbour closed? The harbour was closed.") as retrieve:
        found = read_sentences("Which harbour?", retrieve("Which harbour?"), ExtractionSettings())
    assert worth(found, "Was the harbour") < worth(found, "The harbour was")
