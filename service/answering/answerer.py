"""The way of a question to its answer: retrieve, judge, write, check. Knows nothing of HTTP."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from chunker.documents import Span
from chunker.text.normalising import tidy
from embeddings.terms import read_terms, stems
from service.answer import Answer, Citation, Found, IndexState, RankedPassage, SearchResult, Words
from service.answering.extracting import ExtractionSettings, extract, quoted, read_sentences
from service.answering.judging import JUDGING, confidence, signals_of
from service.answering.quoting import check_pieces
from service.answering.writing import NO_ANSWER, Draft, WritingError
from service.understanding.conversation import stand_alone
from service.understanding.dependence import read_dependence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.ranking.retriever import Retrieval, Retriever
    from embeddings.search import Filters, HiddenSpan, Hit
    from service.answer import AnswerKind, Piece, Turn
    from service.answering.extracting import Sentence
    from service.answering.writing import Writer

T = TypeVar("T")

logger = logging.getLogger(__name__)

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
    """Answers questions from one index; a ``writer``, where there is one, words what it can.

    Where the writer fails, the answer is in the documents' own words, with a notice. Safe to use from
    many threads.
    """

    def __init__(
        self, retriever: Retriever, settings: AnswerSettings, *, writer: Writer | None = None
    ) -> None:
        self._retriever = retriever
        self._settings = settings
        self._writer = writer

    def stream(
        self,
        question: str,
        *,
        top_k: int = 5,
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        hidden_spans: Sequence[HiddenSpan] = (),
    ) -> Iterator[Found | Piece | Answer]:
        """Yield what is found, then each piece of the answer once its quotes are checked, then the whole.

        The answer rests on the ``top_k`` best passages, or says that they do not answer the question.
        ``history`` are the earlier turns of the conversation, oldest first. What overlaps
        ``hidden_spans`` is treated as if the documents did not hold it.
        """
        timings_ms: dict[str, float] = {}
        started = time.perf_counter()
        with _timed(timings_ms, "read"):
            standalone, failure = self._stand_alone(question, history)
        # Judged by the same hits whatever the number wished for: it must not change the confidence.
        retrieval = self._retriever.retrieve(
            standalone,
            top_k=max(top_k, JUDGING.hits),
            filters=filters,
            hidden=hidden_spans,
            matched=self._settings.extraction.max_passages,
        )
        timings_ms |= retrieval.timings_ms
        with _timed(timings_ms, "answer"):
            sentences = read_sentences(standalone, retrieval, self._settings.extraction)
            signals = signals_of(retrieval, sentences)
            passages = _ranked_passages(standalone, retrieval.hits[:top_k])
            found = Found(question, standalone, confidence(signals), passages, _index_state(retrieval))
        yield found
        with _timed(timings_ms, "answer"):
            draft = self._extracted(found, sentences, retrieval)
        batches = iter([draft.pieces])
        if self._writer is not None:
            batches = _each_timed(timings_ms, "generate", _written(self._writer, found, draft, failure))
        pieces: tuple[Piece, ...] = ()
        failed_quotes = 0
        for batch in batches:
            with _timed(timings_ms, "answer"):
                checked, failed = check_pieces(batch, self._retriever.index)
            pieces += checked
            failed_quotes += failed
            if _kind_of(batch) == "none" or any(piece.citations for piece in pieces):
                yield from checked
        if _kind_of(pieces) != "none" and not any(piece.citations for piece in pieces):
            pieces = _refused(retrieval).pieces
            yield from pieces
        timings_ms["total"] = (time.perf_counter() - started) * 1000
        yield Answer(
            question=question,
            standalone_question=standalone,
            confidence=found.confidence,
            kind=_kind_of(pieces),
            pieces=pieces,
            passages=passages,
            index=found.index,
            failed_quotes=failed_quotes,
            timings_ms=timings_ms,
            signals=signals,
        )

    def search(self, question: str, *, top_k: int = 5, filters: Filters | None = None) -> SearchResult:
        """Return the ``top_k`` best passages for ``question``, best first."""
        started = time.perf_counter()
        retrieval = self._retriever.retrieve(question, top_k=top_k, filters=filters)
        passages = _ranked_passages(question, retrieval.hits)
        total = (time.perf_counter() - started) * 1000
        timings = {**retrieval.timings_ms, "total": total}
        return SearchResult(question, passages, _index_state(retrieval), timings)

    def _stand_alone(self, question: str, history: Sequence[Turn]) -> tuple[str, str | None]:
        """Return ``question`` made to stand alone, and why the writer could not do it, if it could not."""
        failure = None
        if self._writer is not None and history and read_dependence(question) != "none":
            try:
                if reworded := self._writer.stand_alone(question, history):
                    return reworded, None
            except WritingError as error:
                failure = str(error)
        return stand_alone(question, history), failure

    def _extracted(self, found: Found, sentences: Sequence[Sentence], retrieval: Retrieval) -> Draft:
        """Return the answer in the documents' own words, or the refusal."""
        if not retrieval.hits or found.confidence < self._settings.threshold:
            return _refused(retrieval)
        shown = [sentence for sentence in sentences if sentence.rank <= len(found.passages)]
        chosen = extract(shown, self._settings.extraction)
        return Draft("extractive", quoted(chosen, found.passages)) if chosen else _refused(retrieval)


