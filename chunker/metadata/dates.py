"""Dates as documents write them, read by rule.

"April 21, 1919", "5 august 1941", "December 22-29, 1920", "28 August - 3 September 1939",
"October 1939", "1940-11-14", "14.XI.1940", "7 November (25 October) 1917", and the word order that machine
translation from Russian leaves behind ("1937 g on May 14.", "October 1937 11 city of": *г.* is both
"year" and "city"). What a question asks of, with open ends, is in :mod:`chunker.metadata.asked_times`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chunker.metadata.date_forms import date_readings
from chunker.metadata.placed_dates import place_dates
from chunker.metadata.year_forms import year_readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chunker.documents import DocumentDate

_PRECISION_ORDER = {"day": 0, "month": 1, "year": 2}


def read_date(text: str) -> DocumentDate | None:
    """Return the first of the most exact dates in ``text``, or ``None`` where it states none.

    A year on its own is not taken for a date: see :func:`read_year`.
    """
    return min(
        date_readings(text),
        key=lambda each: (_PRECISION_ORDER[each[1].precision], each[0].start(), -len(each[0][0])),
        default=(None, None),
    )[1]


def read_year(text: str) -> DocumentDate | None:
    """Return the first year or span of years in ``text`` ("1937", "1919-1920"), or ``None``."""
    return next((reading for _, reading in year_readings(text)), None)


def read_dates(text: str) -> tuple[DocumentDate, ...]:
    """Return every time that ``text`` states, from days to centuries, and spans of them, in their order.

    Each is closed: of "before 1923" it is 1923. Vague words ("mid-1939") leave the whole time, exact ones
    ("the first half of 1939") the part. A decade without a century ("the thirties") is left out.
    """
    return tuple(placed.date for placed in place_dates(text))


def date_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where dates stand in ``text``; they may overlap."""
    yield from (match.span() for match, _ in date_readings(text))


def runs_over(line: str, following: str) -> bool:
    """Return whether a date begins in ``line`` and ends with the ``following`` one, or a word before its end.

    "Report of the board of 3", "May 1911"; "Протокол от 3 мая", "1911 года".
    """
    joined = f"{line} {following}"
    return any(
        start < len(line) < end and len(joined[end:].split()) <= 1 for start, end in date_spans(joined)
    )


def is_date_line(line: str, max_other_words: int) -> bool:
    """Return whether ``line`` is a date with few words beside it: a place, a number, a secrecy mark."""
    spans = list(date_spans(line))
    if not spans:
        return False
    beside = line[: min(start for start, _ in spans)] + line[max(end for _, end in spans) :]
    return len(beside.split()) <= max_other_words


def are_compatible(first: DocumentDate, second: DocumentDate) -> bool:
    """Return whether both may mean the same day: one's range of days touches the other's."""
    return first.start <= second.end and second.start <= first.end


def more_exact(first: DocumentDate, second: DocumentDate) -> DocumentDate:
    """Return the more exact of two dates; ``first`` where they are alike."""
    later_is_finer = _PRECISION_ORDER[second.precision] < _PRECISION_ORDER[first.precision]
    return second if later_is_finer else first
