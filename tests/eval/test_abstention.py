"""What the confidence is worth, by values worked out by hand and by scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from eval.measures.abstention import (
    area_under_risk_curve,
    auroc,
    expected_calibration_error,
    false_answers_at_coverage,
    judge_abstention,
    reliability_bins,
    risk_coverage_curve,
)


def told(answerable, not_answerable):
    labels = [1.0] * len(answerable) + [0.0] * len(not_answerable)
    return float(auroc(np.array([*answerable, *not_answerable], dtype=float), np.array(labels)))


def sure(*responses):
    """Confidences, and whether the response was right."""
    confidence, is_right = zip(*responses, strict=True)
    return np.array(confidence, dtype=float), np.array(is_right, dtype=bool)


def test_auroc_is_the_share_of_pairs_in_the_right_order_ties_counting_half():
    assert told([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert told([0.1], [0.9]) == 0.0
    assert told([0.5, 0.5], [0.5]) == 0.5
    assert told([0.9, 0.4], [0.5, 0.4]) == pytest.approx((2 + 0 + 0.5) / 4)
    assert np.isnan([told([], [0.5]), told([0.5], [])]).all()


unit = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])


@given(st.lists(unit, min_size=1, max_size=12), st.lists(unit, min_size=1, max_size=12))
def test_auroc_agrees_with_scikit_learn(positive, negative):
    labels = [1] * len(positive) + [0] * len(negative)
    assert told(positive, negative) == pytest.approx(roc_auc_score(labels, [*positive, *negative]))


def test_auroc_of_many_draws_at_once_is_that_of_each():
    random = np.random.default_rng(5)
    confidence, labels = random.random((40, 9)).round(1), random.integers(0, 2, (40, 9)).astype(float)
    each = [float(auroc(*pair)) for pair in zip(confidence, labels, strict=True)]
    np.testing.assert_array_equal(auroc(confidence, labels, axis=-1), each)


def test_risk_is_the_share_of_wrong_answers_among_the_surest():
    curve = risk_coverage_curve(*sure((0.9, True), (0.8, False), (0.8, True), (0.1, False)))
    assert [(point.coverage, point.risk, point.threshold) for point in curve] == [
        (0.25, 0.0, 0.9),
        (0.75, pytest.approx(1 / 3), 0.8),
        (1.0, 0.5, 0.1),
    ]


def test_the_area_under_the_risk_curve_does_not_depend_on_the_order_of_ties():
    right, wrong = (0.5, True), (0.5, False)
    tied = (area_under_risk_curve(*sure(*pair)) for pair in ((right, wrong), (wrong, right)))
    assert list(tied) == [pytest.approx((0.5 + 0.5) / 2)] * 2
    assert area_under_risk_curve(*sure((0.9, True), (0.1, False))) == pytest.approx((0 + 0.5) / 2)
    assert area_under_risk_curve(*sure((0.1, True), (0.9, False))) == pytest.approx((1 + 0.5) / 2)


def test_false_answers_are_counted_at_the_threshold_that_answers_four_in_five():
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.1, 0.65, 0.6, 0.5, 0.2])
    is_answerable = np.arange(9) < 5
    assert false_answers_at_coverage(confidence, is_answerable) == 0.5
    assert false_answers_at_coverage(confidence[:5], is_answerable[:5]) is None
    assert false_answers_at_coverage(confidence[5:], is_answerable[5:]) is None


def test_calibration_compares_what_was_promised_with_what_held():
    responses = sure((0.95, True), (0.9, False), (0.12, False), (1.0, True))
    low, high = reliability_bins(*responses)
    assert (low.low, low.high, low.count, low.share_right) == (0.1, 0.2, 1, 0.0)
    assert (high.low, high.count, high.mean_confidence) == (0.9, 3, pytest.approx(0.95))
    assert high.share_right == pytest.approx(2 / 3)
    assert expected_calibration_error(*responses) == pytest.approx(0.12 / 4 + 3 / 4 * (0.95 - 2 / 3))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_every_response_falls_into_one_bin_that_encloses_it(responses):
    bins = reliability_bins(*sure(*responses))
    assert sum(one.count for one in bins) == len(responses)
    assert all(one.low - 1e-9 <= one.mean_confidence <= one.high + 1e-9 for one in bins)


def judged(confidence, is_answerable, answered):
    labels = np.array(is_answerable)
    return judge_abstention(
        np.array(confidence), is_answerable=labels, is_right=labels, answered=np.array(answered)
    )


def test_all_figures_of_a_perfect_judge():
    labels = [True] * 20 + [False] * 10
    found = judged([1.0] * 20 + [0.0] * 10, labels, labels)
    assert (found.answerable, found.unanswerable, found.fewer) == (20, 10, 10)
    assert (found.auroc.value, found.auroc.high) == (1.0, 1.0)
    assert found.auroc.low == pytest.approx(10 / (10 + 1.96**2), abs=1e-4)  # as ten of ten that are right
    assert (found.brier, found.expected_calibration_error, found.false_answers) == (0.0, 0.0, 0.0)
    assert found.aurc == pytest.approx(sum(number / (20 + number) for number in range(1, 11)) / 30)
    assert (found.answered_answerable.value, found.refused_unanswerable.value) == (1.0, 1.0)
    assert found.answered_answerable.low > found.refused_unanswerable.low > 0.7


def test_three_unanswerable_questions_are_too_few_to_be_told_apart():
    found = judged([1.0] * 20 + [0.0] * 3, [True] * 20 + [False] * 3, [True] * 20 + [False] * 3)
    assert (found.auroc, found.false_answers, found.fewer) == (None, None, 3)
    assert (found.refused_unanswerable.value, found.refused_unanswerable.count) == (1.0, 3)
    assert found.refused_unanswerable.low < 0.5


def test_without_unanswerable_questions_what_they_would_show_is_left_open():
    found = judged([0.5, 0.7], [True, True], [False, False])
    assert (found.auroc, found.false_answers, found.refused_unanswerable) == (None, None, None)
    assert found.answered_answerable.value == 0.0
    assert found.brier == pytest.approx((0.25 + 0.09) / 2)
