"""Results held against the gold: which rank added what, as TREC files and ir-measures want it.

A result that only repeats what a better one brought is not relevant; a piece of evidence that no result
brought is, under its own docno. Passages are judged by places in the text, sources as wholes, and the one
never stands in for the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from eval.gold.docnos import source_docno, span_docno
from eval.measures.matching import HALF, found_pieces, results_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from eval.gold.evidence import LocatedEvidence, LocatedQuestion
    from eval.measures.response import Response, RetrievedPassage

PASSAGES, SOURCES, PAPERS = "passages", "sources", "papers"
"""What is ranked."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Results by docno, best first, and what is relevant by docno, with its grade of 1 or more."""

    results: tuple[str, ...] = ()
    relevant: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JudgedResults:
    """What each rank, counted from 1, added: how many required pieces, and the best grade among them.

    ``missing`` are required pieces that no result brought, as many as no alternative stands in for.
    """

    gains: Mapping[int, int]
    grades: Mapping[int, int]
    missing: tuple[LocatedEvidence, ...]
    required: int

    def found_within(self, depth: int) -> float:
        """Return the share of the required pieces that the first ``depth`` results brought."""
        return sum(gain for rank, gain in self.gains.items() if rank <= depth) / self.required


def judged(
    question: LocatedQuestion, results: Sequence[RetrievedPassage], *, share: float = HALF
) -> JudgedResults:
    """Hold results against the evidence of an answerable question."""
    known: frozenset[int] = frozenset()
    gains: dict[int, int] = {}
    grades: dict[int, int] = {}
    for rank, pieces in enumerate(found_pieces(question, results, share=share), start=1):
        gain = min(question.required_pieces - sum(gains.values()), len(pieces - known))
        if gain:
            gains[rank] = gain
            grades[rank] = max(question.evidence[number].grade for number in pieces - known)
        known |= pieces
    lacking = question.required_pieces - sum(gains.values())
    missing = [
        piece
        for number, piece in enumerate(question.evidence)
        if number not in known and not piece.is_alternative
    ]
    return JudgedResults(gains, grades, tuple(missing[:lacking]), question.required_pieces)


def judging_sources(question: LocatedQuestion) -> LocatedQuestion:
    """Return the question as a set would put it that judges whole sources, as BEIR's do."""
    wholes = question.sources or tuple(replace(piece, is_whole_source=True) for piece in question.evidence)
    return replace(question, evidence=wholes)


def passage_ranking(question: LocatedQuestion, response: Response) -> Ranking:
    """Return the passages of a response, judged by where the evidence stands."""
    return _ranking(question, response, PASSAGES)


def source_ranking(question: LocatedQuestion, response: Response) -> Ranking:
    """Return the sources of a response, each at its best passage, judged as wholes."""
    return _ranking(judging_sources(question), response, SOURCES)


def _ranking(question: LocatedQuestion, response: Response, ranked: str) -> Ranking:
    results = results_of(question, response)
    spans = [result.span for result in results]
    if ranked == SOURCES:
        docnos = [source_docno(span.source_name) for span in spans]
    else:
        docnos = [span_docno(span) for span in spans]
    if not question.gold.is_answerable:
        return Ranking(tuple(docnos))
    found = judged(question, results)
    relevant = {docnos[rank - 1]: grade for rank, grade in found.grades.items()}
    for piece in found.missing:
        place = piece.places[0]
        docno = source_docno(place.source_name) if ranked == SOURCES else span_docno(place)
        relevant[unused(docno, relevant)] = piece.grade
    return Ranking(tuple(docnos), relevant)


def unused(docno: str, taken: Iterable[str]) -> str:
    """Return a docno with as many marks after it as tell it from those that are taken."""
    while docno in taken:
        docno += "'"
    return docno
