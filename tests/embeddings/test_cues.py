import pytest

from chunker.metadata.asked_times import read_asked_times
from embeddings.ranking.cues import date_agreement, dated_share, number_agreement, wants_numbers

DATES = {1: ("1939-05-02", "1939-05-02"), 2: ("1940-01-01", "1940-12-31"), 3: None}


def agreement(question, dates):
    return date_agreement(read_asked_times(question), dates)


def test_papers_of_the_question_s_time_agree_and_undated_ones_half():
    assert agreement("What was said in May 1939?", DATES) == {1: 1.0, 2: 0.0, 3: 0.5}
    assert agreement("What was said between April 1939 and March 1940?", DATES) == {
        1: 1.0,
        2: 1.0,
        3: 0.5,
    }


def test_papers_on_the_asked_side_of_a_date_agree_alike():
    assert agreement("What was said before 1940?", DATES) == {1: 1.0, 2: 0.0, 3: 0.5}
    assert agreement("What was said after 1939?", DATES) == {1: 0.0, 2: 1.0, 3: 0.5}
    assert agreement("What was said since 1939?", DATES) == {1: 1.0, 2: 1.0, 3: 0.5}
    assert agreement("What was said in the 1930s?", DATES) == {1: 1.0, 2: 0.0, 3: 0.5}


def test_papers_beside_what_vague_words_mean_agree_less():
    early, late = ("1939-02-01", "1939-02-01"), ("1939-11-01", "1939-11-01")
    assert agreement("What was said in late 1939?", {1: early, 2: late, 3: None}) == {1: 0.75, 2: 1.0, 3: 0.5}


def test_where_few_papers_are_dated_a_date_tells_little():
    assert dated_share(DATES) == pytest.approx(2 / 3)
    assert dated_share({1: None}) == 0.0
    assert dated_share({}) == 0.0


def test_a_date_that_no_paper_has_says_nothing():
    assert agreement("What was said in 1812?", DATES) == {}
    assert agreement("What was said?", DATES) == {}
    assert agreement("What was said in 1939?", {3: None}) == {}


def test_numbers_agree_unless_the_question_names_them():
    question = "How many rifles came in 1939?"
    assert wants_numbers(question)
    assert not wants_numbers("Who sent rifles in 1939?")
    texts = {1: "in 1939 rifles came", 2: "40 rifles came in 1939", 3: "forty rifles and 2 guns and 7 carts"}
    assert number_agreement(question, texts) == {1: 0.0, 2: 0.5, 3: 1.0}
