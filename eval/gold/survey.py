"""Survey questions, which several papers answer together, and their papers found among the documents.

An entry has ``id``, ``question``, ``kind``, perhaps a ``model_answer``, and ``papers``, each with its
``title``, ``date``, ``grade`` (2: an answer must have it, 1: of use) and ``quotes``, each with its
``text``. A paper may say its ``file`` and where in it it begins (``start_char``). Unknown fields are left
alone.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.text.normalising import fold
from eval.errors import GoldError
from eval.gold.entries import load_entries
from eval.gold.evidence import locate
from eval.gold.questions import Evidence, GoldQuestion, is_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from eval.gold.entries import Fields
    from eval.gold.evidence import LocatedQuestion, SourceTexts, TextSpan

MUST_HAVE = 2
"""The grade from which on an answer must have a paper."""


@dataclass(frozen=True, slots=True)
class GoldPaper:
    """A paper that helps to answer a survey question, with the words in it that do.

    ``date`` is ISO 8601, as exact as it is known. ``file`` and ``start_char`` are ``None`` where the gold
    does not say them.
    """

    title: str
    date: str | None
    grade: int
    quotes: tuple[str, ...]
    file: str | None = None
    start_char: int | None = None

    def __str__(self) -> str:
        return f"{self.title!r} ({self.date or 'undated'})"


@dataclass(frozen=True, slots=True)
class GoldSurvey:
    """A survey question; the evidence of ``question`` are the quotes of all ``papers``."""

    question: GoldQuestion
    papers: tuple[GoldPaper, ...]


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document of the index: where it stands, and what it calls itself; ``date`` as in its citation."""

    span: TextSpan
    title: str = ""
    date: str | None = None


class Documents:
    """The documents of an index, to be found by place."""

    def __init__(self, documents: Iterable[IndexedDocument] = ()) -> None:
        self._by_source: dict[str, list[IndexedDocument]] = {}
        for document in sorted(documents, key=lambda one: one.span):
            self._by_source.setdefault(document.span.source_name, []).append(document)

    @property
    def all(self) -> list[IndexedDocument]:
        """Every document, by source and place in it."""
        return [document for documents in self._by_source.values() for document in documents]

    def at(self, span: TextSpan) -> IndexedDocument | None:
        """Return the document in which the middle of a span stands, ``None`` where that is in none."""
        middle = (span.start_char + span.end_char) // 2
        documents = self._by_source.get(span.source_name, [])
        number = bisect_right(documents, middle, key=lambda one: one.span.start_char)
        found = documents[number - 1] if number else None
        return found if found and middle < found.span.end_char else None


@dataclass(frozen=True, slots=True)
class LocatedPaper:
    """A graded paper with the documents that are this paper: one, or several that repeat its words."""

    gold: GoldPaper
    documents: frozenset[IndexedDocument]

    @property
    def is_must_have(self) -> bool:
        """Whether an answer must have it."""
        return self.gold.grade >= MUST_HAVE


@dataclass(frozen=True, slots=True)
class LocatedSurvey:
    """A survey question with its quotes found in the sources and its papers among the documents."""

    question: LocatedQuestion
    papers: tuple[LocatedPaper, ...]


def load_survey(path: Path) -> tuple[GoldSurvey, ...]:
    """Return the questions of a survey file; raises :class:`GoldError` as every gold file does."""
    return load_entries(path, survey_of)


def survey_of(fields: Fields) -> GoldSurvey:
    """Return an entry as a survey question; what is wrong with it is added to the fields' messages."""
    papers = tuple(_paper(part) for part in fields.objects("papers"))
    if not any(paper.grade >= MUST_HAVE for paper in papers):
        fields.messages.append(f'"papers" must have at least one of grade {MUST_HAVE}')
    question = GoldQuestion(
        id=fields.text("id"),
        question=fields.text("question"),
        kind=fields.optional_text("kind") or "survey",
        answer=fields.optional_text("model_answer") or "",
        is_answerable=True,
        evidence=tuple(
            Evidence(quote, paper.title, paper.date, paper.file, is_alternative=paper.grade < MUST_HAVE)
            for paper in papers
            for quote in paper.quotes
        ),
    )
    return GoldSurvey(question, papers)


def _paper(fields: Fields) -> GoldPaper:
    return GoldPaper(
        title=fields.text("title"),
        date=fields.optional_text("date"),
        grade=fields.optional_number("grade") or 1,
        quotes=tuple(part.text("text") for part in fields.objects("quotes")),
        file=fields.optional_text("file"),
        start_char=fields.optional_number("start_char"),
    )


def locate_surveys(
    surveys: Iterable[GoldSurvey], sources: SourceTexts, documents: Documents
) -> tuple[LocatedSurvey, ...]:
    """Return survey questions with their papers found among the documents of an index.

    A paper is where its key quotes stand, less the documents of another date where others are left. Without
    quotes it is the document of its title and date, then the only one of its title, then the one of its
    date that holds ``start_char``: a title may be read otherwise some day, and so may a date.

    Raises:
        GoldError: a quote stands nowhere, or a paper is not found.
    """
    located = []
    for survey in surveys:
        [question] = locate([survey.question], sources)
        papers = tuple(
            LocatedPaper(paper, frozenset(_documents_of(paper, sources, documents)))
            for paper in survey.papers
        )
        missing = [str(paper.gold) for paper in papers if not paper.documents]
        if missing:
            raise GoldError(
                f"question {survey.question.id}: no document of the index is the paper {missing[0]}, by its "
                f"key quotes or by title and date ({len(missing)} of {len(papers)} papers are not found); "
                "give it a quote, and see that the index holds the gold's sources"
            )
        located.append(LocatedSurvey(question, papers))
    return tuple(located)


def _documents_of(paper: GoldPaper, sources: SourceTexts, documents: Documents) -> Sequence[IndexedDocument]:
    places = [place for quote in paper.quotes for place in sources.places_of(quote)]
    quoting = [found for place in places if (found := documents.at(place))]
    if quoting:
        return [one for one in quoting if None in (one.date, paper.date) or _is_dated(one, paper)] or quoting
    in_file = [one for one in documents.all if is_named(one.span.source_name, paper.file)]
    titled = [one for one in in_file if fold(one.title).text == fold(paper.title).text]
    start = paper.start_char
    there = [one for one in in_file if start is not None and one.span.start_char <= start < one.span.end_char]
    alike = [one for one in titled if _is_dated(one, paper)]
    return (
        [one for one in alike if one in there]
        or alike
        or (titled if len(titled) == 1 else [])
        or [one for one in there if one.date is not None and _is_dated(one, paper)]
    )


def _is_dated(document: IndexedDocument, paper: GoldPaper) -> bool:
    """Return whether the dates agree as far as both go; undated agrees with undated alone."""
    if document.date is None or paper.date is None:
        return document.date == paper.date
    return document.date.startswith(paper.date) or paper.date.startswith(document.date)
