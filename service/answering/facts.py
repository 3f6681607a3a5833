"""Facts about the collection itself, told from the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from embeddings.search import Filters, Hit, Scores
from service.understanding.catalogue_questions import may_ask_catalogue, read_catalogue_question

if TYPE_CHECKING:
    from embeddings.store.catalogue import DocumentOrder
    from embeddings.store.records import IndexInfo
    from embeddings.store.snapshot import Snapshot
    from service.understanding.catalogue_questions import CatalogueQuestion


@dataclass(frozen=True, slots=True)
class Fact:
    """What the catalogue says, and the beginning of the document that it says it of, if it is of one."""

    words: str
    hits: tuple[Hit, ...]
    index: IndexInfo


def fact_of(question: str, snapshot: Snapshot, filters: Filters) -> Fact | None:
    """Return what the catalogue answers to ``question``, ``None`` where it asks the documents."""
    if not may_ask_catalogue(question):
        return None
    asked = read_catalogue_question(question, [kind for kind, _ in snapshot.facets().kinds])
    if asked is None:
        return None
    wanted = replace(
        filters,
        kinds=(asked.kind,) if asked.kind else filters.kinds,
        date_from=asked.first_day or filters.date_from,
        date_to=asked.last_day or filters.date_to,
    )
    return _count(asked, snapshot, wanted) if asked.fact == "count" else _end(asked, snapshot, wanted)


def _count(asked: CatalogueQuestion, snapshot: Snapshot, filters: Filters) -> Fact:
    _, total = snapshot.documents(filters=filters, limit=1)
    are = f"There is one {asked.noun}" if total == 1 else f"There are {total:,} {asked.noun}s"
    words = f"{are}{_of_time(asked)} in the collection."
    undated = snapshot.facets().undated if filters.date_from or filters.date_to else 0
    if undated:
        words += f" Not counted: {undated:,} without a date."
    return Fact(words, (), snapshot.info())


def _end(asked: CatalogueQuestion, snapshot: Snapshot, filters: Filters) -> Fact | None:
    order: DocumentOrder = "earliest" if asked.fact == "earliest" else "latest"
    records, _ = snapshot.documents(filters=filters, order=order, limit=1)
    if not records or records[0].document.metadata.date is None:
        return Fact(f"No {asked.noun}{_of_time(asked)} in the collection has a date.", (), snapshot.info())
    passages = snapshot.passages_of(records[0].document.id)
    hits = tuple(Hit(place, 1.0, Scores()) for place in snapshot.places([one.id for one in passages[:1]]))
    return Fact(
        f"The {order} {asked.noun}{_of_time(asked)} in the collection is this:", hits, snapshot.info()
    )


def _of_time(asked: CatalogueQuestion) -> str:
    return f" of {asked.time}" if asked.time else ""
