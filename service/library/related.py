"""Papers beside a paper: what else passed between the same two, and what is about the like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chunker.documents import PageMap
from embeddings.store.filtering import name_words
from service.wording.links import reader_link
from service.wording.phrases import date_range_words, page_range_words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from chunker.documents import Document, Page
    from embeddings.search import Place
    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RelatedSettings:
    """How many papers are shown, and how they are looked for; chosen by hand.

    ``passages`` of the paper, from its beginning, say what it is about; of the ``candidates`` nearest to them
    come the similar papers, at most one of every ``one_of``: few papers are not all alike.
    """

    shown: int = 5
    passages: int = 8
    candidates: int = 40
    one_of: int = 3


RELATED = RelatedSettings()


@dataclass(frozen=True, slots=True)
class RelatedPaper:
    """A paper by its title, its date and the page that is meant, both in words, and the address there."""

    title: str
    date_words: str
    page_words: str
    link: str


@dataclass(frozen=True, slots=True)
class RelatedPapers:
    """What stands beside a paper; ``people`` are the two of whom the ``correspondence`` is."""

    people: tuple[str, ...] = ()
    correspondence: tuple[RelatedPaper, ...] = ()
    similar: tuple[RelatedPaper, ...] = ()


def related_papers(snapshot: Snapshot, document: Document, *, without: Collection[str] = ()) -> RelatedPapers:
    """Return the papers beside ``document``; those with ids ``without`` are the same paper elsewhere."""
    people = document.metadata.participants[:2]
    ids = _correspondence(snapshot, document, people) if len(people) > 1 else []
    shown = [record.document for one in ids if one not in without and (record := snapshot.document(one))]
    letters = tuple(_paper(snapshot, one) for one in shown[: RELATED.shown])
    left_out = {document.id, *without, *(one.id for one in shown)}
    return RelatedPapers(people, letters, tuple(map(_placed, _similar(snapshot, document, left_out))))


def _correspondence(snapshot: Snapshot, document: Document, people: Sequence[str]) -> list[str]:
    """Return the ids of the papers between two people, those of the nearest days first.

    One of the two must surely be meant; the other may be called by a name that others have, too.
    """
    when = document.metadata.date
    sure, likely = ([call(snapshot, name) for name in people] for call in (_surely_called, _called))
    pairs = [(sure[0], likely[1]), (likely[0], sure[1])]
    found = snapshot.ids_between(pairs, day=when.start if when else None, limit=4 * RELATED.shown)
    return [one for one in found if one != document.id]


def _called(snapshot: Snapshot, name: str) -> list[str]:
    """Return the names that may be the same person's: "Karl Weber", "K. Weber", "Weber"."""
    alike = (other for word in _full_words(name) for other in snapshot.participants_with(word))
    return sorted({name, *(other for other in alike if _agree(name, other))})


def _surely_called(snapshot: Snapshot, name: str) -> list[str]:
    """Return those of the names that are of nobody else: of "Anna" and "Karl Weber", "Weber" is not."""
    return [
        one
        for one in _called(snapshot, name)
        if all(_agree(other, fuller) for other in _called(snapshot, one) for fuller in _called(snapshot, one))
    ]


def _full_words(name: str) -> frozenset[str]:
    return frozenset(word for word in name_words(name) if len(word) > 1)


def _agree(one: str, other: str) -> bool:
    """Return whether two names may be one's: each word of the shorter is one of the longer, or begins one."""
    shorter, longer = sorted((name_words(one), name_words(other)), key=len)
    return all(
        any(word == each or (min(len(word), len(each)) == 1 and word[0] == each[0]) for each in longer)
        for word in shorter
    )


def _similar(snapshot: Snapshot, document: Document, left_out: Collection[str]) -> list[Place]:
    keys = snapshot.passage_keys(document.id)[: RELATED.passages]
    vectors = snapshot.vectors_of(keys)
    if not len(vectors):
        return []
    about = vectors.mean(axis=0)
    about /= np.linalg.norm(about) or 1.0
    nearest = snapshot.dense_search(about, limit=RELATED.candidates + len(keys))
    best: dict[str, Place] = {}
    for place in snapshot.places([key for key, _ in nearest]):
        if place.document.id not in left_out:
            best.setdefault(place.document.id, place)
    others = snapshot.info().documents - 1
    return list(best.values())[: min(RELATED.shown, others // RELATED.one_of)]


def _paper(snapshot: Snapshot, document: Document) -> RelatedPaper:
    page = (snapshot.page_map(document.source_id, document.span) or PageMap()).at(document.start_char)
    return _told(document, page, page)


def _placed(place: Place) -> RelatedPaper:
    return _told(place.document, place.passage.page, place.passage.page_end)


def _told(document: Document, page: Page | None, page_end: Page | None) -> RelatedPaper:
    return RelatedPaper(
        document.title,
        date_range_words(document.metadata.date),
        page_range_words(page, page_end) if page or page_end else "",
        reader_link(document.id, page=page.label if page else None),
    )
