"""From windows to the pieces of an answer: quotes, each paper's under a line that says whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.answering.quoting import attribution, quote_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from service.answer import Piece, RankedPassage
    from service.answering.extracting import Window


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
        best, *others = of_paper
        in_order = (best, *sorted(others, key=lambda one: one.span))
        quotes = [quote_of(passages[window.rank], window.span) for window in in_order]
        if pieces:
            pieces.append(attribution(quotes[0].citation))
        pieces += quotes
    return tuple(pieces)
