"""The way of a question to its answer: retrieve, judge, write, check. Knows nothing of HTTP."""

from __future__ import annotations

import itertools
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from chunker.documents import Span
from embeddings.search import Filters
from embeddings.terms import read_terms, stems
from service.answer import Answer, Citation, Found, IndexState, RankedPassage, SearchResult, Words
from service.answering.catalogue.facts import told_by_catalogue
from service.answering.catalogue.telling import told_pieces, with_nearest, without_denial
from service.answering.composing import attribution, quoted
from service.answering.extracting import ExtractionSettings, extract, read_sentences
from service.answering.judging import JUDGING, confidence, signals_of
from service.answering.languages import FOREIGN, FOREIGN_IN_DOUBT, Languages
from service.answering.marking import marked
from service.answering.overview import OverviewSettings, overview, papers_of, ranks_shown, rule_of
from service.answering.quoting import check_pieces, tidied_passage
from service.answering.said import Said, new_first
from service.answering.searching import search, told_as_answer, told_as_result
from service.answering.writing import NO_ANSWER, NOTHING_INDEXED, Draft, WritingError
from service.answering.written import Written
from service.interpretation import Interpretation
from service.understanding.follow_ups.conversation import Held, Resolved, resolve
from service.understanding.follow_ups.dependence import read_dependence
from service.understanding.forms import form_of
from service.understanding.languages import language_of
from service.understanding.negation import asks_what_was_not, denies
from service.understanding.question_words import asks_anything, has_function_word
from service.understanding.search_queries import mode_of
from service.understanding.wrapping import core_question

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from embeddings.ranking.retriever import Retrieval, Retriever
    from embeddings.search import HiddenSpan, Hit
    from embeddings.store.records import IndexInfo
    from service.answer import Piece, Turn
    from service.answering.catalogue.told import Told
    from service.answering.extracting import Sentence, Window
    from service.answering.overview import Paper
    from service.answering.writing import Writer
    from service.understanding.forms import AskedForm
    from service.understanding.search_queries import Mode

T = TypeVar("T")

