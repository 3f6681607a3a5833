"""Every time that a text states, in its place: the longest reading of its words, parts and spans as one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from chunker.documents import DocumentDate
from chunker.metadata.date_forms import date_readings, month_span
from chunker.metadata.date_patterns import date_patterns
from chunker.metadata.year_forms import before, period_readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chunker.metadata.year_forms import DecadeFinder

_OF_MANY_PARTS = 2


@dataclass(frozen=True, slots=True)
class PlacedDate:
    """A time that a text states at a span of it.

    ``core`` is the part of it that vague words mean ("early 1940"), the whole without any. ``edge`` is
    ``start`` or ``end`` where only that is meant. ``first`` is what a span of two dates begins with.
    """

    start_char: int
    end_char: int
    date: DocumentDate
    core: DocumentDate
    edge: str = ""
    first: PlacedDate | None = None


def place_dates(text: str, finder: DecadeFinder | None = None) -> list[PlacedDate]:
    """Return every date, year, season, decade, century, part and span of them in ``text``, in order.

    Of readings that share words the longest counts: "October 28, 1920" is a day and not also a month,
    "from May 1939 to June 1940" a span. A winter is the one that begins in its year.
    """
    readings = [
        PlacedDate(*match.span(), date_read, date_read)
        for found in (date_readings(text), period_readings(text, finder))
        for match, date_read in found
    ]
    return list(_joined(text, [_with_part(text, placed) for placed in _longest(readings)]))


def _longest(readings: Iterable[PlacedDate]) -> list[PlacedDate]:
    """Return readings that share no words, in the order of the text, the longest first chosen."""
    kept: list[PlacedDate] = []
    for one in sorted(readings, key=lambda one: (one.start_char - one.end_char, one.start_char)):
        if all(one.end_char <= other.start_char or other.end_char <= one.start_char for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start_char)


def _with_part(text: str, placed: PlacedDate) -> PlacedDate:
    """Return the part of the date that the words before it name: "the first half of", "early"."""
    patterns = date_patterns()
    leading = before(text, placed.start_char)
    for table in (patterns.parts, patterns.vague_parts):
        for pattern, meaning in table:
            match = pattern.search(leading)
            if match is None:
                continue
            share, _, edge = meaning.partition(" ")
            part = _part(placed.date, *map(int, share.split("/")))
            start_char = placed.start_char - len(match[0])
            if table is patterns.parts:
                return replace(placed, start_char=start_char, date=part, core=part)
            return replace(placed, start_char=start_char, core=part, edge=edge)
    return placed


def _part(whole: DocumentDate, number: int, count: int) -> DocumentDate:
    """Return one of ``count`` equal parts, of whole months where these can be shared out."""
    start, end = date.fromisoformat(whole.start), date.fromisoformat(whole.end)
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    is_of_months = start.day == 1 and (end + timedelta(1)).day == 1
    if is_of_months and months >= _OF_MANY_PARTS and months % count == 0:
        length = months // count
        first = start.year * 12 + start.month - 1 + length * (number - 1)
        last = first + length - 1
        return month_span(first // 12, first % 12 + 1, last // 12, last % 12 + 1)
    days = (end - start).days + 1
    first_day = start + timedelta(days * (number - 1) // count)
    last_day = max(first_day, start + timedelta(days * number // count - 1))
    return DocumentDate(first_day.isoformat(), last_day.isoformat(), "day")


def _joined(text: str, dates: Sequence[PlacedDate]) -> Iterator[PlacedDate]:
    """Yield dates in their order, "from one to another" and "between one and another" as one."""
    last: PlacedDate | None = None
    for placed in dates:
        if last and (joined := _join(text, last, placed)):
            last = joined
            continue
        if last:
            yield last
        last = placed
    if last:
        yield last


def _join(text: str, first: PlacedDate, second: PlacedDate) -> PlacedDate | None:
    patterns = date_patterns()
    between = (first.end_char, second.start_char)
    if first.first is not None:
        return None
    leading = before(text, first.start_char)
    opens = patterns.span_opens.search(leading) or patterns.span_opens_by_event.search(leading)
    if opens and patterns.span_joins.fullmatch(text, *between):
        start_char = first.start_char - len(opens[0])
    elif first.date.start <= second.date.start and patterns.plain_joins.fullmatch(text, *between):
        start_char = first.start_char
    else:
        return None
    return PlacedDate(
        start_char,
        second.end_char,
        _hull(first.date, second.date),
        _hull(first.core, second.core),
        first=replace(first, start_char=start_char),
    )


def _hull(first: DocumentDate, second: DocumentDate) -> DocumentDate:
    return DocumentDate(min(first.start, second.start), max(first.end, second.end), second.precision)
