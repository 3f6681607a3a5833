"""The way of a question to its answer: retrieve, judge, write, check. Knows nothing of HTTP."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from embeddings.stages import timed
from service.answer import Answer, Found, IndexState, SearchResult, Words
from service.answering.catalogue.telling import told_pieces, with_nearest, without_denial
from service.answering.drafting import draft_of, refusal_of
from service.answering.judging import JUDGING
from service.answering.marking import marked
from service.answering.meaning import meaning_of
from service.answering.passages import ranked_passages
from service.answering.quoting import check_pieces
from service.answering.reading import further_passages, read_hits
from service.answering.searching import search, told_as_answer, told_as_result
from service.answering.writing import NOTHING_INDEXED
from service.answering.written import Written
from service.interpretation import Interpretation
from service.understanding.forms import form_of
from service.understanding.languages import language_of
from service.understanding.question_words import asks_anything
from service.understanding.search_queries import mode_of
from service.understanding.wrapping import core_question

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.ranking.retriever import Retriever
    from embeddings.search import Filters, HiddenSpan, SearchOrder
    from embeddings.store.records import IndexInfo
    from service.answer import Piece, RankedPassage, Turn
    from service.answering.catalogue.told import Told
    from service.answering.meaning import Meaning
    from service.answering.reading import Reading
    from service.answering.settings import AnswerSettings
    from service.answering.writing import Draft, Writer
    from service.understanding.forms import AskedForm
    from service.understanding.search_queries import Mode

T = TypeVar("T")

NOTHING_ASKED = "The question holds nothing to search for: name a person, a place, a matter or a time."


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
        mode: Mode | None = None,
        form: AskedForm | None = None,
        order: SearchOrder = "relevance",
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        hidden_spans: Sequence[HiddenSpan] = (),
    ) -> Iterator[Found | Piece | Answer]:
        """Give what is found, then each piece of the answer once its quotes are checked, then the whole.

        The answer rests on the ``top_k`` best passages, an overview on the best papers, or says that they do
        not answer the question. In the ``mode`` search it is looked for as it is written, and shown in
        ``order``; ``None``: as its form says, unless a ``form`` of the answer is asked for. ``form`` is that
        of the answer, ``None``: as the question asks for it. ``history`` are the earlier turns of the
        conversation, oldest first. What overlaps ``hidden_spans`` is treated as if the documents did not
        hold it.
        """
        if (mode or ("ask" if form else mode_of(question, history))) == "search":
            index = self._retriever.index
            found = search(
                index, question, top_k=top_k, order=order, filters=filters, hidden_spans=hidden_spans
            )
            return told_as_answer(found, question, index)
        return self._answered(
            question, top_k=top_k, form=form, filters=filters, history=history, hidden_spans=hidden_spans
        )

    def _answered(
        self,
        question: str,
        *,
        top_k: int,
        form: AskedForm | None,
        filters: Filters | None,
        history: Sequence[Turn],
        hidden_spans: Sequence[HiddenSpan],
    ) -> Iterator[Found | Piece | Answer]:
        """Yield the answer to what is a question."""
        settings, timings_ms, started = self._settings, dict[str, float](), time.perf_counter()
        with timed(timings_ms, "read"):
            meaning = meaning_of(
                question,
                history,
                self._retriever,
                writer=self._writer,
                filters=filters,
                form=form,
                is_all_shown=not hidden_spans,
            )
        told, standalone = meaning.told, meaning.standalone
        if told is not None and not told.goes_on:
            timings_ms["total"] = (time.perf_counter() - started) * 1000
            yield from self._told(question, standalone, told, meaning.info, timings_ms)
            return
        if not asks_anything(standalone):
            yield from _nothing_asked(question, standalone, meaning.info)
            return
        is_wide = (form or form_of(standalone)) == "overview"
        looked_at = settings.overview.hits if is_wide else settings.extraction.max_passages
        retrieval = self._retriever.retrieve(
            standalone,
            # Judged by the same hits whatever the number wished for: it must not change the confidence.
            top_k=max(
                top_k * settings.overview.passages_a_paper if is_wide else top_k,
                JUDGING.hits,
                looked_at,
                settings.read_by_writer if self._writer else 0,
            ),
            filters=filters,
            hidden=hidden_spans,
            matched=looked_at,
        )
        timings_ms |= retrieval.timings_ms
        with timed(timings_ms, "answer"):
            first = ranked_passages(standalone, told.hits) if told else ()
            reading = read_hits(
                meaning,
                history,
                retrieval,
                self._retriever,
                settings,
                top_k=top_k,
                looked_at=looked_at,
                is_wide=is_wide,
                first=first,
            )
            found = _found(question, meaning, reading, first)
        yield found
        with timed(timings_ms, "answer"):
            draft = draft_of(standalone, reading, settings, has_writer=self._writer is not None)
            draft, failed_quotes = self._with_told(standalone, told, first, draft)
        parts, written = iter((draft,)), None
        if self._writer is not None and not told:
            further = further_passages(standalone, reading, of_best=settings.read_by_writer)
            written = Written(self._writer, found, further, draft, meaning.failure)
            parts = _each_timed(timings_ms, "generate", written.parts())
        pieces: tuple[Piece, ...] = ()
        for draft in parts:
            with timed(timings_ms, "answer"):
                checked, failed = check_pieces(draft.pieces, self._retriever.index)
            pieces += checked
            failed_quotes += failed
            if draft.kind == "none" or any(piece.citations for piece in pieces):
                yield from checked
        if draft.kind != "none" and not any(piece.citations for piece in pieces):
            draft = refusal_of(reading)
            pieces = draft.pieces
            yield from pieces
        timings_ms["total"] = (time.perf_counter() - started) * 1000
        yield Answer(
            question=question,
            standalone_question=standalone,
            confidence=found.confidence,
            kind=draft.kind,
            form=draft.form,
            pieces=pieces,
            passages=written.passages if written else found.passages,
            index=found.index,
            total=draft.total,
            rule=draft.rule,
            failed_quotes=failed_quotes,
            timings_ms=timings_ms,
            signals=reading.signals,
            interpretation=found.interpretation,
        )

    def search(
        self,
        question: str,
        *,
        top_k: int = 5,
        mode: Mode | None = None,
        order: SearchOrder = "relevance",
        filters: Filters | None = None,
    ) -> SearchResult:
        """Return ``top_k`` passages for ``question``; ``mode`` and ``order`` as for :meth:`stream`."""
        if (mode or mode_of(question)) == "search":
            found = search(self._retriever.index, question, top_k=top_k, order=order, filters=filters)
            return told_as_result(found, question)
        started = time.perf_counter()
        asked = core_question(question)
        retrieval = self._retriever.retrieve(asked, top_k=top_k, filters=filters)
        passages = ranked_passages(asked, retrieval.hits)
        total = (time.perf_counter() - started) * 1000
        timings = {**retrieval.timings_ms, "total": total}
        understood = Interpretation(retrieval.asked_times, retrieval.also_searched, language_of(asked))
        return SearchResult(question, passages, IndexState.of(retrieval.index), timings, understood)

    def _told(
        self, question: str, standalone: str, told: Told, info: IndexInfo, timings_ms: dict[str, float]
    ) -> Iterator[Found | Piece | Answer]:
        """Yield the answer that the catalogue gives."""
        passages = ranked_passages(standalone, told.hits)
        index = IndexState.of(info)
        yield Found(question, standalone, 1.0, passages, index, told.understood)
        pieces, failed = told_pieces(told, passages, self._retriever.index)
        yield from pieces
        yield Answer(
            question=question,
            standalone_question=standalone,
            confidence=1.0,
            kind="extractive",
            form=told.form,
            pieces=pieces,
            passages=passages,
            index=index,
            total=told.total,
            rule=told.rule,
            failed_quotes=failed,
            timings_ms=timings_ms,
            interpretation=told.understood,
        )

    def _with_told(
        self, question: str, told: Told | None, first: tuple[RankedPassage, ...], draft: Draft
    ) -> tuple[Draft, int]:
        """Return a draft with what the catalogue tells, quoted from ``first``, and how many quotes fail."""
        if told is None:
            return draft, 0
        if not first:
            return without_denial(told, draft), 0
        pieces, failed = told_pieces(told, first, self._retriever.index)
        return with_nearest(told, marked(question, pieces), draft), failed


def _found(question: str, meaning: Meaning, reading: Reading, first: tuple[RankedPassage, ...]) -> Found:
    retrieval, understood = reading.retrieval, meaning.told.understood if meaning.told else None
    return Found(
        question,
        meaning.standalone,
        1.0 if first else reading.probability,
        tuple(dict.fromkeys((*first, *reading.passages.values()))),
        IndexState.of(retrieval.index),
        Interpretation(
            retrieval.asked_times,
            retrieval.also_searched,
            reading.languages.asked,
            participants=understood.participants if understood else (),
            kinds=understood.kinds if understood else (),
        ),
    )


def _nothing_asked(question: str, standalone: str, info: IndexInfo) -> Iterator[Found | Piece | Answer]:
    """Yield the answer to a question without a word to search for."""
    words = Words(NOTHING_ASKED if info.passages else NOTHING_INDEXED, "refusal")
    yield Found(question, standalone, 0.0, (), IndexState.of(info))
    yield words
    yield Answer(question, standalone, 0.0, "none", "none", (words,), (), IndexState.of(info))


def _each_timed(timings_ms: dict[str, float], stage: str, items: Iterator[T]) -> Iterator[T]:
    """Yield ``items``, adding the time that waiting for each takes to a stage's."""
    while True:
        with timed(timings_ms, stage):
            item = next(items, None)
        if item is None:
            return
        yield item
