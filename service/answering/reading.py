"""What the passages found say: their sentences, the papers of an overview, and what is shown of them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from embeddings.terms import stems
from service.answering.extracting import read_sentences
from service.answering.judging import confidence, signals_of
from service.answering.languages import Languages
from service.answering.overview import papers_of, ranks_shown
from service.answering.passages import ranked_passage
from service.answering.said import Said
from service.understanding.negation import asks_what_was_not
from service.understanding.question_words import has_function_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.ranking.retriever import Retrieval, Retriever
    from service.answer import RankedPassage, Turn
    from service.answering.extracting import Sentence
    from service.answering.meaning import Meaning
    from service.answering.overview import Paper
    from service.answering.settings import AnswerSettings


@dataclass(frozen=True, slots=True)
class Reading:
    """What hits say to a question.

    ``sentences`` are those of the best hits, ``papers`` those of an overview (none: an extract is asked for,
    or too few are found), ``passages`` what is shown, by the ranks of the hits. ``probability`` is the
    confidence that they answer, made of ``signals``. A question is understood where the index holds a word
    of it, or where it is at least in the language that the rules read. ``said`` is what the conversation
    quoted before.
    """

    retrieval: Retrieval
    sentences: Sequence[Sentence]
    papers: Sequence[Paper]
    passages: Mapping[int, RankedPassage]
    probability: float
    signals: dict[str, float]
    is_understood: bool
    hinges_on_not: bool
    said: Said
    languages: Languages


def read_hits(
    meaning: Meaning,
    history: Sequence[Turn],
    retrieval: Retrieval,
    retriever: Retriever,
    settings: AnswerSettings,
    *,
    top_k: int,
    looked_at: int,
    is_wide: bool,
    first: tuple[RankedPassage, ...],
) -> Reading:
    """Return what the ``looked_at`` best hits say to a question, one for an overview if it ``is_wide``.

    The numbers of what is shown go on behind those of the ``first`` passages; one of them keeps its own.
    """
    question, hits = meaning.standalone, retrieval.hits
    by_second = partial(retriever.second_cosines, question) if retrieval.is_by_second_model else None
    sentences = read_sentences(
        question, retrieval, settings.extraction, passages=looked_at, second_cosines=by_second
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
        or ranked_passage(next(numbers), hits[rank - 1], wanted)
        for rank in sorted(ranks)
    }
    is_read = not retrieval.knows_no_word or has_function_word(question)
    signals = signals_of(retrieval, of_best)
    # The second model's cosines are not calibrated, and what the first one's say holds for English only.
    probability = settings.threshold if retrieval.is_by_second_model else confidence(signals)
    return Reading(
        retrieval=retrieval,
        sentences=of_best,
        papers=papers,
        passages=shown,
        probability=probability,
        signals=signals,
        is_understood=is_read and not retrieval.is_by_second_model,
        hinges_on_not=asks_what_was_not(question),
        said=Said() if meaning.is_repeated else Said.in_history(history),
        languages=Languages.of(meaning.asked, hits),
    )


def further_passages(question: str, reading: Reading, *, of_best: int) -> list[RankedPassage]:
    """Return those of the best hits that are not shown; their ranks count on."""
    wanted, shown = frozenset(stems(question)), reading.passages
    hits = enumerate(reading.retrieval.hits[:of_best], start=1)
    further = [hit for rank, hit in hits if rank not in shown]
    return [ranked_passage(number, hit, wanted) for number, hit in enumerate(further, start=len(shown) + 1)]
