import pytest

from chunker.metadata.dates import read_dates


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
