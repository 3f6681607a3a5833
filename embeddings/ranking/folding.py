"""The same words in several places become one hit, which names them all and shows the one with a page."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from embeddings.ranking.same_papers import Papers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.search import Hit, Place
    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FoldingSettings:
    """Which passages are compared, and when one says nothing new.

    Passages that share ``common_share`` of the smaller one's ``shingle_words``-grams (containment; Broder,
    1997) are held against each other word by word (:mod:`embeddings.ranking.repeating`): what repeats
    another's paper, and has ``same_share`` of its n-grams in passages ranked above it, is folded into those.
    ``looked_beyond`` is how many hits more than wished for are looked at, so that folding leaves as many as
    were asked for.

    Chosen by hand: the gold questions rank alike with shingles of 2 to 6 words, a ``same_share`` of .5 to .9,
    a ``common_share`` of .15 to .6 and 0 to 30 hits more.
    """

    shingle_words: int = 4
    same_share: float = 0.75
    common_share: float = 0.3
    looked_beyond: int = 10


DEFAULT_FOLDING = FoldingSettings()


@dataclass(slots=True)
class _Group:
    """A hit with its rank, the n-grams of what it shows, and other places where its words stand."""

    position: int
    hit: Hit
    shingles: frozenset[int]
    others: list[Place] = field(default_factory=list)
    is_moved: bool = False

    @property
    def place(self) -> Place:
        """The place that is shown."""
        return self.hit.place

    def merged(self) -> Hit:
        shown = self.hit.place
        elsewhere: dict[str, Place] = {}
        for place in self.others:
            if place.document.id != shown.document.id:
                elsewhere.setdefault(place.document.id, place)  # one place of each other document is enough
        return replace(self.hit, also_in=tuple(elsewhere.values()))


def fold_hits(
    snapshot: Snapshot, hits: Sequence[Hit], texts: Sequence[str], settings: FoldingSettings
) -> list[Hit]:
    """Return ``hits`` without those that repeat better ones word for word, which name them in ``also_in``.

    ``texts`` are the hits' folded texts. A hit without a page is shown where its paper has pages, if it
    stands there word for word; no hit is moved to another paper, and papers that differ in a word stay apart.
    """
    papers = Papers(snapshot)
    own = [shingles(text, settings) for text in texts]
    alike = _alike(own, settings)
    groups: list[_Group] = []
    for position, hit in enumerate(hits):
        copies = [
            hits[other].place for other in alike[position] if papers.repeats(hit.place, hits[other].place)
        ]
        group = _shown(papers, _Group(position, hit, own[position]), copies, settings)
        near = set(alike[position])
        better = [
            kept
            for kept in groups
            if (kept.position in near or group.is_moved or kept.is_moved)
            and _overlap(group.shingles, kept.shingles) >= settings.common_share
            and papers.repeats(group.place, kept.place)
        ]
        known = frozenset[int]().union(*(kept.shingles for kept in better))
        if better and len(group.shingles & known) >= settings.same_share * len(group.shingles):
            for kept in better:
                kept.others += [group.place, *group.others]
        else:
            groups.append(group)
    return [group.merged() for group in groups]


def _alike(ranked: Sequence[frozenset[int]], settings: FoldingSettings) -> list[list[int]]:
    """Return for each set of n-grams those that share enough with it, in order."""
    frequencies = Counter(gram for grams in ranked for gram in grams)
    holders: dict[int, list[int]] = {gram: [] for gram, count in frequencies.items() if count > 1}
    for position, grams in enumerate(ranked):
        for gram in grams & holders.keys():
            holders[gram].append(position)
    shared = Counter[tuple[int, int]]()
    for positions in holders.values():
        shared.update(combinations(positions, 2))
    alike: list[list[int]] = [[] for _ in ranked]
    for (one, other), count in sorted(shared.items()):
        if count >= settings.common_share * min(len(ranked[one]), len(ranked[other])):
            alike[one].append(other)
            alike[other].append(one)
    return [sorted(others) for others in alike]


def _shown(papers: Papers, group: _Group, copies: Sequence[Place], settings: FoldingSettings) -> _Group:
    """Return a hit where its paper has pages, or else where it is; the other places of its words with it."""
    group.others += copies
    paged = next((place for place in copies if place.passage.page is not None), None)
    if group.place.passage.page is not None or paged is None:
        return group
    nearest, theirs = max(
        ((place, shingles(text, settings)) for place, text in papers.around(paged)),
        key=lambda found: len(found[1] & group.shingles),
    )
    others = [group.place, *copies]
    return _Group(group.position, replace(group.hit, place=nearest), theirs, others, is_moved=True)


_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1_024)  # of the passages found last, some 10 kB each
def shingles(text: str, settings: FoldingSettings = DEFAULT_FOLDING) -> frozenset[int]:
    """Return the word n-grams of a folded text, as hashes good for this process only (Broder, 1997)."""
    words, length = _WORD.findall(text), settings.shingle_words
    if len(words) < length:
        return frozenset([hash(tuple(words))])
    return frozenset(map(hash, zip(*(words[start:] for start in range(length)), strict=False)))


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of the smaller set that stands in the larger."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
