from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from chunker.pages.breaks import Candidate
from chunker.pages.layout import KnownPage, PageLayout
from chunker.pages.placing import SETTINGS, place_page_starts

PAGE_LINES = 16.0  # a power of two: heights in pages are exact
COSTS = st.sampled_from([0.0, -2.0, -4.0, 6.0])
HEIGHTS = st.lists(st.tuples(st.integers(1, 40), COSTS), min_size=4, max_size=9)


def placed(text, pages, opens, *, starts_new_page):
    tops, costs = [0.0], [0.0]
    for height, cost in text:
        tops.append(tops[-1] + height)
        costs.append(cost)
    candidates = [Candidate(10 * n, top, cost) for n, (top, cost) in enumerate(zip(tops, costs, strict=True))]
    offsets = tuple(candidate.start_char for candidate in candidates)
    layout = PageLayout(offsets, (*tops, tops[-1]), PAGE_LINES, 0.0, starts_new_page)
    known = [KnownPage(0, 7), KnownPage(candidates[-1].start_char, 7 + pages)]
    starts = place_page_starts(candidates, known, layout, frozenset(10 * n for n in opens))
    return candidates, starts


def fill(lines, *, may_be_short=False):
    off = lines / PAGE_LINES - 1
    off = max(off, 0) if may_be_short else off
    return min(0.5 * (off / SETTINGS.deviation) ** 2, SETTINGS.max_fill_cost)


def cost_of(candidates, chosen, opens, *, starts_new_page):
    """Add up what the pages between the starts ``chosen`` cost; infinite where one holds too much."""
    total = 0.0
    for number, (first, last) in enumerate(pairwise(chosen)):
        lines = candidates[last].top - candidates[first].top
        if lines > PAGE_LINES * SETTINGS.max_height:
            return float("inf")
        is_begun = not starts_new_page and number == 0
        total += fill(lines, may_be_short=is_begun or (starts_new_page and last in opens))
        total += candidates[last].cost
        total += SETTINGS.unmarked_document * starts_new_page * sum(first < n < last for n in opens)
    return total


@given(HEIGHTS, st.integers(2, 4), st.sets(st.integers(1, 8), max_size=3))
def test_between_page_starts_the_cheapest_cut_into_pages_is_found(text, pages, opens):
    candidates, starts = placed(text, pages, opens, starts_new_page=True)
    end = len(candidates) - 1
    opens &= set(range(end + 1))
    all_cuts = [(0, *inside, end) for inside in combinations(range(1, end), pages - 1)]
    costs = [cost_of(candidates, cut, opens, starts_new_page=True) for cut in all_cuts]
    assert [page for _, page in starts] == list(range(7, 7 + pages))
    if min(costs, default=float("inf")) < float("inf"):
        chosen = (*(offset // 10 for offset, _ in starts), end)
        assert cost_of(candidates, chosen, opens, starts_new_page=True) <= min(costs) + 1e-9


@given(HEIGHTS, st.integers(1, 3))
def test_where_documents_share_pages_the_cheapest_page_starts_are_found(text, pages):
    candidates, starts = placed(text, pages, (), starts_new_page=False)
    last = range(1, len(candidates))
    near = [n for n in last if candidates[-1].top - candidates[n].top <= PAGE_LINES * SETTINGS.max_height]
    all_cuts = [(0, *chosen) for chosen in combinations(last, pages) if chosen[-1] in near]
    costs = [cost_of(candidates, cut, (), starts_new_page=False) for cut in all_cuts]
    if min(costs, default=float("inf")) < float("inf"):
        assert [page for _, page in starts] == list(range(8, 8 + pages))
        chosen = (0, *(offset // 10 for offset, _ in starts))
        assert cost_of(candidates, chosen, (), starts_new_page=False) <= min(costs) + 1e-9


def test_more_pages_than_places_are_given_even_parts():
    for starts_new_page in (True, False):
        _, starts = placed([(16, 0.0), (16, 0.0)], 4, (), starts_new_page=starts_new_page)
        assert starts == [(0, 7), (5, 8), (10, 9), (15, 10)]
