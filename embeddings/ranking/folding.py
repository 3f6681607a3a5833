"""The same words in several places become one hit, which names them all and shows the one with a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.search import Hit, Place
    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FoldingSettings:
    """When two passages say the same.

    Texts are compared by their ``shingle_words``-grams (containment; Broder, 1997). What has
    ``same_share`` of its own in texts ranked above it says nothing new; it is a copy of each of these
    that it shares ``common_share`` of the smaller of the two with, for a document may be cut into passages
    differently elsewhere. ``looked_beyond`` is how many hits more than wished for are looked at, so that
    folding leaves as many as were asked for.

    Chosen by hand: the gold questions rank alike with shingles of 2 to 6 words, a ``same_share`` of .5 to .9,
    a ``common_share`` of .15 to .6 and 0 to 30 hits more.
    """

    shingle_words: int = 4
    same_share: float = 0.75
    common_share: float = 0.3
    looked_beyond: int = 10


DEFAULT_FOLDING = FoldingSettings()


def fold_hits(
    snapshot: Snapshot, hits: Sequence[Hit], texts: Sequence[str], settings: FoldingSettings
) -> list[Hit]:
    """Return ``hits`` without those that repeat words of better ones, which name them in ``also_in``.

    ``texts`` are the hits' folded texts. Of the places where the same words stand, one whose page is
    known is shown.
    """
    words = [shingles(text, settings) for text in texts]
    hits, words = _with_pages(snapshot, hits, words, settings)
    groups = fold_duplicates(words, settings)
    return [_merged([hits[kept], *(hits[position] for position in others)]) for kept, others in groups]


def _merged(hits: Sequence[Hit]) -> Hit:
    places = [place for hit in hits for place in (hit.place, *hit.also_in)]
    shown = next((place for place in places if place.passage.page), hits[0].place)
    elsewhere: dict[str, Place] = {}
    for place in places:
        if place.document.id != shown.document.id:
            elsewhere.setdefault(place.document.id, place)  # one place of each other document is enough
    return replace(hits[0], place=shown, also_in=tuple(elsewhere.values()))


def _with_pages(
    snapshot: Snapshot, hits: Sequence[Hit], words: Sequence[frozenset[int]], settings: FoldingSettings
) -> tuple[list[Hit], list[frozenset[int]]]:
    """Return ``hits`` with each one that has no page moved to where its words have pages, and their words.

    Two hits with words in common show that their documents are the same, though they may be cut into
    passages differently. The hit without a page then becomes the passage of the other document that has
    most of its words, and both name its old place.
    """
    moved, moved_words = list(hits), list(words)
    for position, hit in enumerate(hits):
        if hit.place.passage.page is not None:
            continue
        twins = [
            other
            for other, one in enumerate(hits)
            if one.place.passage.page
            and one.place.document.id != hit.place.document.id
            and _overlap(words[position], words[other]) >= settings.common_share
        ]
        for other in twins:
            moved[other] = replace(moved[other], also_in=(*moved[other].also_in, hit.place))
        if twins:
            keys = snapshot.passage_keys(hits[twins[0]].place.document.id)
            texts = snapshot.folded_texts(keys)
            theirs = {key: shingles(texts[key], settings) for key in keys}
            best = max(keys, key=lambda key: len(theirs[key] & words[position]))
            [place] = snapshot.places([best])
            moved[position] = replace(hit, place=place, also_in=(hit.place, *hit.also_in))
            moved_words[position] = theirs[best]
    return moved, moved_words


def shingles(text: str, settings: FoldingSettings = DEFAULT_FOLDING) -> frozenset[int]:
    """Return the word n-grams of a folded text, as hashes good for this process only (Broder, 1997)."""
    words, length = text.split(), settings.shingle_words
    if len(words) < length:
        return frozenset([hash(tuple(words))])
    return frozenset(map(hash, zip(*(words[start:] for start in range(length)), strict=False)))


def fold_duplicates(
    ranked: Sequence[frozenset[int]], settings: FoldingSettings = DEFAULT_FOLDING
) -> list[tuple[int, list[int]]]:
    """Group ranked texts, given by their shingles: what says nothing new is folded into what came before.

    Returns ``(kept, folded)`` pairs of positions in ``ranked``, in rank order; a text may be folded into
    several.
    """
    groups: list[tuple[int, list[int]]] = []
    for position, text in enumerate(ranked):
        alike = [group for group in groups if _overlap(text, ranked[group[0]]) >= settings.common_share]
        known = frozenset[int]().union(*(ranked[kept] for kept, _ in alike))
        if alike and len(text & known) >= settings.same_share * len(text):
            for _, folded in alike:
                folded.append(position)
        else:
            groups.append((position, []))
    return groups


def _overlap(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the share of the smaller set that stands in the larger."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
