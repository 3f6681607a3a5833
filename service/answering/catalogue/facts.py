"""What the catalogue answers: facts about the collection, its pages and papers, and lists of documents."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chunker.metadata.asked_times import read_asked_times
from chunker.metadata.year_forms import DecadeFinder
from embeddings.store.choosing import Choice
from service.answer import Words
from service.answering.catalogue.catalogue_facts import page_told, reference_told
from service.answering.catalogue.chosen import chosen, with_kinds
from service.answering.catalogue.cutting import opening
from service.answering.catalogue.listing import list_told
from service.answering.catalogue.title_facts import signing_told, who_told
from service.answering.catalogue.told import NEAREST, Told
from service.interpretation import Interpretation
from service.understanding.catalogue.catalogue_questions import (
    asks_for_files,
    may_ask_catalogue,
    read_catalogue_question,
)
from service.understanding.catalogue.fact_questions import read_page, read_reference, read_signing, read_who
from service.understanding.catalogue.list_questions import may_ask_for_list, read_list_question
from service.understanding.catalogue.list_words import plural_of

if TYPE_CHECKING:
    from embeddings.search import Filters
    from embeddings.store.listing import DocumentOrder
    from embeddings.store.snapshot import Snapshot
    from service.understanding.catalogue.catalogue_questions import CatalogueQuestion
    from service.understanding.forms import AskedForm

NO_FACT = f"The catalogue does not tell this. {NEAREST}"
NO_LIST = f"This could not be read as a question for documents. {NEAREST}"


def told_by_catalogue(
    question: str, snapshot: Snapshot, filters: Filters, form: AskedForm | None
) -> Told | None:
    """Return what the catalogue answers to ``question``, ``None`` where it asks what documents say.

    ``form`` is the one asked for, ``None``: as the question asks for it.
    """
    if form not in (None, "list", "facts"):
        return None
    if form != "list" and (fact := _fact(question, snapshot, filters)):
        return fact
    if form == "list" or may_ask_for_list(question):
        facets = snapshot.facets()
        asked = read_list_question(
            question,
            kinds=[kind for kind, _ in facets.kinds],
            participants=[name for name, _ in facets.participants],
            finder=DecadeFinder(snapshot.has_documents_of),
            is_wished=form == "list",
        )
        if asked is not None:
            return list_told(asked, snapshot, filters)
    if form is None:
        return None
    return Told("extract", notice=NO_LIST if form == "list" else NO_FACT, goes_on=True)


def _fact(question: str, snapshot: Snapshot, filters: Filters) -> Told | None:
    if reference := read_reference(question):
        return reference_told(reference, snapshot, filters)
    if page := read_page(question):
        return page_told(page, snapshot, filters)
    if signing := read_signing(question):
        return signing_told(signing, snapshot, filters)
    name = read_who(question)
    return who_told(name, snapshot, filters) if name else _of_collection(question, snapshot, filters)


def _of_collection(question: str, snapshot: Snapshot, filters: Filters) -> Told | None:
    """Return how many documents there are, or the first or the last, of a kind and a time."""
    if not may_ask_catalogue(question):
        return None
    if asks_for_files(question):
        files = snapshot.info().sources
        line = f"There {'is one file' if files == 1 else f'are {files:,} files'} in the collection."
        return Told("facts", (Words(line, "fact"),), total=files)
    times = read_asked_times(question, DecadeFinder(snapshot.has_documents_of))
    asked = read_catalogue_question(question, [kind for kind, _ in snapshot.facets().kinds], times)
    if asked is None:
        return None
    wanted = with_kinds(filters, (asked.kind,) if asked.kind else ())
    choice = Choice(days=((asked.first_day, asked.last_day),)) if asked.time else Choice()
    understood = Interpretation(dates=times, kinds=(asked.kind,) if asked.kind else ())
    told = _count if asked.fact == "count" else _end
    return replace(told(asked, snapshot, wanted, choice), understood=understood)


def _count(asked: CatalogueQuestion, snapshot: Snapshot, filters: Filters, choice: Choice) -> Told:
    found = chosen([choice], snapshot, filters)
    total = found.total
    are = f"There is one {asked.noun}" if total == 1 else f"There are {total:,} {plural_of(asked.noun)}"
    words = f"{are}{_of_time(asked)} in the collection."
    undated = 0
    if asked.time:
        _, undated = snapshot.documents(filters=filters, choice=Choice(is_undated=True), limit=1)
    left_out = [
        f"{found.copies:,} further {'copy' if found.copies == 1 else 'copies'} in other files"
        * bool(found.copies),
        f"{undated:,} without a date" * bool(undated),
    ]
    if any(left_out):
        words += f" Not counted: {' and '.join(filter(None, left_out))}."
    return Told("facts", (Words(words, "fact"),), total=total)


def _end(asked: CatalogueQuestion, snapshot: Snapshot, filters: Filters, choice: Choice) -> Told:
    order: DocumentOrder = "earliest" if asked.fact == "earliest" else "latest"
    records, _ = snapshot.documents(filters=filters, choice=choice, order=order, limit=1)
    if not records or records[0].document.metadata.date is None:
        words = Words(f"No {asked.noun}{_of_time(asked)} in the collection has a date.", "fact")
        return Told("facts", (words,))
    cut = opening(snapshot, records[0].document)
    words = Words(f"The {order} {asked.noun}{_of_time(asked)} in the collection is this:", "fact")
    return Told("facts", (words, cut) if cut else (words,))


def _of_time(asked: CatalogueQuestion) -> str:
    """Return the time as a part of the sentence: "of 1903", "from before 1903"."""
    if not asked.time:
        return ""
    if asked.time[:1].isdigit() and asked.time.endswith("s"):
        return f" of the {asked.time}"
    return f" of {asked.time}" if asked.time[:1].isdigit() else f" from {asked.time}"
