from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.documents import Span
from chunker.text.splitting import PassageLimits, _cost_of_cut, _grouped, _Unit, paragraph_spans, split
from chunker.text.tokens import TokenLimit, token_counter

BOUNDARIES = st.sampled_from(["heading", "paragraph", "item", "sentence", "clause", "word"])


def words(text):
    return len(text.split())


def characters(text):
    return len(text)


def limits(max_words, max_characters=10_000):
    return PassageLimits(TokenLimit(words, max_words), TokenLimit(characters, max_characters))


def passages(text, max_words, max_characters=10_000):
    spans = split(text, Span(0, len(text)), limits(max_words, max_characters))
    return [text[span.start_char : span.end_char] for span in spans]


def test_what_fits_stays_whole():
    assert passages("One short paragraph.\n\nAnd another.", 20) == ["One short paragraph.\n\nAnd another."]


def test_a_paragraph_boundary_is_preferred_to_a_sentence_boundary():
    text = "A a a a. B b b b.\n\nC c c c. D d d d."
    assert passages(text, 9) == ["A a a a. B b b b.", "C c c c. D d d d."]


def test_a_sentence_boundary_is_preferred_to_a_word_boundary():
    text = "One two three four five six. Seven eight nine ten eleven twelve."
    assert passages(text, 8) == ["One two three four five six.", "Seven eight nine ten eleven twelve."]


def test_a_heading_stays_with_the_text_below_it():
    text = "Alpha beta gamma delta epsilon zeta eta.\n\n**Article II.**\n\nTheta iota kappa lambda mu nu xi."
    assert passages(text, 10) == [
        "Alpha beta gamma delta epsilon zeta eta.",
        "**Article II.**\n\nTheta iota kappa lambda mu nu xi.",
    ]


def test_a_paragraph_that_a_page_break_cut_in_two_is_one_paragraph():
    text = "It was agreed that the\n\n\n\nstraits stay closed.\n\nNext."
    spans = paragraph_spans(text, Span(0, len(text)))
    assert [text[s.start_char : s.end_char] for s in spans] == [
        "It was agreed that the\n\n\n\nstraits stay closed.",
        "Next.",
    ]


def test_a_word_longer_than_a_passage_is_cut_inside():
    assert passages("x" * 100, 5, max_characters=30) == ["x" * 25] * 4


@pytest.mark.parametrize("text", ["", "   \n\n \t"])
def test_nothing_to_read_gives_no_passage(text):
    assert passages(text, 5) == []


prose = st.lists(
    st.sampled_from(
        ["Alpha", "beta", "gamma.", "Delta:", "\n\n", "\n", "1. ", "**H**\n\n", "<sup>3</sup>", "é;"]
    ),
    max_size=60,
).map(" ".join) | st.text(max_size=200)


@given(prose, st.integers(2, 12), st.integers(20, 60))
def test_passages_are_ordered_slices_that_hold_every_visible_character(text, max_words, max_characters):
    spans = split(text, Span(0, len(text)), limits(max_words, max_characters))
    assert all(a.end_char <= b.start_char for a, b in pairwise(spans))
    covered = "".join(text[s.start_char : s.end_char] for s in spans)
    assert "".join(covered.split()) == "".join(text.split())


@given(prose, st.integers(3, 40))
def test_no_passage_exceeds_the_token_limit(text, max_tokens):
    count = token_counter()
    bounds = PassageLimits(TokenLimit(count, max_tokens), TokenLimit(characters, 10_000))
    for span in split(text, Span(0, len(text)), bounds):
        piece = text[span.start_char : span.end_char]
        assert count(piece) <= max_tokens or len(piece) == 1


@pytest.mark.parametrize("piece", ["ferry and harbour ", "abcdefgh", "tar, rope; ", "渡し船は夜明け前に出た"])
@pytest.mark.parametrize("times", [200, 20_000])
def test_what_is_counted_grows_with_the_text_alone_whatever_it_is_made_of(piece, times):
    counted = []

    def count(text):
        counted.append(len(text))
        return len(text.encode()) // 4 + 1

    text = piece * times
    limit = TokenLimit(count, 200)
    passages = split(text, Span(0, len(text)), PassageLimits(size=limit, window=limit))
    assert "".join(text[one.start_char : one.end_char] for one in passages).replace(" ", "") == text.replace(
        " ", ""
    )
    assert sum(counted) <= 40 * len(text) + 100_000
    assert len(counted) <= len(text)


def cost_of(groups, units, costs, max_size, max_window):
    total = 0.0
    for first, last in groups:
        size = sum(unit.size for unit in units[first : last + 1])
        window = sum(unit.window for unit in units[first : last + 1])
        if first < last and (size > max_size or window > max_window):
            return float("inf")
        total += (1.0 - max(size / max_size, window / max_window)) ** 2 + costs[first]
    return total


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9), BOUNDARIES), min_size=1, max_size=9))
def test_no_other_way_to_group_the_units_is_cheaper(parts):
    text = "x" * len(parts)
    units = [_Unit(at, at + 1, size, window, boundary) for at, (size, window, boundary) in enumerate(parts)]
    costs = [_cost_of_cut(text, units, first) for first in range(len(units))]
    possible = (
        [*pairwise([0, *cuts, len(units)])]
        for count in range(len(units))
        for cuts in combinations(range(1, len(units)), count)
    )
    possible = [[(first, end - 1) for first, end in groups] for groups in possible]
    cheapest = min(cost_of(groups, units, costs, 10, 12) for groups in possible)
    assert cost_of(_grouped(text, units, 10, 12), units, costs, 10, 12) == pytest.approx(cheapest)
