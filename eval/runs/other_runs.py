"""Another system's rankings, from a TREC file, measured as ours are on the same questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eval.errors import RunError
from eval.gold.docnos import names_span, source_docno, span_of
from eval.gold.evidence import TextSpan
from eval.measures.metrics import OF_SOURCES, RETRIEVED, question_values
from eval.measures.pages import no_page
from eval.measures.papers import RETURNED, survey_values
from eval.measures.response import Response, RetrievedPassage
from eval.runs.run import OTHER_RUN, QUESTIONS, SURVEY, EvaluatedQuestion, evaluated, evaluated_survey
from eval.runs.trec import read_trec_run, require_shared

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from eval.gold.evidence import LocatedQuestion
    from eval.gold.survey import LocatedSurvey
    from eval.runs.asking import Measuring


def other_run_name(path: Path, section: str = QUESTIONS) -> str:
    """Return the section in which another system's results stand beside ours in ``section``."""
    return OTHER_RUN.format(path.name) + ("" if section == QUESTIONS else f", {section}")


def measured_run(
    path: Path,
    measuring: Measuring,
    *,
    questions: Sequence[LocatedQuestion] = (),
    surveys: Sequence[LocatedSurvey] = (),
    names: Mapping[str, str] | None = None,
) -> Iterator[tuple[str, tuple[EvaluatedQuestion, ...]]]:
    """Yield the sections of a run: what it retrieved for the questions, and for the survey questions.

    A docno names a source or words in it (:mod:`eval.gold.docnos`); ``names`` are the sources of those that
    name one otherwise. One that names nothing here is a result without evidence. A run that ranks whole
    sources is measured by sources alone. A question without results counts as nought.

    Raises:
        RunError: the file is no run, ranks none of the questions, or its docnos name nothing here.
    """
    found = read_trec_run(path)
    asked = {source_docno(one.gold.id): one for one in (*questions, *(one.question for one in surveys))}
    require_shared(path, found, asked)
    docnos = {docno for query in asked for docno in found.get(query, ())}
    texts, known = measuring.sources.texts, names or {}
    spans = {docno: span_of(known.get(docno, docno), texts) for docno in docnos}
    if not any(spans.values()):
        raise RunError(
            f"{path}: {min(docnos)!r} and the other docnos name nothing in the index; a docno is the name of "
            "a source, or of words in it as NAME#char=START,END"
        )

    def response(question: LocatedQuestion) -> Response:
        results = (
            (spans[docno] or TextSpan(docno, 0, 1)) for docno in found.get(source_docno(question.gold.id), ())
        )
        passages = tuple(
            RetrievedPassage(span, texts.get(span.source_name, "")[span.start_char : span.end_char])
            for span in results
        )
        return Response(question.gold.question, answerable=False, confidence=0.0, passages=passages)

    ranks_sources = any(span and not names_span(docno) for docno, span in spans.items())
    if any(source_docno(one.gold.id) in found for one in questions):
        responses = [response(question) for question in questions]
        values = question_values(questions, responses, measuring.sources, no_page)
        measures = OF_SOURCES if ranks_sources else RETRIEVED
        yield other_run_name(path), _kept(map(evaluated, questions, responses, values), measures)
    if any(source_docno(one.question.gold.id) in found for one in surveys) and not ranks_sources:
        responses = [response(survey.question) for survey in surveys]
        measured = (
            evaluated_survey(one, found, survey_values(one, found, measuring.documents), measuring.documents)
            for one, found in zip(surveys, responses, strict=True)
        )
        yield other_run_name(path, SURVEY), _kept(measured, RETURNED)


def _kept(found: Iterator[EvaluatedQuestion], measures: Container[str]) -> tuple[EvaluatedQuestion, ...]:
    """Return records with the values of some measures only."""
    return tuple(
        replace(one, values={name: value for name, value in one.values.items() if name in measures})
        for one in found
    )
