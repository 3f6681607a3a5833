"""The way of a question to its answer: retrieve, judge, answer, cite. Knows nothing of HTTP."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.text.normalising import tidy
from embeddings.terms import read_terms, stems
from service.answer import Answer, IndexState, Quote, RankedPassage, SearchResult
from service.answering.extracting import ExtractionSettings, extract, read_sentences
from service.answering.judging import JUDGED_HITS, confidence, signals_of
from service.understanding.conversation import stand_alone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.ranking.retriever import Retrieval, Retriever
    from embeddings.search import Filters, HiddenSpan, Hit
    from embeddings.store.records import IndexInfo
    from service.answer import Turn

NO_ANSWER = "The documents do not answer this question. These passages come nearest."
NOTHING_INDEXED = "Nothing is indexed yet: add documents with `dossier index PATH`."
NOTHING_FOUND = "The documents hold nothing on this question under the filters given."


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """When a question counts as answered, and what an answer is made of.

    ``threshold`` is the confidence from which on it is answered. It is a little under even odds: a reader
    who is shown the quotes can set a poor answer aside, but not find one that was withheld.
    """

    threshold: float = 0.4
    extraction: ExtractionSettings = field(default_factory=ExtractionSettings)


class Answerer:
    """Answers questions from one index. Safe to use from many threads."""

    def __init__(self, retriever: Retriever, settings: AnswerSettings) -> None:
        self._retriever = retriever
        self._settings = settings

    def ask(
        self,
        question: str,
        *,
        top_k: int = 5,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        hidden_spans: Sequence[HiddenSpan] = (),
    ) -> Answer:
        """Answer ``question`` from the ``top_k`` best passages, or say that they do not answer it.

        ``history`` are the earlier turns of the conversation, oldest first. What overlaps
        ``hidden_spans`` is treated as if the documents did not hold it.
        """
        started = time.perf_counter()
        standalone = stand_alone(question, history)
        read = time.perf_counter()
        # Judged by the same hits whatever the number wished for: it must not change the confidence.
        retrieval = self._retriever.retrieve(
            standalone,
            top_k=max(top_k, JUDGED_HITS),
            filters=filters,
            hidden=hidden_spans,
            matched=self._settings.extraction.max_passages,
        )
        answering = time.perf_counter()
        candidates = read_sentences(standalone, retrieval, self._settings.extraction)
        signals = signals_of(retrieval, candidates)
        probability = confidence(signals)
        answerable = bool(retrieval.hits) and probability >= self._settings.threshold
        shown = [sentence for sentence in candidates if sentence.rank <= top_k]
        sentences = extract(shown, self._settings.extraction) if answerable else []
        passages = _ranked_passages(standalone, retrieval.hits[:top_k])
        finished = time.perf_counter()
        return Answer(
            question=question,
            standalone_question=standalone,
            answerable=bool(sentences),
            confidence=probability,
            kind="extractive" if sentences else "none",
            text=" ".join(f"{sentence.text} [{sentence.rank}]" for sentence in sentences)
            or _no_answer(retrieval),
            quotes=tuple(
                _quote(retrieval.hits[sentence.rank - 1], sentence.rank, sentence.span, sentence.text)
                for sentence in sentences
            ),
            passages=passages,
            index=_index_state(retrieval.index),
            timings_ms={
                "read": (read - started) * 1000,
                **retrieval.timings_ms,
                "answer": (finished - answering) * 1000,
                "total": (finished - started) * 1000,
            },
            signals=signals,
        )

    def search(self, question: str, *, top_k: int = 5, filters: Filters | None = None) -> SearchResult:
        """Return the ``top_k`` best passages for ``question``, best first."""
        started = time.perf_counter()
        retrieval = self._retriever.retrieve(question, top_k=top_k, filters=filters)
        passages = _ranked_passages(question, retrieval.hits)
        total = (time.perf_counter() - started) * 1000
        timings = {**retrieval.timings_ms, "total": total}
        return SearchResult(question, passages, _index_state(retrieval.index), timings)


def _no_answer(retrieval: Retrieval) -> str:
    if not retrieval.index.passages:
        return NOTHING_INDEXED
    return NO_ANSWER if retrieval.hits else NOTHING_FOUND


def _index_state(info: IndexInfo) -> IndexState:
    return IndexState(generation=info.generation, model=info.model, passages=info.passages)


def _quote(hit: Hit, citation: int, span: Span, text: str) -> Quote:
    passage = hit.place.passage
    stands = passage.text[span.start_char - passage.start_char : span.end_char - passage.start_char]
    return Quote(
        citation=citation,
        text=text,
        start_char=span.start_char,
        end_char=span.end_char,
        match="exact" if stands == text else "normalised",
    )


def _ranked_passages(question: str, hits: Sequence[Hit]) -> tuple[RankedPassage, ...]:
    wanted = frozenset(stems(question))
    return tuple(_ranked_passage(rank, hit, wanted) for rank, hit in enumerate(hits, start=1))


def _ranked_passage(rank: int, hit: Hit, wanted: frozenset[str]) -> RankedPassage:
    text = tidy(hit.place.passage.text).text
    highlights = tuple(Span(term.start_char, term.end_char) for term in read_terms(text, wanted))
    return RankedPassage(rank, hit, text, highlights)
