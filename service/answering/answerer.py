"""The way of a question to its answer: retrieve, judge, write, check. Knows nothing of HTTP."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.text.normalising import tidy
from embeddings.terms import read_terms, stems
from service.answer import Answer, Citation, Found, IndexState, RankedPassage, SearchResult, Words
from service.answering.composing import attribution, quoted
from service.answering.extracting import ExtractionSettings, extract, read_sentences
from service.answering.judging import JUDGING, confidence, signals_of
from service.answering.quoting import check_pieces
from service.answering.writing import NO_ANSWER, Draft, WritingError
from service.understanding.conversation import stand_alone
from service.understanding.dependence import read_dependence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.ranking.retriever import Retrieval, Retriever
    from embeddings.search import Filters, HiddenSpan, Hit
    from service.answer import Piece, Turn
    from service.answering.extracting import Sentence
    from service.answering.writing import Writer

logger = logging.getLogger(__name__)

NOTHING_INDEXED = "Nothing is indexed yet: add documents with `dossier index PATH`."
NOTHING_FOUND = "The documents hold nothing on this question under the filters given."
IN_DOUBT = "Whether the documents answer this is in doubt. These words may bear on it:"
UNSURE = "These words come nearest; whether they answer the question is unsure."
NOT_UNDERSTOOD = (
    "None of the question's words stands in the documents, so that it could not be judged: try their own "
    "language, other words, or names. These passages come nearest."
)


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """When a question counts as answered, and what an answer is made of.

    From the confidence ``threshold`` on it is answered. Under it, down to ``doubt``, the nearest words are
    shown as such, neither as an answer nor as a denial; under that the documents do not answer it.
    An answer under ``sure``, a little under even odds, says that it may be none. Confidences cannot tell a
    near miss, so the words are shown and the claim is small: a reader can set poor words aside, but not find
    those that were withheld. 98 of 100 answerable questions of the
    development gold lie above ``threshold``; of questions on other matters (XQuAD's, to the first corpus)
    96 of 100 lie under it and 69 under ``doubt``; to an index of four files 100 and 98.
    """

    threshold: float = 0.15
    doubt: float = 0.05
    sure: float = 0.4
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
        if self._writer is not None:
            with _timed(timings_ms, "generate"):
                draft = _written(self._writer, found, draft, failure)
        with _timed(timings_ms, "answer"):
            pieces, failed_quotes = check_pieces(draft.pieces, self._retriever.index)
            if draft.kind != "none" and not any(piece.citations for piece in pieces):
                draft = _refused(retrieval)
                pieces = draft.pieces
        yield from pieces
        timings_ms["total"] = (time.perf_counter() - started) * 1000
        yield Answer(
            question=question,
            standalone_question=standalone,
            confidence=found.confidence,
            kind=draft.kind,
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
        shown = [sentence for sentence in sentences if sentence.rank <= len(found.passages)]
        windows = extract(shown, self._settings.extraction) if shown else []
        if windows and found.confidence >= self._settings.threshold:
            unsure = (Words(UNSURE, "notice"),) if found.confidence < self._settings.sure else ()
            return Draft("extractive", (*quoted(windows, found.passages), *unsure))
        if windows and found.confidence >= self._settings.doubt:
            lead = quoted(windows[:1], found.passages)
            of_lead = attribution(found.passages[windows[0].rank - 1].citation)
            return Draft("none", (Words(IN_DOUBT, "refusal"), of_lead, *lead))
        return _refused(retrieval)


def _written(writer: Writer, found: Found, draft: Draft, failure: str | None) -> Draft:
    """Return what ``writer`` makes of it; where that fails, or failed before, the ``draft`` with a notice."""
    if draft.kind == "none":
        return draft
    try:
        if failure is None:
            return writer.write(found.standalone_question, found.passages)
    except WritingError as error:
        failure = str(error)
    logger.warning("the language model was of no use: %s", failure)
    notice = f"In the documents' own words, since the language model was of no use: {failure}."
    return replace(draft, pieces=(*draft.pieces, Words(notice, "notice")))


def _refused(retrieval: Retrieval) -> Draft:
    text = NO_ANSWER if retrieval.hits else NOTHING_FOUND
    if retrieval.hits and retrieval.knows_no_word:
        text = NOT_UNDERSTOOD
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
