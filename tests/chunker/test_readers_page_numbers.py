"""Numbers printed on pages: which of them number the pages, and which stand there by chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.readers.printed_pages.labels import lines_at_edges, roman_numeral, roman_value
from chunker.readers.printed_pages.numbers import printed_labels

BODY = ("words that run on", "and on", "to the end of the page")


def numbered(first, last):
    return [(*BODY, str(number)) for number in range(first, last + 1)]


def labels(first, last):
    return tuple(map(str, range(first, last + 1)))


@given(st.integers(1, 4000))
def test_roman_numerals_come_back_from_their_value(value):
    assert roman_value(roman_numeral(value)) == value
    assert roman_value(roman_numeral(value).upper()) == value


@pytest.mark.parametrize("word", ["", "mix ed", "iiii", "vx", "dill"])
def test_words_of_roman_letters_are_no_numerals(word):
    assert roman_value(word) is None


def test_printed_labels_run_on_over_unnumbered_pages():
    pages = [("Cover",), ("i",), ("ii",), ("iii",), ("1",), ("Plate",), ("3", "x"), ("4",), ("5",)]
    assert printed_labels(pages) == (None, "i", "ii", "iii", "1", "2", "3", "4", "5")


def test_numbers_that_do_not_run_are_no_labels():
    assert printed_labels([("1936",), ("12",), ("7",), ("3",), ("40",)]) is None


def test_plates_put_between_pages_shift_the_numbers_after_them():
    pages = [(str(n),) for n in range(1, 11)] + [("Plate",)] * 2 + [(str(n),) for n in range(11, 21)]
    expected = (*map(str, range(1, 11)), None, None, *map(str, range(11, 21)))
    assert printed_labels(pages) == expected


def test_four_roman_pages_before_many_arabic_ones_have_their_labels():
    front = [(numeral, *BODY) for numeral in ("i", "ii", "iii", "iv")]
    assert printed_labels([*front, *numbered(1, 300)]) == ("i", "ii", "iii", "iv", *labels(1, 300))


def test_a_title_page_takes_the_numeral_before_those_printed():
    front = [("Papers on the Straits",), *((*BODY, numeral) for numeral in ("ii", "iii", "iv"))]
    assert printed_labels([*front, *numbered(1, 100)])[:5] == ("i", "ii", "iii", "iv", "1")


def test_two_roman_numerals_are_too_few_to_be_labels():
    front = [("I", *BODY), ("II", *BODY)]
    assert printed_labels([*front, *numbered(1, 100)]) == (None, None, *labels(1, 100))


def test_numerals_that_part_sections_inside_the_book_number_no_pages():
    pages = numbered(1, 100)
    pages[40:43] = [(numeral, *BODY) for numeral in ("I", "II", "III")]
    assert printed_labels(pages) == labels(1, 100)


def test_a_few_pages_between_many_plates_have_their_numbers():
    pages = [page for first in range(1, 60, 4) for page in (("Plate",), *numbered(first, first + 3))]
    expected = [label for first in range(1, 60, 4) for label in (None, *labels(first, first + 3))]
    assert printed_labels(pages) == tuple(expected)


@pytest.mark.parametrize("words", [("1936", "1937", "1938"), ("500", "501", "502")])
def test_years_alone_over_pages_without_a_number_are_no_labels(words):
    chronicle = [(year, *BODY) for year in words]
    assert printed_labels([*numbered(1, 80), *chronicle]) == labels(1, 83)
    assert printed_labels([*chronicle, *numbered(1, 80)]) == (None, None, None, *labels(1, 80))
    inside = [*numbered(1, 40), *chronicle, *numbered(44, 80)]
    assert printed_labels(inside) == labels(1, 80)


@pytest.mark.parametrize("shape", ["{}", "{}.", "({})"])
def test_the_numbers_of_a_list_before_the_first_page_are_no_labels(shape):
    contents = [(shape.format(number), *BODY) for number in (1, 2, 3)]
    assert printed_labels([*contents, *numbered(1, 80)]) == (None, None, None, *labels(1, 80))


def test_figures_inside_the_edges_of_a_few_pages_are_no_labels():
    table = [("Exports", str(number), "cotton", "wool", "figs", "sum") for number in (81, 82, 83)]
    assert printed_labels([*numbered(1, 80), BODY, BODY, *table]) == labels(1, 85)


def test_chapters_that_each_count_from_1_do_not_number_the_book():
    assert printed_labels([page for _ in range(10) for page in numbered(1, 10)]) is None


FIGURES = st.lists(st.integers(0, 2_000).map(str), max_size=4)


@given(
    figures=st.lists(FIGURES, min_size=30, max_size=60),
    unnumbered=st.sets(st.integers(1, 28), max_size=8),
    first=st.integers(1, 400),
)
def test_figures_at_the_edges_never_change_the_printed_numbers(figures, unnumbered, first):
    pages = [
        lines_at_edges([*above, *BODY, *([] if position in unnumbered else [str(first + position)])])
        for position, above in enumerate(figures)
    ]
    assert printed_labels(pages) == labels(first, first + len(pages) - 1)


@given(st.lists(FIGURES, min_size=20, max_size=60))
def test_figures_at_the_edges_alone_number_nothing(figures):
    assert printed_labels([lines_at_edges([*above, *BODY]) for above in figures]) is None
