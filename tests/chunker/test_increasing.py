from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from chunker.text.increasing import heaviest_increasing_run

NUMBERS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), max_size=8)


@given(NUMBERS, st.booleans())
def test_the_run_is_the_heaviest_that_ascends_and_of_equal_ones_ends_lowest(numbers, is_strict):
    values, weights = [value for value, _ in numbers], [weight for _, weight in numbers]

    def weight_and_end(positions):
        return (
            sum(weights[position] for position in positions),
            -max((values[p] for p in positions), default=0),
        )

    def ascends(positions):
        steps = pairwise(values[position] for position in positions)
        return all(first < second or (first == second and not is_strict) for first, second in steps)

    all_runs = (run for length in range(len(values) + 1) for run in combinations(range(len(values)), length))
    best = max(weight_and_end(run) for run in all_runs if ascends(run))
    found = heaviest_increasing_run(values, weights, is_strict=is_strict)
    assert ascends(found)
    assert weight_and_end(found) == best


def test_without_weights_the_longest_run_counts():
    assert heaviest_increasing_run([1, 2, 99, 3, 4, 0, 5]) == [0, 1, 3, 4, 6]
    assert heaviest_increasing_run([1, 2, 99, 3], is_strict=True) == [0, 1, 3]
    assert heaviest_increasing_run([]) == []
