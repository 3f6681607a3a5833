"""The kinds of papers this house knows, and the words in a title that tell them."""

from __future__ import annotations

import re

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
    r"|communiqu[eé]s?|bulletins?|summar(?:y|ies)|reviews?|information",
    "diary": r"diar(?:y|ies)|journals? of|log ?books?",
    "treaty": r"treat(?:y|ies)|agreements?|conventions?|pacts?|accords?|armistices?",
    "protocol": r"(?:secret |additional )?protocols?",
    "statement": r"statements?|declarations?|appeals?|proclamations?|manifesto(?:e?s)?|announcements?"
    r"|address(?:es)?",
    "speech": r"(?:the )?speech(?:es)?|lectures?|toasts?",
    "directive": r"directives?|instructions?|orders?|assignments?",
    "decree": r"decrees?|resolutions?|decisions?|acts?|laws?",
    "minutes": r"minutes|shorthand records?|verbatim records?|transcripts?|proceedings",
    "article": r"articles?|editorials?",
    "chapter": r"chapters?|part|preface|foreword|introduction|conclusion|afterword|appendi(?:x|ces)",
}
_ANY = re.compile("|".join(rf"(?P<{kind}>\b(?:{words})\b)" for kind, words in _WORDS.items()), re.IGNORECASE)
_OPENING = re.compile(
    rf"\W*(?:from\b\W*)?(?:the\s+|an?\s+)?(?:(?:top |strictly )?secret\s+|joint\s+|urgent\s+)?"
    rf"(?:{'|'.join(words for kind, words in _WORDS.items() if kind != 'chapter')})\b",
    re.IGNORECASE,
)
_OPENING_CHARS = 90


def read_kind(title: str) -> str | None:
    """Return the kind of paper whose word comes first in ``title``, or ``None`` where it names none.

    "From the Report of … at a meeting" is a report, "recording of the conversation" a conversation.
    A word far into the title ("… on the signing of the convention …") counts only if none comes
    before it.
    """
    match = _ANY.search(title)
    return match.lastgroup if match else None


def opens_like_a_paper(title: str) -> bool:
    """Return whether ``title`` begins with a kind of paper: "Telegram of …", "From: talk of …"."""
    return _OPENING.match(title[:_OPENING_CHARS]) is not None
