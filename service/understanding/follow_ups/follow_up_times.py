"""The times of a follow-up in words that stand alone, and the question before put to another time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.metadata.asked_times import read_asked_times
from embeddings.terms import STOPWORDS
from service.understanding.follow_ups.relative_times import read_relative_time
from service.understanding.question_words import AUXILIARIES, QUESTION_WORDS, read_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.metadata.year_forms import DecadeFinder
    from service.understanding.follow_ups.relative_times import Anchor

_BESIDE_TIMES = (STOPWORDS | {"exactly", "already"}) - AUXILIARIES - (QUESTION_WORDS - {"what", "how"})
"""What may stand beside a time in a follow-up that is nothing else: "And what about in 1940?"."""
_NAMES_DECADE = re.compile(r"\bthe\s{1,3}$", re.IGNORECASE)
_OPENS_WITH_SIDE = re.compile(
    r"(?:before|after|since|until|till|by|from|between|during|prior|up|not|no)\b", re.IGNORECASE
)
"""What a time begins with that needs no "in"."""
_LEADING = re.compile(r"\b(?:in|on|at|during|of)\s{1,3}$", re.IGNORECASE)
_OF = re.compile(r"\bof\s{1,3}$", re.IGNORECASE)
_DAY = re.compile(r"\d{1,2}\s+[A-Z]|[A-Z]\w+ \d{1,2},")
_NOUNS = (
    r"(?:(?:the|that|this|his|her|their|its|a)\s+)?[\w’'-]+"
    r"(?:\s+(?!did\b|was\b|were\b|had\b|is\b)[\w’'-]+){0,5}"
)
_EVENT_TIME = re.compile(
    rf"\W{{0,3}}(?:(?:and|but|or|so)\b\W{{0,3}})?(?:(?:what|how)\s+about\b\W{{0,3}})?"
    rf"(?P<time>(?:before|after|during|since|until|till)\s+(?!wh|how|that|then){_NOUNS})\W*",
    re.IGNORECASE,
)
"""A follow-up that is a time by an event: "And after the war?"."""
_EVENT_AT_END = re.compile(
    r"\b(?P<time>(?:before|after|during|since|until)\s+the\s+[\w’'-]+)\W{0,3}$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FollowUpTimes:
    """The times of a question in words that stand alone, and ``rest``, the question without them."""

    words: tuple[str, ...]
    rest: str

    @property
    def are_all(self) -> bool:
        """Whether the question is nothing but times: "And in 1940?"."""
        return bool(self.words) and all(word.lower in _BESIDE_TIMES for word in read_words(self.rest))


def read_follow_up_times(
    question: str, finder: DecadeFinder | None, anchor: Anchor | None, *, is_first: bool
) -> FollowUpTimes:
    """Return the times that ``question`` asks of; those counted from ``anchor`` in words of their own."""
    times = read_asked_times(question, finder)
    spans = [(one.start_char, one.end_char) for one in times]
    words = [("the " if _NAMES_DECADE.search(question[: one.start_char]) else "") + one.text for one in times]
    if not times and not is_first:
        relative = read_relative_time(question, anchor) if anchor else None
        event = _EVENT_TIME.fullmatch(question)
        if relative is not None:
            spans, words = [(relative.start_char, relative.end_char)], [relative.words]
        elif event is not None:
            spans, words = [event.span("time")], [event["time"]]
    rest, position = "", 0
    for start, end in spans:
        rest += question[position:start]
        position = end
    return FollowUpTimes(tuple(words), rest + question[position:])


def at_times(question: str, words: Sequence[str], finder: DecadeFinder | None) -> str:
    """Return ``question`` with times in the place of its own, or at its end where it has none.

    Of several of its own the last one that no noun has ("the treaty of 1921") gives way.
    """
    meant = " and ".join(words)
    has_side = bool(_OPENS_WITH_SIDE.match(meant))
    if has_side:
        meant = meant[0].lower() + meant[1:]
    place = _place_of_time(question, finder)
    if place is None:
        body = question.rstrip()
        mark = body[-1] if body[-1:] in ("?", ".", "!") else ""
        return f"{body.removesuffix(mark)} {meant if has_side else _led_in(meant)}{mark}"
    start, end = place
    leading = _LEADING.search(question[:start])
    if has_side and leading:
        start = leading.start()
    elif not has_side and (leading is None or leading[0].strip().lower() in ("in", "on")):
        start = leading.start() if leading else start
        if question[:start].rstrip()[-1:] not in ("(", ","):
            meant = _led_in(meant)
    return f"{question[:start]}{meant}{question[end:]}"


def _place_of_time(question: str, finder: DecadeFinder | None) -> tuple[int, int] | None:
    own = read_asked_times(question, finder)
    if not own:
        event = _EVENT_AT_END.search(question)
        return event.span("time") if event else None
    loose = [one for one in own if not _OF.search(question[: one.start_char])]
    last = (loose or own)[-1]
    leading = _NAMES_DECADE.search(question[: last.start_char])
    return (leading.start() if leading else last.start_char), last.end_char


def _led_in(words: str) -> str:
    """Return a time with "on" before a day, "in" before any longer one."""
    return f"{'on' if _DAY.match(words) else 'in'} {words}"
