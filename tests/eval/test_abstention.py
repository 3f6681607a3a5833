import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures.abstention import (
    Judgement,
    area_under_risk_curve,
    auroc,
    expected_calibration_error,
    false_answers_at_coverage,
    judge_abstention,
    reliability_bins,
    risk_coverage_curve,
)


def sure(confidence, *, answerable=True, right=True):
    return Judgement(confidence, answerable, right)


def test_auroc_is_the_share_of_pairs_in_the_right_order_ties_counting_half():
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.1], [0.9]) == 0.0
    assert auroc([0.5, 0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.4], [0.5, 0.4]) == pytest.approx((2 + 0 + 0.5) / 4)
    assert auroc([], [0.5]) is None
    assert auroc([0.5], []) is None


unit = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])


@given(st.lists(unit, min_size=1, max_size=12), st.lists(unit, min_size=1, max_size=12))
def test_auroc_agrees_with_counting_the_pairs(positive, negative):
    won = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    assert auroc(positive, negative) == pytest.approx(won / len(positive) / len(negative))


def test_risk_is_the_share_of_wrong_answers_among_the_surest():
    curve = risk_coverage_curve([sure(0.9), sure(0.8, right=False), sure(0.8), sure(0.1, right=False)])
    assert [(point.coverage, point.risk, point.threshold) for point in curve] == [
        (0.25, 0.0, 0.9),
        (0.75, pytest.approx(1 / 3), 0.8),
        (1.0, 0.5, 0.1),
    ]


def test_the_area_under_the_risk_curve_does_not_depend_on_the_order_of_ties():
    tied = [sure(0.5), sure(0.5, right=False)]
    assert area_under_risk_curve(tied) == area_under_risk_curve(tied[::-1]) == pytest.approx((0.5 + 0.5) / 2)
    assert area_under_risk_curve([sure(0.9), sure(0.1, right=False)]) == pytest.approx((0 + 0.5) / 2)
    assert area_under_risk_curve([sure(0.1), sure(0.9, right=False)]) == pytest.approx((1 + 0.5) / 2)
    assert area_under_risk_curve([]) is None


def test_false_answers_are_counted_at_the_threshold_that_answers_four_in_five():
    answerable = [sure(confidence) for confidence in (0.9, 0.8, 0.7, 0.6, 0.1)]
    unanswerable = [sure(confidence, answerable=False, right=False) for confidence in (0.65, 0.6, 0.5, 0.2)]
    assert false_answers_at_coverage(answerable + unanswerable) == 0.5
    assert false_answers_at_coverage(answerable) is None
    assert false_answers_at_coverage(unanswerable) is None


def test_calibration_compares_what_was_promised_with_what_held():
    judgements = [sure(0.95), sure(0.9, right=False), sure(0.12, right=False), sure(1.0)]
    low, high = reliability_bins(judgements)
    assert (low.low, low.high, low.count, low.share_right) == (0.1, 0.2, 1, 0.0)
    assert (high.low, high.count, high.mean_confidence) == (0.9, 3, pytest.approx(0.95))
    assert high.share_right == pytest.approx(2 / 3)
    assert expected_calibration_error(judgements) == pytest.approx(0.12 / 4 + 3 / 4 * (0.95 - 2 / 3))
    assert expected_calibration_error([]) is None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_every_response_falls_into_one_bin_that_encloses_it(responses):
    bins = reliability_bins([sure(confidence, right=right) for confidence, right in responses])
    assert sum(one.count for one in bins) == len(responses)
    assert all(one.low - 1e-9 <= one.mean_confidence <= one.high + 1e-9 for one in bins)


def test_all_figures_of_a_perfect_judge():
    judgements = [sure(1.0), sure(1.0), sure(0.0, answerable=False, right=False)]
    found = judge_abstention(judgements, [True, True, False])
    assert (found.auroc, found.brier, found.expected_calibration_error) == (1.0, 0.0, 0.0)
    assert (found.answered_answerable, found.refused_unanswerable, found.false_answers) == (1.0, 1.0, 0.0)
    assert found.auroc_interval == (1.0, 1.0)


def test_without_unanswerable_questions_what_they_would_show_is_left_open():
    found = judge_abstention([sure(0.5)], [False])
    assert (found.auroc, found.auroc_interval, found.false_answers, found.refused_unanswerable) == (None,) * 4
    assert found.answered_answerable == 0.0
    assert judge_abstention([], []).brier is None
