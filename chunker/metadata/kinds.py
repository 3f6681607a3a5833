"""The kinds of papers this house knows, and the words in a title that tell them."""

from __future__ import annotations

import re

from chunker.metadata.dates import date_spans

KINDS = (
    "telegram",
    "conversation",
    "note",
    "letter",
    "memorandum",
    "report",
    "diary",
    "treaty",
    "protocol",
    "statement",
    "speech",
    "directive",
    "decree",
    "minutes",
    "interview",
    "article",
    "chapter",
)
"""The closed vocabulary of :attr:`chunker.documents.DocumentMetadata.kind`."""

_WORDS = {
    "telegram": r"(?:cipher |code )?telegrams?|tele?gramme?s?|cable(?:gram)?s?|cipher(?:gram)?s?|radiograms?",
    "conversation": r"(?:recordings?|records?|minutes|transcripts?|memorand(?:um|a)) of (?:the |a |an )?"
    r"(?:conversations?|talks?|meetings?|negotiations?|interviews?)|conversations?|talks?|negotiations?",
    "interview": r"interviews?",
    "note": r"(?:verbal |diplomatic |circular )?notes?|notes? verbales?|aide[- ]?m[eé]moires?",
    "letter": r"(?:political |circular |open )?letters?",
    "memorandum": r"memorand(?:um|a)|memos?",
    "report": r"(?:annual |political |monthly |weekly |special |final )?reports?|d[ei]spatch(?:es)?"
    r"|communiqu[eé]s?|bulletins?|survey",
    "diary": r"diar(?:y|ies)|journals? of|log ?books?",
    "treaty": r"treat(?:y|ies)|agreements?|conventions?|pacts?|accords?|armistices?",
    "protocol": r"(?:secret |additional )?protocols?",
    "statement": r"statements?|declarations?|appeals?|proclamations?|manifesto(?:e?s)?|announcements?"
    r"|address(?:es)?",
    "speech": r"(?:the )?speech(?:es)?|lectures?|toasts?",
    "directive": r"directives?|instructions?|orders?|assignments?",
    "decree": r"decrees?|resolutions?|decisions?",
    "minutes": r"minutes|shorthand records?|verbatim records?|transcripts?|proceedings",
    "article": r"articles?|editorials?",
    "chapter": r"chapters?|preface|foreword|introduction|conclusion|afterword|appendi(?:x|ces)",
}
_KIND = "|".join(rf"(?P<{kind}>{words})" for kind, words in _WORDS.items())
_NAMED_EARLY = re.compile(
    rf"\W*(?:from\b\W*)?(?:(?!of\b|to\b)[\w.'’-]+\W+){{0,3}}?(?:{_KIND})\b", re.IGNORECASE
)
_PAPER = "|".join(words for kind, words in _WORDS.items() if kind != "chapter")
_OPENING = re.compile(
    rf"\W*(?:from\b\W*)?(?:the\s+|an?\s+)?(?:(?:top |strictly )?secret\s+|joint\s+|urgent\s+)?(?:{_PAPER})"
    r"(?:\W*$|\W*[:,—–]|\s+(?:of|from|to|by|on|between|with|regarding|concerning|about|at|in|for|no|dated|sent)\b)",
    re.IGNORECASE,
)
_OPENING_CHARS = 90
_NO_PAPERS = frozenset({"chapter", "article"})


def read_kind(title: str) -> str | None:
    """Return the kind of paper ``title`` names among its first words, or ``None``.

    A date before them does not count. "From the Report of … at a meeting" is a report, "recording
    of the conversation" a conversation; "a history of the treaty" is no treaty.
    """
    spans = sorted(date_spans(title))
    begin = spans[0][1] if spans and not title[: spans[0][0]].strip(" ,.[(") else 0
    match = _NAMED_EARLY.match(title[begin:])
    return match.lastgroup if match else None


def is_paper(kind: str | None) -> bool:
    """Return whether ``kind`` is one that persons write, send, sign or record."""
    return kind is not None and kind not in _NO_PAPERS


def opens_like_a_paper(title: str) -> bool:
    """Return whether ``title`` begins with a kind of paper: "Telegram of …", "From: talk of …"."""
    return _OPENING.match(title[:_OPENING_CHARS]) is not None
