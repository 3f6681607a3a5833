"""Times longer than a month that a text names: years, seasons, decades, centuries, and spans of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import DocumentDate
from chunker.metadata.date_forms import month_number, month_span
from chunker.metadata.date_patterns import date_patterns, plain_letters

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

_LOOKED_AT = 60
"""How many characters beside a number tell what it is: the longest words for it, and a blank."""
_CENTURIES = range(10, 21)
_ROMAN_DIGITS = {"X": 10, "V": 5, "I": 1}


@dataclass(frozen=True, slots=True)
class DecadeFinder:
    """How the century of "the thirties" is found.

    ``is_held`` tells whether any paper is of the days from one ISO day to another, both inclusive.
    """

    is_held: Callable[[str, str], bool]

    def century_of(self, decade: int) -> int | None:
        """Return the first year of the last century with papers of that ``decade`` (30: the thirties).

        Where none has any, that of the only century with papers; ``None`` where there is no such.
        """
        starts = [century * 100 for century in _CENTURIES]
        of_decade = [start for start in starts if self._has(start + decade, start + decade + 9)]
        if of_decade:
            return of_decade[-1]
        with_papers = [start for start in starts if self._has(start, start + 99)]
        return with_papers[0] if len(with_papers) == 1 else None

    def _has(self, first_year: int, last_year: int) -> bool:
        return self.is_held(f"{first_year:04}-01-01", f"{last_year:04}-12-31")


def year_readings(text: str) -> Iterator[tuple[re.Match[str], DocumentDate]]:
    """Yield the years in ``text`` that stand alone, and spans of years ("1919-1920", "1939/40")."""
    for match in date_patterns().bare_year.finditer(text):
        reading = _years(match)
        if reading is not None and _is_year(text, match):
            yield match, reading


def period_readings(
    text: str, finder: DecadeFinder | None = None
) -> Iterator[tuple[re.Match[str], DocumentDate]]:
    """Yield years, seasons, months of one year, decades and centuries in ``text``.

    A decade without its century is that of the decade before it in the text, or what ``finder`` finds.
    """
    patterns = date_patterns()
    for pattern, reader in (
        (patterns.months_of_a_year, _months),
        (patterns.season, _season),
        (patterns.century, _century),
        (patterns.decade, _decade),
    ):
        for match in pattern.finditer(text):
            reading = reader(match)
            if reading is not None:
                yield match, reading
    yield from year_readings(text)
    yield from _named_decades(text, finder)


def years_span(first: int, last: int) -> DocumentDate:
    """Return the days from the first of one year to the last of another."""
    return DocumentDate(f"{first:04}-01-01", f"{last:04}-12-31", "year")


def before(text: str, position: int) -> str:
    """Return the words before ``position`` that tell what stands there."""
    return text[max(position - _LOOKED_AT, 0) : position]


def _is_year(text: str, match: re.Match[str]) -> bool:
    """Tell a year from a page, a number and a quantity, by the words beside it."""
    patterns = date_patterns()
    leading = before(text, match.start())
    following = text[match.end() : match.end() + _LOOKED_AT]
    if patterns.numbered.search(leading) or patterns.measured.match(following):
        return False
    if (
        match["y2"]
        or match["y2s"]
        or (patterns.dating.search(leading) and not patterns.quantity.search(leading))
    ):
        return True
    return patterns.counted.match(following) is None


def _years(match: re.Match[str]) -> DocumentDate | None:
    first = int(match["y"])
    if match["y2"]:
        return years_span(first, max(first, int(match["y2"])))
    if match["y2s"]:
        return _short_span(first, match["y2s"])
    return years_span(first, first)


def _short_span(year: int, ending: str) -> DocumentDate | None:
    """Return "1939-40" and "1943-5" as years, "1919-11" as a month; ``None`` where it can be neither."""
    hundred = 10 ** len(ending)
    last = year - year % hundred + int(ending)
    if last > year:
        return years_span(year, last)
    if year % 100 == 99 and ending == "00":
        return years_span(year, year + 1)
    month = int(ending) if len(ending) > 1 else 0
    return month_span(year, month, year, month) if 1 <= month <= 12 else None


def _months(match: re.Match[str]) -> DocumentDate | None:
    year, first, last = int(match["y"]), month_number(match["m1"]), month_number(match["m2"])
    return month_span(year, first, year, last) if 1 <= first <= last else None


def _season(match: re.Match[str]) -> DocumentDate:
    seasons, year = date_patterns().seasons, int(match["y"])
    first, last = seasons[plain_letters(match["season"])]
    if match["season2"]:
        last = seasons[plain_letters(match["season2"])][1]
    last_year = year + (last < first)
    if match["y2"]:
        last_year = max(last_year, year - year % 10 ** len(match["y2"]) + int(match["y2"]))
    return month_span(year, first, last_year, last)


def _decade(match: re.Match[str]) -> DocumentDate:
    year = int(match["y"])
    return years_span(year, year + (99 if year % 100 == 0 else 9))


def _century(match: re.Match[str]) -> DocumentDate:
    if match["n"]:
        number = int(match["n"])
    elif match["name"]:
        number = date_patterns().centuries[plain_letters(match["name"])]
    else:
        number = _roman(match["r"])
    return years_span(number * 100 - 99, number * 100)


def _roman(numeral: str) -> int:
    values = [_ROMAN_DIGITS[letter] for letter in numeral]
    signed = [-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True)]
    return sum(signed)


def _named_decades(text: str, finder: DecadeFinder | None) -> Iterator[tuple[re.Match[str], DocumentDate]]:
    """Yield "the thirties", "the late '30s" and "the nineteen-thirties", where their century is known."""
    patterns = date_patterns()
    century: int | None = None
    last_end = 0
    for match in patterns.named_decade.finditer(text):
        leading = before(text, match.start())
        for year in patterns.decade.finditer(text, last_end, match.start()):
            century, last_end = int(year["y"]) // 100 * 100, year.end()
        is_next = last_end and patterns.lists_decades.fullmatch(text, last_end, match.start())
        if not (match["hundred"] or match["apostrophe"] or is_next or patterns.names_decade.search(leading)):
            continue
        if patterns.no_named_decade.search(leading):
            continue
        decade = int(match["n"] or patterns.decades[plain_letters(match["name"])])
        if match["hundred"]:
            century = patterns.hundreds[plain_letters(match["hundred"])] * 100
        found = century if century is not None else finder.century_of(decade) if finder else None
        last_end = match.end()
        if found is not None:
            yield match, years_span(found + decade, found + decade + 9)
