"""Whether a sentence denies what its source says, or says what that denies: negations, where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from chunker.text.normalising import fold
from embeddings.terms import STOPWORDS, stem
from service.understanding.negation import negation_words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from service.understanding.negation import NegationWords

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)?|[.;:!?,()]")
_STOPS = frozenset(".;!?")
_BREAKS = frozenset([*".;:!?()", "but"])
_JOINTS = _BREAKS | {",", "and"}
_CLAUSE_ENDS = _BREAKS | {","}
_ROOT_CHARS = 5


@dataclass(frozen=True, slots=True)
class NegationSettings:
    """How near a negation stands to what it denies.

    Measured with ``python -m eval.studies.support_check``: ``governed_words`` and ``affirmed_words`` where
    fewest true sentences of the development gold were lost for a negation found taken out; the rest is
    chosen by hand.

    A denial of a source denies the ``governed_words`` content words behind it in its clause: an answer that
    has the first of them, or ``affirmed_words`` of them, and denies nothing there, is amiss; one of them is
    enough where ``clause_share`` of its clause, ``least_clause_words`` at least, stand there. Of an answer's
    denial the ``scope_words`` behind it are looked for in the source, where something must deny within
    ``near_tokens``. A word is compared with the place that shares most of the ``context_words`` on either
    side, ``least_context`` at least. In an answer, words that deny by themselves ("refuse") reach
    ``own_near_tokens``. One denial in ``denials_per_other_wording`` may be worded otherwise. Two within
    ``twice_tokens`` deny each other.
    """

    governed_words: int = 4
    affirmed_words: int = 2
    scope_words: int = 3
    context_words: int = 6
    near_tokens: int = 10
    own_near_tokens: int = 5
    denials_per_other_wording: int = 3
    twice_tokens: int = 4
    least_context: int = 2
    clause_share: float = 0.6
    least_clause_words: int = 2


NEGATION = NegationSettings()


class _Token(NamedTuple):
    """A word or a stop: ``stem`` is empty for function words and stops."""

    word: str
    stem: str
    denies: str  # "strong", "soft" or nothing


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text's tokens, and by place what is denied: ``governed`` directly, ``near`` perhaps."""

    tokens: tuple[_Token, ...]
    governed: tuple[tuple[int, ...], ...]
    near: frozenset[int]
    own_near: frozenset[int]

    def context(self, at: int) -> frozenset[str]:
        """Return the content words around a place, without the one at it."""
        before = [token.stem for token in self.tokens[:at] if token.stem][-NEGATION.context_words :]
        behind = [token.stem for token in self.tokens[at + 1 :] if token.stem][: NEGATION.context_words]
        return frozenset([*before, *behind])

    def clause(self, at: int) -> frozenset[str]:
        """Return the content words of the clause around a place, without the one at it."""
        start, end = at, at + 1
        while start > 0 and self.tokens[start - 1].word not in _CLAUSE_ENDS:
            start -= 1
        while end < len(self.tokens) and self.tokens[end].word not in _CLAUSE_ENDS:
            end += 1
        return frozenset(
            token.stem
            for place, token in enumerate(self.tokens[start:end], start)
            if token.stem and place != at
        )


def agrees(sentence: str, source_sentences: Sequence[str]) -> bool:
    """Tell whether ``sentence`` denies just what ``source_sentences`` deny, as far as words tell."""
    told = _read(sentence)
    source = _read("\n".join(source_sentences))
    denials = _strong(told.tokens)
    if _denies_twice(told.tokens) and not _denies_twice(source.tokens):
        return False
    amiss = sum(not _is_denied_there(told, at, source) for at in denials)
    if amiss > len(denials) // NEGATION.denials_per_other_wording:
        return False
    affirmed = {
        place: at
        for at, token in enumerate(told.tokens)
        if token.stem and at not in told.own_near
        for place in [_best_place(told, at, source)]
        if place is not None and _is_alike(told.context(at), source.context(place))
    }
    return not any(
        _is_affirmed(scope, affirmed)
        or any(place in affirmed and _is_said_there(told, affirmed[place], source, place) for place in scope)
        for scope in source.governed
    )


def _denies_twice(tokens: Sequence[_Token]) -> bool:
    """Tell whether a clause denies a denial ("would not do nothing"), which hardly anybody writes."""
    denials = _strong(tokens)
    return any(
        second - first <= NEGATION.twice_tokens
        and not any(token.word in _BREAKS or token.word == "," for token in tokens[first:second])
        and tokens[second].word not in ("nor", "neither", "without")
        for first, second in pairwise(denials)
    )


