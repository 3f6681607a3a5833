import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chunker.documents import Span
from chunker.text.normalising import tidy
from service.answering.quoting import is_verified, locate

SOURCE = 'He said: "**Turkey** will stay\nneutral<sup>3</sup>", and left. Later Turkey joined.'
EVERYWHERE = Span(0, len(SOURCE))


def test_words_that_stand_in_the_source_are_found_to_the_character():
    found = locate("Later Turkey joined.", SOURCE, EVERYWHERE)
    assert found.match == "exact"
    assert SOURCE[found.span.start_char : found.span.end_char] == "Later Turkey joined."


def test_words_that_differ_in_form_only_are_found_as_normalised():
    found = locate("“Turkey will stay neutral”", SOURCE, EVERYWHERE)
    assert found.match == "normalised"
    assert SOURCE[found.span.start_char : found.span.end_char] == "Turkey** will stay\nneutral"


@pytest.mark.parametrize(
    "quote", ["Turkey will not stay neutral", "urkey will stay", "Turkey will stay neut", "", "“”", "…"]
)
def test_words_that_do_not_stand_there_are_no_quote(quote):
    assert locate(quote, SOURCE, EVERYWHERE) is None


def test_words_outside_the_passage_are_no_quote():
    assert locate("Later Turkey joined.", SOURCE, Span(0, 30)) is None


def test_a_claim_of_exactness_is_checked_to_the_character():
    span = Span(SOURCE.index("Later"), len(SOURCE))
    assert is_verified("Later Turkey joined.", span, SOURCE, "exact")
    assert not is_verified("later Turkey joined.", span, SOURCE, "exact")
    assert is_verified("later  Turkey joined.", span, SOURCE, "normalised")
    assert not is_verified("Later Turkey left.", span, SOURCE, "normalised")


@given(st.text(alphabet="ab Z.*_\n<sup>1</sup>é", max_size=80))
def test_a_source_as_it_is_shown_is_always_found_in_it_and_verified(source):
    shown = tidy(source).text
    assume(any(character.isalnum() for character in shown))
    found = locate(shown, source, Span(0, len(source)))
    assert found is not None
    assert is_verified(shown.strip('"'), found.span, source, found.match)
