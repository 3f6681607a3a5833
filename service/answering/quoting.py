"""Quotes held to the source: what does not stand there, to the character or but for its form, is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.text.normalising import fold, level

if TYPE_CHECKING:
    from service.answer import QuoteMatch

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
