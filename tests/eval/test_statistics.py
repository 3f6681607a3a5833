import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures.statistics import bootstrap_interval, bootstrap_statistic, compare_paired, one_sided_bound

scores = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def by_id(values):
    return {f"q{number}": value for number, value in enumerate(values)}


@given(scores)
def test_an_interval_encloses_its_mean(values):
    interval = bootstrap_interval(values)
    assert interval.low - 1e-9 <= interval.mean <= interval.high + 1e-9
    assert interval.mean == pytest.approx(np.mean(values))
    assert interval.count == len(values)


def test_no_values_have_no_interval():
    assert bootstrap_interval([]) is None


def test_an_interval_is_about_as_wide_as_theory_says():
    values = [1.0] * 50 + [0.0] * 50
    interval = bootstrap_interval(values)
    standard_error = 0.5 / np.sqrt(100)
    assert interval.low == pytest.approx(0.5 - 1.96 * standard_error, abs=0.015)
    assert interval.high == pytest.approx(0.5 + 1.96 * standard_error, abs=0.015)
    assert interval == bootstrap_interval(values)


def test_more_questions_narrow_the_interval():
    few, many = bootstrap_interval([0.0, 1.0] * 10), bootstrap_interval([0.0, 1.0] * 1000)
    assert many.high - many.low < (few.high - few.low) / 5


def test_a_run_compared_with_itself_shows_nothing():
    comparison = compare_paired(by_id([0, 1, 0.5]), by_id([0, 1, 0.5]))
    assert (comparison.difference, comparison.low, comparison.high) == (0.0, 0.0, 0.0)
    assert (comparison.wins, comparison.losses) == ((), ())
    assert comparison.p_value == 1.0


def test_wins_and_losses_name_the_questions_that_changed():
    comparison = compare_paired(by_id([0, 1, 1, 0.5]), by_id([1, 0, 1, 0.75]))
    assert comparison.wins == ("q0", "q3")
    assert comparison.losses == ("q1",)
    assert comparison.difference == pytest.approx(0.0625)


def test_a_clear_drop_is_told_from_a_drop_by_chance():
    before = by_id([1.0] * 100)
    clear = compare_paired(before, by_id([0.0] * 20 + [1.0] * 80))
    assert clear.high < 0
    assert clear.difference < clear.highest < clear.high
    chance = compare_paired(before, by_id([0.0] * 2 + [1.0] * 98))
    assert chance.highest == 0.0


def test_the_exact_p_value_of_a_small_test_is_approached():
    comparison = compare_paired(by_id([0, 0, 0, 0]), by_id([1, 1, 1, 1]))
    assert comparison.p_value == pytest.approx(2 / 16, abs=0.02)


def test_only_questions_of_both_runs_are_compared():
    comparison = compare_paired({"a": 0.0, "b": 1.0}, {"b": 0.0, "c": 1.0})
    assert (comparison.count, comparison.mean_a, comparison.mean_b) == (1, 1.0, 0.0)
    assert compare_paired({"a": 0.0}, {"b": 1.0}) is None


def test_the_interval_of_a_statistic_leaves_undefined_draws_out():
    values = np.arange(100) / 100
    low, high = bootstrap_statistic(100, lambda drawn: float(np.median(values[drawn])))
    assert 0.3 < low < 0.5 < high < 0.7
    assert bootstrap_statistic(5, lambda _: None) is None
    assert bootstrap_statistic(0, lambda _: 1.0) is None


def test_the_one_sided_bound_is_that_of_the_drawn_statistic():
    values = np.arange(101) / 100
    bound = one_sided_bound(101, lambda drawn: float(values[drawn].mean()))
    assert bound == pytest.approx(0.5 + 1.645 * 0.2915 / 101**0.5, abs=0.005)
    assert one_sided_bound(4, lambda drawn: float(len(drawn))) == 4.0
