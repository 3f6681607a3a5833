"""Dates with a month or a day, in every form in which documents and questions write them."""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING

from chunker.documents import DocumentDate
from chunker.metadata.date_patterns import date_patterns, plain_letters

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOUR_DIGITS = re.compile(r"\d{4}")
_ROMAN_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_CALENDARS_APART = range(10, 14)
"""By how many days the new style was ahead of the old one from 1582 to 2100."""


def date_readings(text: str) -> Iterator[tuple[re.Match[str], DocumentDate]]:
    """Yield every reading of every form, also of the same words in several forms."""
    if not _FOUR_DIGITS.search(text):
        return  # every form holds a year: most texts are told apart here
    patterns = date_patterns()
    for forms, reader in ((patterns.dual_forms, _dual), (patterns.forms, _reading)):
        for form in forms:
            for match in form.finditer(text):
                reading = reader(match)
                if reading is not None:
                    yield match, reading


def month_number(name: str) -> int:
    """Return the number of the month with that name, 0 for none."""
    return date_patterns().months.get(plain_letters(name), 0)


def month_span(year: int, month: int, last_year: int, last_month: int) -> DocumentDate:
    """Return the days from the first of one month to the last of another."""
    last_day = calendar.monthrange(last_year, last_month)[1]
    return DocumentDate(f"{year:04}-{month:02}-01", f"{last_year:04}-{last_month:02}-{last_day:02}", "month")


def _reading(match: re.Match[str]) -> DocumentDate | None:
    parts = match.groupdict()
    year, month = int(parts["y"]), _month(parts)
    last_month = month_number(parts["m2"]) if parts.get("m2") else month
    first_day, last_day = _number(parts.get("d1")), _number(parts.get("d2"))
    if parts.get("n") and month > 12 and first_day and first_day <= 12:
        first_day, month = month, first_day
        last_month = month
    if not (1 <= month <= 12 and last_month):
        return None
    first_day = first_day or last_day
    if first_day is None:
        return month_span(year, month, year, month)
    start, end = _day(year, month, first_day), _day(year, last_month, last_day or first_day)
    if start is None or end is None:
        return month_span(year, month, year, month)
    return DocumentDate(start.isoformat(), max(start, end).isoformat(), "day")


def _dual(match: re.Match[str]) -> DocumentDate | None:
    """Return the later of two dates, the one in the new style; ``None`` where they are no such pair."""
    parts = match.groupdict()
    year = int(parts["y"])
    month = month_number(parts["m1"])
    other_month = month_number(parts["m2"]) if parts.get("m2") else month
    day, other_day = _number(parts["d1"]), _number(parts["d2"])
    if not (month and other_month and day and other_day):
        return None
    years = ((year, int(parts.get("y2") or year)), (year, year - 1), (year - 1, year))
    for first_year, second_year in years:
        first, second = _day(first_year, month, day), _day(second_year, other_month, other_day)
        if first and second and abs((first - second).days) in _CALENDARS_APART:
            new_style = max(first, second).isoformat()
            return DocumentDate(new_style, new_style, "day")
    return None


def _month(parts: dict[str, str | None]) -> int:
    if number := parts.get("n"):
        return int(number)
    if roman := parts.get("r"):
        return _ROMAN_MONTHS.index(roman.upper()) + 1
    return month_number(parts["m1"] or "")


def _number(text: str | None) -> int | None:
    return int(re.sub(r"\D", "", text)) if text else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
