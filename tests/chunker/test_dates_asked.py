from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.metadata.asked_times import read_asked_times, without_times
from chunker.metadata.year_forms import DecadeFinder

years = st.integers(1500, 2098)


def asked(text, finder=None):
    return [(one.first_day, one.last_day) for one in read_asked_times(text, finder)]


def held(*spans):
    """Return a finder over documents whose dates begin on the first days of ``spans`` of years."""
    years_held = {year for first, last in spans for year in range(first, last + 1)}
    return DecadeFinder(lambda first, last: any(first <= f"{year}-01-01" <= last for year in years_held))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("What was built before 1862?", None, "1861-12-31"),
        ("prior to May 1862", None, "1862-04-30"),
        ("before 14 May 1862", None, "1862-05-13"),
        ("pre-1862 walls", None, "1861-12-31"),
        ("before the summer of 1862", None, "1862-05-31"),
        ("before the 1870s", None, "1869-12-31"),
        ("before the end of 1862", None, "1862-12-31"),
        ("before the 1862 fair", None, "1862-12-31"),
        ("before the great fair of 1862", None, "1862-12-31"),
        ("vor 1862", None, "1861-12-31"),
        ("avant 1862", None, "1861-12-31"),
        ("1862'den önce", None, "1861-12-31"),
        ("until 1862", None, "1862-12-31"),
        ("up to 1862", None, "1862-12-31"),
        ("by 14 May 1862", None, "1862-05-14"),
        ("by early 1862", None, "1862-04-30"),
        ("no later than 1862", None, "1862-12-31"),
        ("not after 1862", None, "1862-12-31"),
        ("on or before 14 May 1862", None, "1862-05-14"),
        ("in 1862 or earlier", None, "1862-12-31"),
        ("bis 1862", None, "1862-12-31"),
        ("до 1862", None, "1862-12-31"),
        ("between the great flood and 1862", None, "1862-12-31"),
        ("after 1862", "1863-01-01", None),
        ("after May 1862", "1862-06-01", None),
        ("after 31 December 1862", "1863-01-01", None),
        ("after the 1860s", "1870-01-01", None),
        ("post-1862 trade", "1863-01-01", None),
        ("after the 1862 fair", "1862-01-01", None),
        ("after the treaty of 16 March 1862", "1862-03-16", None),
        ("nach 1862", "1863-01-01", None),
        ("после 1862", "1863-01-01", None),
        ("since 1862", "1862-01-01", None),
        ("since the beginning of 1862", "1862-01-01", None),
        ("since late 1862", "1862-09-01", None),
        ("from 1862 on", "1862-01-01", None),
        ("from 1862 on, the harbour", "1862-01-01", None),
        ("from May 1862 onwards", "1862-05-01", None),
        ("1862 and after", "1862-01-01", None),
        ("not before 1862", "1862-01-01", None),
        ("starting in 1862", "1862-01-01", None),
        ("from 1862 to the present", "1862-01-01", None),
        ("seit 1862", "1862-01-01", None),
        ("depuis 1862", "1862-01-01", None),
        ("in 1862", "1862-01-01", "1862-12-31"),
        ("ruined by the 1862 flood", "1862-01-01", "1862-12-31"),
        ("the difference between modern mills and the 1862 mill", "1862-01-01", "1862-12-31"),
        ("between Anna and Karl in 1862", "1862-01-01", "1862-12-31"),
        ("letters from 1862 on the harbour", "1862-01-01", "1862-12-31"),
        ("letters from 1862", "1862-01-01", "1862-12-31"),
        ("as early as 1862", "1862-01-01", "1862-12-31"),
        ("before and after 1862", "1862-01-01", "1862-12-31"),
        ("from 1862 until 1867", "1862-01-01", "1867-12-31"),
        ("since 1862 until 1867", "1862-01-01", "1867-12-31"),
        ("after 1862 until 1867", "1863-01-01", "1867-12-31"),
        ("after 1862 but before 1867", "1863-01-01", "1866-12-31"),
        ("What did they do 1862?", "1862-01-01", "1862-12-31"),
    ],
)
def test_the_open_end_of_a_time_is_read(text, first, last):
    assert asked(text) == [(first, last)]


def test_two_sides_that_do_not_overlap_are_two_times():
    assert asked("before 1862 and after 1870") == [(None, "1861-12-31"), ("1871-01-01", None)]


@given(years)
def test_the_sides_of_a_year_meet_and_do_not_overlap(year):
    for first, second in (("before", "since"), ("until", "after")):
        ((_, end),), ((begin, _),) = asked(f"{first} {year}"), asked(f"{second} {year}")
        assert date.fromisoformat(end) + timedelta(1) == date.fromisoformat(begin)
    assert asked(f"in {year}") == [(f"{year}-01-01", f"{year}-12-31")]


@given(years, st.sampled_from(["before ", "after ", "since ", "until ", "mid-", "early "]))
def test_the_words_of_a_time_are_those_of_the_question(year, word):
    question = f"Who built the mill {word}{year}, and why?"
    (time,) = read_asked_times(question)
    assert question[time.start_char : time.end_char] == time.text == f"{word}{year}"


@given(years, st.sampled_from(["before ", "after ", "prior to ", "pre-"]))
def test_a_time_that_leaves_out_the_date_it_names_says_which(year, word):
    (time,) = read_asked_times(f"Who built the mill {word}{year}, and why?")
    assert time.left_out == ((f"{year}-01-01", f"{year}-12-31"),)
    assert (
        without_times(f"Who built the mill {word}{year}, and why?", [time]) == "Who built the mill, and why?"
    )
    assert without_times(time.text, read_asked_times(time.text)) == time.text


def test_a_time_that_takes_in_the_date_it_names_leaves_out_none():
    for text in ("since 1862", "until 1862", "in 1862", "before the end of 1862", "after the 1862 fair"):
        assert [one.left_out for one in read_asked_times(text)] == [()], text
    (time,) = read_asked_times("after 1862 but before 1867")
    assert time.left_out == (("1862-01-01", "1862-12-31"), ("1867-01-01", "1867-12-31"))


def test_vague_words_keep_the_year_and_mean_its_part_most():
    (time,) = read_asked_times("early 1862")
    assert (time.first_day, time.last_day, time.core) == (
        "1862-01-01",
        "1862-12-31",
        ("1862-01-01", "1862-04-30"),
    )
    assert time.core_meets(("1862-02-01", "1862-02-01"))
    assert not time.core_meets(("1862-11-01", "1862-11-01"))
    assert time.meets(("1862-11-01", "1862-11-01"))


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(1862, 1878)], [("1870-01-01", "1879-12-31")]),
        ([(1862, 1865)], [("1870-01-01", "1879-12-31")]),
        ([(1862, 1878), (1960, 1975)], [("1970-01-01", "1979-12-31")]),
        ([(1862, 1878), (1960, 1965)], [("1870-01-01", "1879-12-31")]),
        ([(1862, 1865), (1960, 1965)], []),
        ([], []),
    ],
)
def test_a_decade_without_its_century_is_of_a_century_with_papers(spans, expected):
    for text in ("in the seventies", "the '70s", "the 70s"):
        assert asked(text, held(*spans)) == expected


def test_a_decade_takes_the_century_of_the_one_before_it():
    assert asked("the 1860s and '70s") == [("1860-01-01", "1869-12-31"), ("1870-01-01", "1879-12-31")]
    assert asked("in the seventies") == []
