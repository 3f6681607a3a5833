"""The answer in the documents' own words: an extract, an overview, words in doubt, or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.answer import Words
from service.answering.composing import quoted
from service.answering.extracting import extract
from service.answering.languages import FOREIGN, FOREIGN_IN_DOUBT
from service.answering.marking import marked
from service.answering.overview import overview, rule_of
from service.answering.quoting import attribution, quote_of
from service.answering.said import new_first
from service.answering.writing import NO_ANSWER, NOTHING_INDEXED, Draft
from service.understanding.negation import denies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.answering.extracting import Sentence, Window
    from service.answering.reading import Reading
    from service.answering.settings import AnswerSettings

NOTHING_FOUND = "The documents hold nothing on this question under the filters given."
IN_DOUBT = "Whether the documents answer this is in doubt. These words may bear on it:"
UNSURE = "These words come nearest; whether they answer the question is unsure."
SAID_BEFORE = "As before: these words were given already, and nothing nearer to this question was found."
DENIES_NOTHING = (
    "The question asks what was not so; the words quoted deny nothing, so that they may say the reverse."
)
NOT_UNDERSTOOD = (
    "None of the question's words stands in the documents, so that it could not be judged: try their own "
    "language, other words, or names. These passages come nearest."
)


def draft_of(question: str, reading: Reading, settings: AnswerSettings, *, has_writer: bool) -> Draft:
    """Return the answer to ``question`` that ``reading`` gives, or the refusal."""
    shown, probability = reading.passages, reading.probability
    by_second = reading.retrieval.is_by_second_model
    unsure = (Words(UNSURE, "notice"),) if probability < settings.sure or by_second else ()
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
    least = settings.sure if foreign and not has_writer and not by_second else settings.threshold
    if windows and probability >= least:
        notices = _notices(reading, ordered[0], windows)
        return Draft("extractive", (*marked(question, quoted(windows, shown)), *unsure, *notices))
    may_bear = not reading.retrieval.knows_no_word if foreign else reading.is_understood
    if windows and probability >= settings.doubt and may_bear:
        nearest = quote_of(shown[windows[0].rank], windows[0].span)
        doubt = Words(FOREIGN_IN_DOUBT.format(foreign) if foreign else IN_DOUBT, "refusal")
        return Draft("none", (doubt, attribution(nearest.citation), nearest), "none")
    return refusal_of(reading)


def refusal_of(reading: Reading) -> Draft:
    """Return the refusal; only what was understood is denied."""
    hits = reading.retrieval.hits
    text = NO_ANSWER if hits else NOTHING_FOUND
    if hits and not reading.is_understood:
        text = NOT_UNDERSTOOD
    if hits and reading.languages.difference:
        text = FOREIGN.format(reading.languages.difference)
    if not reading.retrieval.index.passages:
        text = NOTHING_INDEXED
    return Draft("none", (Words(text, "refusal"),), "none")


def _notices(reading: Reading, lead: Sentence, windows: Sequence[Window]) -> Iterator[Words]:
    """Yield what a reader should know of the words quoted."""
    yield from _in_other_language(reading)
    if reading.said.holds(lead):
        yield Words(SAID_BEFORE, "notice")
    if reading.hinges_on_not and not any(denies(one.text) for window in windows for one in window.sentences):
        yield Words(DENIES_NOTHING, "notice")


def _in_other_language(reading: Reading) -> Iterator[Words]:
    if reading.languages.difference:
        yield Words(f"{reading.languages.difference}.", "notice")
