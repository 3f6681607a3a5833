"""Short claims about who is named in passages: as a line says it, or with a word said nowhere of them."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from embeddings.terms import STOPWORDS, stem
from service.language_model.naming import read_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.language_model.support import Known, Surroundings

ClaimWay = Literal[
    "short claim, as said",
    "short claim, a word that is nowhere",
    "short claim, a word said of others",
]

_VERBS = "wanted demanded refused promised offered received bought attacked left signed".split()
_NOUN = re.compile(r"\b(?:the|of|a) ([a-z]{4,12})\b")
_PREDICATE = re.compile(r"\s+\w+ed\s+(?:[^\W\d_]+\s+){1,5}[^\W\d_]+(?=[\s.,;])")
_NAMES = 3  # of a question's first passage that has the evidence
_LINES_BESIDE = (1, 2)  # before and behind one that has a name: what stands there may be said of it
_ROOT_CHARS = 5


@dataclass(frozen=True, slots=True)
class ShortClaim:
    """A sentence of a name, a verb and little more."""

    way: ClaimWay
    text: str


def short_claims(known: Known, around: Surroundings, nouns: Sequence[str]) -> Iterator[ShortClaim]:
    """Yield claims about names of a passage; ``nouns`` are of other passages."""
    lines = known.lines
    chance = random.Random(known.text)  # noqa: S311 # the same passage always gives the same claims
    read = [read_names(line.text, capitals=around.capitals, lower=around.lower) for line in lines]
    for line, names in zip(lines, read, strict=True):
        for name in names:
            if name.text[0].isupper() and (predicate := _PREDICATE.match(line.text, name.end_char)):
                yield ShortClaim("short claim, as said", f"{name.text}{predicate[0]}.")
    everybody = sorted(
        {one.text for names in read for one in names if one.text[0].isupper() and len(one.plain) > 3}
    )
    everything = frozenset[str]().union(*(line.stems for line in lines))
    missing = [noun for noun in nouns if not _is_in(noun, everything)]
    verbs = [verb for verb in _VERBS if stem(verb) in everything]
    for one in chance.sample(everybody, min(_NAMES, len(everybody))):
        if missing and verbs:
            text = f"{one} {chance.choice(verbs)} the {chance.choice(missing)}."
            yield ShortClaim("short claim, a word that is nowhere", text)
        before, behind = _LINES_BESIDE
        beside = [
            line.stems
            for at, line in enumerate(lines)
            if any(one in other.text for other in lines[max(0, at - behind) : at + before + 1])
        ]
        near = frozenset[str]().union(*beside)
        apart = sorted({noun for line in lines for noun in nouns_of(line.text) if not _is_in(noun, near)})
        if apart:
            text = f"{one} {chance.choice(_VERBS)} the {chance.choice(apart)}."
            yield ShortClaim("short claim, a word said of others", text)


def nouns_of(text: str) -> list[str]:
    """Return the words of ``text`` that are nouns as far as an article can tell."""
    return [match[1] for match in _NOUN.finditer(text) if match[1] not in STOPWORDS]


def _is_in(word: str, stems: frozenset[str]) -> bool:
    root = stem(word)
    return root in stems or any(one[:_ROOT_CHARS] == root[:_ROOT_CHARS] for one in stems)
