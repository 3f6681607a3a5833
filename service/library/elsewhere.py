"""Other places where a document's words stand: the same paper in another book or on a web page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.text.normalising import fold
from embeddings.ranking.folding import shingles
from embeddings.terms import stems

if TYPE_CHECKING:
    from embeddings.search import Place
    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ElsewhereSettings:
    """How the same paper is looked for; chosen by hand; right for the five papers the corpus repeats.

    ``query_words`` of the longest passage are searched for, ``candidates`` of what is found compared; those
    that share ``same_share`` of the smaller one's word 4-grams are the same.
    """

    query_words: int = 32
    candidates: int = 12
    same_share: float = 0.5


ELSEWHERE = ElsewhereSettings()


def same_elsewhere(snapshot: Snapshot, document_id: str) -> list[Place]:
    """Return a passage of each other document that repeats this one's longest passage, best first.

    Half of the word 4-grams of the smaller of the two passages must stand in the other
    (containment; Broder, 1997), so that different wordings of one report are not taken for one paper.
    """
    passages = snapshot.passages_of(document_id)
    if not passages:
        return []
    longest = max(passages, key=lambda passage: (passage.token_count, -passage.ordinal))
    query = " ".join(dict.fromkeys(stems(longest.text)[: ELSEWHERE.query_words]))
    found = snapshot.places([key for key, _ in snapshot.lexical_search(query, limit=ELSEWHERE.candidates)])
    wanted = shingles(fold(longest.text).text)
    same: dict[str, Place] = {}
    for place in found:
        other = shingles(fold(place.passage.text).text)
        is_same = len(wanted & other) >= ELSEWHERE.same_share * min(len(wanted), len(other))
        if place.document.id != document_id and is_same:
            same.setdefault(place.document.id, place)
    return list(same.values())
