"""From what the catalogue tells to the pieces of an answer, alone or before the documents' nearest words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from service.answer import Quote, Words, is_notice
from service.answering.quoting import attribution, check_pieces, quote_of
from service.answering.writing import NO_ANSWER, Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.local_index import LocalIndex
    from service.answer import Piece, RankedPassage
    from service.answering.catalogue.told import Told

_TITLE_CHARS = 240
"""Of a document in a list the title is what is told: who with whom stands at its end."""


def told_pieces(
    told: Told, passages: Sequence[RankedPassage], index: LocalIndex
) -> tuple[tuple[Piece, ...], int]:
    """Return the pieces of what is told, each quote under its line, and how many quotes fail the check.

    ``passages`` are those of its hits as they are shown. A line names the very page of its quote.
    """
    by_id = {passage.hit.place.passage.id: passage for passage in passages}
    quotes = {
        part: quote_of(by_id[part.hit.place.passage.id], part.span)
        for part in told.parts
        if not isinstance(part, Words)
    }
    checked, failed = check_pieces(tuple(quotes.values()), index)
    stands = {(one.citation.document_id, one.citation.span): one for one in checked if isinstance(one, Quote)}
    pieces: list[Piece] = []
    for part in told.parts:
        if isinstance(part, Words):
            pieces.append(part)
        elif quote := stands.get((part.hit.place.document.id, part.span)):
            lead = attribution(quote.citation, title_chars=_TITLE_CHARS)
            pieces += [Words(part.lead, "attribution") if part.lead else lead, quote]
    return tuple(pieces), failed


def with_nearest(told: Told, pieces: tuple[Piece, ...], nearest: Draft) -> Draft:
    """Return what is told, and then the documents' nearest words where it is not unsure that they answer."""
    more = () if nearest.kind == "none" or any(map(is_notice, nearest.pieces)) else nearest.pieces
    if more and isinstance(more[0], Quote):
        more = (attribution(more[0].citation), *more)
    return Draft("extractive", (*pieces, *more), told.form, total=told.total, rule=told.rule)


def without_denial(told: Told, nearest: Draft) -> Draft:
    """Return the nearest words, with what could not be told; a rule that found nothing denies nothing."""
    notice = told.notice or ""
    if [piece.text for piece in nearest.pieces] == [NO_ANSWER]:
        return Draft("none", (Words(notice, "refusal"),), "none")
    return replace(nearest, pieces=(*nearest.pieces, Words(notice, "notice")))