def _is_denied_there(told: _Reading, at: int, source: _Reading) -> bool:
    words = NEGATION.scope_words * (2 if told.tokens[at].word in ("neither", "nor") else 1)
    scope = _behind(told.tokens, at, words) or _before(told.tokens, at, NEGATION.scope_words)
    verdicts = [
        place in source.near
        for one in scope
        for place in [_best_place(told, one, source)]
        if place is not None
    ]
    return any(verdicts) if verdicts else bool(_strong(source.tokens))


def _is_affirmed(scope: Sequence[int], affirmed: Collection[int]) -> bool:
    """Tell whether an answer affirms what a source denies: its first word, or several of the next."""
    return bool(scope) and (
        scope[0] in affirmed or sum(at in affirmed for at in scope) >= NEGATION.affirmed_words
    )


def _is_said_there(told: _Reading, at: int, source: _Reading, place: int) -> bool:
    """Tell whether the clause around a word of an answer says what a source's does around a place."""
    clause = told.clause(at)
    shared = _overlap(clause, source.context(place))
    return shared >= NEGATION.least_clause_words and shared >= NEGATION.clause_share * len(clause)


def _best_place(told: _Reading, at: int, source: _Reading) -> int | None:
    """Return where ``source`` has the word at a place of ``told``, in the most similar surroundings."""
    wanted, around = told.tokens[at].stem, told.context(at)
    places = [
        place for place, token in enumerate(source.tokens) if token.stem and _is_same(wanted, token.stem)
    ]
    return max(places, key=lambda place: _overlap(around, source.context(place)), default=None)


def _is_alike(wanted: Collection[str], found: Collection[str]) -> bool:
    """Tell whether two surroundings share enough; of a short sentence half is."""
    return _overlap(wanted, found) >= min(NEGATION.least_context, max(1, len(wanted) // 2))


def _overlap(first: Collection[str], second: Collection[str]) -> int:
    return sum(any(_is_same(one, other) for other in second) for one in first)


def _is_same(first: str, second: str) -> bool:
    return first == second or (len(first) >= _ROOT_CHARS and first[:_ROOT_CHARS] == second[:_ROOT_CHARS])


def _read(text: str) -> _Reading:
    words = negation_words()
    folded = words.idioms.sub(" ", fold(text).text)
    tokens = tuple(_token(match[0], words) for match in _TOKEN.finditer(folded))
    strong = _strong(tokens)
    governed = tuple(tuple(_behind(tokens, at, NEGATION.governed_words)) for at in strong)
    near = {place for scope in governed for place in scope}
    own_near = set(near)
    for at, token in enumerate(tokens):
        if token.denies:
            near |= set(_around(tokens, at))
            reach = NEGATION.own_near_tokens if token.denies == "soft" else NEGATION.near_tokens
            before = NEGATION.own_near_tokens if token.denies == "soft" else 3
            start = max((place for place in range(at) if tokens[place].word in _JOINTS), default=-1)
            start = max(start, at - before - 1)
            own_near |= {place for place in _around(tokens, at) if start < place <= at + reach}
    return _Reading(tokens, governed, frozenset(near), frozenset(own_near))


def _around(tokens: Sequence[_Token], at: int) -> range:
    """Return the places around one that are near it and within its sentence."""
    start, end = at, at + 1
    while start > max(0, at - NEGATION.near_tokens) and tokens[start - 1].word not in _STOPS:
        start -= 1
    while end < min(len(tokens), at + NEGATION.near_tokens + 1) and tokens[end].word not in _STOPS:
        end += 1
    return range(start, end)


def _behind(tokens: Sequence[_Token], at: int, count: int) -> list[int]:
    found: list[int] = []
    for place in range(at + 1, len(tokens)):
        if tokens[place].word in _BREAKS or len(found) == count:
            break
        if tokens[place].stem:
            found.append(place)
    return found


def _before(tokens: Sequence[_Token], at: int, count: int) -> list[int]:
    return [place for place in range(at) if tokens[place].stem][-count:]


def _strong(tokens: Sequence[_Token]) -> list[int]:
    return [place for place, token in enumerate(tokens) if token.denies == "strong"]


def _token(word: str, words: NegationWords) -> _Token:
    if word in words.strong or word.endswith("n't"):
        return _Token(word, "", "strong")
    if word in STOPWORDS or not word[0].isalnum():
        return _Token(word, "", "")
    root = stem(words.irregular.get(word, word))
    return _Token(word, root, "soft" if root in words.soft else "")
