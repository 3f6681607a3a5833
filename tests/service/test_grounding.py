"""Holding a language model to its passages: whatever it writes, what is kept is cited and stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ranked_passages import ranked

from service.answer import plain_text
from service.answering.quoting import is_verified
from service.language_model.grounding import ground, keeps_to

TEXTS = (
    "Aras said in Ankara that Turkey wanted *12 ships* and asked for an answer at once. He was tired.",
    "Litvinov replied that the Soviet Union would deliver two ships, not twelve, before the winter.",
)
PASSAGES = [ranked(rank, text) for rank, text in enumerate(TEXTS, start=1)]


def kept(reply):
    sentences, _ = ground(reply, PASSAGES, question="What did Turkey want?")
    return plain_text(sentences)


@pytest.mark.parametrize(
    "reply",
    [
        "Turkey wanted 12 ships. [1]",
        "On 1 June 1937 Aras said that Turkey wanted ships. [1]",
        "Litvinoff replied that it would deliver two ships. [2]",
        "Aras “asked for an answer”. [1]",
        "Aras said Turkey “wanted 12 ships”. [1]",
    ],
)
def test_what_the_cited_passage_says_is_kept(reply):
    assert kept(reply) == reply


@pytest.mark.parametrize(
    "reply",
    [
        "Turkey wanted 120 ships. [1]",
        "Turkey wanted 12 ships in 1938. [1]",
        "Greece wanted 12 ships. [1] Aras liked Greece.",
        "The Soviet Union would deliver two ships. [1]",
        "Aras “wanted peace and nothing else”. [1]",
        "Turkey wanted 12 ships. [3]",
        "Turkey wanted 12 ships.",
        "He liked poetry, music, horses and gardens. [1]",
        "www.ships.example Turkey wanted ships [1]",
        "[1]",
        "…",
        "",
    ],
)
def test_what_it_does_not_say_is_left_out(reply):
    assert "[" not in kept(reply)


def test_a_sentence_may_rest_on_several_passages():
    assert kept("Turkey wanted 12 ships, the Soviet Union two [1][2].") == (
        "Turkey wanted 12 ships, the Soviet Union two. [1][2]"
    )


def test_quotations_know_where_they_stand_behind_markup():
    [sentence], _ = ground("He said “Turkey wanted 12 ships” [1].", PASSAGES, question="")

    [quote] = sentence.quotes
    span = quote.citation.span
    assert (quote.text, quote.match) == ("Turkey wanted 12 ships", "normalised")
    assert TEXTS[0][span.start_char : span.end_char] == "Turkey wanted *12 ships"


pieces = st.sampled_from(
    [
        "Aras",
        "Turkey",
        "wanted",
        "12",
        "ships",
        "[1]",
        "[2]",
        "[7]",
        "[1, 2]",
        ".",
        "“",
        "”",
        "\n",
        "- ",
        "of Zog",
    ]
)
replies = st.lists(pieces, max_size=25).map(" ".join) | st.text(max_size=60)


@given(replies)
def test_whatever_is_kept_cites_passages_there_are_and_quotes_what_stands(reply):
    sentences, _ = ground(reply, PASSAGES, question="What did Turkey want?")

    assert "Zog" not in plain_text(sentences)
    for sentence in sentences:
        assert {citation.number for citation in sentence.citations} <= {1, 2}
        assert sentence.citations
        for quote in sentence.quotes:
            text = TEXTS[quote.citation.number - 1]
            assert is_verified(quote.text, quote.citation.span, text, quote.match)


def test_a_rewording_keeps_to_the_names_and_numbers_it_was_given():
    asked = ["What did Aras want in 1937?", "And what did he get?"]

    assert keeps_to("What did Aras get in 1937?", asked)
    assert not keeps_to("What did Litvinov give Aras?", asked)
    assert not keeps_to("What did Aras get in 1938?", asked)
