"""Dates as documents write them, read by rule.

"April 21, 1919", "5 august 1941", "December 22-29, 1920", "28 August - 3 September 1939",
"October 1939", "1940-11-14", "14.11.1940", and the word order that machine translation from Russian
leaves behind ("1937 g on May 14.", "October 1937 11 city of": *г.* is both "year" and "city").
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from chunker.documents import DocumentDate
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_YEAR = r"(?:1[0-9]|20)\d\d(?!\d)"
_NUMERIC_FORMS = (
    rf"\b(?P<y>{_YEAR})-(?P<n>0\d|1[0-2])-(?P<d1>[0-3]\d)\b",
    r"\b(?P<d1>[0-3]?\d)\.\s?(?P<n>[01]?\d)\.\s?(?P<y>(?:1[0-9]|20)\d\d)\b",
)
_BARE_YEAR = re.compile(rf"(?<![\d./-])\b(?P<y>1[5-9]\d\d|20\d\d)(?:\s*[-–/]\s*(?P<y2>{_YEAR}))?(?![\d./])")
_FOUR_DIGITS = re.compile(r"\d{4}")
_PRECISION_ORDER = {"day": 0, "month": 1, "year": 2}


@dataclass(frozen=True, slots=True)
class _Words:
    """What the vocabulary says of dates: ``months`` by name, the first and last month of ``seasons``."""

    months: dict[str, int]
    seasons: dict[str, tuple[int, ...]]
    forms: tuple[re.Pattern[str], ...]
    months_of_a_year: re.Pattern[str]
    season: re.Pattern[str]
    span_opens: re.Pattern[str]
    span_joins: re.Pattern[str]


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> _Words:
    seasons = vocabulary.patterns("dates", "seasons")
    joint, span_opens, span_joint, ordinal = (
        vocabulary.alternatives("dates", name) for name in ("joints", "span_opens", "span_joints", "ordinals")
    )
    month = r"[^\W\d_]{3,10}\b\.?"  # any word: looking it up afterwards is faster than a list of ninety
    day = rf"(?:0?[1-9]|[12]\d|3[01]){ordinal}?(?!\d)"
    parts = {"{joint}": rf"\s*{joint}\s*", "{of}": r"\s*(?:of\s+|de\s+|\s)", "{y}": rf"(?P<y>{_YEAR})"}
    parts |= {f"{{m{n}}}": f"(?P<m{n}>{month})" for n in (1, 2)} | {
        f"{{d{n}}}": f"(?P<d{n}>{day})" for n in (1, 2)
    }

    def compiled(form: str) -> re.Pattern[str]:
        for name, part in parts.items():
            form = form.replace(name, part)
        return re.compile(form, re.IGNORECASE)

    return _Words(
        months={
            name: number
            for number, names in enumerate(vocabulary.words("dates", "months"), start=1)
            for name in names.split()
        },
        seasons={name: tuple(map(int, months.split())) for name, months in seasons.items()},
        forms=tuple(map(compiled, (*vocabulary.words("dates", "forms"), *_NUMERIC_FORMS))),
        months_of_a_year=compiled(r"\b{m1}{joint}{m2}\s*,?\s*(?:of\s+)?{y}"),
        season=compiled(rf"\b(?P<season>{'|'.join(seasons)})\s*,?\s*(?:of\s+)?{{y}}"),
        span_opens=re.compile(rf"\b{span_opens}\s+(?:the\s+)?$", re.IGNORECASE),
        span_joins=re.compile(rf"\s*{span_joint}\s+(?:the\s+)?", re.IGNORECASE),
    )


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
    return None if match is None else _years(match)


def read_dates(text: str) -> tuple[DocumentDate, ...]:
    """Return every date, year, season and span of them that ``text`` states, in their order.

    Of readings that share words the longest counts: "October 28, 1920" is a day and not also a month,
    "from May 1939 to June 1940" a span. A winter is the one that begins in its year.
    """
    found: list[tuple[tuple[int, int], DocumentDate | None]]
    found = [(match.span(), reading) for match, reading in _readings(text)]
    for pattern, reader in (
        (_words().months_of_a_year, _months),
        (_words().season, _season),
        (_BARE_YEAR, _years),
    ):
        found += [(match.span(), reader(match)) for match in pattern.finditer(text)]
    kept: list[tuple[tuple[int, int], DocumentDate]] = []
    for (start, end), date_read in sorted(found, key=lambda one: (one[0][0] - one[0][1], one[0])):
        if date_read and all(end <= other[0] or other[1] <= start for other, _ in kept):
            kept.append(((start, end), date_read))
    return tuple(_joined(text, sorted(kept, key=lambda one: one[0])))


def _joined(text: str, dates: Sequence[tuple[tuple[int, int], DocumentDate]]) -> Iterator[DocumentDate]:
    """Yield dates in their order, "from one to another" and "between one and another" as one."""
    opens, joins = _words().span_opens, _words().span_joins
    last: tuple[tuple[int, int], DocumentDate] | None = None
    for span, read in dates:
        if last and opens.search(text[: last[0][0]]) and joins.fullmatch(text, last[0][1], span[0]):
            yield DocumentDate(min(last[1].start, read.start), max(last[1].end, read.end), read.precision)
            last = None
            continue
        if last:
            yield last[1]
        last = (span, read)
    if last:
        yield last[1]


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
    for form in _words().forms:
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


def _years(match: re.Match[str]) -> DocumentDate:
    first, last = int(match["y"]), int(match["y2"] or match["y"])
    return DocumentDate(f"{first:04}-01-01", f"{max(first, last):04}-12-31", "year")


def _months(match: re.Match[str]) -> DocumentDate | None:
    year, first, last = int(match["y"]), _month_number(match["m1"]), _month_number(match["m2"])
    return _span_of_months(year, first, year, last) if 1 <= first <= last else None


def _season(match: re.Match[str]) -> DocumentDate:
    year = int(match["y"])
    first, last = _words().seasons[match["season"].lower()]
    return _span_of_months(year, first, year + (last < first), last)


def _span_of_months(year: int, month: int, last_year: int, last_month: int) -> DocumentDate:
    return DocumentDate(_month(year, month).start, _month(last_year, last_month).end, "month")


def _month_number(name: str) -> int:
    return _words().months.get(name.lower().rstrip("."), 0)


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
