import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures.statistics import compare_paired, interval, mean_interval, upper_bound

scores = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def by_id(values):
    return {f"q{number}": value for number, value in enumerate(values)}


@given(scores)
def test_an_interval_encloses_its_mean(values):
    found = mean_interval(values)
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert found.value == pytest.approx(np.mean(values))
    assert found.count == len(values)


def test_no_values_have_no_interval():
    assert mean_interval([]) is None


def test_an_interval_is_about_as_wide_as_theory_says():
    values = [1.0] * 50 + [0.0] * 50
    found = mean_interval([*values, 0.5])
    standard_error = 0.5 / np.sqrt(101)
    assert found.low == pytest.approx(0.5 - 1.96 * standard_error, abs=0.015)
    assert found.high == pytest.approx(0.5 + 1.96 * standard_error, abs=0.015)
    assert found == mean_interval([*values, 0.5])


def test_what_is_right_or_wrong_has_wilsons_interval():
    nine, most, none = (mean_interval(values) for values in ([1.0] * 9, [1.0] * 8 + [0.0], [0.0] * 9))
    assert (nine.value, nine.low, nine.high) == (1.0, pytest.approx(0.7009, abs=1e-4), 1.0)
    assert (most.low, most.high) == (pytest.approx(0.5650, abs=1e-4), pytest.approx(0.9801, abs=1e-4))
    assert (none.low, none.high) == (0.0, pytest.approx(1 - nine.low))


@given(st.floats(0, 1), st.integers(1, 30))
def test_values_that_are_all_alike_leave_room_for_others(value, count):
    found = mean_interval([value] * count)
    spared = mean_interval([1.0] * count).low  # the share of other questions that are surely alike
    assert found.low == pytest.approx(value * spared)
    assert found.high == pytest.approx(value * spared + 1 - spared)
    assert found.high - found.low > 0.1


def test_numbers_that_are_all_the_same_tell_of_no_bounds():
    assert np.isnan(
        [mean_interval([120.0] * 4, is_share=False).low, mean_interval([1.0], is_share=False).high]
    ).all()
    assert mean_interval([100.0, 140.0] * 5, is_share=False).low > 100


def test_more_questions_narrow_the_interval():
    few, many = mean_interval([0.0, 1.0] * 10), mean_interval([0.0, 1.0] * 1000)
    assert many.high - many.low < (few.high - few.low) / 5


def test_a_run_compared_with_itself_shows_nothing():
    comparison = compare_paired(by_id([0, 1, 0.5]), by_id([0, 1, 0.5]))
    unseen = mean_interval([0.0] * 3).high  # other questions may have changed, by 1 at most
    assert (comparison.difference, comparison.low, comparison.high) == (0.0, -unseen, unseen)
    assert (comparison.wins, comparison.losses) == ((), ())
    assert comparison.p_value == 1.0


def test_a_run_is_like_its_baseline_of_four_decimals():
    values = [1 / 3, 2 / 3, 0.63093, 0.12344]
    comparison = compare_paired(by_id(values), by_id([round(value, 4) for value in values]))
    assert (comparison.difference, comparison.mean_b) == (0.0, comparison.mean_a)
    assert (comparison.p_value, comparison.wins, comparison.losses) == (1.0, (), ())


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


def test_the_p_value_of_few_questions_is_exact():
    comparison = compare_paired(by_id([0, 0, 0, 0]), by_id([1, 1, 1, 1]))
    assert comparison.p_value == pytest.approx(2 / 16)


def test_only_questions_of_both_runs_are_compared():
    comparison = compare_paired({"a": 0.0, "b": 1.0}, {"b": 0.0, "c": 1.0})
    assert (comparison.count, comparison.mean_a, comparison.mean_b) == (1, 1.0, 0.0)
    assert compare_paired({"a": 0.0}, {"b": 1.0}) is None


def median(*samples, axis):
    return np.median(samples[0], axis=axis)


def undefined(*samples, axis):
    return np.full(samples[0].shape[:-1], np.nan)


def of_those_above_nought(*samples, axis):
    """The mean of the values above 0, undefined where there are none."""
    above = (samples[0] > 0).sum(axis=axis)
    return np.divide(samples[0].sum(axis=axis), above, out=np.full(above.shape, np.nan), where=above > 0)


def test_the_interval_of_a_statistic_leaves_undefined_draws_out():
    found = interval(median, np.arange(100) / 100)
    assert 0.3 < found.low < 0.495 == found.value < found.high < 0.7
    assert interval(undefined, np.ones(5)) is None
    seldom = interval(of_those_above_nought, np.array([0.5, 0.0, 0.0, 0.0]))
    assert (seldom.value, seldom.count) == (0.5, 4)
    alike = mean_interval([0.5] * 4)
    assert (seldom.low, seldom.high) == (pytest.approx(alike.low), pytest.approx(alike.high))
    of_one = interval(of_those_above_nought, np.array([0.5, 0.0, 0.0, 0.0]), telling=1)
    assert of_one.high - of_one.low > alike.high - alike.low


def test_a_single_question_tells_next_to_nothing():
    found, paired = mean_interval([0.25]), compare_paired({"q": 0.0}, {"q": 1.0})
    assert (found.value, found.count) == (0.25, 1)
    assert found.high - found.low > 0.75
    assert (paired.difference, paired.high) == (1.0, 1.0)
    assert paired.low < 0


def test_the_one_sided_bound_is_that_of_the_drawn_statistic():
    bound = upper_bound(lambda *samples, axis: samples[0].mean(axis=axis), np.arange(101) / 100)
    assert bound == pytest.approx(0.5 + 1.645 * 0.2915 / 101**0.5, abs=0.005)
