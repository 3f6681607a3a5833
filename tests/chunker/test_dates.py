from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunker.metadata.dates import read_date, read_dates, read_year
from chunker.vocabulary import PACKAGED

MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
]  # fmt: skip
ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
any_day = st.dates(date(1500, 1, 1), date(2099, 12, 31))


def days(text):
    return [(one.start, one.end) for one in read_dates(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What happened on 28 October 1920?", [("1920-10-28", "1920-10-28")]),
        ("What in July 1940?", [("1940-07-01", "1940-07-31")]),
        ("What happened in 1937?", [("1937-01-01", "1937-12-31")]),
        ("Who ruled in 1919-1921?", [("1919-01-01", "1921-12-31")]),
        ("in the autumn of 1939", [("1939-09-01", "1939-11-30")]),
        ("in winter 1940", [("1940-12-01", "1941-02-28")]),
        ("between March and June 1939", [("1939-03-01", "1939-06-30")]),
        ("between 3 March and 5 June 1939", [("1939-03-03", "1939-06-05")]),
        ("from March 1939 to June 1940", [("1939-03-01", "1940-06-30")]),
        ("from the spring of 1939 to the autumn of 1940", [("1939-03-01", "1940-11-30")]),
        ("between 1919 and 1921 or in 1925", [("1919-01-01", "1921-12-31"), ("1925-01-01", "1925-12-31")]),
        ("in 1937 and in July 1940", [("1937-01-01", "1937-12-31"), ("1940-07-01", "1940-07-31")]),
        ("June to March 1939", [("1939-03-01", "1939-03-31")]),
        ("In May he sold 1200 rifles at 12.30", []),
        ("", []),
    ],
)
def test_every_date_of_a_text_is_read_once_as_exactly_as_it_stands(text, expected):
    assert days(text) == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("Who sat there in the 1870s?", "1870-01-01", "1879-12-31"),
        ("the 1870's", "1870-01-01", "1879-12-31"),
        ("in the late 1870s", "1870-01-01", "1879-12-31"),
        ("the first half of the 1870s", "1870-01-01", "1874-12-31"),
        ("from the 1850s to the 1870s", "1850-01-01", "1879-12-31"),
        ("the eighteen-seventies", "1870-01-01", "1879-12-31"),
        ("1870er Jahre", "1870-01-01", "1879-12-31"),
        ("1870-е годы", "1870-01-01", "1879-12-31"),
        ("the 1800s", "1800-01-01", "1899-12-31"),
        ("the 18th century", "1701-01-01", "1800-12-31"),
        ("in the eighteenth century", "1701-01-01", "1800-12-31"),
        ("XVIII век", "1701-01-01", "1800-12-31"),
        ("1862-67", "1862-01-01", "1867-12-31"),
        ("1862–67", "1862-01-01", "1867-12-31"),
        ("1862—1867", "1862-01-01", "1867-12-31"),
        ("1862/63", "1862-01-01", "1863-12-31"),
        ("1862-3", "1862-01-01", "1863-12-31"),
        ("1899/00", "1899-01-01", "1900-12-31"),
        ("1862 to 1867", "1862-01-01", "1867-12-31"),
        ("1862 through 1867", "1862-01-01", "1867-12-31"),
        ("zwischen 1862 und 1867", "1862-01-01", "1867-12-31"),
        ("entre 1862 et 1867", "1862-01-01", "1867-12-31"),
        ("с 1862 по 1867", "1862-01-01", "1867-12-31"),
        ("od 1862 do 1867", "1862-01-01", "1867-12-31"),
        ("between the fair of 1862 and 1867", "1862-01-01", "1867-12-31"),
        ("May 1862 - March 1863", "1862-05-01", "1863-03-31"),
        ("May/June 1862", "1862-05-01", "1862-06-30"),
        ("1862-11", "1862-11-01", "1862-11-30"),
        ("mid-1862", "1862-01-01", "1862-12-31"),
        ("early 1862", "1862-01-01", "1862-12-31"),
        ("at the end of 1862", "1862-01-01", "1862-12-31"),
        ("the first half of 1862", "1862-01-01", "1862-06-30"),
        ("the second half of 1862", "1862-07-01", "1862-12-31"),
        ("the last quarter of 1862", "1862-10-01", "1862-12-31"),
        ("the second half of June 1862", "1862-06-16", "1862-06-30"),
        ("spring of 1862", "1862-03-01", "1862-05-31"),
        ("spring and summer of 1862", "1862-03-01", "1862-08-31"),
        ("the winter of 1862-63", "1862-12-01", "1863-02-28"),
        ("im Herbst 1862", "1862-09-01", "1862-11-30"),
        ("It was built in 1862.", "1862-01-01", "1862-12-31"),
        ("в 1862-м году", "1862-01-01", "1862-12-31"),
        ("(1862)", "1862-01-01", "1862-12-31"),
        ("the 1862 fair", "1862-01-01", "1862-12-31"),
        ("the treaty of 1862 shows that", "1862-01-01", "1862-12-31"),
        ("1862 was a dry year", "1862-01-01", "1862-12-31"),
        ("minutes 1862 harbour board", "1862-01-01", "1862-12-31"),
        ("In 1862 ships came.", "1862-01-01", "1862-12-31"),
    ],
)
def test_a_time_of_any_length_is_one_closed_range(text, first, last):
    assert days(text) == [(first, last)]


