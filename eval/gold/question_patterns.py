"""Patterns that make a question of a sentence: what was said or wanted, which day, how many, keywords."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chunker.text.normalising import level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Names are runs of capitalised words that do not begin the sentence.
_NAME = re.compile(r"(?<=[a-z,;] )(?:[A-Z][\w'’-]{2,})(?: (?:of (?=[A-Z]))?[A-Z][\w'’-]{2,}){0,3}")
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY_NAME = re.compile(rf"{_MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day")
_DAY = re.compile(rf"\b(?:(?:{_MONTH}) \d{{1,2}}|\d{{1,2}} (?:{_MONTH}))(?:,? \d{{4}})?\b")
_NUMBER = r"(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|fifty)"
_COUNT = re.compile(
    rf"\b{_NUMBER}(?: (?:hundred|thousand|million|billion|dozen))? "
    r"(?P<things>(?:(?!and\b|or\b|of\b|to\b)[a-z]{3,} )?[a-z]{4,}s)\b"
)
# What is counted only in passing, and words in -s that are no plurals.
_NO_THINGS = re.compile(
    r"(?:times?|years|months|weeks|days|hours|minutes|points|articles|paragraphs|ways|parts|copies|words|this|was"
    r"|has|does|its|versts|kilometers|meters|degrees|cases|sides|others?)$"
)
_SPEECH = {
    "said": "say", "says": "say", "stated": "state", "declared": "declare", "asked": "ask",
    "replied": "reply", "answered": "answer", "proposed": "propose", "suggested": "suggest",
    "promised": "promise",
    "demanded": "demand", "noted": "note", "stressed": "stress", "emphasized": "emphasise",
    "explained": "explain", "admitted": "admit", "denied": "deny", "insisted": "insist", "agreed": "agree to",
    "reported": "report", "assured": "assure", "expressed": "express",
    "believes": "believe", "thinks": "think", "wants": "want", "considers": "consider", "hopes": "hope",
}  # fmt: skip
# Words that begin sentences in capitals and are no names.
_NO_NAME = (
    r"(?:He|She|It|They|We|You|I|The|An?|This|That|These|Those|There|Then|Today|Here|Who|Which|What|When"
    r"|Everyone|One|All|Both|His|Her|Its|Our|My|Their|And|But|In|On|At|As|If|Someone|Nobody)\b"
)
_SPEAKER = re.compile(
    rf"\b(?!{_NO_NAME})(?P<name>[A-Z][a-z'’]+(?:[ -](?:[A-Z]\. ?)*[A-Z][a-z'’]+){{0,2}})"
    rf"(?: (?:then|again|further|also|now))? (?P<verb>{'|'.join(_SPEECH)})\b"
)
_ADJECTIVE = re.compile(r"\w+(?:ish|ian|ese|[a-z]ic)")
_RARE_WORD = re.compile(r"\b[a-z]{5,}\b")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence fit to ask about: ``quote`` as it stands in the source, ``text`` as a reader sees it."""

    quote: str
    text: str
    names: tuple[str, ...]
    words: tuple[str, ...]

    @classmethod
    def read(cls, quote: str, text: str) -> Sentence:
        """Return the sentence with its names, and its longer words in lower case."""
        names = (re.sub(r"['’ʹ]s?$", "", name) for name in _NAME.findall(text))
        kept = dict.fromkeys(
            name for name in names if not (_DAY_NAME.fullmatch(name) or _ADJECTIVE.fullmatch(name))
        )
        return cls(quote, text, tuple(kept), tuple(dict.fromkeys(_RARE_WORD.findall(text))))


def told(sentence: Sentence, frequency: Mapping[str, int]) -> float:
    """Return how much a sentence tells: its names, the less common the more; one that stands once is none."""
    return sum(1.0 / frequency[name] for name in sentence.names if frequency[name] > 1)


class Ask(Protocol):
    """Makes a question of a sentence in a document, or ``None`` where the pattern does not fit.

    ``document`` describes the document in words. ``frequency`` gives for each name and word the number
    of documents that hold it.
    """

    def __call__(self, sentence: Sentence, document: str, frequency: Mapping[str, int]) -> str | None:
        """Return the question."""


def ask_what_was_said(sentence: Sentence, document: str, frequency: Mapping[str, int]) -> str | None:  # noqa: ARG001
    """Ask what a named person said, asked, proposed or thought."""
    speech = _SPEAKER.search(sentence.text)
    return speech and f"What did {speech['name']} {_SPEECH[speech['verb']]}, according to {document}?"


def ask_about_day(sentence: Sentence, document: str, frequency: Mapping[str, int]) -> str | None:  # noqa: ARG001
    """Ask what happened on a day."""
    day = _DAY.search(sentence.text)
    return day and f"What happened on {day[0]}, according to {document}?"


def ask_about_count(sentence: Sentence, document: str, frequency: Mapping[str, int]) -> str | None:  # noqa: ARG001
    """Ask how many there were of something that is counted."""
    for count in _COUNT.finditer(sentence.text):
        if not _NO_THINGS.search(count["things"]):
            return f"How many {count['things']} does {document} speak of?"
    return None


def ask_about_name(sentence: Sentence, document: str, frequency: Mapping[str, int]) -> str | None:
    """Ask about the least common name."""
    name = min(sentence.names, key=_commonness(frequency), default=None)
    return name and f"What is said about {name} in {document}?"


def ask_by_keywords(sentence: Sentence, document: str, frequency: Mapping[str, int]) -> str | None:  # noqa: ARG001
    """Ask as a search engine is asked: by the two least common names and words."""
    names, words = (
        sorted(found, key=_commonness(frequency))[:2] for found in (sentence.names, sentence.words)
    )
    return level(" ".join([*names, *words])) if len(names) == 2 and len(words) == 2 else None


def _commonness(frequency: Mapping[str, int]) -> Callable[[str], tuple[bool, int, str]]:
    """Return the key that puts the least common first, but last, as likely misread, what stands once."""
    return lambda word: (frequency[word] < 2, frequency[word], word)


PATTERNS: tuple[tuple[str, Ask], ...] = (
    ("position", ask_what_was_said),
    ("factoid", ask_about_day),
    ("factoid", ask_about_count),
    ("position", ask_about_name),
    ("keywords", ask_by_keywords),
)
"""The kind of question with what makes it."""
