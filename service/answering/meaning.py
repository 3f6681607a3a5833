"""What a question means: out of its wrapping and its conversation, and what the catalogue says to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from embeddings.search import Filters
from service.answering.catalogue.facts import told_by_catalogue
from service.answering.writing import WritingError
from service.understanding.follow_ups.conversation import Held, Resolved, resolve
from service.understanding.follow_ups.dependence import read_dependence
from service.understanding.languages import language_of
from service.understanding.wrapping import core_question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.ranking.retriever import Retriever
    from embeddings.store.records import IndexInfo
    from service.answer import Turn
    from service.answering.catalogue.told import Told
    from service.answering.writing import Writer
    from service.understanding.forms import AskedForm


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question as it is answered.

    ``asked`` is what is asked without what is put around it, ``standalone`` the same out of its conversation,
    ``is_repeated`` whether that was asked before. ``told`` is what the catalogue says to it, if anything,
    ``info`` the state of the index. ``failure`` tells why the writer could not word the question.
    """

    asked: str
    standalone: str
    is_repeated: bool
    told: Told | None
    info: IndexInfo
    failure: str | None


def meaning_of(
    question: str,
    history: Sequence[Turn],
    retriever: Retriever,
    *,
    writer: Writer | None,
    filters: Filters | None,
    form: AskedForm | None,
    is_all_shown: bool,
) -> Meaning:
    """Return what ``question`` means after ``history``; worded by a ``writer``, where there is one.

    Unless ``is_all_shown``, the catalogue is not asked: it cannot leave out what is hidden.
    """
    asked = core_question(question)
    resolved, failure = _stand_alone(asked, history, retriever, writer)
    told, standalone, info = _by_catalogue(asked, resolved.text, retriever, filters or Filters(), form)
    if not any(map(str.isalnum, asked)):
        standalone = asked
    return Meaning(asked, standalone, resolved.is_repeated, told if is_all_shown else None, info, failure)


def _stand_alone(
    question: str, history: Sequence[Turn], retriever: Retriever, writer: Writer | None
) -> tuple[Resolved, str | None]:
    """Return ``question`` made to stand alone, and why the writer could not do it, if it could not."""
    if not history:
        return Resolved(question), None
    failure = None
    with retriever.index.snapshot() as snapshot:
        held = Held.by(snapshot, lambda earlier: _days_of(earlier, retriever))
        resolved = resolve(question, history, held)
    if writer is not None and read_dependence(question) != "none":
        try:
            if reworded := writer.stand_alone(question, history):
                return replace(resolved, text=reworded), None
        except WritingError as error:
            failure = str(error)
    return resolved, failure


def _days_of(question: str, retriever: Retriever) -> tuple[str, str] | None:
    """Return the first and the last ISO day of the document that answers ``question`` best."""
    hits = retriever.retrieve(question, top_k=1).hits
    when = hits[0].place.document.metadata.date if hits else None
    return (when.start, when.end) if when else None


def _by_catalogue(
    question: str, standalone: str, retriever: Retriever, filters: Filters, form: AskedForm | None
) -> tuple[Told | None, str, IndexInfo]:
    """Return what the catalogue answers, to which wording, and the state of the index.

    What asks it for something whole takes nothing from the questions before: "What is on page 3?".
    """
    with retriever.index.snapshot() as snapshot:
        told = told_by_catalogue(question, snapshot, filters, form)
        if told is not None and (told.parts or form is None):
            standalone = question
        elif standalone != question:
            told = told_by_catalogue(standalone, snapshot, filters, form)
        info = snapshot.info()
    if told is not None:
        told = replace(told, understood=replace(told.understood, language=language_of(question)))
    return told, standalone, info
