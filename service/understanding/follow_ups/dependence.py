"""What a question takes from those before it, by rule: pronouns, fragments, bare definite nouns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from embeddings.terms import STOPWORDS
from service.understanding.question_words import (
    AUXILIARIES,
    QUESTION_WORDS,
    TIMES,
    Word,
    read_dates,
    read_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Dependence = Literal["none", "time", "topic", "predicate"]
"""What a question takes from those before it: nothing, their dates, their names and nouns, all of it."""


@dataclass(frozen=True, slots=True)
class DependenceSettings:
    """When a question says enough to stand alone, counted in content words; chosen on the same turns.

    ``enough_terms`` say what it is about even where it names nothing; fewer than ``few_terms`` say little
    even where it names something: "Did Ismet reply?".
    """

    enough_terms: int = 7
    few_terms: int = 3


DEPENDENCE = DependenceSettings()
_OPENS_AS_FOLLOW_UP = re.compile(r"\s*(?:and|but|or|so|also|then|besides)\b", re.IGNORECASE)
_WHAT_ABOUT = re.compile(r"\s*(?:(?:and|but|or|so|then)\b[\s,]*)?(?:what|how)\s+about\b", re.IGNORECASE)
_CLAUSE_OPENERS = QUESTION_WORDS | frozenset(
    "that if because before after while although though since until as and but or so than".split()
)
_PERSONS = frozenset("he him his himself she her hers herself".split())
_THINGS = frozenset("it its itself they them their theirs themselves these those one ones".split())
_MANY = frozenset("they them their theirs".split())
_POSSESSIVES = frozenset("his her its their".split())
_BARE_DEFINITE = re.compile(
    r"\bthe\s+(?!same\b|end\b|first\b|last\b)[a-z]+(?=\s*[?.!,;]|\s+(?:say|said|to|about|in|on|at|with|go|do|have|be)\b)"
)
"""A noun that only "the" makes definite: the minister, the letter."""
_ANAPHORIC = frozenset("there latter former same thereupon thereafter afterwards".split())


def read_dependence(question: str) -> Dependence:
    """Return what ``question`` takes from the questions before it."""
    words = read_words(question)
    content = [word for word in words if word.is_content]
    names, name_words = _count_names(question, words)
    is_dated = any(True for _ in read_dates(question))
    says_enough = is_dated or names > 1
    if _WHAT_ABOUT.match(question) or _is_fragment(words, content):
        return "predicate"
    if _refers_back(words):
        return "topic"
    if not says_enough and (_OPENS_AS_FOLLOW_UP.match(question) or _BARE_DEFINITE.search(question)):
        return "topic"
    is_sentence = any(word.lower in AUXILIARIES | QUESTION_WORDS for word in words)
    least = 0 if names and not is_sentence else DEPENDENCE.few_terms if names else DEPENDENCE.enough_terms
    if not says_enough and len(content) - name_words + names < least:
        return "topic"
    return "time" if not is_dated and _refers_to_time(words) else "none"


def _count_names(question: str, words: Sequence[Word]) -> tuple[int, int]:
    """Return how many names stand in ``question``, nations' adjectives aside, and of how many words."""
    names = name_words = 0
    last: Word | None = None
    for word in words:
        is_name = word.is_name and not word.is_of_nation
        is_next = last is not None and not question[last.end_char : word.start_char].strip()
        names += is_name and not is_next
        name_words += is_name
        last = word if is_name else None
    return names, name_words


def _is_fragment(words: Sequence[Word], content: Sequence[Word]) -> bool:
    """Tell whether it is a fragment: "Why?", "And the young officers?", "When?", "Why not Zhukov?"."""
    lower = [word.lower for word in words]
    opening = next(
        (position for position, word in enumerate(lower) if word not in ("and", "but", "or", "so")), 0
    )
    rest = lower[opening:]
    if not rest or (len(rest) <= 4 and not AUXILIARIES.intersection(rest) and rest[0] in QUESTION_WORDS):
        return len(content) <= 1
    opens_bare = opening > 0 and rest[0] not in QUESTION_WORDS | AUXILIARIES
    return opens_bare and not AUXILIARIES.intersection(rest)


def _refers_back(words: Sequence[Word]) -> bool:
    """Tell whether a pronoun or demonstrative points at something outside the question."""
    for position, word in enumerate(words):
        if word.lower in {"this", "that", "these", "those"}:
            is_dangling = _is_demonstrative(words, position)
        elif word.lower in _PERSONS:
            is_dangling = not _has_person(words, position)
        elif word.lower in _THINGS:
            is_dangling = not (_has_antecedent(words, position) or _is_expletive(words, position))
        else:
            is_dangling = word.lower in _ANAPHORIC and not _is_placed(words, position)
        if is_dangling:
            return True
    return False


def _has_person(words: Sequence[Word], position: int) -> bool:
    """Tell whether "he" or "his" may mean somebody named before it; or after "In his letter, …"."""
    if any(word.is_name for word in words[:position]):
        return True
    opens_as_phrase = position <= 1 and words[position].lower in _POSSESSIVES
    return opens_as_phrase and any(word.is_name for word in words[position:])


def _has_antecedent(words: Sequence[Word], position: int) -> bool:
    """Tell whether "it" or "they" may mean something in the question that stands before it."""
    word, before = words[position], words[:position]
    if word.lower in _POSSESSIVES and any(other.is_name for other in before):
        return True
    if word.lower in _MANY and sum(other.is_name for other in before) > 1:
        return True
    breaks = [at for at, other in enumerate(before) if at and other.lower in _CLAUSE_OPENERS]
    return bool(breaks) and sum(other.is_content for other in before[: breaks[-1]]) >= 2


def _is_expletive(words: Sequence[Word], position: int) -> bool:
    """Tell whether "it" means nothing: "is it said that", "was it possible to"."""
    neighbours = words[max(position - 1, 0) : position + 2]
    after = {word.lower for word in words[position + 1 : position + 5]}
    is_of_being = any(word.lower in {"is", "was", "be"} for word in neighbours)
    return words[position].lower == "it" and is_of_being and not after.isdisjoint({"that", "to"})


def _is_demonstrative(words: Sequence[Word], position: int) -> bool:
    """Tell "that delegation" and "accept this" from "say that he" and "that month"."""
    following = words[position + 1].lower if position + 1 < len(words) else ""
    if following in TIMES:
        return False
    if words[position].lower != "that":
        return True
    if not following:
        return True
    previous = words[position - 1].lower if position else ""
    return (previous in STOPWORDS and previous not in AUXILIARIES and following not in STOPWORDS) or (
        previous in AUXILIARIES and following in STOPWORDS
    )


def _is_placed(words: Sequence[Word], position: int) -> bool:
    """Tell whether "there" means a place named before it, or nothing: "is there", "there were"."""
    neighbours = words[max(position - 1, 0) : position + 2]
    return words[position].lower == "there" and (
        any(word.lower in AUXILIARIES for word in neighbours)
        or any(word.is_name for word in words[:position])
    )


def _refers_to_time(words: Sequence[Word]) -> bool:
    lower = [word.lower for word in words]
    return "then" in lower[1:] or any(
        first in ("that", "same", "this") and second in TIMES for first, second in pairwise(lower)
    )
