from chunker.metadata.dates import read_dates
from embeddings.ranking.cues import date_agreement, number_agreement, wants_numbers

DATES = {1: ("1939-05-02", "1939-05-02"), 2: ("1940-01-01", "1940-12-31"), 3: None}


def agreement(question, dates):
    return date_agreement(read_dates(question), dates)


def test_papers_of_the_question_s_time_agree_and_undated_ones_half():
    assert agreement("What was said in May 1939?", DATES) == {1: 1.0, 2: 0.0, 3: 0.5}
    assert agreement("What was said between April 1939 and March 1940?", DATES) == {
        1: 1.0,
        2: 1.0,
        3: 0.5,
    }


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