@pytest.mark.parametrize(
    "text",
    [
        "1862 barrels were sold",
        "1862 empty barrels were sold",
        "a load of 1862 barrels",
        "He sent 1862 men.",
        "1862 of the barrels leaked",
        "1862 tons",
        "1862 % of it",
        "a wall of 1862 metres",
        "page 1862",
        "pp. 1862-1870",
        "No. 1862",
        "no.1862",
        "Nr. 1862",
        "№ 1862",
        "fol. 1862",
        "box 1862",
        "f. 3, op. 1, d. 1862, l. 7",
        "1,862",
        "21,862 men",
        "£1862",
        "14/1862",
        "At 1500 hours",
        "the seventies",
        "a man in his early thirties",
        "model T-1862x",
        "the 1862-nQ engine",
    ],
)
def test_pages_numbers_and_quantities_are_no_years(text):
    assert days(text) == []


DAY = "1862-11-14"


@pytest.mark.parametrize(
    "text",
    """14 XI 1862|14.XI.1862|14. XI. 1862|14-xi-1862|14/11/1862|11/14/1862|14-11-1862|14. 11. 1862|1862/11/14
    14-Nov-1862|Nov-14-1862|Nov. 14, 1862|November the 14th 1862|the 14th of November, 1862
    14th day of November 1862
    am 14. November 1862|le 14 novembre 1862|il 14 novembre 1862
    14 de noviembre de 1862|14 de novembro de 1862
    14 ноября 1862 г.|14-го ноября 1862|14 listopada 1862 r.|14. listopadu 1862|14 Kasım 1862'de|14 KASIM 1862
    14 November (2 November) 1862|2 November (14 November) 1862|14 (2) November 1862|2/14 November 1862
    November 14 (2), 1862|14 November 1862 (2 November)|14 November [O.S. 2 November] 1862
    """.replace("\n", "|").split("|"),
)
def test_a_day_is_read_in_every_form(text):
    assert days(text.strip()) == ([(DAY, DAY)] if text.strip() else [])


def test_of_two_calendars_the_new_style_counts_also_at_the_turn_of_a_year():
    assert days("30 December 1862 (11 January 1863)") == [("1863-01-11", "1863-01-11")]
    assert days("30 December (11 January) 1863") == [("1863-01-11", "1863-01-11")]
    assert days("14/15 November 1862") == [("1862-11-14", "1862-11-15")]


@given(
    any_day,
    st.sampled_from(["{d} {m} {y}", "{d}. {m} {y}", "{m} {d}, {y}", "{d}-{m}-{y}", "the {d} of {m}, {y}"]),
)
def test_every_day_is_read_by_the_names_of_its_month(day, form):
    names = PACKAGED.words("dates", "months")[day.month - 1].split()
    for name in (*names, names[0].upper(), names[0].title()):
        text = form.format(d=day.day, m=name, y=day.year)
        assert [(one.start, one.precision) for one in read_dates(text)] == [(day.isoformat(), "day")], text


@given(any_day)
def test_numbers_are_read_day_first_and_roman_numerals_as_months(day):
    for form in (
        "{d}/{n}/{y}",
        "{d}.{n}.{y}",
        "{d:02}-{n:02}-{y}",
        "{y}-{n:02}-{d:02}",
        "{d} {r} {y}",
        "{d}.{r}.{y}",
    ):
        text = form.format(d=day.day, n=day.month, y=day.year, r=ROMAN[day.month - 1])
        assert read_date(text).start == day.isoformat(), text


@given(any_day, st.integers(0, 4000))
def test_two_days_with_a_word_between_are_one_span(first, length):
    last = min(first + timedelta(length), date(2099, 12, 31))
    for form in ("from {} to {}", "between {} and {}", "{} - {}", "{} until {}"):
        text = form.format(*(f"{one.day} {MONTHS[one.month - 1]} {one.year}" for one in (first, last)))
        assert days(text) == [(first.isoformat(), last.isoformat())], text


@given(st.text(alphabet="18620.,-/ ()apsinrtheof'", max_size=60))
def test_any_text_gives_dates_in_their_order_with_an_end_not_before_the_beginning(text):
    assert all(one.start <= one.end for one in read_dates(text))
    assert read_year(text) is None or read_year(text).precision in ("year", "month")
