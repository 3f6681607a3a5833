from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.text.sentences import sentence_spans


def sentences(text):
    return [text[span.start_char : span.end_char] for span in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "He met A.V. Terentyev in Ankara.",
        "The ambassador m. M. Litvinov agreed.",
        "AVP RF, f. 059, on. 1, p. 338, d. 2314, l. 5-6.",
        "See no. 598 of vol. 3, pp. 12-14.",
        "Mr. Eden and Dr. Aras left at 5 p.m. on Monday.",
        "1. The contracting parties agree.",
        "He said (cf. the note of 14 Nov. 1940) that it was so.",
        "It was... unclear to him.",
    ],
)
def test_initials_abbreviations_and_references_do_not_end_a_sentence(sentence):
    assert sentences(f"{sentence} Another one follows.") == [sentence, "Another one follows."]


def test_no_is_an_abbreviation_only_before_a_number():
    assert sentences("The answer was no. He left.") == ["The answer was no.", "He left."]


def test_closing_quotes_and_note_marks_belong_to_the_sentence_they_end():
    assert sentences('"We agree."<sup>4</sup> "And you?" He nodded.') == [
        '"We agree."<sup>4</sup>',
        '"And you?"',
        "He nodded.",
    ]


def test_a_blank_line_ends_a_sentence_without_a_full_stop():
    assert sentences("TOP SECRET\n\nStalin. Today we met.") == ["TOP SECRET", "Stalin.", "Today we met."]


def test_a_sentence_that_a_page_break_cut_goes_on_after_the_gap():
    text = "He decided to kill the commissioners\n\n\n\ntaken away from Baku. A report followed."
    assert sentences(text) == [
        "He decided to kill the commissioners\n\n\n\ntaken away from Baku.",
        "A report followed.",
    ]


@given(st.text(alphabet="aB .!?\n\"'*0", max_size=120) | st.text(max_size=80))
def test_sentences_ascend_and_hold_every_visible_character(text):
    spans = list(sentence_spans(text))
    covered = "".join(text[span.start_char : span.end_char] for span in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(before.end_char <= after.start_char for before, after in pairwise(spans))
