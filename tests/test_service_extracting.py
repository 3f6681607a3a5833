from chunker.documents import Span
from service.extracting import ExtractionSettings, Sentence, extract


def sentence(text, score, *, rank=1, start=0):
    return Sentence(rank=rank, span=Span(start, start + len(text)), text=text, score=score)


def chosen(sentences, **settings):
    return [one.text for one in extract(sentences, ExtractionSettings(**settings))]


def test_the_best_sentence_is_always_taken_however_long():
    assert chosen([sentence("a b c d", 1.0)], max_words=2) == ["a b c d"]


def test_sentences_come_in_reading_order_not_in_that_of_their_worth():
    found = [sentence("second", 1.0, rank=2), sentence("later", 0.95, start=50), sentence("first", 0.9)]
    assert chosen(found) == ["first", "later", "second"]


def test_a_sentence_worth_much_less_than_the_best_is_left_out():
    assert chosen([sentence("good", 1.0), sentence("poor", 0.5, start=9)], least_share=0.8) == ["good"]


def test_words_that_stand_twice_are_said_once():
    assert chosen([sentence("the same", 1.0), sentence("the same", 1.0, start=20)]) == ["the same"]


def test_an_answer_stays_within_its_words_and_sentences():
    found = [sentence(f"word{n} and more", 1.0, start=n * 20) for n in range(6)]
    assert len(chosen(found, max_words=7)) == 2
    assert len(chosen(found, max_sentences=3)) == 3


def test_no_sentences_give_no_answer():
    assert chosen([]) == []
