"""On which pages of its file the words of a source stand, and where on them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.facsimile.aligning import find_on_page
from chunker.facsimile.layout import Box
from chunker.recognised import confidence_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chunker.documents import Page, PageMap
    from chunker.facsimile.layout import PageLayout
    from chunker.recognised import RecognisedPage


@dataclass(frozen=True, slots=True)
class PlacedWords:
    """Words on one page: ``boxes``, one a line, in fractions of it; ``is_whole``: all of them were found.

    ``ocr_confidence`` is how sure their reading from the page's picture is, ``None`` where it was not read.
    """

    page: Page
    layout: PageLayout
    boxes: tuple[Box, ...]
    is_whole: bool
    ocr_confidence: float | None = None


def place_words(
    span: Span,
    page_map: PageMap,
    *,
    characters: int,
    text_of: Callable[[Span], str],
    layout_of: Callable[[int], PageLayout],
    recognised: Sequence[RecognisedPage] = (),
) -> Iterator[PlacedWords]:
    """Yield the pages on which the words at ``span`` of a source of so many ``characters`` stand.

    ``text_of`` gives what the source has at a span, ``layout_of`` the page at a position, from 1;
    ``recognised`` are the pages with some of the words that were read from pictures.
    """
    for page, sheet in _sheets(page_map, characters):
        start, end = max(span.start_char, sheet.start_char), min(span.end_char, sheet.end_char)
        if page.position is None or start >= end:
            continue
        text = text_of(sheet)
        words = Span(start - sheet.start_char, end - sheet.start_char).trimmed(text)
        if words is not None:
            layout = layout_of(page.position)
            scans = [scan for scan in recognised if scan.position == page.position]
            if scans:
                boxes = tuple(Box(*box) for scan in scans for box in scan.boxes_of(start, end))
                yield PlacedWords(page, layout, boxes, bool(boxes), confidence_of(scans, start, end))
                continue
            found = find_on_page(text, words, layout.text)
            yield PlacedWords(page, layout, layout.rectangles(found.places), found.is_whole)


def _sheets(page_map: PageMap, characters: int) -> Iterator[tuple[Page, Span]]:
    """Yield what stands on each page of the file itself; of two pages side by side on one, the first."""
    starts = [start for start in page_map.starts if start.page.position is not None]
    begins = [next(group) for _, group in groupby(starts, key=lambda start: start.page.position)]
    for start, after in zip_longest(begins, begins[1:]):
        yield start.page, Span(start.start_char, after.start_char if after else characters)
