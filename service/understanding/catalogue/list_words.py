"""The words of list questions, and what nouns and verbs say of the kinds of papers of a collection."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from chunker.vocabulary import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class ListWords:
    """The packaged words of ``service/data/lists.toml`` by their part in a question."""

    documents: frozenset[str]
    together: frozenset[str]
    whatever: frozenset[str]
    before_noun: frozenset[str]
    fillers: frozenset[str]
    auxiliaries: frozenset[str]
    parties: frozenset[str]
    content: frozenset[str]
    content_phrases: frozenset[tuple[str, str]]
    denials: frozenset[str]
    unread: frozenset[str]
    verbs: frozenset[str]
    receiving: frozenset[str]
    reaching: frozenset[str]
    exchanging: frozenset[str]
    addressed: frozenset[str]
    senders: frozenset[str]
    receivers: frozenset[str]
    case_endings: frozenset[str]
    nominative_endings: frozenset[str]
    kinds: Mapping[str, frozenset[str]]
    occasions: Mapping[str, frozenset[str]]


@lru_cache(maxsize=1)
def list_words() -> ListWords:
    """Return the packaged words."""
    stored = tomllib.loads((files("service") / "data" / "lists.toml").read_text("utf-8"))
    kinds, occasions = (
        {kind: frozenset(words.split()) for kind, words in stored.pop(name).items()}
        for name in ("kinds", "occasions")
    )
    phrases = stored.pop("content_phrases").split()
    stored["senders"], stored["receivers"] = stored.pop("from"), stored.pop("to")
    return ListWords(
        **{name: frozenset(words.split()) for name, words in stored.items()},
        content_phrases=frozenset((first, second) for first, second in (one.split("_") for one in phrases)),
        kinds=kinds,
        occasions=occasions,
    )


@dataclass(frozen=True, slots=True)
class Noun:
    """What documents are called: the word as asked, and the kinds it means, none for any."""

    text: str
    kinds: tuple[str, ...]
    is_plural: bool

    @property
    def plural(self) -> str:
        """The noun for several of them."""
        return self.text if self.is_plural else plural_of(self.text)

    @property
    def singular(self) -> str:
        """The noun for one of them."""
        return singular_of(self.text)


_UNCHANGED = frozenset({"minutes", "proceedings", "correspondence"})


def plural_of(noun: str) -> str:
    """Return an English noun for several things."""
    if noun in _UNCHANGED:
        return noun
    if noun.endswith(("s", "ch", "sh", "x")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def singular_of(noun: str) -> str:
    """Return an English noun for one thing."""
    if noun in _UNCHANGED or not noun.endswith("s"):
        return noun
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    return noun[:-2] if noun.endswith(("ches", "shes", "sses", "xes")) else noun[:-1]


def read_noun(word: str, kinds: Iterable[str]) -> Noun | None:
    """Return what documents ``word`` means in a collection that has ``kinds``; ``None``: no documents."""
    word, words = word.lower(), list_words()
    held = tuple(kinds)
    singulars = {word, singular_of(word)}
    is_plural = word.endswith("s") and word not in _UNCHANGED
    if word in words.whatever:
        return Noun("documents", (), is_plural=True)
    if singulars & words.documents:
        return Noun(word, (), is_plural)
    meant = [kind for kind, everyday in words.kinds.items() if singulars & everyday]
    named = PACKAGED.patterns("papers", "kinds").items()
    meant += [kind for kind, pattern in named if re.fullmatch(pattern, word, re.IGNORECASE)]
    meant += [kind for kind in held if kind in singulars]
    found = tuple(kind for kind in held if kind in meant)
    return Noun(word, found, is_plural or word in words.together) if found else None


def occasion_kinds(verb: str, kinds: Iterable[str]) -> tuple[str, ...]:
    """Return the kinds that record what ``verb`` says, of those that a collection has."""
    meant = {kind for kind, verbs in list_words().occasions.items() if verb.lower() in verbs}
    return tuple(kind for kind in kinds if kind in meant)
