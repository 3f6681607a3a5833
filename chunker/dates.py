"""Dates as documents write them, read by rule.

"April 21, 1919", "5 august 1941", "December 22-29, 1920", "28 August - 3 September 1939",
"October 1939", "1940-11-14", "14.11.1940", and the word order that machine translation from Russian
leaves behind ("1937 g on May 14.", "October 1937 11 city of": *г.* is both "year" and "city").
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from typing import TYPE_CHECKING

from chunker.documents import DocumentDate

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTH_NAMES = (
    # in English, German, French, Spanish, Italian and Russian, as the languages write them in dates
    "january jan januar jänner janvier enero gennaio январь января",
    "february feb februar février fevrier febrero febbraio февраль февраля",
    "march mar märz mars marzo март марта",
    "april apr avril abril aprile апрель апреля",
    "may mai mayo maggio май мая",
    "june jun juni juin junio giugno июнь июня",
    "july jul juli juillet julio luglio июль июля",
    "august aug août aout agosto август августа",
    "september sept sep septembre septiembre settembre сентябрь сентября",
    "october oct oktober octobre octubre ottobre октябрь октября",
    "november nov novembre noviembre novembre ноябрь ноября",
    "december dec dezember décembre decembre diciembre dicembre декабрь декабря",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_MONTH = r"[^\W\d_]{3,10}\b\.?"  # any word: looking it up afterwards is faster than a list of ninety
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|º|\.)?(?!\d)"
_YEAR = r"(?:1[0-9]|20)\d\d(?!\d)"
_DASH = r"\s*(?:-|–|—|to|and|bis|au)\s*"
_OF = r"\s*(?:of\s+|de\s+|\s)"

_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<m1>{_MONTH})\s*(?P<d1>{_DAY}){_DASH}(?P<m2>{_MONTH})\s*(?P<d2>{_DAY})\s*,?\s*(?P<y>{_YEAR})",
        rf"\b(?P<d1>{_DAY}){_OF}(?P<m1>{_MONTH}){_DASH}(?P<d2>{_DAY}){_OF}(?P<m2>{_MONTH})\s*,?\s*(?P<y>{_YEAR})",
        rf"\b(?P<m1>{_MONTH})\s*(?P<d1>{_DAY})(?:{_DASH}(?P<d2>{_DAY}))?\s*,?\s*(?P<y>{_YEAR})",
        rf"\b(?P<d1>{_DAY})(?:{_DASH}(?P<d2>{_DAY}))?{_OF}(?P<m1>{_MONTH})\s*,?\s*(?:de\s+)?(?P<y>{_YEAR})",
        rf"\b(?P<y>{_YEAR})\s*(?:g\b\.?|year)\s*(?P<d1>{_DAY})?\s*on\s+(?P<m1>{_MONTH})\s*(?P<d2>{_DAY})?",
        rf"\b(?P<m1>{_MONTH})\s+(?P<y>{_YEAR})\s+(?P<d1>{_DAY})\s+(?:city|g\b\.?)",
        rf"\b(?P<y>{_YEAR})-(?P<n>0\d|1[0-2])-(?P<d1>[0-3]\d)\b",
        r"\b(?P<d1>[0-3]?\d)\.\s?(?P<n>[01]?\d)\.\s?(?P<y>(?:1[0-9]|20)\d\d)\b",
        rf"\b(?P<m1>{_MONTH})\s*,?\s*(?:of\s+|de\s+)?(?P<y>{_YEAR})",
    )
)
_BARE_YEAR = re.compile(rf"(?<![\d./-])\b(?P<y>1[5-9]\d\d|20\d\d)(?:\s*[-–/]\s*(?P<y2>{_YEAR}))?(?![\d./])")
_FOUR_DIGITS = re.compile(r"\d{4}")
_PRECISION_ORDER = {"day": 0, "month": 1, "year": 2}


def read_date(text: str) -> DocumentDate | None:
    """Return the first of the most exact dates in ``text``, or ``None`` where it states none.

    A year on its own is not taken for a date: see :func:`read_year`.
    """
    return min(
        _readings(text),
        key=lambda each: (_PRECISION_ORDER[each[1].precision], each[0].start(), -len(each[0][0])),
        default=(None, None),
    )[1]


def read_year(text: str) -> DocumentDate | None:
    """Return the first year or span of years in ``text`` ("1937", "1919-1920"), or ``None``."""
    match = _BARE_YEAR.search(text)
    if match is None:
        return None
    first, last = int(match["y"]), int(match["y2"] or match["y"])
    return DocumentDate(f"{first:04}-01-01", f"{max(first, last):04}-12-31", "year")


def date_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where dates stand in ``text``; they may overlap."""
    yield from (match.span() for match, _ in _readings(text))


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


def _readings(text: str) -> Iterator[tuple[re.Match[str], DocumentDate]]:
    """Yield every reading of every form, also of the same words in several forms."""
    if not _FOUR_DIGITS.search(text):
        return  # every form holds a year: most texts are told apart here
    for form in _FORMS:
        for match in form.finditer(text):
            reading = _reading(match)
            if reading is not None:
                yield match, reading


def _reading(match: re.Match[str]) -> DocumentDate | None:
    parts = match.groupdict()
    year = int(parts["y"])
    month = int(parts["n"]) if parts.get("n") else _month_number(parts["m1"])
    last_month = _month_number(parts["m2"]) if parts.get("m2") else month
    if not (1 <= month <= 12 and last_month):
        return None
    first_day, last_day = _number(parts.get("d1")), _number(parts.get("d2"))
    first_day = first_day or last_day
    if first_day is None:
        return _month(year, month)
    start, end = _iso(year, month, first_day), _iso(year, last_month, last_day or first_day)
    if start is None or end is None:
        return _month(year, month)
    return DocumentDate(start, max(start, end), "day")


def _month_number(name: str) -> int:
    return _MONTHS.get(name.lower().rstrip("."), 0)


def _number(text: str | None) -> int | None:
    return int(re.sub(r"\D", "", text)) if text else None


def _month(year: int, month: int) -> DocumentDate:
    last_day = calendar.monthrange(year, month)[1]
    return DocumentDate(f"{year:04}-{month:02}-01", f"{year:04}-{month:02}-{last_day:02}", "month")


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
