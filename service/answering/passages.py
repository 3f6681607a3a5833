"""Hits as passages that are shown: tidied, numbered, with words of the question marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chunker.documents import Span
from embeddings.terms import read_terms, stems
from service.answer import Citation, RankedPassage
from service.answering.quoting import tidied_passage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from embeddings.search import Hit


def ranked_passages(question: str, hits: Sequence[Hit]) -> tuple[RankedPassage, ...]:
    """Return ``hits`` numbered from 1."""
    wanted = frozenset(stems(question))
    return tuple(ranked_passage(rank, hit, wanted) for rank, hit in enumerate(hits, start=1))


def ranked_passage(rank: int, hit: Hit, wanted: frozenset[str]) -> RankedPassage:
    """Return a hit with the words marked whose stems are ``wanted``."""
    return passage_with_marks(
        rank, hit, lambda text: [Span(one.start_char, one.end_char) for one in read_terms(text, wanted)]
    )


def passage_with_marks(rank: int, hit: Hit, marks: Callable[[str], Sequence[Span]]) -> RankedPassage:
    """Return a hit with what ``marks`` gives of its tidied text marked."""
    passage = hit.place.passage
    span = Span(passage.start_char, passage.end_char)
    text = tidied_passage(passage.text).text
    citation = Citation(
        rank, hit.place, span, passage.page, passage.page_end, passage.section, passage.ocr_confidence
    )
    return RankedPassage(hit=hit, text=text, citation=citation, highlights=tuple(marks(text)))
