"""Other places where a document's words stand: the same paper in another book or on a web page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.ranking.same_papers import Papers
from embeddings.terms import stems

if TYPE_CHECKING:
    from embeddings.search import Place
    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class ElsewhereSettings:
    """How the same paper is looked for; chosen by hand; right for the five papers the corpus repeats.

    ``query_words`` of the longest passage are searched for, ``candidates`` of what is found compared.
    """

    query_words: int = 32
    candidates: int = 12


ELSEWHERE = ElsewhereSettings()


def same_elsewhere(snapshot: Snapshot, document_id: str) -> list[Place]:
    """Return a passage of each other document that repeats this one's longest passage, best first.

    The very words of one of the two passages must stand in the other's document
    (:meth:`embeddings.ranking.same_papers.Papers.repeats`), so that neither other wordings of one report
    nor papers of one form are taken for one paper.
    """
    longest = snapshot.longest_passage(document_id)
    if longest is None:
        return []
    query = " ".join(dict.fromkeys(stems(longest.text)[: ELSEWHERE.query_words]))
    found = snapshot.places([key for key, _ in snapshot.lexical_search(query, limit=ELSEWHERE.candidates)])
    [own] = snapshot.places([longest.id])
    papers = Papers(snapshot)
    same: dict[str, Place] = {}
    for place in found:
        if place.document.id != document_id and (papers.repeats(own, place) or papers.repeats(place, own)):
            same.setdefault(place.document.id, place)
    return list(same.values())
