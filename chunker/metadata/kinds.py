"""The kinds of papers, and the words in a title that tell them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from chunker.metadata.dates import date_spans
from chunker.vocabulary import PACKAGED, Vocabulary

_OPENING_CHARS = 90  # of a title; enough for what may stand before the kind and behind it


@dataclass(frozen=True, slots=True)
class _Words:
    """What the vocabulary says of kinds; the groups of ``named_early`` are the kinds."""

    named_early: re.Pattern[str]
    opening: re.Pattern[str]
    no_papers: frozenset[str]


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> _Words:
    kinds = vocabulary.patterns("papers", "kinds")
    before, behind = (vocabulary.alternatives("papers", name) for name in ("before_kind", "behind_kind"))
    any_kind = "|".join(rf"(?P<{kind}>{words})" for kind, words in kinds.items())
    any_paper = "|".join(words for kind, words in kinds.items() if kind != "chapter")
    return _Words(
        named_early=re.compile(
            rf"\W*(?:from\b\W*)?(?:(?!of\b|to\b)[\w.'’-]+\W+){{0,3}}?(?:{any_kind})\b", re.IGNORECASE
        ),
        opening=re.compile(
            rf"\W*(?:from\b\W*)?(?:the\s+|an?\s+)?(?:{before}\s+)?(?:{any_paper})"
            rf"(?:\W*$|\W*[:,—–]|\s+{behind}\b)",
            re.IGNORECASE,
        ),
        no_papers=frozenset(vocabulary.words("papers", "no_papers")),
    )


def read_kind(title: str) -> str | None:
    """Return the kind of paper ``title`` names among its first words, or ``None``.

    A date before them does not count. "From the Report of … at a meeting" is a report, "recording
    of the conversation" a conversation; "a history of the treaty" is no treaty.
    """
    spans = sorted(date_spans(title))
    begin = spans[0][1] if spans and not title[: spans[0][0]].strip(" ,.[(") else 0
    match = _words().named_early.match(title[begin:])
    return match.lastgroup if match else None


def is_paper(kind: str | None) -> bool:
    """Return whether ``kind`` is one that persons write, send, sign or record."""
    return kind is not None and kind not in _words().no_papers


def opens_like_a_paper(title: str) -> bool:
    """Return whether ``title`` begins with a kind of paper: "Telegram of …", "From: talk of …"."""
    return _words().opening.match(title[:_OPENING_CHARS]) is not None
