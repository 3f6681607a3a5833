"""Pages that a file only counts, and the numbers its table of contents gives them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.documents import Page, PageStart
from chunker.pages.layout import KnownPage
from chunker.pages.numbering import counts_only, numbered_pages

LENGTH = 100  # characters a page


def counted(pages, margin=0):
    return [PageStart(LENGTH * number, Page(str(number + 1), "estimated", margin)) for number in range(pages)]


def listed(*pairs):
    """Known pages from (position, page): the paper begins in the middle of that page."""
    return [KnownPage(LENGTH * (position - 1) + LENGTH // 2, page) for position, page in pairs]


def numbers(starts):
    return [(start.start_char // LENGTH + 1, start.page.label) for start in starts]


def test_pages_are_numbered_as_far_from_their_positions_as_those_listed():
    found = numbered_pages(counted(9), listed((4, 1), (5, 2), (8, 5)))
    assert numbers(found) == [(4, "1"), (5, "2"), (6, "3"), (7, "4"), (8, "5"), (9, "6")]
    assert {(start.page.method, start.page.margin) for start in found} == {("contents", 0)}


def test_pages_where_the_distance_changes_are_estimated():
    found = numbered_pages(counted(9), listed((1, 1), (2, 2), (3, 3), (6, 5), (7, 6), (9, 8)))
    assert [(start.page.label, start.page.method, start.page.margin) for start in found] == [
        *[("1", "contents", 0), ("2", "contents", 0), ("3", "contents", 0)],
        *[("4", "estimated", 1), ("4", "estimated", 1)],
        *[("5", "contents", 0), ("6", "contents", 0), ("7", "contents", 0), ("8", "contents", 0)],
    ]


def test_a_misprint_is_not_believed():
    found = numbered_pages(counted(40), listed((11, 1), (14, 4), (20, 15), (25, 15), (31, 21)))
    assert numbers(found) == [(position, str(position - 10)) for position in range(11, 41)]


def test_misprints_that_agree_with_each_other_but_break_the_order_are_not_believed():
    right = [(11, 1), (14, 4), (25, 15), (31, 21), (35, 25)]
    found = numbered_pages(counted(40), listed(*right, (12, 62), (20, 70), (30, 80)))
    assert numbers(found) == [(position, str(position - 10)) for position in range(11, 41)]


def test_a_misprint_that_agrees_with_pages_far_behind_is_not_believed():
    shifted = [(20, 23), (21, 24), (22, 25)]
    found = numbered_pages(counted(22), listed((1, 1), (2, 2), (3, 3), (4, 4), (5, 8), (9, 9), *shifted))
    assert found[4].page == Page("5", "estimated", 3)
    assert found[21].page == Page("25", "contents")


def test_pages_that_word_laid_out_stay_estimated():
    found = numbered_pages(counted(5, margin=1), listed((3, 1), (4, 2), (5, 3)))
    assert [(start.page.label, start.page.method, start.page.margin) for start in found] == [
        ("1", "estimated", 1),
        ("2", "estimated", 1),
        ("3", "estimated", 1),
    ]


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [(4, 1), (5, 2)],  # too few
        [(4, 1), (4, 1), (4, 1), (5, 2)],  # short papers on one page are one witness
        [(3, 12), (4, 15), (6, 14), (7, 30), (9, 31)],  # of no one mind
        [(2, 4), (3, 6), (4, 8), (5, 10), (6, 12)],  # two pages a sheet
        [(3, 1), (4, 2), (5, 3), (6, 14), (7, 20), (8, 27), (9, 35)],  # mostly of another edition
    ],
)
def test_listed_pages_that_do_not_agree_number_nothing(pairs):
    assert numbered_pages(counted(10), listed(*pairs)) is None


def test_only_positions_are_counted():
    assert counts_only(counted(3))
    assert counts_only(counted(3, margin=1))
    assert not counts_only([*counted(2), PageStart(200, Page("3", "printed"))])
    assert not counts_only([PageStart(0, Page("cover", "estimated"))])


@given(
    front=st.integers(0, 20),
    papers=st.sets(st.integers(1, 200), min_size=9, max_size=40),
    wrong=st.dictionaries(st.integers(1, 200), st.integers(1, 300), max_size=3),
)
def test_a_few_wrong_entries_never_change_the_numbers(front, papers, wrong):
    right = [(front + page, page) for page in papers]
    misprints = [(front + page, misprint) for page, misprint in wrong.items() if page not in papers]
    entries = listed(*sorted([*right, *misprints]))
    found = {start.start_char: start.page for start in numbered_pages(counted(front + 200), entries)}
    for page in papers:
        assert found[LENGTH * (front + page - 1)].label == str(page)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60)), max_size=30))
def test_numbers_never_run_backwards_or_below_1(pairs):
    starts = numbered_pages(counted(40), listed(*pairs)) or ()
    pages = [int(start.page.label) for start in starts]
    assert pages == sorted(pages)
    assert all(page >= 1 for page in pages)
    assert not any(start.page.is_position for start in starts)
