"""Quotes held to the source: what does not stand there, to the character or but for its form, is none."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import lru_cache
from textwrap import shorten
from typing import TYPE_CHECKING, NamedTuple

from chunker.documents import PageMap, Span
from chunker.recognised import confidence_of
from chunker.text.normalising import fold, level, tidy
from chunker.text.sentences import sentence_spans
from service.answer import Quote, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.text.normalising import AlignedText
    from embeddings.local_index import LocalIndex
    from embeddings.store.snapshot import Snapshot
    from service.answer import Citation, Piece, QuoteMatch, RankedPassage

logger = logging.getLogger(__name__)

_TITLE_CHARS = 90
"""Of a longer title so much stands in a line that says whose words follow; the citation has all of it."""
_OUTER_MARKS = " \t\r\n\"'“”„‘’«»"


@dataclass(frozen=True, slots=True)
class LocatedQuote:
    """Where a quote stands in a source's text, and how well it matches."""

    span: Span
    match: QuoteMatch


def locate(quote: str, text: str, within: Span) -> LocatedQuote | None:
    """Find ``quote`` in ``text[within]``, or return None where it does not stand there.

    The match is ``exact`` when the slice found is the quote to the character, ``normalised`` when
    they agree once white space, markup, hyphenation, case and typographic forms are levelled
    (:func:`chunker.text.normalising.fold`). Quotation marks around the quote do not count.
    """
    wanted = quote.strip(_OUTER_MARKS)
    if not wanted:
        return None
    start = text.find(wanted, within.start_char, within.end_char)
    if start >= 0:
        return LocatedQuote(Span(start, start + len(wanted)), "exact")
    return _locate_folded(wanted, text, within)


def _locate_folded(wanted: str, text: str, within: Span) -> LocatedQuote | None:
    folded = fold(text[within.start_char : within.end_char])
    for needle in dict.fromkeys((level(wanted), fold(wanted).text)):
        position = folded.text.find(needle) if needle else -1
        while position >= 0:
            end = position + len(needle)
            if _is_whole(folded.text, position, end):
                found = folded.original_span(position, end)
                start = within.start_char
                return LocatedQuote(Span(start + found.start_char, start + found.end_char), "normalised")
            position = folded.text.find(needle, position + 1)
    return None


def _is_whole(text: str, start: int, end: int) -> bool:
    """Tell whether ``text[start:end]`` cuts no word at either end."""
    cuts_first = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    cuts_last = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return not cuts_first and not cuts_last


def is_verified(quote: str, span: Span, text: str, match: QuoteMatch) -> bool:
    """Tell whether ``text[span]`` is ``quote`` in the way ``match`` claims."""
    found = text[span.start_char : span.end_char]
    if match == "exact":
        return found == quote
    return bool(quote) and fold(found).text in (level(quote), fold(quote).text)


_READ_TEXTS = 512  # of the passages looked at last, some 3 kB each; a question looks at some thirty


class ShownSentence(NamedTuple):
    """A sentence of a passage: where it stands in it, where in the passage as it is shown, and its words."""

    span: Span
    shown: Span
    text: str


@lru_cache(maxsize=_READ_TEXTS)
def tidied_passage(text: str) -> AlignedText:
    """Return ``text`` as a reader should see it; the passages of a question are looked at again and again."""
    return tidy(text)


@lru_cache(maxsize=_READ_TEXTS)
def shown_sentences(text: str) -> tuple[ShownSentence, ...]:
    """Return the sentences of a passage as a reader should see them, with where they stand."""
    tidied = tidied_passage(text)
    shown = [(span, tidied.derived_span(span.start_char, span.end_char)) for span in sentence_spans(text)]
    return tuple(
        ShownSentence(span, derived, tidied.text[derived.start_char : derived.end_char])
        for span, derived in shown
    )


def quote_of(ranked: RankedPassage, span: Span, *, text: str | None = None) -> Quote:
    """Return the words at ``span`` of a source, within a passage, as a quote.

    ``text`` is how it is shown; ``None``: as it stands in the passage once that is tidied.
    The pages are still the passage's; :func:`check_pieces` gives the quote its own.
    """
    passage = ranked.hit.place.passage
    start, end = span.start_char - passage.start_char, span.end_char - passage.start_char
    tidied = tidied_passage(passage.text)
    shown = tidied.derived_span(start, end)
    sentences = list(sentence_spans(tidied.text))
    begins = [one.start_char for one in sentences if one.start_char < shown.start_char]
    ends = [one.end_char for one in sentences if one.end_char > shown.end_char]
    if text is None:
        text = tidied.text[shown.start_char : shown.end_char]
    return Quote(
        text=text,
        citation=replace(ranked.citation, span=span),
        match="exact" if passage.text[start:end] == text else "normalised",
        before=tidied.text[begins[-1] : shown.start_char].strip() if begins else "",
        after=tidied.text[shown.end_char : ends[0]].strip() if ends else "",
    )


def attribution(citation: Citation, *, title_chars: int = _TITLE_CHARS) -> Words:
    """Return the line that says whose words follow, and where they stand: title, date and page."""
    title = shorten(citation.title, title_chars, placeholder=" …")
    return Words(f"{citation.described(title)}:", "attribution", introduces=citation)


def check_pieces(pieces: Sequence[Piece], index: LocalIndex) -> tuple[tuple[Piece, ...], int]:
    """Return the pieces whose quotes all stand in the stored source, and how many quotes do not.

    Each quote is cited with its own pages, also in the line that introduces it. A source that was deleted
    meanwhile holds no words any more.
    """
    if not any(piece.quotes for piece in pieces):
        return tuple(pieces), 0
    kept: list[Piece] = []
    failed = 0
    with index.snapshot() as snapshot:
        check = _Check(snapshot)
        for piece in pieces:
            found = [check.stands(quote) for quote in piece.quotes]
            failed += found.count(False)
            if all(found):
                kept.append(check.paged(piece))
    if failed:
        logger.error("%d quotes were left out: they do not stand in their sources", failed)
    return tuple(kept), failed


class _Check:
    """What a state of the index says of quotes."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def stands(self, quote: Quote) -> bool:
        """Tell whether the quote stands at its place as it claims."""
        source_id, span = quote.citation.place.document.source_id, quote.citation.span
        found = self._snapshot.text(source_id, span.start_char, span.end_char) or ""
        return is_verified(quote.text, Span(0, len(found)), found, quote.match)

    def paged(self, piece: Piece) -> Piece:
        """Return the piece with each quote on its own pages, and each citation at the words quoted there."""
        if isinstance(piece, Quote):
            return replace(piece, citation=self._on_its_pages(piece.citation))
        if piece.introduces:
            own = self._on_its_pages(piece.introduces)
            return piece if own == piece.introduces else attribution(own)
        quotes = tuple(replace(one, citation=self._on_its_pages(one.citation)) for one in piece.quotes)
        first = {quote.citation.number: quote.citation for quote in reversed(quotes)}
        citations = tuple(first.get(one.number, one) for one in piece.citations)
        return replace(piece, citations=citations, quotes=quotes)

    def _on_its_pages(self, citation: Citation) -> Citation:
        source_id, span = citation.place.document.source_id, citation.span
        pages = self._snapshot.page_map(source_id, span) or PageMap()
        recognised = self._snapshot.recognised(source_id, span)
        return replace(
            citation,
            page=pages.at(span.start_char),
            page_end=pages.at(span.end_char - 1),
            section=self._snapshot.section_at(source_id, span.start_char),
            ocr_confidence=confidence_of(recognised, span.start_char, span.end_char),
        )
