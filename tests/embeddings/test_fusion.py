import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.ranking.fusion import fold_duplicates, min_max, shingles, weighted_sum

PAPER = "the ambassador said that turkey would stay neutral as long as nobody touched the straits"
OTHER = "the delegation asked for the return of prisoners of war held in the camps near constantinople"


def test_min_max_stretches_scores_to_the_unit_interval():
    assert min_max(np.array([2.0, 4.0, 3.0])).tolist() == [0.0, 1.0, 0.5]


def test_min_max_of_equal_scores_says_nothing():
    assert min_max(np.array([3.0, 3.0])).tolist() == [0.0, 0.0]
    assert min_max(np.array([])).tolist() == []


def test_a_key_unknown_to_a_part_counts_nothing_there():
    total = weighted_sum([(1.0, {1: 2.0}), (0.5, {1: 4.0, 2: 6.0})], [1, 2, 3])
    assert total.tolist() == [4.0, 3.0, 0.0]


def test_the_same_words_are_folded_into_the_better_ranked():
    ranked = [shingles(PAPER), shingles(OTHER), shingles(PAPER + " today")]
    assert fold_duplicates(ranked) == [(0, [2]), (1, [])]


def test_words_that_stand_in_two_better_ranked_passages_are_named_by_both():
    whole = f"{PAPER} {OTHER}"
    assert fold_duplicates([shingles(PAPER), shingles(OTHER), shingles(whole)]) == [(0, [2]), (1, [2])]


def test_a_passage_that_says_something_new_besides_is_kept():
    new = "he added that the fleet had left sevastopol in the night for an unknown destination in the south"
    assert fold_duplicates([shingles(PAPER), shingles(f"{PAPER} {new}")]) == [(0, []), (1, [])]


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_empty_texts_are_no_trouble(texts):
    assert sum(1 + len(others) for _, others in fold_duplicates([shingles(t) for t in texts])) == len(texts)


@given(st.lists(st.text(alphabet="ab ", max_size=30), max_size=8))
def test_every_text_is_kept_or_folded_and_kept_ones_stay_in_rank_order(texts):
    groups = fold_duplicates([shingles(text) for text in texts])
    kept = [position for position, _ in groups]
    folded = {position for _, others in groups for position in others}
    assert kept == sorted(kept)
    assert set(kept).isdisjoint(folded)
    assert set(kept) | folded == set(range(len(texts)))
