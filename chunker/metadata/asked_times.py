"""The times that a question asks of, with open ends: "before 1923", "since the thirties", "in May 1939"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from chunker.metadata.date_patterns import any_phrase
from chunker.metadata.placed_dates import place_dates
from chunker.metadata.year_forms import before
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import DocumentDate
    from chunker.metadata.placed_dates import PlacedDate
    from chunker.metadata.year_forms import DecadeFinder

Side = Literal["before", "until", "after", "since"]
Days = tuple[str | None, str | None]
"""The first and the last ISO day, both inclusive; ``None``: open."""

_SIDES: tuple[Side, ...] = ("before", "until", "after", "since")
_EVENT_CHARS = 50
"""How long the event may be with which a span of time begins: "between the Montreux conference and 1941"."""
_OF_EVENT = r"\s+(?:the|a|an|his|her|its|their)\s+(?:[\w’'-]+\s+){1,4}?of\s+$"
_ALSO_OTHER_SIDE = re.compile(r"(?:before|after)\s*(?:,|and|or|/)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AskedTime:
    """A time that a question asks of, at a span of it; ``text`` are the question's words for it.

    ``first_day`` and ``last_day`` are ISO days, both inclusive, ``None`` where that end is open; never both.
    ``core`` is the part that is meant most: of "early 1940" its first months, of "after the treaty of 1921"
    that year; all of it without such words. ``left_out`` are the dates that ``text`` names and the time is
    beside, 1923 of "before 1923".
    """

    start_char: int
    end_char: int
    text: str
    first_day: str | None
    last_day: str | None
    core: Days
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def goes_beyond_a_year(self) -> bool:
        """Whether it is open, or longer than a year, so that a paper of it need not have its words."""
        if self.first_day is None or self.last_day is None:
            return True
        return self.last_day >= f"{int(self.first_day[:4]) + 1:04}{self.first_day[4:]}"

    def meets(self, days: tuple[str, str]) -> bool:
        """Return whether the time from one ISO day to another touches it."""
        return _meet((self.first_day, self.last_day), days)

    def core_meets(self, days: tuple[str, str]) -> bool:
        """Return whether the time from one ISO day to another touches what is meant most."""
        return _meet(self.core, days)


@dataclass(frozen=True, slots=True)
class _SidePatterns:
    """What says that an end is open: before a date, before an event of that date, and behind it."""

    leading: dict[Side, re.Pattern[str]]
    leading_span: re.Pattern[str]
    leading_event: dict[Side, re.Pattern[str]]
    agent: re.Pattern[str]
    following: dict[Side, re.Pattern[str]]
    from_on: re.Pattern[str]
    on: re.Pattern[str]


@cache
def _patterns(vocabulary: Vocabulary = PACKAGED) -> _SidePatterns:
    def compiled(form: str) -> re.Pattern[str]:
        return re.compile(form, re.IGNORECASE)

    article = rf"(?:(?P<the>the)\s+(?:year\s+)?|{any_phrase(vocabulary, 'articles')}\s*)?"
    leads = {side: rf"(?<!\w){any_phrase(vocabulary, side)}" for side in _SIDES}
    return _SidePatterns(
        leading={
            side: compiled(rf"{lead}(?:\s+|(?<=-)|(?<=['’])){article}$") for side, lead in leads.items()
        },
        leading_span=compiled(
            rf"(?<!\w){any_phrase(vocabulary, 'span_opens')}\s+(?=[^\W\d])[^\d?!;]{{3,{_EVENT_CHARS}}}?"
            rf"\s+{any_phrase(vocabulary, 'span_joints')}\s+{article}$"
        ),
        leading_event={side: compiled(rf"{lead}{_OF_EVENT}") for side, lead in leads.items()},
        agent=compiled(rf"{any_phrase(vocabulary, 'agents')}\b"),
        following={
            side: compiled(rf"\s*+,?\s*+{any_phrase(vocabulary, f'behind_{side}')}(?!\w)") for side in _SIDES
        },
        from_on=compiled(rf"(?<!\w){any_phrase(vocabulary, 'from_on')}\s+{article}$"),
        on=compiled(
            rf"\s+{any_phrase(vocabulary, 'on')}(?!\w)"
            rf"(?!\s+(?:{any_phrase(vocabulary, 'on_belongs_to')}\b|(?-i:[A-ZÀ-Þ])))"
        ),
    )


def read_asked_times(text: str, finder: DecadeFinder | None = None) -> tuple[AskedTime, ...]:
    """Return the times that ``text`` asks of, in order; ``finder`` finds the century of "the thirties".

    "Before 1923" ends with 1922, "after 1939" begins with 1940; "until" and "since" take the time they
    name in. "Before the 1936 convention" takes 1936 in as well: it is not before that year. "After 1936
    but before 1939" is one time.
    """
    dates = place_dates(text, finder)
    following = [*(one.start_char for one in dates[1:]), len(text)][: len(dates)]
    times = [_asked(text, placed, next_start) for placed, next_start in zip(dates, following, strict=True)]
    return tuple(_between_open_ends(text, times))


def without_times(text: str, times: Sequence[AskedTime]) -> str:
    """Return ``text`` without the words of ``times``; whole where nothing else would be left."""
    kept, position = [], 0
    for one in times:
        kept.append(text[position : one.start_char])
        position = one.end_char
    rest = re.sub(r" ([?.!,;:]|$)", r"\1", " ".join("".join([*kept, text[position:]]).split()))
    return rest if re.search(r"\w", rest) else text


def _asked(text: str, placed: PlacedDate, next_start: int) -> AskedTime:
    side, start_char, end_char, is_of_event = _side(text, placed, next_start)
    leading = before(text, placed.start_char)
    span = _patterns().leading_span.search(leading) if side is None and placed.first is None else None
    if span is not None and not _has_noun(text, placed):
        days = _days("until", placed, placed.core, is_of_event=False)
        start_char -= len(span[0])
        return AskedTime(start_char, end_char, text[start_char:end_char], *days, days)
    days = _days(side, placed, placed.date, is_of_event=is_of_event)
    core = _days(side, placed, placed.core, is_of_event=is_of_event)
    if is_of_event:
        core = (placed.core.start, placed.core.end)
    elif side is not None:
        days = core
    time = AskedTime(start_char, end_char, text[start_char:end_char], *days, core)
    named = placed.first.core if placed.first is not None else placed.core
    if side in ("before", "after") and not time.meets((named.start, named.end)):
        return replace(time, left_out=((named.start, named.end),))
    return time


def _side(text: str, placed: PlacedDate, next_start: int) -> tuple[Side | None, int, int, bool]:
    """Return which end is open, the span with the words that say so, and whether an event has the date."""
    behind = _side_behind(text, placed, next_start)
    if behind is not None:
        side, start, end = behind
        return side, start, end, False
    start, end = placed.start_char, placed.end_char
    leading, patterns = before(text, start), _patterns()
    found = [(match, side) for side in _SIDES if (match := patterns.leading[side].search(leading))]
    if found:
        match, side = max(found, key=lambda one: len(one[0][0]))
        is_of_event = bool(match["the"]) and _has_noun(text, placed)
        is_agent = is_of_event and patterns.agent.match(match[0])
        if is_agent or (side in ("before", "after") and _ALSO_OTHER_SIDE.search(leading[: match.start()])):
            return None, start, end, False
        return side, start - len(match[0]), end, is_of_event
    for side in _SIDES:
        event = patterns.leading_event[side].search(leading)
        if event and placed.first is None:
            return side, start - len(event[0]), end, True
    return None, start, end, False


def _side_behind(text: str, placed: PlacedDate, next_start: int) -> tuple[Side, int, int] | None:
    """Return which end the words behind a date leave open ("1939 or later", "from 1939 on"), and the span.

    They do not where they lead into the next date, at ``next_start``.
    """
    patterns = _patterns()
    opens = patterns.from_on.search(before(text, placed.start_char))
    start = placed.start_char - len(opens[0] if opens else "")
    for side in reversed(_SIDES):
        following = patterns.following[side].match(text, placed.end_char)
        if following and (next_start == len(text) or len(text[following.end() : next_start].split()) > 1):
            return side, start, following.end()
    on = patterns.on.match(text, placed.end_char)
    return ("since", start, on.end()) if opens and on else None


def _has_noun(text: str, placed: PlacedDate) -> bool:
    """Tell whether a year belongs to the word after it: "the 1936 convention", not "the thirties"."""
    when = placed.date
    is_year = when.precision == "year" and when.start[:4] == when.end[:4]
    return is_year and re.match(r"[\s-]+[^\W\d_]", text[placed.end_char :]) is not None


def _days(side: Side | None, placed: PlacedDate, when: DocumentDate, *, is_of_event: bool) -> Days:
    """Return the days on the asked ``side`` of a date; a span of two has its first date's side."""
    if placed.first is not None and side in ("after", "since"):
        first = placed.first
        start = when.start if side == "since" else _next(first.core.end, 1)
        return (min(start, when.end), when.end)
    starts_only, ends_only = placed.edge == "start", placed.edge == "end"
    if side == "before":
        return (None, when.end if ends_only or is_of_event else _next(when.start, -1))
    if side == "until":
        return (None, when.end)
    if side == "after":
        return (when.start if starts_only or is_of_event else _next(when.end, 1), None)
    if side == "since":
        return (when.start, None)
    return (when.start, when.end)


def _next(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days)).isoformat()


def _between_open_ends(text: str, times: Sequence[AskedTime]) -> Iterator[AskedTime]:
    """Yield times, one open at its end and the next open at its beginning made one where they overlap."""
    last: AskedTime | None = None
    for one in times:
        if last is not None and last.last_day is None and one.first_day is None:
            first_day, last_day = last.first_day or "", one.last_day or ""
            if first_day <= last_day:
                words = text[last.start_char : one.end_char]
                days: Days = (first_day, last_day)
                left_out = last.left_out + one.left_out
                last = AskedTime(last.start_char, one.end_char, words, *days, days, left_out)
                continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _meet(days: Days, others: tuple[str, str]) -> bool:
    first, last = days
    return (first is None or first <= others[1]) and (last is None or others[0] <= last)
