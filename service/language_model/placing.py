"""Whether the names of a sentence stand where the passages have them: near the words that are said of them.

A name fits a place of a sentence as well as the words around that place stand near it in a passage. Where
another name of the passages fits much better, or two names of the sentence fit better the other way round,
somebody was taken for somebody else.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from chunker.text.normalising import tidy
from chunker.text.sentences import sentence_spans
from embeddings.terms import STOPWORDS, stem
from service.language_model.naming import is_one_name, is_same_name, plain, read_names
from service.wording.phrases import MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.language_model.naming import KnownNames, Name

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_OWN = re.compile(r"['’]s?$")
_CLAUSE_END = re.compile(r"[;:]\s")
_ROOT_CHARS = 5
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NO_NAMES = frozenset([*(month.lower() for month in MONTHS), *_WEEKDAYS, *"mr mrs ms dr prof st sir".split()])
_CONVERSES = """buy buys bought sell sells sold give gives gave given receive received get gets got accept
    accepted take takes took taken send sends sent lend lends lent borrow borrowed owe owed pay pays paid earn
    earned inherit inherited bequeath bequeathed teach taught learn learned learnt follow followed precede
    preceded succeed succeeded defeat defeated beat lose loses lost win wins won export exported import
    imported hear heard tell told""".split()
_SPEAKER = frozenset("i we my our me us".split())
_SPOKEN_OF = frozenset("he she they it his her its their him them".split())


@dataclass(frozen=True, slots=True)
class PlacingSettings:
    """How well a name must fit its place.

    Measured with ``python -m eval.studies.support_check``: at these values no true sentence more is dropped
    of 450 (development gold, XQuAD, COVID-QA); ``nearness_tokens`` from 3 to 8 give about the same.

    A word at a distance of so many tokens counts as exp(-distance / ``nearness_tokens``), ``beyond_sentence``
    of that in another sentence; of the ``context_words`` on either side in its clause each next one counts
    ``next_word`` of the one before. Another name is taken to be meant where it fits at least ``least_rival``
    and the name less than ``rival_share`` of that; two are taken to be exchanged where that fits
    ``exchange_margin`` better, and one of them ``least_exchanged``. Two names side by side stand so in the
    passages, at most ``apart_tokens`` from each other. The first ``max_names`` of a sentence are looked at.
    """

    nearness_tokens: float = 6
    beyond_sentence: float = 0.5
    next_word: float = 0.65
    context_words: int = 6
    least_rival: float = 0.3
    rival_share: float = 0.6
    exchange_margin: float = 0.1
    least_exchanged: float = 0.2
    apart_tokens: int = 3
    max_names: int = 40


PLACING = PlacingSettings()


@dataclass(frozen=True, slots=True)
class _Text:
    """A passage's words, the sentence of each, where roots and names stand, by token."""

    words: tuple[str, ...]
    sentences: tuple[int, ...]
    roots: dict[str, list[int]]
    names: tuple[tuple[Name, int], ...]
    nearness: dict[str, list[float]] = field(default_factory=dict)

    def near(self, root: str) -> list[float]:
        """Return how near ``root`` stands to each token, from 0 to 1."""
        if root not in self.nearness:
            places = self.roots.get(root, [])
            self.nearness[root] = [self._near(at, places) for at in range(len(self.words))] if places else []
        return self.nearness[root]

    def _near(self, at: int, places: list[int]) -> float:
        before, behind = bisect_left(places, at) - 1, bisect_right(places, at)
        nearest = [places[one] for one in (before, behind) if 0 <= one < len(places)]
        return max(
            (
                math.exp(-abs(place - at) / PLACING.nearness_tokens)
                * (1 if self.sentences[place] == self.sentences[at] else PLACING.beyond_sentence)
                for place in nearest
            ),
            default=0.0,
        )

    def places_of(self, name: Name) -> set[int]:
        """Return the tokens at which the passage has a name."""
        found = {at for other, at in self.names if is_one_name(name, other)}
        if not name.families:
            found |= {at for at, word in enumerate(self.words) if _is_spelt(name, word)}
        return found

    def spoken_of(self, places: set[int], *, is_speaker: bool) -> set[int]:
        """Return where pronouns may stand for a name: in the sentences of its places and behind these."""
        sentences = {self.sentences[at] for at in places}
        return {
            at
            for at, word in enumerate(self.words)
            if (word in _SPOKEN_OF and {self.sentences[at], self.sentences[at] - 1} & sentences)
            or (is_speaker and word in _SPEAKER)
        }

    def fit(self, context: _Context, places: set[int]) -> float:
        """Return how well what stands at the best of ``places`` fits ``context``, from 0 to 1."""
        near = [(self.near(root), weight) for root, weight in context]
        total = sum(weight for _, weight in context) or 1.0
        return max(
            (sum(one[at] * weight for one, weight in near if one) / total for at in places), default=0.0
        )


