"""What the service gives back for a question, before HTTP or a terminal puts it into form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chunker.documents import Span
    from embeddings.search import Hit

AnswerKind = Literal["extractive", "generated", "none"]
QuoteMatch = Literal["exact", "normalised"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the answer that stand in the source of the passage with number ``citation``.

    ``start_char`` and ``end_char`` index the source's stored text. ``match`` is ``exact`` when the
    slice is ``text`` to the character, ``normalised`` when white space, markup, hyphenation or
    typographic forms were put right.
    """

    citation: int
    text: str
    start_char: int
    end_char: int
    match: QuoteMatch


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A hit as it is shown: ``text`` is tidied, ``highlights`` are spans of that text."""

    rank: int
    hit: Hit
    text: str
    highlights: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexState:
    """The index that was asked."""

    generation: int
    model: str
    passages: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question.

    ``confidence`` is the probability that the passages hold the answer; ``answerable`` compares it
    with the configured threshold. ``timings_ms`` has the stages and their ``total``. ``notice`` tells
    the reader how the answer came about where that is not as configured. ``signals`` are what the
    confidence was made of, by name (:mod:`service.answering.judging`).
    """

    question: str
    standalone_question: str
    answerable: bool
    confidence: float
    kind: AnswerKind
    text: str
    quotes: tuple[Quote, ...]
    passages: tuple[RankedPassage, ...]
    index: IndexState
    timings_ms: dict[str, float] = field(default_factory=dict)
    notice: str | None = None
    signals: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Ranked passages without an answer."""

    question: str
    passages: tuple[RankedPassage, ...]
    index: IndexState
    timings_ms: dict[str, float] = field(default_factory=dict)
