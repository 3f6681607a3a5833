"""The same words in several places become one hit, which names them all and shows the one with a page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embeddings.ranking.fusion import COMMON_SHARE, fold_duplicates, overlap, shingles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.search import Hit, Place
    from embeddings.store.snapshot import Snapshot


def folded(hits: Sequence[Hit], words: Sequence[frozenset[int]]) -> list[Hit]:
    """Return ``hits`` without those that repeat words of better ones, which name them in ``also_in``.

    ``words`` are the shingles of the hits' folded texts. Of the places where the same words stand, one
    whose page is known is shown.
    """
    groups = fold_duplicates(words)
    return [_merged([hits[kept], *(hits[position] for position in others)]) for kept, others in groups]


def _merged(hits: Sequence[Hit]) -> Hit:
    places = [place for hit in hits for place in (hit.place, *hit.also_in)]
    shown = next((place for place in places if place.passage.page), hits[0].place)
    elsewhere: dict[str, Place] = {}
    for place in places:
        if place.document.id != shown.document.id:
            elsewhere.setdefault(place.document.id, place)  # one place of each other paper is enough
    return replace(hits[0], place=shown, also_in=tuple(elsewhere.values()))


def with_pages(
    snapshot: Snapshot, hits: Sequence[Hit], words: Sequence[frozenset[int]]
) -> tuple[list[Hit], list[frozenset[int]]]:
    """Return ``hits`` with each one that has no page moved to where its paper has pages, and their words.

    ``words`` are the shingles of the hits' folded texts, and so are those returned.

    Two hits of different documents that share a third of the smaller one's words show that the papers
    are the same, though they may be cut into passages differently. The hit without a page then
    becomes the passage of the other paper that has most of its words, and both name its old place.
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
            and overlap(words[position], words[other]) >= COMMON_SHARE
        ]
        for other in twins:
            moved[other] = replace(moved[other], also_in=(*moved[other].also_in, hit.place))
        if twins:
            place = hits[twins[0]].place
            keys = snapshot.passage_keys(place.document.id)
            texts = snapshot.folded_texts(keys)
            theirs = [shingles(texts[key]) for key in keys]
            shared = [len(one & words[position]) for one in theirs]
            best = shared.index(max(shared))
            [found] = snapshot.places([keys[best]])
            moved[position] = replace(hit, place=found, also_in=(hit.place, *hit.also_in))
            moved_words[position] = theirs[best]
    return moved, moved_words
