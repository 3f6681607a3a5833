"""A draft given to a writer: what comes of it part by part, and the passages that it turns out to rest on."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from service.answer import Quote, Words
from service.answering.quoting import attribution
from service.answering.writing import Draft, WritingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.answer import Citation, Found, Piece, RankedPassage
    from service.answering.writing import Writer
    from service.understanding.forms import AskedForm

logger = logging.getLogger(__name__)

FOUND_NO_ANSWER = "The language model finds no answer in these passages. These words may bear on it:"
IN_DOUBT_NOTICE = "Whether these passages answer the question is unsure; the language model takes them to."


class Written:
    """Has ``writer`` word the answer to what was ``found``; where it fails, the ``draft`` serves.

    It reads the ``further`` passages, too, which are not shown. Those it cites are: they are in ``passages``
    behind the ones shown from the first and have the next numbers, in the order in which they are cited.
    Ranks of ``found.passages`` and ``further`` count on from 1.
    """

    def __init__(
        self,
        writer: Writer,
        found: Found,
        further: Sequence[RankedPassage],
        draft: Draft,
        failure: str | None,
    ) -> None:
        self.passages = found.passages
        self._writer = writer
        self._question = found.standalone_question
        self._read = (*found.passages, *further)
        self._draft = draft
        self._failure = failure
        self._numbers = {passage.rank: passage.rank for passage in found.passages}

    def parts(self) -> Iterator[Draft]:
        """Yield what the writer makes of it, a part for each piece, as it comes.

        One that may bear on the question is judged by the writer; a plainly foreign one, whose draft has no
        words of the documents, it is not asked. Where it fails before its first piece, or failed before, that
        is the draft with a notice.
        """
        if not any(piece.quotes for piece in self._draft.pieces):
            yield self._draft
            return
        part: Draft | None = None
        failure = self._failure
        try:
            if failure is None:
                form: AskedForm = "overview" if self._draft.form == "overview" else "extract"
                for piece in self._writer.write(self._question, self._read, form=form):
                    part = self._part(piece, part)
                    yield part
                if part and part.kind == "generated" and self._draft.kind == "none":
                    yield replace(part, pieces=(Words(IN_DOUBT_NOTICE, "notice"),))
                return
        except WritingError as error:
            failure = str(error)
        logger.warning("the language model was of no use: %s", failure)
        if part is not None:
            notice = f"The language model's answer is not whole: {failure}."
            yield replace(part, pieces=(Words(notice, "notice"),))
            return
        notice = f"In the documents' own words, since the language model was of no use: {failure}."
        yield replace(self._draft, pieces=(*self._draft.pieces, Words(notice, "notice")))

    def _part(self, piece: Piece, before: Draft | None) -> Draft:
        """Return a piece as a part of an answer: a refusal makes it none, a notice changes nothing."""
        if isinstance(piece, Words) and piece.role == "refusal":
            return Draft("none", self._nearest(), "none")
        piece = self._numbered(piece)
        if before:
            return replace(before, pieces=(piece,))
        if self._draft.form != "overview":
            return Draft("generated", (piece,))
        rule = f"Written from the papers that bear on this most, of {self._draft.total} found."
        return Draft("generated", (piece,), "overview", total=self._draft.total, rule=rule)

    def _nearest(self) -> tuple[Piece, ...]:
        """Return a refusal with the words that come nearest; those of an overview are in order of time."""
        quotes = [piece for piece in self._draft.pieces if isinstance(piece, Quote)]
        lead = quotes[0]
        if self._draft.form == "overview":
            lead = min(quotes, key=lambda one: one.citation.number)
        return Words(FOUND_NO_ANSWER, "refusal"), attribution(lead.citation), lead

    def _numbered(self, piece: Piece) -> Piece:
        """Return a piece cited with the numbers of passages that are shown, and show those that it cites."""
        if not isinstance(piece, Words):
            return piece
        citations = tuple(self._shown(one) for one in piece.citations)
        quotes = tuple(replace(one, citation=self._shown(one.citation)) for one in piece.quotes)
        return replace(piece, citations=citations, quotes=quotes)

    def _shown(self, citation: Citation) -> Citation:
        number = self._numbers.get(citation.number)
        if number is None:
            number = self._numbers[citation.number] = len(self.passages) + 1
            passage = self._read[citation.number - 1]
            self.passages += (replace(passage, citation=replace(passage.citation, number=number)),)
        return replace(citation, number=number)
