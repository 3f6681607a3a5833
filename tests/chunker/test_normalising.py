import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.text.normalising import fold, level, tidy

marked_up = st.text(alphabet="ab Z.9*_#\\<sup>/\n\r\t\f-‐ʹ“”é\u00ad\u00a0", max_size=80) | st.text(
    max_size=60
)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("## **Article  \nV** of", "Article V of"),
        ("the Montreux convention<sup>95</sup> and", "the Montreux convention⁹⁵ and"),
        ("last year's agreement \\*, but", "last year's agreement *, but"),
        ("a *stressed* word, 2 * 3 * 4", "a stressed word, 2 * 3 * 4"),
        ("diplo-\nmatic relations", "diplomatic relations"),
        ("the three-hour\ntalk", "the three-hour talk"),
        ("cut by a page\n\n\n\nand going on", "cut by a page and going on"),
        ("one ends.\n\nAnother begins", "one ends.\n\nAnother begins"),
        ("agreed:\n1. peace\n2. trade", "agreed:\n1. peace\n2. trade"),
        ("snake_case __init__ stays", "snake_case init stays"),
    ],
)
def test_tidy_shows_what_a_reader_should_see(source, shown):
    assert tidy(source).text == shown


def test_fold_makes_the_web_page_and_the_book_the_same_words():
    book = "**Hitler** said he was reaffirming last year's agreement on a post-war\nconvention<sup>95</sup>."
    page = "Hitler said he was reaffirming last yearʹs agreement on a post‐war convention."
    assert fold(book).text == fold(page).text


def test_a_span_of_the_tidy_text_leads_back_to_the_very_words_of_the_source():
    source = "## **The  Straits**\n\nare <sup>1</sup>closed"
    tidied = tidy(source)
    start = tidied.text.index("Straits")
    span = tidied.original_span(start, start + len("Straits"))
    assert source[span.start_char : span.end_char] == "Straits"
    derived = tidied.derived_span(span.start_char, span.end_char)
    assert tidied.text[derived.start_char : derived.end_char] == "Straits"


@given(marked_up)
def test_offsets_ascend_and_stay_inside_the_source(source):
    for aligned in (tidy(source), fold(source)):
        offsets = list(aligned.offsets)
        assert len(offsets) == len(aligned.text)
        assert offsets == sorted(offsets)
        assert all(0 <= offset < len(source) for offset in offsets)


@given(marked_up)
def test_copied_characters_are_the_characters_at_their_offsets(source):
    tidied = tidy(source)
    for character, offset in zip(tidied.text, tidied.offsets, strict=True):
        assert character == source[offset] or not character.isalpha()


@given(marked_up)
def test_no_letter_is_lost_by_tidying_plain_text(source):
    plain = source.replace("<", "").replace("\\", "")
    assert [c for c in tidy(plain).text if c.isalpha()] == [c for c in plain if c.isalpha()]


@given(marked_up)
def test_letters_written_apart_and_put_together_fold_alike(source):
    plain = source.replace("<", "").replace("\\", "")
    composed, apart = (unicodedata.normalize(form, plain) for form in ("NFC", "NFD"))
    assert level(composed) == level(apart)


@given(marked_up)
def test_what_is_folded_stays_as_it_is(source):
    assert level(level(source)) == level(source)


@given(marked_up)
def test_folded_letters_have_neither_case_nor_accents(source):
    for character in fold(source).text:
        assert character == character.lower() or not character.isascii()
        assert not 0x300 <= ord(character) <= 0x36F


@given(st.text(alphabet="łøđðæœþßŋı ab\u0301\u00ad\u200b‑ﬁＡ", max_size=60))
def test_a_folded_word_leads_back_to_the_letters_it_was_made_from(source):
    folded = fold(source)
    for match in re.finditer(r"\w+", folded.text):
        span = folded.original_span(match.start(), match.end())
        assert fold(source[span.start_char : span.end_char]).text == match[0]