def _written(writer: Writer, found: Found, draft: Draft, failure: str | None) -> Iterator[tuple[Piece, ...]]:
    """Yield what ``writer`` makes of it; where that fails, or failed before, the ``draft`` with a notice."""
    if draft.kind == "none":
        yield draft.pieces
        return
    has_said = False
    try:
        if failure is None:
            for piece in writer.write(found.standalone_question, found.passages):
                has_said = True
                yield (piece,)
            return
    except WritingError as error:
        failure = str(error)
    logger.warning("the language model was of no use: %s", failure)
    if has_said:
        yield (Words(f"The language model's answer is not whole: {failure}.", "notice"),)
        return
    notice = f"In the documents' own words, since the language model was of no use: {failure}."
    yield (*draft.pieces, Words(notice, "notice"))


def _kind_of(pieces: Sequence[Piece]) -> AnswerKind:
    """Return the kind of an answer that is made of ``pieces``."""
    if any(isinstance(piece, Words) and piece.role == "refusal" for piece in pieces):
        return "none"
    is_worded = any(isinstance(piece, Words) and piece.role == "sentence" for piece in pieces)
    return "generated" if is_worded else "extractive"


def _refused(retrieval: Retrieval) -> Draft:
    text = NO_ANSWER if retrieval.hits else NOTHING_FOUND
    if not retrieval.index.passages:
        text = NOTHING_INDEXED
    return Draft("none", (Words(text, "refusal"),))


def _index_state(retrieval: Retrieval) -> IndexState:
    info = retrieval.index
    return IndexState(generation=info.generation, model=info.model, passages=info.passages)


def _ranked_passages(question: str, hits: Sequence[Hit]) -> tuple[RankedPassage, ...]:
    wanted = frozenset(stems(question))
    return tuple(_ranked_passage(rank, hit, wanted) for rank, hit in enumerate(hits, start=1))


def _ranked_passage(rank: int, hit: Hit, wanted: frozenset[str]) -> RankedPassage:
    passage = hit.place.passage
    span = Span(passage.start_char, passage.end_char)
    text = tidy(passage.text).text
    return RankedPassage(
        hit=hit,
        text=text,
        citation=Citation(rank, hit.place, span, passage.page, passage.page_end),
        highlights=tuple(Span(term.start_char, term.end_char) for term in read_terms(text, wanted)),
    )


@contextmanager
def _timed(timings_ms: dict[str, float], stage: str) -> Iterator[None]:
    """Add the time that a block takes to a stage's."""
    started = time.perf_counter()
    yield
    timings_ms[stage] = timings_ms.get(stage, 0.0) + (time.perf_counter() - started) * 1000


def _each_timed(timings_ms: dict[str, float], stage: str, items: Iterator[T]) -> Iterator[T]:
    """Yield ``items``, adding the time that waiting for each takes to a stage's."""
    while True:
        with _timed(timings_ms, stage):
            item = next(items, None)
        if item is None:
            return
        yield item
