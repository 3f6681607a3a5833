"""Whether two texts say the very same words, over made-up pairs of many kinds."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from embeddings.ranking.repeating import repeats, standing
from embeddings.ranking.wording import read_words

LINES = (Path(__file__).parent / "repeated_words.jsonl").read_text("utf-8").splitlines()
PAIRS = [json.loads(line) for line in LINES]


def say_the_same(one, other):
    words = read_words(one), read_words(other)
    return repeats(*words) or repeats(*words[::-1])


@pytest.mark.parametrize("pair", PAIRS, ids=[f"{n}-{pair['kind']}" for n, pair in enumerate(PAIRS)])
def test_what_differs_in_form_alone_is_the_same_and_nothing_else(pair):
    assert say_the_same(pair["one"], pair["other"]) is pair["same"]
    assert say_the_same(pair["other"], pair["one"]) is pair["same"]


def test_the_pairs_are_of_both_sorts_and_many_kinds():
    assert len(PAIRS) >= 60
    assert sum(pair["same"] for pair in PAIRS) >= 20
    assert len({pair["kind"] for pair in PAIRS}) >= 9


PLAIN = (
    "the mill by the old bridge was sold to a widow who let it stand empty through the long winter".split()
)
sentences = st.permutations(PLAIN).map(lambda words: words[:14])
numbers = st.integers(2, 9999)


@given(sentences, st.integers(0, 14), numbers, numbers)
def test_texts_that_differ_in_one_number_are_never_the_same(words, position, number, other):
    one, two = ([*words[:position], str(value), *words[position:]] for value in (number, other))
    assert say_the_same(" ".join(one), " ".join(two)) is (number == other)


@given(sentences, st.integers(0, 13), st.sampled_from(["not", "never", "Odessa", "12", "without", "sheep"]))
def test_a_word_more_within_a_text_makes_it_another(words, position, more):
    longer = [*words[: position + 1], more, *words[position + 1 :]]
    assert say_the_same(" ".join(words), " ".join(longer)) is (position == len(words) - 1)


GAPS = [" ", "\n", "\n\n", ", ", " – ", "; ", "\u00a0"]


@given(sentences, st.lists(st.sampled_from(GAPS), min_size=14, max_size=14))
def test_white_space_case_and_punctuation_do_not_count(words, between):
    loose = "".join(word.upper() + gap for word, gap in zip(words, between, strict=True))
    found = standing(read_words(loose), read_words(" ".join(words)))
    assert found.is_whole


@given(sentences, st.integers(0, 6), st.integers(0, 6))
@example("sold mill by the old bridge the the to a widow who let it".split(), 6, 4)
def test_a_part_stands_whole_in_what_it_is_cut_from(words, head, tail):
    part = words[head : len(words) - tail]
    assert len(part) < 2 or standing(read_words(" ".join(part)), read_words(" ".join(words))).is_whole


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared(one, other):
    assert standing(read_words(one), read_words(other)).relation in ("same", "different", "unrelated")


@given(st.text(min_size=1, max_size=60))
def test_a_text_stands_whole_in_itself(text):
    words = read_words(text)
    assert not words or standing(words, words).is_whole
