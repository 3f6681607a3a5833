"""What the system gave back, reduced to what the evaluation looks at.

The harness measures :class:`Response` objects and nothing else, so that it holds whatever the
service's own classes become; the last two functions are the only place that knows those.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eval.gold.evidence import TextSpan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from embeddings.ranking.retriever import Retrieval
    from embeddings.search import Hit, Place
    from service.answer import Answer


@dataclass(frozen=True, slots=True)
class OtherPlace:
    """Another place that a search result stands for, and the text there."""

    span: TextSpan
    text: str


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """One search result: where it stands, what it says and the page it cites.

    ``page`` and ``page_end`` are labels, ``None`` where the system gives no page. ``also_in`` are
    other places where much the same stands: what is said there counts only where ``text`` says it too.
    """

    span: TextSpan
    text: str
    score: float = 0.0
    title: str = ""
    page: str | None = None
    page_end: str | None = None
    also_in: tuple[OtherPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseQuote:
    """Words the answer claims to have from a source; ``match`` is ``exact`` or ``normalised``."""

    text: str
    span: TextSpan
    match: str = "exact"


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to one question, passages best first.

    ``confidence`` is the probability, 0..1, that the passages hold the answer; ``words`` are the ``text``
    without references; times are in milliseconds by stage; ``signals`` are what the confidence was made of.
    ``form`` is that of the answer, such as ``extract``; empty where the system names none.
    """

    question: str
    answerable: bool
    confidence: float
    passages: tuple[RetrievedPassage, ...]
    text: str = ""
    words: str = ""
    quotes: tuple[ResponseQuote, ...] = ()
    standalone_question: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    signals: Mapping[str, float] = field(default_factory=dict)
    form: str = ""


def response_from_answer(answer: Answer) -> Response:
    """Return what the evaluation looks at of the service's answer."""
    from service.answer import is_notice

    return Response(
        question=answer.question,
        standalone_question=answer.standalone_question,
        answerable=answer.answerable,
        confidence=answer.confidence,
        text=answer.text,
        words=" ".join(piece.shown for piece in answer.pieces if not is_notice(piece)),
        quotes=tuple(
            ResponseQuote(
                text=quote.text,
                span=TextSpan(
                    quote.citation.place.source_name,
                    quote.citation.span.start_char,
                    quote.citation.span.end_char,
                ),
                match=quote.match,
            )
            for quote in answer.quotes
        ),
        passages=tuple(_retrieved(passage.hit) for passage in answer.passages),
        timings_ms=dict(answer.timings_ms),
        signals=dict(answer.signals),
        form=answer.form,
    )


def response_from_retrieval(question: str, retrieval: Retrieval) -> Response:
    """Return what a search found as the response of a system that answers nothing."""
    return Response(
        question=question,
        answerable=False,
        confidence=0.0,
        passages=tuple(_retrieved(hit) for hit in retrieval.hits),
        timings_ms=dict(retrieval.timings_ms),
    )


def _retrieved(hit: Hit) -> RetrievedPassage:
    passage = hit.place.passage
    return RetrievedPassage(
        span=_span(hit.place),
        text=passage.text,
        score=hit.score,
        title=hit.place.document.header,
        page=passage.page.label if passage.page else None,
        page_end=passage.page_end.label if passage.page_end else None,
        also_in=tuple(OtherPlace(_span(place), place.passage.text) for place in hit.also_in),
    )


def _span(place: Place) -> TextSpan:
    return TextSpan(place.source_name, place.passage.start_char, place.passage.end_char)
