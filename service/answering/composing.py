"""From windows to the pieces of an answer: quotes, each paper's under a line that says whose they are."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING

from service.answer import Words
from service.answering.quoting import quote_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from service.answer import Citation, Piece, RankedPassage
    from service.answering.extracting import Window

_TITLE_CHARS = 90
"""Of a longer title so much stands in a line that says whose words follow; the citation has all of it."""


def quoted(windows: Iterable[Window], passages: Mapping[int, RankedPassage]) -> tuple[Piece, ...]:
    """Return the windows as quotes: the lead's paper first, then the others in the order of their worth.

    Of each paper the best words come first, then the others as they stand in it.

    Words of another paper than the lead's stand under its attribution. ``passages`` are those shown, by the
    ranks of their hits.
    """
    pieces: list[Piece] = []
    by_paper: dict[str, list[Window]] = {}
    for window in windows:
        document_id = passages[window.rank].citation.document_id
        by_paper.setdefault(document_id, []).append(window)
    for of_paper in by_paper.values():
        if pieces:
            pieces.append(attribution(passages[of_paper[0].rank].citation))
        best, *others = of_paper
        in_order = (best, *sorted(others, key=lambda one: one.span))
        pieces += [quote_of(passages[window.rank], window.span) for window in in_order]
    return tuple(pieces)


def attribution(citation: Citation, *, title_chars: int = _TITLE_CHARS) -> Words:
    """Return the line that says whose words follow: title, date and page."""
    title = shorten(citation.title, title_chars, placeholder=" …")
    return Words(f"{citation.described(title)}:", "attribution")
