"""Names of persons in titles and signatures, by rule: precision before recall.

A name is a run of capitalised words, with or without initials, that is no place, people, office or
institution: "V. M. Molotov", "a. Rosso" (scans lower initials), "Ali Fuad", "Von Papen".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from chunker.metadata.dates import date_spans
from chunker.metadata.kinds import without_kind
from chunker.metadata.name_evidence import may_be_person
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_INITIAL = r"(?:[^\W\d_]\.?(?:\s?[^\W\d_]{1,2}\.)*\s?)"
_WORD = r"[^\W\d_a-zа-я][^\W\d_]+(?:['’-][^\W\d_]+)*"
_ARTICLE = re.compile(r"\b(?:the|an?)\s+\Z", re.IGNORECASE)
_ONE_LETTER = re.compile(r"[^\W\d_](?=\.)")
_SIGNATURE = re.compile(rf"^{_INITIAL}?{_WORD}(?:\s{_WORD}){{0,2}}[.,]?$")


@dataclass(frozen=True, slots=True)
class NameSettings:
    """When words with a capital are taken for a person's name; chosen by hand, not measured.

    A name may stand alone in the first ``head_lines`` below a title. A line longer than
    ``max_signature_chars`` is no signature. Two surnames as alike as ``same_surname`` (rapidfuzz's ratio,
    0..100) are spellings of one; a word shorter than ``min_surname_chars`` is none.
    """

    head_lines: int = 2
    max_signature_chars: int = 40
    same_surname: float = 84
    min_surname_chars: int = 3


SETTINGS = NameSettings()


@dataclass(frozen=True, slots=True)
class _Words:
    """What the vocabulary says of names."""

    name: re.Pattern[str]
    signature_lead: re.Pattern[str]
    archive_tail: re.Pattern[str]
    not_names: frozenset[str]


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> _Words:
    particles = vocabulary.alternatives("names", "particles")
    leads, tails = (vocabulary.alternatives("names", name) for name in ("signature_leads", "archive_tails"))
    not_names = vocabulary.patterns("names", "not_names")
    return _Words(
        name=re.compile(
            rf"""(?P<initials>(?<![^\W_])(?:[^\W\d_]{{1,2}}\.\s?){{1,3}})?
            (?P<words>(?:\b(?:{particles}\s)?{_WORD})(?:[ ](?:{particles}[ ])?{_WORD}){{0,3}})""",
            re.VERBOSE,
        ),
        signature_lead=re.compile(rf"^{leads}\b[\s:,]*", re.IGNORECASE),
        archive_tail=re.compile(rf"(?<![\s,\\])[\s,\\]*+\b{tails}\b.*$", re.IGNORECASE),
        not_names=frozenset(word for group in not_names.values() for word in group.split()),
    )


def read_participants(
    title: str, head: Sequence[str] = (), tail: Sequence[str] = (), *, body: str = ""
) -> tuple[str, ...]:
    """Return the persons named in ``title``, in a name standing alone below it, or as signatories.

    ``head`` and ``tail`` are the short lines a document begins and ends with; its ``body`` shows by how it
    uses a word of the title that this is no name. Each person comes once, in the fullest form found; likely
    spellings of one surname count as one.
    """
    found = [name for name in _names_in(without_kind(title)) if may_be_person(name, title, body)]
    found += [name for line in head[: SETTINGS.head_lines] for name in _names_alone(line)]
    found += [name for line in tail for name in _names_alone(_signature(line))]
    return tuple(_without_repeats(found))


def _signature(line: str) -> str:
    name = _words().archive_tail.sub("", line.strip(" *_\\"))
    return _words().signature_lead.sub("", name).strip(" .,*_\\")


def _names_alone(line: str) -> Iterator[str]:
    if len(line) <= SETTINGS.max_signature_chars and _SIGNATURE.match(line):
        names = list(_names_in(line))
        if len(names) == 1 and sum(word.istitle() for word in line.split()) <= len(names[0].split()) + 1:
            yield names[0]


def _names_in(text: str) -> Iterator[str]:
    for start, end in sorted(date_spans(text), reverse=True):
        text = f"{text[:start]}, {text[end:]}"
    for match in _words().name.finditer(text):
        words = _name_words(match["words"].split())
        surname = words[-1] if words else ""
        if len(surname) < SETTINGS.min_surname_chars or surname.isupper():
            continue
        opens_run = match["words"].startswith(words[0])  # else the initials belong to a word left out
        if opens_run and _ARTICLE.search(text, 0, match.start()):
            continue  # "the Lausanne conference"
        yield " ".join([*(_initials(match["initials"]) if opens_run else []), *words])


def _name_words(words: Sequence[str]) -> list[str]:
    """Return the last run of ``words`` that may be a name."""
    run: list[str] = []
    for word in words:
        if _is_no_name(word):
            if any(len(each) >= SETTINGS.min_surname_chars for each in run):
                break
            run = []
        else:
            run.append(word)
    return run


def _is_no_name(word: str) -> bool:
    bare = re.sub(r"['’]s$", "", word).strip("'’").lower()
    return (
        bare in _words().not_names
        or (len(word) > 1 and word.isupper())
        or any(part in _words().not_names for part in bare.split("-"))
    )


def _initials(text: str | None) -> list[str]:
    if text is None:
        return []
    letters = _ONE_LETTER.findall(text)
    parts = [part for part in re.split(r"[.\s]+", text) if part]
    return [f"{letter.upper()}." for letter in letters] if all(len(part) == 1 for part in parts) else []


def _without_repeats(names: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for name in names:
        same = next((number for number, other in enumerate(kept) if is_same_person(name, other)), None)
        if same is None:
            kept.append(name)
        elif len(name.split()) > len(kept[same].split()):
            kept[same] = name
    return kept


def is_same_person(first: str, second: str) -> bool:
    """Tell whether two names may be one person's: surnames spelt alike, and no other first name."""
    words, others = first.split(), second.split()
    if fuzz.ratio(words[-1].lower(), others[-1].lower()) < SETTINGS.same_surname:
        return False
    initials, other_initials = words[0][0], others[0][0]
    return len(words) == 1 or len(others) == 1 or initials == other_initials
