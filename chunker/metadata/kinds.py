"""The kinds of papers, and the words in a title that tell them."""

from __future__ import annotations

import re
from functools import cache

from chunker.metadata.dates import date_spans
from chunker.vocabulary import PACKAGED, Vocabulary

_OPENING_CHARS = 90  # of a title; enough for what may stand before the kind and behind it


@cache
def _named_early(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    """Return the pattern of a title that names a kind among its first words; its groups are the kinds."""
    kinds = vocabulary.patterns("papers", "kinds")
    named = "|".join(rf"(?P<{kind}>{words})" for kind, words in kinds.items())
    return re.compile(
        rf"\W*+(?:from\b\W*+)?(?:(?!of\b|to\b)\w++(?:[.'’-]++\w++){{0,3}}\W++){{0,3}}?(?:{named})\b",
        re.IGNORECASE,
    )


@cache
def _opening(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    """Return the pattern of a title that opens with a kind, with what may stand before and behind it."""
    kinds = vocabulary.patterns("papers", "kinds")
    behind = vocabulary.alternatives("papers", "behind_kind")
    papers = "|".join(words for kind, words in kinds.items() if kind != "chapter")
    return re.compile(
        rf"{_leading_to_kind(vocabulary)}(?:{papers})"
        rf"(?:\W*$|\W*[:,—–]|\s+{behind}\b)",
        re.IGNORECASE,
    )


def _leading_to_kind(vocabulary: Vocabulary) -> str:
    before = vocabulary.alternatives("papers", "before_kind")
    return rf"\W*+(?:from\b\W*+)?(?:the\s+|an?\s+)?(?:{before}\s+)?"


def read_kind(title: str) -> str | None:
    """Return the kind of paper ``title`` names among its first words, or ``None``.

    A date before them does not count. "From the Report of … at a meeting" is a report, "recording
    of the conversation" a conversation; "a history of the treaty" is no treaty. "Meeting" at the end of a
    title with a date names minutes.
    """
    match = _kind(title)
    if match is None:
        return "minutes" if _ends_like_minutes(title) else None
    return match.lastgroup


def _ends_like_minutes(title: str) -> bool:
    """Return whether a title ends with what minutes are called, or with "meeting" and a date beside it."""
    spans = list(date_spans(title))
    bare = title
    for start, end in spans:
        bare = bare[:start] + " " * (end - start) + bare[end:]
    bare = bare.strip(" ,.;:()[]–—-")
    # "of" before the date, "г." behind it
    at_date = PACKAGED.alternatives("papers", "between_act_and_date")
    before_date = rf"(?:\W+(?:{at_date}|[^\W\d_]{{1,2}}))?" if spans else ""
    return any(
        re.search(rf"(?:^|\W){PACKAGED.alternatives('papers', name)}{before_date}$", bare, re.IGNORECASE)
        for name in ("ends_minutes", *(["ends_dated_minutes"] if spans else []))
    )


def without_kind(title: str) -> str:
    """Return ``title`` with blanks for the words that name its kind."""
    match = _kind(title)
    if match is None or match.lastgroup is None:
        return title
    start, end = match.span(match.lastgroup)
    return title[:start] + " " * (end - start) + title[end:]


def _kind(title: str) -> re.Match[str] | None:
    spans = sorted(date_spans(title))
    begin = spans[0][1] if spans and not title[: spans[0][0]].strip(" ,.[(") else 0
    match = _named_early().match(title, begin)
    if match is None or match.lastgroup is None:
        return None
    start, end = match.span(match.lastgroup)
    is_first = _before_kind().fullmatch(title, begin, start) is not None
    return match if is_first or _behind_kind().match(title, end) else None


@cache
def _before_kind(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    """Return the pattern of what makes a kind the first words of a title, or somebody's: "Anna's letter"."""
    return re.compile(rf"{_leading_to_kind(vocabulary)}|.*['’]s?\s+", re.IGNORECASE)


@cache
def _behind_kind(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    """Return the pattern of what follows a kind behind other words; "Safe Mode Reports Less" names none."""
    behind = vocabulary.alternatives("papers", "behind_kind")
    return re.compile(
        rf"\W*$|\s*(?:[^\w\s,]|,(?!\s+(?:and|or)\b))|\s+(?:{behind}|\d{{1,4}})\b", re.IGNORECASE
    )


def is_paper(kind: str | None) -> bool:
    """Return whether ``kind`` is one that persons write, send, sign or record."""
    return kind is not None and kind not in PACKAGED.words("papers", "no_papers")


def opens_like_a_paper(title: str) -> bool:
    """Return whether ``title`` begins with a kind of paper: "Telegram of …", "From: talk of …"."""
    return _opening().match(title[:_OPENING_CHARS]) is not None
