"""What a search is given and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chunker.documents import Document, DocumentDate, Passage


SearchOrder = Literal["relevance", "date"]
"""What of a catalogue search is shown first: where its words weigh most, or what is earliest."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which passages a search may return; an empty field does not restrict.

    Within a field any value will do, between fields all must hold. ``sources`` are source ids or
    names, ``documents`` document ids, ``kinds`` exact kinds. A participant matches when each of its
    words is a word of one of the document's participants, whatever the case. The dates are ISO
    days, both inclusive; a document whose date range overlaps them is in, one without a date is out.
    """

    sources: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    date_from: str | None = None
    date_to: str | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """A hit's score by each method, ``None`` where the method did not find it.

    ``dense`` is a cosine, ``lexical`` a BM25 score, ``rerank`` what the cross-encoder gives; higher is
    better for all.
    """

    dense: float | None = None
    lexical: float | None = None
    late_interaction: float | None = None
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class SourceLabel:
    """What a source can be called by: its ``title``, or else that of its first document, with its date.

    ``title`` is ``None`` where it has none; ``documents`` is how many it holds.
    """

    title: str | None
    first_title: str
    first_date: DocumentDate | None
    documents: int


@dataclass(frozen=True, slots=True)
class Place:
    """A passage with the document and the source it stands in; ``source_title`` where the source has one.

    ``is_pictured``: the source's pages can be shown as they look.
    """

    passage: Passage
    document: Document
    source_name: str
    source_title: str | None = None
    is_pictured: bool = False
    source_label: SourceLabel | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result, best first; ``also_in`` are other places where the same words stand."""

    place: Place
    score: float
    scores: Scores
    also_in: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class HiddenSpan:
    """A range of a source that a search must act as if it did not hold; passages overlapping it are left out.

    This is how an evaluation takes the evidence away to see whether the system then refuses.
    """

    source_name: str
    start_char: int
    end_char: int
