"""Times that follow-ups count from the one before: "the year after", "before that", "that spring"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from service.wording.phrases import MONTHS, date_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chunker.metadata.asked_times import AskedTime

_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
"""The first month of each."""
_NUMBERS = {"a": 1, "an": 1, "one": 1, "another": 1} | {
    word: number
    for number, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve".split(), start=2
    )
}
_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_YEARS = {"year": 1, "decade": 10}
_UNIT = "(?P<unit>day|week|fortnight|month|year|decade)"
_NUMBER = rf"(?P<n>{'|'.join(_NUMBERS)}|\d{{1,2}})"
_ENDS = (
    r"(?=\W*$|\s*[,;:]|\s+(?:did|do|does|was|were|is|had|has|what|who|whom|which|how|why|where|in|at|to)\b)"
)
"""Nothing that the word before belongs to follows: not "the year after the war"."""
_OPENS = r"^\W{0,3}(?:and|but|or|so)?\W{0,3}(?:what about|how about)?\W{0,3}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """The days, both inclusive, of the time that others are counted from."""

    first: date
    last: date

    @classmethod
    def of(cls, times: Sequence[AskedTime]) -> Anchor | None:
        """Return the last of ``times`` as one; of one with an open end the date that it names."""
        if not times:
            return None
        last = times[-1]
        first_day, last_day = last.left_out[-1] if last.left_out else (last.first_day, last.last_day)
        if first_day is None or last_day is None:
            year = (first_day or last_day or "")[:4]
            first_day, last_day = f"{year}-01-01", f"{year}-12-31"
        return cls.of_days(first_day, last_day)

    @classmethod
    def of_days(cls, first_day: str, last_day: str) -> Anchor:
        """Return the time from one ISO day to another as one."""
        return cls(date.fromisoformat(first_day), date.fromisoformat(last_day))

    @property
    def is_within_a_year(self) -> bool:
        """Whether all its days are of one year."""
        return self.first.year == self.last.year

    @property
    def words(self) -> str:
        """The time as a question would have it."""
        first, last = self.first, self.last
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            if first.year == last.year:
                return str(first.year)
            is_decade = first.year % 10 == 0 and last.year == first.year + 9
            return f"the {first.year}s" if is_decade else f"from {first.year} to {last.year}"
        if first == last:
            return date_words(first.isoformat())
        is_of_months = first.day == 1 and (last + timedelta(1)).day == 1
        ends = [date_words(day.isoformat()[: 7 if is_of_months else 10]) for day in (first, last)]
        return ends[0] if ends[0] == ends[1] else f"from {ends[0]} to {ends[1]}"


@dataclass(frozen=True, slots=True)
class RelativeTime:
    """A span of a question, and the time that is meant there, in words that can be read as one."""

    start_char: int
    end_char: int
    words: str


def counts_from_another_time(question: str) -> bool:
    """Tell whether ``question`` has words for a time that is counted from another."""
    return any(pattern.search(question) for pattern, _ in _FORMS)


def read_relative_time(question: str, anchor: Anchor) -> RelativeTime | None:
    """Return the time that ``question`` counts from ``anchor``, ``None`` where it counts none."""
    for pattern, meant in _FORMS:
        match = pattern.search(question)
        try:
            words = meant(match, anchor) if match else None
        except (ValueError, OverflowError):
            words = None  # beyond the years that there are
        if match and words:
            return RelativeTime(match.start("time"), match.end("time"), words)
    return None


def _counted(match: re.Match[str], anchor: Anchor) -> str | None:
    number = match["n"].lower()
    return _moved(anchor, match["unit"].lower(), _sign(match) * int(_NUMBERS.get(number, 0) or number))


def _next(match: re.Match[str], anchor: Anchor) -> str | None:
    return _moved(anchor, match["unit"].lower(), _sign(match))


def _next_season(match: re.Match[str], anchor: Anchor) -> str:
    season, is_later = match["season"].lower(), _sign(match) > 0
    month = _SEASONS[season]
    if is_later:
        year = anchor.last.year + (anchor.last.month >= month)
    else:
        year = anchor.first.year - (anchor.first.month <= month + 2)
    return f"{season} {year}"


def _that_season(match: re.Match[str], anchor: Anchor) -> str | None:
    return f"{match['season'].lower()} {anchor.first.year}" if anchor.is_within_a_year else None


def _that_month(match: re.Match[str], anchor: Anchor) -> str | None:
    return f"{match['month'].title()} {anchor.first.year}" if anchor.is_within_a_year else None


def _that_day(match: re.Match[str], anchor: Anchor) -> str | None:
    if not anchor.is_within_a_year:
        return None
    month = [one.lower() for one in MONTHS].index(match["month"].lower()) + 1
    return date_words(date(anchor.first.year, month, int(match["day"])).isoformat())


def _that_unit(match: re.Match[str], anchor: Anchor) -> str | None:
    year, unit = anchor.first.year, match["unit"].lower()
    if unit == "decade":
        return f"the {year - year % 10}s"
    if unit == "year" and anchor.is_within_a_year:
        return str(year)
    is_in_month = anchor.is_within_a_year and anchor.first.month == anchor.last.month
    return f"{MONTHS[anchor.first.month - 1]} {year}" if unit == "month" and is_in_month else None


def _rest_of_unit(match: re.Match[str], anchor: Anchor) -> str | None:
    """Return "later that year", "earlier that month"."""
    if not anchor.is_within_a_year:
        return None
    year, month = anchor.first.year, anchor.first.month
    months = (1, 12) if match["unit"].lower() == "year" else (month, anchor.last.month)
    start = date(year, months[0], 1)
    end = date(year, months[1], calendar.monthrange(year, months[1])[1])
    if _sign(match) > 0:
        return Anchor(anchor.last + timedelta(1), end).words if anchor.last < end else None
    return Anchor(start, anchor.first - timedelta(1)).words if start < anchor.first else None


def _beside(match: re.Match[str], anchor: Anchor) -> str:
    side = match["side"].lower() if match["side"] else "after"
    side = {"earlier": "before", "previously": "before", "beforehand": "before"}.get(side, side)
    side = side if side in ("before", "until", "till", "since") else "after"
    words = anchor.words.removeprefix("from ").split(" to ")
    return f"{side} {words[0] if side in ('before', 'since') else words[-1]}"


def _sign(match: re.Match[str]) -> int:
    side = match["side"].lower()
    return -1 if side.startswith(("earlier", "before", "prev", "prec", "last", "prior")) else 1


def _moved(anchor: Anchor, unit: str, count: int) -> str | None:
    """Return the time ``count`` units after ``anchor``, as exact as both are; ``None``: too exact to tell."""
    start = anchor.last if count > 0 else anchor.first
    if unit == "decade":
        decade = start.year - start.year % 10 + 10 * count
        return f"the {decade}s"
    if unit == "year":
        return date(start.year + count, 1, 1).strftime("%Y")
    if (anchor.last - anchor.first).days > 31:
        return None
    if unit == "month":
        months = start.year * 12 + start.month - 1 + count
        return f"{MONTHS[months % 12]} {date(months // 12, 1, 1).year}"
    if anchor.first != anchor.last:
        return None
    day = start + timedelta(count * _DAYS[unit])
    slack = timedelta(0 if unit == "day" else 3)
    return Anchor(day - slack, day + slack).words


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NEXT = "(?P<side>next|following|subsequent|coming|previous|preceding|prior|last)"
_SEASON = f"(?P<season>{'|'.join(_SEASONS)})"
_MONTH = "|".join(MONTHS)
_SAME = r"(?:that(?: (?:very|same))?|the (?:very )?same)"
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Anchor], str | None]], ...] = (
    (_form(rf"\b(?P<time>{_NUMBER}\s+{_UNIT}s?\s+(?P<side>later|earlier))\b"), _counted),
    (
        _form(
            rf"\b(?P<time>{_NUMBER}\s+{_UNIT}s?\s+(?P<side>after|before)(?:\s*wards|\s+(?:that|then))?){_ENDS}"
        ),
        _counted,
    ),
    (
        _form(
            rf"\b(?P<time>(?:in\s+|on\s+)?the\s+{_UNIT}\s+(?P<side>after|before)(?:\s+(?:that|then))?){_ENDS}"
        ),
        _next,
    ),
    (_form(rf"\b(?P<time>(?:(?:in|on|during)\s+)?(?:the\s+)?{_NEXT}\s+{_UNIT})\b(?!\s+of\b)"), _next),
    (_form(rf"\b(?P<time>(?:(?:in|during)\s+)?(?:the\s+)?{_NEXT}\s+{_SEASON})\b(?!\s+of\b)"), _next_season),
    (
        _form(rf"\b(?P<time>(?P<side>later|earlier)\s+(?:on\s+)?(?:in\s+)?{_SAME}\s+(?P<unit>year|month))\b"),
        _rest_of_unit,
    ),
    (_form(rf"\b(?P<time>(?:(?:in|during|of)\s+)?{_SAME}\s+{_SEASON})\b"), _that_season),
    (_form(rf"\b(?P<time>(?:in|during)\s+(?:the\s+)?{_SEASON}){_ENDS}"), _that_season),
    (_form(rf"\b(?P<time>(?:(?:in|during|of)\s+)?{_SAME}\s+(?P<unit>year|month|decade))\b"), _that_unit),
    (
        _form(rf"(?:{_OPENS}|\b)(?P<time>(?:in|during)\s+(?P<month>{_MONTH})){_ENDS}(?!\s*+,?\s*+\d)"),
        _that_month,
    ),
    (
        _form(
            rf"\b(?P<time>on\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH}))"
            rf"{_ENDS}(?!\s*+,?\s*+\d)"
        ),
        _that_day,
    ),
    (
        _form(
            rf"\b(?P<time>on\s+(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?){_ENDS}(?!\s*+,?\s*+\d)"
        ),
        _that_day,
    ),
    (_form(rf"\b(?P<time>(?P<side>before|after|until|till|since)\s+(?:that|then)){_ENDS}"), _beside),
    (_form(r"\b(?P<time>(?P<side>afterwards?|thereafter|subsequently))\b"), _beside),
    (
        _form(
            rf"{_OPENS}(?P<time>(?:(?:and|even)\s+)?(?P<side>later|afterwards?|after|then|earlier|before|beforehand|"
            r"previously)(?:\s+on)?)\W*$"
        ),
        _beside,
    ),
)
