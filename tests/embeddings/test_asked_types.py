import pytest

from embeddings.ranking.asked_types import asked_types, gives


@pytest.mark.parametrize(
    ("question", "types"),
    [
        ("How many rubles were sent?", {"number"}),
        ("By what percentage was the lira devalued?", {"number"}),
        ("When was the treaty signed?", {"date"}),
        ("On what date did they meet?", {"date"}),
        ("In which year and at what price was it sold?", {"date", "number"}),
        ("What did he say when he heard of it?", set()),
        ("Why did Turkey refuse?", set()),
        ("", set()),
    ],
)
def test_a_question_s_words_tell_what_kind_of_thing_it_asks_for(question, types):
    assert asked_types(question) == types


@pytest.mark.parametrize(
    ("question", "text", "is_given"),
    [
        ("How many tanks were sent?", "They sent 40 tanks.", True),
        ("How many tanks were sent?", "They sent forty tanks.", True),
        ("How many tanks were sent?", "They sent tanks.", False),
        ("How many tanks were sent in 1941?", "In 1941 they sent tanks.", False),
        ("How many of the 12 envoys came?", "Of the 12 envoys some came.", False),
        ("How many tanks were sent?", "They were sent in 1941.", False),
        ("When was it signed?", "It was signed on March 16, 1921.", True),
        ("When was it signed?", "It was signed in 1921.", True),
        ("When was it signed?", "It was signed by 12 delegates.", False),
        ("When in March 1921 was it signed?", "It was signed in March 1921.", False),
        ("When in March 1921 was it signed?", "It was signed on March 16, 1921.", True),
    ],
)
def test_a_number_or_a_date_counts_unless_the_question_names_it_itself(question, text, is_given):
    assert gives(asked_types(question), text, question) is is_given


def test_a_text_must_give_every_kind_that_is_asked_for():
    question = "When and for how much was it sold?"
    assert asked_types(question) == {"number", "date"}
    assert not gives(asked_types(question), "It was sold in May.", question)
    assert gives(asked_types(question), "It was sold in May for 30 lira.", question)