NOTHING_FOUND = "The documents hold nothing on this question under the filters given."
IN_DOUBT = "Whether the documents answer this is in doubt. These words may bear on it:"
UNSURE = "These words come nearest; whether they answer the question is unsure."
NOTHING_ASKED = "The question holds nothing to search for: name a person, a place, a matter or a time."
SAID_BEFORE = "As before: these words were given already, and nothing nearer to this question was found."
DENIES_NOTHING = (
    "The question asks what was not so; the words quoted deny nothing, so that they may say the reverse."
)
NOT_UNDERSTOOD = (
    "None of the question's words stands in the documents, so that it could not be judged: try their own "
    "language, other words, or names. These passages come nearest."
)


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """When a question counts as answered, and what an answer is made of.

    From the confidence ``threshold`` on it is answered. Under it, down to ``doubt``, the nearest words are
    shown as such, neither as an answer nor as a denial; under that the documents do not answer it. An answer
    under ``sure`` says that it may be none. Confidences cannot tell a near miss, so the words are shown and
    the claim is small: a reader can set poor words aside, but not find those that were withheld.

    The bounds are odds where one question in two is answered: even, one in four, one in ten. They are not
    fitted to any collection; what lies above and under them in each, ``python -m eval.studies.calibration``
    tells. By curves that have not seen the collection, of questions with evidence 99 of 100 lie above
    ``threshold`` in the first corpus, in XQuAD and in COVID-QA, and 9 of 9 and 8 of 12 in two folders of four
    letters; of foreign ones 94, 92, 80, 99 and 99 of 100 lie under it, and 72, 70, 62, 98 and 99 under
    ``doubt``.

    In a conversation words that were quoted before follow new ones of at least ``new_share`` of their worth:
    of the 50 follow-ups of the development gold .80 answers hold the evidence at .85, .78 at .75 and without.

    A writer reads the ``read_by_writer`` best passages, as far as they fit its prompt: the first ten hold the
    evidence of .985 of the development questions.
    """

    threshold: float = 0.25
    doubt: float = 0.1
    sure: float = 0.5
    new_share: float = 0.85
    read_by_writer: int = 20
    extraction: ExtractionSettings = field(default_factory=ExtractionSettings)
    overview: OverviewSettings = field(default_factory=OverviewSettings)


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
        filters: Filters | None = None,
        history: Sequence[Turn] = (),
        hidden_spans: Sequence[HiddenSpan] = (),
    ) -> Iterator[Found | Piece | Answer]:
        """Give what is found, then each piece of the answer once its quotes are checked, then the whole.

        The answer rests on the ``top_k`` best passages, an overview on the best papers, or says that they do
        not answer the question. In the ``mode`` search it is looked for as it is written; ``None``: as its
        form says, unless a ``form`` of the answer is asked for. ``form`` is that of the answer, ``None``: as
        the question asks for it. ``history`` are the earlier turns of the conversation, oldest first. What
        overlaps ``hidden_spans`` is treated as if the documents did not hold it.
        """
        if (mode or ("ask" if form else mode_of(question, history))) == "search":
            index = self._retriever.index
            found = search(index, question, top_k=top_k, filters=filters, hidden_spans=hidden_spans)
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
        timings_ms: dict[str, float] = {}
        started = time.perf_counter()
        with _timed(timings_ms, "read"):
            asked = core_question(question)
            resolved, failure = self._stand_alone(asked, history)
            told, standalone, info = self._by_catalogue(asked, resolved.text, filters or Filters(), form)
            told = None if hidden_spans else told  # the catalogue cannot leave out what is hidden
        if told is not None and not told.goes_on:
            timings_ms["total"] = (time.perf_counter() - started) * 1000
            yield from self._told(question, standalone, told, info, timings_ms)
            return
        if not any(map(str.isalnum, asked)):
            standalone = asked
        if not asks_anything(standalone):
            yield from _nothing_asked(question, standalone, info)
            return
        is_wide = (form or form_of(standalone)) == "overview"
        overviews = self._settings.overview
        looked_at = overviews.hits if is_wide else self._settings.extraction.max_passages
        retrieval = self._retriever.retrieve(
            standalone,
            # Judged by the same hits whatever the number wished for: it must not change the confidence.
            top_k=max(
                top_k * overviews.passages_a_paper if is_wide else top_k,
                JUDGING.hits,
                looked_at,
                self._settings.read_by_writer if self._writer else 0,
            ),
            filters=filters,
            hidden=hidden_spans,
            matched=looked_at,
        )
        timings_ms |= retrieval.timings_ms
        with _timed(timings_ms, "answer"):
            first = _ranked_passages(standalone, told.hits) if told else ()
            reading = self._read(
                standalone, retrieval, top_k=top_k, passages=looked_at, is_wide=is_wide, first=first
            )
            reading = replace(
                reading,
                said=Said() if resolved.is_repeated else Said.in_history(history),
                languages=Languages.of(asked, retrieval.hits),
            )
            probability = confidence(reading.signals)
            if retrieval.is_by_second_model:
                # Its cosines are not calibrated, and what the first encoder's say holds for English only.
                probability = self._settings.threshold
            found = Found(
                question,
                standalone,
                1.0 if first else probability,
                tuple(dict.fromkeys((*first, *reading.passages.values()))),
                _index_state(retrieval),
                Interpretation(
                    retrieval.asked_times,
                    retrieval.also_searched,
                    reading.languages.asked,
                    participants=told.understood.participants if told else (),
                    kinds=told.understood.kinds if told else (),
                ),
            )
        yield found
        with _timed(timings_ms, "answer"):
            draft = self._draft(standalone, probability, reading, retrieval)
            draft, failed_quotes = self._with_told(standalone, told, first, draft)
        parts, written = iter((draft,)), None
        if self._writer is not None and not told:
            further = self._further(standalone, retrieval, reading)
            written = Written(self._writer, found, further, draft, failure)
            parts = _each_timed(timings_ms, "generate", written.parts())
        pieces: tuple[Piece, ...] = ()
        for draft in parts:
            with _timed(timings_ms, "answer"):
                checked, failed = check_pieces(draft.pieces, self._retriever.index)
            pieces += checked
            failed_quotes += failed
            if draft.kind == "none" or any(piece.citations for piece in pieces):
                yield from checked
        if draft.kind != "none" and not any(piece.citations for piece in pieces):
            draft = _refused(retrieval, reading)
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
        self, question: str, *, top_k: int = 5, mode: Mode | None = None, filters: Filters | None = None
    ) -> SearchResult:
        """Return the ``top_k`` best passages for ``question``, best first; ``mode`` as for :meth:`stream`."""
        if (mode or mode_of(question)) == "search":
            found = search(self._retriever.index, question, top_k=top_k, filters=filters)
            return told_as_result(found, question)
        started = time.perf_counter()
        asked = core_question(question)
        retrieval = self._retriever.retrieve(asked, top_k=top_k, filters=filters)
        passages = _ranked_passages(asked, retrieval.hits)
        total = (time.perf_counter() - started) * 1000
        timings = {**retrieval.timings_ms, "total": total}
        understood = Interpretation(retrieval.asked_times, retrieval.also_searched, language_of(asked))
        return SearchResult(question, passages, _index_state(retrieval), timings, understood)

    def _stand_alone(self, question: str, history: Sequence[Turn]) -> tuple[Resolved, str | None]:
        """Return ``question`` made to stand alone, and why the writer could not do it, if it could not."""
        failure = None
        with self._retriever.index.snapshot() as snapshot:
            held = Held.by(snapshot, self._days_of)
            resolved = resolve(question, history, held) if history else Resolved(question)
        if self._writer is not None and history and read_dependence(question) != "none":
            try:
                if reworded := self._writer.stand_alone(question, history):
                    return replace(resolved, text=reworded), None
            except WritingError as error:
                failure = str(error)
        return resolved, failure

    def _days_of(self, question: str) -> tuple[str, str] | None:
        """Return the first and the last ISO day of the document that answers ``question`` best."""
        hits = self._retriever.retrieve(question, top_k=1).hits
        when = hits[0].place.document.metadata.date if hits else None
        return (when.start, when.end) if when else None

    def _by_catalogue(
        self, question: str, standalone: str, filters: Filters, form: AskedForm | None
    ) -> tuple[Told | None, str, IndexInfo]:
        """Return what the catalogue answers, to which wording, and the state of the index.

        What asks it for something whole takes nothing from the questions before: "What is on page 3?".
        """
        with self._retriever.index.snapshot() as snapshot:
            told = told_by_catalogue(question, snapshot, filters, form)
            if told is not None and (told.parts or form is None):
                standalone = question
            elif standalone != question:
                told = told_by_catalogue(standalone, snapshot, filters, form)
            info = snapshot.info()
        if told is not None:
            told = replace(told, understood=replace(told.understood, language=language_of(question)))
        return told, standalone, info

    def _read(
        self,
        question: str,
        retrieval: Retrieval,
        *,
        top_k: int,
        passages: int,
        is_wide: bool,
        first: tuple[RankedPassage, ...] = (),
    ) -> _Reading:
        """Return what the hits say: their sentences, the papers of an overview, and what is shown of them.

        The numbers of what is shown go on behind those of the ``first`` passages; one of them keeps its own.
        """
        settings, hits = self._settings, retrieval.hits
        by_second = partial(self._retriever.second_cosines, question)
        sentences = read_sentences(
            question,
            retrieval,
            settings.extraction,
            passages=passages,
            second_cosines=by_second if retrieval.is_by_second_model else None,
        )
        of_best = [one for one in sentences if one.rank <= settings.extraction.max_passages]
        papers = papers_of(hits, sentences, settings.overview) if is_wide else []
        if len(papers) < settings.overview.least_papers:
            papers = []
        ranks = (
            ranks_shown(papers, hits, settings.overview, top_k=top_k)
            if papers
            else range(1, min(top_k, len(hits)) + 1)
        )
        wanted = frozenset(stems(question))
        known = {one.hit.place.passage.id: one for one in first}
        numbers = itertools.count(len(first) + 1)
        shown = {
            rank: known.get(hits[rank - 1].place.passage.id)
            or _ranked_passage(next(numbers), hits[rank - 1], wanted)
            for rank in sorted(ranks)
        }
        is_read = not retrieval.knows_no_word or has_function_word(question)
        is_understood = is_read and not retrieval.is_by_second_model
        signals = signals_of(retrieval, of_best)
        return _Reading(of_best, papers, shown, signals, is_understood, asks_what_was_not(question))

    def _further(self, question: str, retrieval: Retrieval, reading: _Reading) -> list[RankedPassage]:
        """Return the best passages that are not shown, for a writer to read; their ranks count on."""
        wanted, shown = frozenset(stems(question)), reading.passages
        hits = enumerate(retrieval.hits[: self._settings.read_by_writer], start=1)
        further = [hit for rank, hit in hits if rank not in shown]
        return [
            _ranked_passage(number, hit, wanted) for number, hit in enumerate(further, start=len(shown) + 1)
        ]

    def _told(
        self, question: str, standalone: str, told: Told, info: IndexInfo, timings_ms: dict[str, float]
    ) -> Iterator[Found | Piece | Answer]:
        """Yield the answer that the catalogue gives."""
        passages = _ranked_passages(standalone, told.hits)
        index = IndexState(info.generation, info.model, info.passages)
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

    def _draft(self, question: str, probability: float, reading: _Reading, retrieval: Retrieval) -> Draft:
        """Return the answer in the documents' own words, or the refusal."""
        settings, shown = self._settings, reading.passages
        is_unsure = probability < settings.sure or retrieval.is_by_second_model
        unsure = (Words(UNSURE, "notice"),) if is_unsure else ()
        # No single passage holds an overview, so that a confidence in the best ones says little of it.
        if reading.papers and probability >= settings.doubt:
            papers = reading.papers[: settings.overview.papers]
            pieces = (*overview(papers, shown), *unsure, *_in_other_language(reading))
            rule = rule_of(len(papers), len(reading.papers))
            return Draft("extractive", pieces, "overview", total=len(reading.papers), rule=rule)
        of_shown = [sentence for sentence in reading.sentences if sentence.rank in shown]
        ordered = new_first(of_shown, reading.said, least_share=settings.new_share)
        windows = extract(ordered, settings.extraction)
        foreign = reading.languages.difference
        is_unread = foreign and self._writer is None and not retrieval.is_by_second_model
        least = settings.sure if is_unread else settings.threshold
        if windows and probability >= least:
            notices = _notices(reading, ordered[0], windows)
            return Draft("extractive", (*marked(question, quoted(windows, shown)), *unsure, *notices))
        may_bear = not retrieval.knows_no_word if foreign else reading.is_understood
        if windows and probability >= settings.doubt and may_bear:
            of_lead = attribution(shown[windows[0].rank].citation)
            doubt = Words(FOREIGN_IN_DOUBT.format(foreign) if foreign else IN_DOUBT, "refusal")
            return Draft("none", (doubt, of_lead, *quoted(windows[:1], shown)), "none")
        return _refused(retrieval, reading)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What hits say.

    ``sentences`` are those of the best hits, ``papers`` those of an overview (none: an extract is asked for,
    or too few are found), ``passages`` what is shown, by the ranks of the hits. A question is understood
    where the index holds a word of it, or where it is at least in the language that the rules read.
    """

    sentences: Sequence[Sentence]
    papers: Sequence[Paper]
    passages: Mapping[int, RankedPassage]
    signals: dict[str, float]
    is_understood: bool
    hinges_on_not: bool
    said: Said = field(default_factory=Said)
    languages: Languages = field(default_factory=Languages)


def _notices(reading: _Reading, lead: Sentence, windows: Sequence[Window]) -> Iterator[Words]:
    """Yield what a reader should know of the words quoted."""
    yield from _in_other_language(reading)
    if reading.said.holds(lead):
        yield Words(SAID_BEFORE, "notice")
    if reading.hinges_on_not and not any(denies(one.text) for window in windows for one in window.sentences):
        yield Words(DENIES_NOTHING, "notice")


def _in_other_language(reading: _Reading) -> Iterator[Words]:
    if reading.languages.difference:
        yield Words(f"{reading.languages.difference}.", "notice")


def _nothing_asked(question: str, standalone: str, info: IndexInfo) -> Iterator[Found | Piece | Answer]:
    """Yield the answer to a question without a word to search for."""
    index = IndexState(info.generation, info.model, info.passages)
    words = Words(NOTHING_ASKED if info.passages else NOTHING_INDEXED, "refusal")
    yield Found(question, standalone, 0.0, (), index)
    yield words
    yield Answer(question, standalone, 0.0, "none", "none", (words,), (), index)


def _refused(retrieval: Retrieval, reading: _Reading) -> Draft:
    """Return the refusal; only what was understood is denied."""
    text = NO_ANSWER if retrieval.hits else NOTHING_FOUND
    if retrieval.hits and not reading.is_understood:
        text = NOT_UNDERSTOOD
    if retrieval.hits and reading.languages.difference:
        text = FOREIGN.format(reading.languages.difference)
    if not retrieval.index.passages:
        text = NOTHING_INDEXED
    return Draft("none", (Words(text, "refusal"),), "none")


def _index_state(retrieval: Retrieval) -> IndexState:
    info = retrieval.index
    return IndexState(generation=info.generation, model=info.model, passages=info.passages)


def _ranked_passages(question: str, hits: Sequence[Hit]) -> tuple[RankedPassage, ...]:
    wanted = frozenset(stems(question))
    return tuple(_ranked_passage(rank, hit, wanted) for rank, hit in enumerate(hits, start=1))


def _ranked_passage(rank: int, hit: Hit, wanted: frozenset[str]) -> RankedPassage:
    passage = hit.place.passage
    span = Span(passage.start_char, passage.end_char)
    text = tidied_passage(passage.text).text
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
