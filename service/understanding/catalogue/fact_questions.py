"""Questions that one fact of the catalogue answers: a page, an archive reference, who was X, when signed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chunker.metadata.archive_references import read_archive_reference
from embeddings.terms import STOPWORDS
from service.understanding.catalogue.list_words import read_noun

_MAX_CHARS = 300
"""A longer question asks for more than a fact of the catalogue."""
_SHOW = r"(?:(?:please\s+)?(?:show|open|read|give|find|go\s+to|see|display|quote)(?:\s+me)?(?:\s+the)?\s+)"
_PAGE = re.compile(
    rf"\s*(?:(?:what(?:['’]s|\s+is|\s+are|\s+stands?|\s+does)?(?:\s+(?:there|written|printed|said))?\s+on\s+)|{_SHOW})?"
    r"(?:the\s+)?(?:pages?|pp?\.)\s*(?P<label>\d{1,5}[a-z]?|[ivxlcdm]{1,8})\b(?:\s*[-–]\s*\w{1,8}\b)?"
    r"(?:\s+(?:of|in|from)\s+(?P<of>[^?]{1,120}?))?(?:\s+(?:about|say|contain))?\s*[?.!]*\s*",
    re.IGNORECASE,
)
_WHAT_DOES_PAGE = re.compile(
    r"\s*what\s+does\s+(?:the\s+)?page\s+(?P<label>\d{1,5}[a-z]?|[ivxlcdm]{1,8})"
    r"(?:\s+(?:of|in)\s+(?P<of>[^?]{1,120}?))?\s+(?:say|contain|hold)\s*[?.!]*\s*",
    re.IGNORECASE,
)
_REFERENCE_WORDS = frozenset(
    """show find open give archive archival reference paper document papers documents letter telegram file
    stands kept has have see""".split()
)
_MAX_BESIDE_REFERENCE = 3
"""Words beside an archive reference with which it is still all that is asked for."""
_WHO = re.compile(
    r"\s*(?:so\s+|and\s+)?who\s+(?:is|was|were)\s+(?P<name>[^\W\d_][\w.’' -]{1,60}?)\s*[?.!]*\s*",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"\s*(?:when|on\s+(?:what|which)\s+(?:date|day))\s+(?:was|were)\s+(?:the\s+)?(?P<what>[^?]{3,120}?)\s+"
    r"(?:signed|concluded|dated|drawn\s+up|made|agreed(?:\s+upon)?)\s*[?.!]*\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_TREATY_LIKE = ("treaty", "protocol")
"""Kinds whose own date is the day on which they were signed."""


@dataclass(frozen=True, slots=True)
class AskedPage:
    """A page by its label, of the file or document that ``of`` names, empty for any."""

    label: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class AskedSigning:
    """A treaty or the like: its kinds, as asked, and the words that its title must hold."""

    kinds: tuple[str, ...]
    words: tuple[str, ...]


def read_page(question: str) -> AskedPage | None:
    """Return the page that ``question`` asks for and nothing else."""
    if len(question) > _MAX_CHARS:
        return None
    match = _WHAT_DOES_PAGE.fullmatch(question) or _PAGE.fullmatch(question)
    return AskedPage(match["label"], (match["of"] or "").strip()) if match else None


def read_reference(question: str) -> str | None:
    """Return the archive reference, in its normal form, that is all that ``question`` asks for."""
    if len(question) > _MAX_CHARS:
        return None
    reference = read_archive_reference(question.strip().rstrip("?!. "))
    if reference is None:
        return None
    parts = {word.lower() for word in _WORD.findall(reference)}
    beside = [
        word
        for word in map(str.lower, _WORD.findall(question))
        if word not in parts | STOPWORDS | _REFERENCE_WORDS and len(word) > 3
    ]
    return reference if len(beside) <= _MAX_BESIDE_REFERENCE else None


def read_who(question: str) -> str | None:
    """Return the name of "Who was X?": at most four words, none of them a function word."""
    match = _WHO.fullmatch(question) if len(question) <= _MAX_CHARS else None
    if match is None:
        return None
    words = match["name"].split()
    is_name = len(words) <= 4 and not any(word.lower() in STOPWORDS for word in words)
    return match["name"] if is_name and any(word[0].isupper() for word in words) else None


def read_signing(question: str) -> AskedSigning | None:
    """Return what ``question`` asks the date of, where that is a treaty or the like with a name."""
    match = _WHEN.fullmatch(question) if len(question) <= _MAX_CHARS else None
    if match is None:
        return None
    words = [word for word in _WORD.findall(match["what"]) if word.lower() not in STOPWORDS]
    nouns = [(word, noun) for word in words if (noun := read_noun(word, _TREATY_LIKE)) and noun.kinds]
    named = tuple(word for word in words if word not in {one for one, _ in nouns})
    if not nouns or not named:
        return None
    return AskedSigning(tuple(dict.fromkeys(kind for _, noun in nouns for kind in noun.kinds)), named)
