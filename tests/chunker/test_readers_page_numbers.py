"""Numbers printed on pages: which of them number the pages, and which stand there by chance."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chunker.documents import Page
from chunker.readers.printed_pages.labels import roman_numeral, roman_value
from chunker.readers.printed_pages.numbers import printed_pages

BODY = ("words that run on", "and on", "to the end of the page")


def numbered(first, last):
    return [(*BODY, str(number)) for number in range(first, last + 1)]


def labels(first, last):
    return list(map(str, range(first, last + 1)))


def cited(pages):
    """The labels of pages, estimated ones as "~3", ``None`` for no known page; ``None`` for no numbers."""
    found = printed_pages(pages)
    return found if found is None else [page and "~" * (page.margin > 0) + page.label for page in found]


def sure(pages):
    """The labels of the pages that are not estimated, by position."""
    return {number: label for number, label in enumerate(cited(pages)) if label and label[0] != "~"}


@given(st.integers(1, 4000))
def test_roman_numerals_come_back_from_their_value(value):
    assert roman_value(roman_numeral(value)) == value
    assert roman_value(roman_numeral(value).upper()) == value


@pytest.mark.parametrize("word", ["", "mix ed", "iiii", "vx", "dill"])
def test_words_of_roman_letters_are_no_numerals(word):
    assert roman_value(word) is None


def test_a_page_without_a_number_has_its_own_between_two_that_show_theirs():
    pages = [("Cover",), ("i",), ("ii",), ("iii",), ("1",), ("Plate",), ("3", "x"), ("4",), ("5",)]
    assert cited(pages) == [None, "i", "ii", "iii", "1", "2", "3", "4", "5"]


def test_numbers_that_do_not_run_are_no_labels():
    assert cited([("1936",), ("12",), ("7",), ("3",), ("40",)]) is None


def test_plates_put_between_pages_shift_the_numbers_after_them_and_are_estimated():
    pages = [*numbered(1, 10), ("Plate",), ("Plate",), *numbered(11, 20)]
    assert cited(pages)[:10] + cited(pages)[12:] == labels(1, 20)
    assert all(page.margin == 2 for page in printed_pages(pages)[10:12])


@pytest.mark.parametrize("heads", [("THE FERRY. {}", "{} THE FERRY."), ("{}", "{}"), ("Page {} of 90",) * 2])
def test_lost_leaves_shift_the_numbers_after_them(heads):
    numbers = [49, 50, 52, 53, 54, 57, 58, 59]
    pages = [(heads[number % 2].format(number), *BODY) for number in numbers]
    assert cited(pages) == list(map(str, numbers))


def test_a_page_that_was_scanned_twice_has_its_number_twice():
    pages = [*numbered(1, 20), *numbered(20, 40)]
    assert cited(pages) == labels(1, 20) + labels(20, 40)


def test_roman_numerals_beside_words_number_a_preface():
    front = [(f"PREFACE {roman_numeral(number)}", *BODY) for number in range(5, 15)]
    pages = [("Title",), *front, *[(f"{number} THE FERRY", *BODY) for number in range(1, 40)]]
    assert cited(pages) == ["~iv", *map(roman_numeral, range(5, 15)), *labels(1, 39)]


def test_numerals_that_go_over_into_numbers_without_beginning_anew_are_cited_as_printed():
    pages = [BODY, BODY, *[(*BODY, label) for label in ("iii", "iv", "v", "6", "7", "8", "9")]]
    assert cited(pages) == ["~i", "~ii", "iii", "iv", "v", "6", "7", "8", "9"]


def test_four_roman_pages_before_many_arabic_ones_have_their_labels():
    front = [(*BODY, numeral) for numeral in ("i", "ii", "iii", "iv")]
    assert cited([*front, *numbered(1, 300)]) == ["i", "ii", "iii", "iv", *labels(1, 300)]


def test_two_roman_numerals_are_too_few_to_be_labels():
    front = [("I", *BODY), ("II", *BODY)]
    assert cited([*front, *numbered(1, 100)]) == [None, None, *labels(1, 100)]


def test_numerals_that_part_sections_inside_the_book_number_no_pages():
    pages = numbered(1, 100)
    pages[40:43] = [(numeral, *BODY) for numeral in ("I", "II", "III")]
    assert cited(pages) == labels(1, 100)


def test_a_few_pages_between_many_plates_have_their_numbers():
    pages = [page for first in range(1, 60, 4) for page in (("Plate",), *numbered(first, first + 3))]
    numbers = [label for position, label in enumerate(cited(pages)) if position % 5]
    assert numbers == labels(1, 60)


def test_a_number_that_its_neighbours_contradict_is_not_believed():
    pages = numbered(1, 30)
    pages[16] = (*BODY, "71")
    assert printed_pages(pages)[16] == Page("17", "estimated", 1)
    assert sure(pages) == {position: str(position + 1) for position in range(30) if position != 16}


@pytest.mark.parametrize("first", [500, 1936])
@pytest.mark.parametrize("shape", ["{}", "The siege of {}"])
def test_years_and_figures_over_pages_without_a_number_are_no_labels(first, shape):
    chronicle = [(shape.format(first + number), *BODY) for number in range(5)]
    assert cited([*numbered(1, 80), *chronicle]) == [*labels(1, 80), *(f"~{n}" for n in range(81, 86))]
    assert cited([*chronicle, *numbered(1, 80)]) == [None] * 5 + labels(1, 80)
    inside = [*numbered(1, 40), *chronicle, *numbered(46, 80)]
    assert cited(inside) == labels(1, 80)


@pytest.mark.parametrize("shape", ["{}", "The siege, {}", "LETTERS OF {}", "{} AT SEA", "Trieste, 4 May {}"])
def test_years_in_headings_number_no_pages(shape):
    assert cited([(shape.format(year), *BODY) for year in range(1912, 1924)]) is None


@pytest.mark.parametrize("shape", ["{} May", "{} May 1912", "May {}", "Letter {}", "CHAPTER {}", "No. {}"])
def test_what_counts_days_letters_and_chapters_numbers_no_pages(shape):
    assert cited([("A heading", *BODY), *((shape.format(n), *BODY) for n in range(1, 25))]) is None


def test_numbers_of_four_digits_in_turns_at_the_outer_edges_are_pages():
    heads = ("{} SMITH AND JONES", "ON FERRIES {}")
    pages = [(heads[number % 2].format(number), *BODY) for number in range(1912, 1920)]
    assert cited(pages) == labels(1912, 1919)


@pytest.mark.parametrize("head", ["THE FERRY     {}", "{}     THE FERRY", "1912    {}    FERRIES"])
def test_a_number_that_wide_gaps_set_off_is_seen(head):
    assert cited([(head.format(number), *BODY) for number in range(7, 20)]) == labels(7, 19)


def test_what_is_no_page_number_does_not_hide_the_one_that_is():
    pages = [
        (f"LETTERS OF {1871 + number}", *BODY, "a word", "and on", str(number)) for number in range(1, 40)
    ]
    assert cited(pages) == labels(1, 39)
    assert cited([(*page[:-1], page[-1], "see above", "and below") for page in pages]) == labels(1, 39)


def test_numbers_of_formulas_that_happen_to_rise_number_no_pages():
    above = ((), ("as we see",), ("as we see", "and know"))
    pages = [(*BODY, "It follows", f"({number})", *above[number % 3]) for number in range(1, 8)]
    assert cited(pages) is None


@pytest.mark.parametrize("shape", ["{}", "{}.", "({})"])
def test_the_numbers_of_a_list_before_the_first_page_are_no_labels(shape):
    contents = [(shape.format(number), *BODY) for number in (1, 2, 3)]
    assert cited([*contents, *numbered(1, 80)]) == [None, None, None, *labels(1, 80)]


def test_figures_inside_the_edges_of_a_few_pages_are_no_labels():
    table = [("Exports", str(number), "cotton", "wool", "figs", "sum") for number in (81, 82, 83)]
    assert sure([*numbered(1, 80), BODY, BODY, *table]) == dict(enumerate(labels(1, 80)))


def test_chapters_that_each_count_from_1_do_not_number_the_book():
    assert cited([page for _ in range(10) for page in numbered(1, 10)]) is None


FIGURES = st.lists(st.integers(0, 2_000).map(str), max_size=4)


@given(
    figures=st.lists(FIGURES, min_size=30, max_size=60),
    unnumbered=st.sets(st.integers(1, 28), max_size=8),
    first=st.integers(1, 400),
)
def test_figures_at_the_edges_never_change_the_printed_numbers(figures, unnumbered, first):
    pages = [
        [*above, *BODY, *([] if position in unnumbered else [str(first + position)])]
        for position, above in enumerate(figures)
    ]
    assert cited(pages) == labels(first, first + len(pages) - 1)


@given(st.lists(FIGURES, min_size=20, max_size=60))
def test_figures_at_the_edges_alone_number_nothing(figures):
    assert printed_pages([[*above, *BODY] for above in figures]) is None


# one page between a plate and lost leaves: no other page bears its number out
@example(lost={28, 29}, plates={26}, silent=set())
@given(
    lost=st.sets(st.integers(3, 55), max_size=5),
    plates=st.sets(st.integers(3, 55), max_size=5),
    silent=st.sets(st.integers(1, 60), max_size=15),
)
def test_what_is_sure_is_right_and_what_is_estimated_lies_within_its_margin(lost, plates, silent):
    pages, truth = [], []
    for number in range(1, 61):
        if number in lost:
            continue
        # a plate in the place of a lost leaf cannot be told from it where no number shows
        is_silent = number in silent and lost.isdisjoint(range(number - 3, number + 4))
        pages.append(BODY if is_silent else (f"{number} THE FERRY", *BODY))
        truth.append(number)
        if number in plates:
            pages.append(("Plate: a portrait",))
            truth.append(None)
    for page, number in zip(printed_pages(pages) or (), truth, strict=False):
        if page is not None and number is not None:
            assert abs(int(page.label) - number) <= page.margin


def in_chapters(parts, per_part=6, number="{}-{}"):
    return [
        (*BODY, f"MANUAL OF FERRIES\t{number.format(part, page)}")
        for part in parts
        for page in range(1, per_part + 1)
    ]


@pytest.mark.parametrize("number", ["{}-{}", "{} - {}", "{}–{}"])
def test_pages_that_chapters_count_have_the_numbers_printed_on_them(number):
    expected = [f"{part}-{page}" for part in (*"12", "A") for page in range(1, 7)]
    assert cited(in_chapters((*"12", "A"), number=number)) == expected


def test_a_page_of_a_chapter_without_its_number_has_the_one_between_its_neighbours():
    pages = in_chapters("123")
    pages[8] = BODY
    pages[6] = (*BODY, "MANUAL OF FERRIES")
    assert cited(pages)[6:10] == [None, "2-2", "2-3", "2-4"]


def test_a_preface_before_counted_chapters_keeps_its_numerals():
    preface = [(*BODY, numeral) for numeral in ("iii", "iv", "v", "vi")]
    assert cited([*preface, *in_chapters("12")])[:5] == ["iii", "iv", "v", "vi", "1-1"]


def test_a_chapter_that_lost_a_leaf_is_cited_as_printed_on_both_sides():
    pages = in_chapters("12", per_part=9)
    del pages[4]
    assert cited(pages)[2:6] == ["1-3", "1-4", "1-6", "1-7"]


@pytest.mark.parametrize("line", ["from 3-5 to 4-{}", "B-52 and F-16", "1939-40", "see 2-7", "score 3-{}"])
def test_numbers_with_a_dash_that_do_not_rise_with_the_pages_number_none(line):
    assert cited([(*BODY, line.format(page * 7 % 5)) for page in range(1, 12)]) is None


def test_what_a_table_of_contents_lists_at_the_ends_of_its_lines_numbers_none_of_its_pages():
    contents = [
        (*BODY, "Ropes and knots 2-3", "Ferrymen 2-4", "iii"),
        (*BODY, "Tolls at night 2-4", "Bells 2-5", "iv"),
        (*BODY, "Fog 2-6", "v"),
    ]
    assert cited([*contents, *in_chapters("123")])[:5] == ["iii", "iv", "v", "1-1", "1-2"]
