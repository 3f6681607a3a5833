"""A run: gold questions put to a system in one way or several, each with what came and what it is worth."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chunker.text.normalising import tidy
from eval.measures.matching import first_hit_rank, found_pieces, results_of
from eval.measures.metrics import OF_SOURCES
from eval.measures.papers import paper_ranking, quoted_papers, returned_papers
from eval.measures.rankings import PAPERS, PASSAGES, SOURCES, passage_ranking, source_ranking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from eval.gold.evidence import LocatedQuestion
    from eval.gold.survey import Documents, LocatedSurvey
    from eval.measures.metrics import Values
    from eval.measures.rankings import Ranking
    from eval.measures.response import Response

QUESTIONS = "questions"
HIDDEN = "hidden evidence"
SURVEY = "survey"
AMONG = "among {:,} other documents"
WINDOWS = "BM25 over windows of 800 characters"
OTHER_RUN = "the run {}"
SHOWN_PASSAGES = 3  # of those retrieved, as many as a person reads beside what was wanted


@dataclass(frozen=True, slots=True)
class Wanted:
    """A gold quote, tidied, and where it stands, in words."""

    quote: str
    document: str
    is_alternative: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A retrieved passage, tidied, as a report shows it beside what was wanted."""

    title: str
    source: str
    page: str | None
    text: str
    holds_evidence: bool


@dataclass(frozen=True, slots=True)
class EvaluatedQuestion:
    """One question that was asked: what was wanted, what came, what it is worth.

    ``kind`` is the gold's. ``mark`` is made of the wording and the quotes: whoever changes either changes
    the question. ``first_hit_rank`` is ``None`` where no result held evidence. The fields from there on are
    empty in a baseline. ``form`` is that of the answer. ``rankings`` are what was retrieved, by what is
    ranked: passages, sources, papers.
    """

    id: str
    kind: str
    is_answerable: bool
    mark: str
    values: Values
    first_hit_rank: int | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    question: str = ""
    standalone_question: str = ""
    gold_answer: str = ""
    answer: str = ""
    form: str = ""
    wanted: tuple[Wanted, ...] = ()
    retrieved: tuple[Shown, ...] = ()
    rankings: Mapping[str, Ranking] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """The index that was asked; ``size_bytes`` is that of its files, ``None`` where unknown."""

    model: str = ""
    passages: int = 0
    generation: int = 0
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Questions by section, which is the way they were asked: ``questions``, ``hidden evidence`` and so on.

    ``made_at`` is an ISO time; ``settings`` are what was asked for, ``versions`` what answered. ``passages``
    are those in the index, by section, where it grew between them.
    """

    name: str
    made_at: str
    index: IndexFacts
    sections: Mapping[str, tuple[EvaluatedQuestion, ...]]
    settings: Mapping[str, int | None] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    passages: Mapping[str, int] = field(default_factory=dict)

    def section(self, name: str) -> tuple[EvaluatedQuestion, ...]:
        """Return the questions asked in that way; none where it was not asked."""
        return self.sections.get(name, ())


def evaluated(question: LocatedQuestion, response: Response, values: Values) -> EvaluatedQuestion:
    """Return the record of a question, of the response to it and of what that is worth."""
    gold = question.gold
    results = results_of(question, response)[:SHOWN_PASSAGES]
    found = found_pieces(question, results)
    wanted = tuple(
        Wanted(
            quote=tidy(piece.quote).text,
            document=", ".join(part for part in (piece.document, piece.date) if part),
            is_alternative=piece.is_alternative,
        )
        for piece in gold.evidence
    )
    return EvaluatedQuestion(
        id=gold.id,
        kind=gold.kind,
        is_answerable=gold.is_answerable,
        mark=mark_of(gold.question, *(piece.quote for piece in wanted)),
        values=values,
        first_hit_rank=first_hit_rank(question, response),
        timings_ms=response.timings_ms,
        question=gold.question,
        standalone_question=response.standalone_question,
        gold_answer=gold.answer,
        answer=response.text,
        form=response.form,
        wanted=wanted,
        retrieved=tuple(
            Shown(result.title, result.span.source_name, result.page, tidy(result.text).text, bool(pieces))
            for result, pieces in zip(results, found, strict=True)
        ),
        rankings=dict(_rankings(question, response, values)),
    )


def _rankings(question: LocatedQuestion, response: Response, values: Values) -> Iterator[tuple[str, Ranking]]:
    """Yield a ranking for each kind that the values are of; what nothing answers is ranked, too."""
    if not question.judges_whole_sources:
        yield PASSAGES, passage_ranking(question, response)
    if not question.gold.is_answerable or set(OF_SOURCES) & values.keys():
        yield SOURCES, source_ranking(question, response)


def evaluated_survey(
    survey: LocatedSurvey, response: Response, values: Values, documents: Documents
) -> EvaluatedQuestion:
    """Return the record of a survey question; what was wanted are its papers, each with what became of it."""
    returned = returned_papers(survey, response, documents)
    quoted = quoted_papers(survey, response, documents)
    wanted = tuple(
        Wanted(
            quote=" … ".join(tidy(quote).text for quote in paper.gold.quotes),
            document=", ".join(
                (
                    *(part for part in (paper.gold.title, paper.gold.date) if part),
                    "must-have" if paper.is_must_have else "of use",
                    f"rank {returned.index(paper) + 1}" if paper in returned else "not returned",
                    "quoted" if paper in quoted else "not quoted",
                )
            ),
            is_alternative=False,
        )
        for paper in survey.papers
    )
    record = evaluated(survey.question, response, values)
    graded = (f"{paper.gold.grade} {paper.gold.title} {paper.gold.date}" for paper in survey.papers)
    rankings = {PAPERS: paper_ranking(survey, returned)}
    return replace(record, mark=mark_of(record.mark, *graded), wanted=wanted, rankings=rankings)


def is_other_system(section: str) -> bool:
    """Return whether another system was asked in a section, to be compared with ours."""
    return section == WINDOWS or section.startswith(OTHER_RUN.format(""))


def mark_of(*texts: str) -> str:
    """Return twelve characters that change with any of the texts."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def values_of(questions: Iterable[EvaluatedQuestion], metric: str) -> dict[str, float]:
    """Return a measure by question id, of the questions that it applies to."""
    return {one.id: one.values[metric] for one in questions if metric in one.values}


def unchanged(
    before: Sequence[EvaluatedQuestion], after: Iterable[EvaluatedQuestion]
) -> tuple[EvaluatedQuestion, ...]:
    """Return the questions of ``after`` that were asked ``before`` with the same words and quotes."""
    marks = {one.id: one.mark for one in before}
    return tuple(one for one in after if marks.get(one.id) == one.mark)
