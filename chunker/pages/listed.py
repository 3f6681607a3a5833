"""Which of the pages a table of contents gives can be true together."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.pages.layout import KnownPage, learn_layout
from chunker.text.increasing import heaviest_increasing_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.pages.layout import PageLayout, Paragraph
    from chunker.segmenting.contents import Contents


@dataclass(frozen=True, slots=True)
class ListedPageSettings:
    """How pages of a table of contents are weighed against each other; chosen by hand, not measured.

    ``max_skipped``: so many in a row may be wrong. A page is worth 1; a step costs ``cost_per_page`` for each
    page by which the text between is too much or too little, past ``tolerance`` of the pages expected, but no
    more than ``worst``: two such steps weigh more than the page between them. ``cost_per_tie`` decides
    between runs equally long.
    """

    max_skipped: int = 40
    worst: float = 0.6
    cost_per_page: float = 0.15
    tolerance: float = 0.15
    cost_per_tie: float = 0.01


SETTINGS = ListedPageSettings()


def listed_pages(contents: Contents) -> list[KnownPage]:
    """Return the pages of the entries whose titles were found, in the text's order."""
    found = sorted(
        (entry.body_char, entry.page)
        for entry in contents.entries
        if entry.body_char is not None and entry.page is not None
    )
    return [KnownPage(char, page) for char, page in found]


def consistent_pages(
    paragraphs: Sequence[Paragraph], listed: Sequence[KnownPage], document_starts: Sequence[int]
) -> tuple[list[KnownPage], PageLayout | None]:
    """Return the largest part of ``listed`` that is consistent, with the layout learnt from it.

    First the longest run of pages that ascend as the text does; then, with the layout that run
    gives, the run of most pages between which about as much text lies as their numbers say.
    """
    run = [listed[position] for position in heaviest_increasing_run([each.page for each in listed])]
    layout = learn_layout(paragraphs, run, document_starts)
    if layout is None:
        return run, None
    kept = _most_plausible_run(listed, layout, document_starts)
    return kept, learn_layout(paragraphs, kept, document_starts) or layout


def _most_plausible_run(
    listed: Sequence[KnownPage], layout: PageLayout, document_starts: Sequence[int]
) -> list[KnownPage]:
    filled = _pages_before(listed, layout, document_starts)
    scores: list[float] = []
    before: list[int] = []
    for number, place in enumerate(listed):
        best, best_before = 1.0, -1
        for earlier in range(number - 1, max(-1, number - 1 - SETTINGS.max_skipped), -1):
            count = place.page - listed[earlier].page
            if count < 0:
                continue
            score = scores[earlier] + 1.0 - _implausibility(count, filled[earlier], filled[number])
            if score > best:
                best, best_before = score, earlier
        scores.append(best)
        before.append(best_before)
    number = max(range(len(scores)), key=scores.__getitem__)
    run: list[KnownPage] = []
    while number >= 0:
        run.append(listed[number])
        number = before[number]
    return run[::-1]


def _pages_before(
    listed: Sequence[KnownPage], layout: PageLayout, document_starts: Sequence[int]
) -> list[tuple[float, float]]:
    """Return the least and the most pages the layout expects before each of ``listed``.

    Where documents begin on new pages the most is a page more for each document.
    """
    least, most = [0.0], [0.0]
    for first, second in pairwise(document_starts):
        pages = layout.pages(first, second)
        least.append(least[-1] + pages)
        most.append(most[-1] + pages + (1.0 if layout.starts_new_page else 0.0))
    positions = [bisect_left(document_starts, place.start_char) for place in listed]
    return [(least[position], most[position]) for position in positions]


def _implausibility(count: int, first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return 0 where the text between two places fills about as many pages as their numbers say."""
    least, most = second[0] - first[0], second[1] - first[1]
    off = max(0.0, least - count, count - most)
    excess = max(0.0, off - 1 - SETTINGS.tolerance * least)
    return min(SETTINGS.worst, SETTINGS.cost_per_page * excess) + SETTINGS.cost_per_tie * off
