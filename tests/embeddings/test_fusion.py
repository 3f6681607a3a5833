import numpy as np

from embeddings.ranking.fusion import min_max, weighted_sum


def test_min_max_stretches_scores_to_the_unit_interval():
    assert min_max(np.array([2.0, 4.0, 3.0])).tolist() == [0.0, 1.0, 0.5]


def test_min_max_of_equal_scores_says_nothing():
    assert min_max(np.array([3.0, 3.0])).tolist() == [0.0, 0.0]
    assert min_max(np.array([])).tolist() == []


def test_a_key_unknown_to_a_part_counts_nothing_there():
    total = weighted_sum([(1.0, {1: 2.0}), (0.5, {1: 4.0, 2: 6.0})], [1, 2, 3])
    assert total.tolist() == [4.0, 3.0, 0.0]
