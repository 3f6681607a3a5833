"""Finds the page numbers that are printed on pages: in their first and last lines.

Whoever cites a book cites the number printed on the page, not the position in the file; between
the two lie the cover, a preface in Roman numerals, plates without a number and lost leaves. A number counts
where it agrees with those of its neighbours, and is told as sure only where they bear it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chunker.readers.printed_pages.believing import believed, pages_of
from chunker.readers.printed_pages.chapters import pages_in_chapters
from chunker.readers.printed_pages.edges import sightings_in
from chunker.readers.printed_pages.runs import best_chain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.documents import Page
    from chunker.readers.printed_pages.runs import NumberRun

# How often runs that are not believed, such as those of years in headings, are put aside for the next best.
TRIES = 3


def printed_pages(
    pages: Sequence[Sequence[str]], in_order: Sequence[Sequence[str]] | None = None
) -> tuple[Page | None, ...] | None:
    """Return the page that each list of lines is by the numbers printed, or ``None``.

    ``pages`` have their lines from top to bottom, ``in_order`` in the order of the file, if it is another.
    ``None`` as a whole: the pages print no numbers that run consistently. ``None`` for one page: nothing
    tells its number. What the numbers of neighbours only suggest is ``estimated``.
    """
    seen = [sightings_in(*both) for both in zip(pages, in_order or [()] * len(pages), strict=True)]
    written = sum(any(line.strip() for line in lines) for lines in pages)
    refused: set[NumberRun] = set()
    for _ in range(TRIES):
        chain = best_chain(seen, without=refused)
        stretches = believed(chain, written)
        if stretches:
            return pages_of(stretches, seen)
        refused |= {each.run for each in chain}
    return _counted_in_chapters(pages, in_order)


def _counted_in_chapters(
    pages: Sequence[Sequence[str]], in_order: Sequence[Sequence[str]] | None
) -> tuple[Page | None, ...] | None:
    """Return the pages where chapters count theirs; those before them have numbers of their own."""
    found = pages_in_chapters(pages)
    if found is None:
        return None
    first = next(position for position, page in enumerate(found) if page)
    front = printed_pages(pages[:first], in_order and in_order[:first])
    return (*(front or found[:first]), *found[first:])
