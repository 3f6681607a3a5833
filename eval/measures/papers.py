"""What the response to a survey question is worth: are the papers there that matter, and in the answer?

A paper is a document, or several that repeat its words; papers returned are those of the ranked passages,
each once, at its best passage. A paper is quoted where a quote of the answer stands in it, whatever the
answer says it is from.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from eval.gold.docnos import span_docno
from eval.gold.survey import IndexedDocument
from eval.measures.matching import covers, says, shows_of
from eval.measures.metrics import answer_length
from eval.measures.rankings import Ranking, unused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from eval.gold.survey import Documents, LocatedPaper, LocatedSurvey
    from eval.measures.metrics import Values
    from eval.measures.response import Response, RetrievedPassage

    Paper = LocatedPaper | IndexedDocument

RETURNED_DEPTHS = (10, 20)  # what a reader looks through, and what a patient one does
NDCG_DEPTH = 10  # the field's
RETURNED = (*(f"must_papers@{depth}" for depth in RETURNED_DEPTHS), f"ndcg@{NDCG_DEPTH} (papers)")
"""The measures that look at nothing but the papers returned."""
OVERVIEW = "overview"


def survey_values(survey: LocatedSurvey, response: Response, documents: Documents) -> Values:
    """Return every measure of a survey question by name; one that does not apply is left out.

    ``must_papers@k`` is the share of must-have papers among the first ``k`` papers returned,
    ``ndcg@10 (papers)`` their nDCG by grade (Järvelin and Kekäläinen 2002, as trec_eval has it),
    ``must_papers_quoted`` the share of must-have papers that are quoted, ``relevant_papers_quoted`` the
    share of graded ones among the quoted, ``key_quotes_held`` the share of key quotes that the answer
    quotes by half, ``in_order_of_time`` that of the steps from one dated paper to another that do not go
    back in time, taken of overviews alone. ``papers_quoted`` and ``answer_words`` are numbers.
    """
    must_have = {paper for paper in survey.papers if paper.is_must_have}
    returned = returned_papers(survey, response, documents)
    quoted = set(quoted_papers(survey, response, documents))
    spans = [quote.span for quote in response.quotes]
    values = {
        "confidence": response.confidence,
        "answered": float(response.answerable),
        **{
            f"must_papers@{depth}": len(must_have & set(returned[:depth])) / len(must_have)
            for depth in RETURNED_DEPTHS
        },
        f"ndcg@{NDCG_DEPTH} (papers)": _ndcg(paper_ranking(survey, returned)),
        "must_papers_quoted": len(must_have & quoted) / len(must_have),
        "papers_quoted": float(len(quoted)),
        **answer_length(response),
    }
    if quoted:
        values["relevant_papers_quoted"] = len(quoted & set(survey.papers)) / len(quoted)
    if survey.question.evidence:
        held = [any(covers(spans, place) for place in one.places) for one in survey.question.evidence]
        values["key_quotes_held"] = sum(held) / len(held)
    steps = list(_steps_in_time(response, documents)) if response.form == OVERVIEW else []
    if steps:
        values["in_order_of_time"] = sum(steps) / len(steps)
    return values


def returned_papers(survey: LocatedSurvey, response: Response, documents: Documents) -> tuple[Paper, ...]:
    """Return the papers of the ranked passages, best first, each once.

    A passage that stands for other places returns the graded papers there too where it shows their words.
    """
    return _each_once(
        paper
        for passage in response.passages
        for paper in _papers_of(survey, _documents_shown(survey, passage, documents))
    )


def quoted_papers(survey: LocatedSurvey, response: Response, documents: Documents) -> tuple[Paper, ...]:
    """Return the papers in which the answer's quotes stand, in the answer's order, each once."""
    found = [documents.at(quote.span) for quote in response.quotes]
    return _each_once(paper for one in found if one for paper in _papers_of(survey, [one]))


def _each_once(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    return tuple(dict.fromkeys(papers))


def _papers_of(survey: LocatedSurvey, documents: Iterable[IndexedDocument]) -> Sequence[Paper]:
    """Return the graded papers that documents are; where they are none, the first of them."""
    documents = tuple(documents)
    graded = [paper for document in documents for paper in survey.papers if document in paper.documents]
    return graded or documents[:1]


def _documents_shown(
    survey: LocatedSurvey, passage: RetrievedPassage, documents: Documents
) -> Iterator[IndexedDocument]:
    """Yield the document of a passage, then those elsewhere of which it shows all words or a key quote."""
    shown = [
        other.span
        for other in passage.also_in
        if says(passage, other, other.span)
        or any(shows_of(passage, other, piece) for piece in survey.question.evidence)
    ]
    for span in (passage.span, *shown):
        if document := documents.at(span):
            yield document


def paper_ranking(survey: LocatedSurvey, returned: Sequence[Paper]) -> Ranking:
    """Return papers as returned, best first, by where they begin and end, with the grades of the gold."""
    docnos: dict[Paper, str] = {}
    for paper in (*survey.papers, *returned):
        if paper not in docnos:
            spans = [one.span for one in ([paper] if isinstance(paper, IndexedDocument) else paper.documents)]
            docno = span_docno(min(spans)) if spans else "in no document"
            docnos[paper] = unused(docno, docnos.values())
    grades = {docnos[paper]: paper.gold.grade for paper in survey.papers}
    return Ranking(tuple(docnos[paper] for paper in returned), grades)


def _ndcg(ranking: Ranking) -> float:
    import ir_measures

    measure = ir_measures.parse_measure(f"nDCG@{NDCG_DEPTH}")
    ranked = {docno: -float(rank) for rank, docno in enumerate(ranking.results)}
    return float(ir_measures.calc_aggregate([measure], {"": ranking.relevant}, {"": ranked})[measure])


def _steps_in_time(response: Response, documents: Documents) -> Iterator[bool]:
    """Yield for each two quotes side by side, of different papers with a date, whether time goes on."""
    quoted = [documents.at(quote.span) for quote in response.quotes]
    for before, after in pairwise(quoted):
        if before and after and before != after and before.date and after.date:
            shorter = min(len(before.date), len(after.date))  # what is known to the month is in its order
            yield before.date[:shorter] <= after.date[:shorter]