_Context = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A name of a sentence, the words around it, and where each passage has it."""

    name: Name
    context: _Context
    places: tuple[set[int], ...]
    fit: float


def are_in_place(
    sentence: str,
    names: Sequence[Name],
    passages: Sequence[tuple[str, KnownNames]],
    *,
    capitals: frozenset[str],
    lower: frozenset[str],
) -> bool:
    """Tell whether ``names`` stand in ``sentence`` where the passages have them.

    ``passages`` are their texts, each with the names in its document's title and of its people: the speaker
    of a letter is among those, whatever its text calls them. ``capitals`` and ``lower`` are as for
    :func:`service.language_model.naming.read_names`.
    """
    names = [name for name in names if name.plain not in _NO_NAMES][: PLACING.max_names]
    texts = [_text(text, capitals, lower) for text, _ in passages]
    placed = []
    for name in names:
        context = _context(sentence, name)
        places = []
        for text, (_, about) in zip(texts, passages, strict=True):
            own = text.places_of(name)
            places.append(own | text.spoken_of(own, is_speaker=about.holds(name)))
        fit = max((text.fit(context, own) for text, own in zip(texts, places, strict=True)), default=0.0)
        placed.append(_Placed(name, context, tuple(places), fit))
    known = [one for one in placed if any(one.places)]
    return (
        not any(_is_torn(*two, texts) for two in pairwise(placed) if _are_side_by_side(*two, sentence))
        and not any(_has_rival(one, names, sentence, texts) for one in known)
        and not any(_are_exchanged(*two, texts) for two in combinations(known, 2))
    )


def _has_rival(placed: _Placed, names: Sequence[Name], sentence: str, texts: Sequence[_Text]) -> bool:
    least = max(PLACING.least_rival, placed.fit / PLACING.rival_share)
    told = {_bare(match[0]) for match in re.finditer(r"[^\W\d_]+", sentence)}
    return any(
        text.fit(placed.context, {at}) > least
        for text, own in zip(texts, placed.places, strict=True)
        for other, at in text.names
        if at not in own
        and other.plain not in _NO_NAMES
        and other.plain not in told
        and not any(is_one_name(name, other) for name in names)
    )


def _are_exchanged(first: _Placed, second: _Placed, texts: Sequence[_Text]) -> bool:
    """Tell whether two names fit better the other way round; "bought" where it says "sold" makes it so."""
    next_words = {root for one in (first, second) for root, weight in one.context if weight == 1}
    if is_one_name(first.name, second.name) or any(
        root in _converses() and not any(root in text.roots for text in texts) for root in next_words
    ):
        return False
    others = [
        max(text.fit(context, own) for text, own in zip(texts, places, strict=True))
        for context, places in ((second.context, first.places), (first.context, second.places))
    ]
    return (
        sum(others) > first.fit + second.fit + PLACING.exchange_margin
        and max(others) >= PLACING.least_exchanged
    )


def _are_side_by_side(first: _Placed, second: _Placed, sentence: str) -> bool:
    """Tell whether two names stand together as one; a state's before another's is an adjective."""
    is_state = bool(first.name.families or second.name.families or first.name.is_seat)
    return not is_state and sentence[first.name.end_char : second.name.start_char] == " "


def _is_torn(first: _Placed, second: _Placed, texts: Sequence[_Text]) -> bool:
    """Tell whether the passages have both of two names that stand side by side, but nowhere so."""
    distances = [
        abs(one - other)
        for text in texts
        for one in text.places_of(first.name)
        for other in text.places_of(second.name)
        if one != other
    ]
    return bool(distances) and min(distances) > PLACING.apart_tokens


def _context(sentence: str, name: Name) -> _Context:
    """Return the content words around a name in its clause, by roots, each with its weight."""
    ends = [match.start() for match in _CLAUSE_END.finditer(sentence)]
    start = max((end for end in ends if end <= name.start_char), default=0)
    end = min((end for end in ends if end >= name.end_char), default=len(sentence))
    words = [match for match in _WORD.finditer(sentence, start, end) if _bare(match[0]) not in STOPWORDS]
    before = [match for match in words if match.start() < name.start_char][::-1]
    behind = [match for match in words if match.start() >= name.end_char]
    return tuple(
        (_root(match[0]), PLACING.next_word**distance)
        for side in (before, behind)
        for distance, match in enumerate(side[: PLACING.context_words])
    )


@lru_cache(maxsize=128)
def _text(passage: str, capitals: frozenset[str], lower: frozenset[str]) -> _Text:
    text = tidy(passage).text
    words = [*_WORD.finditer(text)]
    ends = [span.end_char for span in sentence_spans(text)]
    roots: dict[str, list[int]] = {}
    for at, match in enumerate(words):
        if _bare(match[0]) not in STOPWORDS:
            roots.setdefault(_root(match[0]), []).append(at)
    starts = [match.start() for match in words]
    names = read_names(text, capitals=capitals, lower=lower)
    return _Text(
        tuple(_bare(match[0]) for match in words),
        tuple(bisect_right(ends, start) for start in starts),
        roots,
        tuple((name, bisect_right(starts, name.start_char) - 1) for name in names),
    )


@cache
def _converses() -> frozenset[str]:
    """Return the roots of verbs that tell another's deed from the other side."""
    return frozenset(map(_root, _CONVERSES))


def _bare(word: str) -> str:
    return plain(_OWN.sub("", word))


def _root(word: str) -> str:
    return stem(_bare(word))[:_ROOT_CHARS]


def _is_spelt(name: Name, word: str) -> bool:
    return word == name.plain or (
        len(word) > 3 and word[0] == name.plain[0] and is_same_name(name.plain, word)
    )
