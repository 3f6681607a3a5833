"""Which page every part of a source stands on, and how that is known.

Pages printed in the file win. Where the file shows pages without numbers, its table of contents
numbers them; else they keep their positions, which are called estimated. Where it shows no pages at all,
the table of contents gives the first pages of the documents it lists, and the pages in between are
estimated: from how much of a page the text fills, from documents that begin on new pages, and from
traces of page breaks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.documents import Page, PageMap, PageStart
from chunker.pages.breaks import Candidate, page_break_candidates
from chunker.pages.layout import KnownPage, PageLayout, Paragraph, read_paragraphs
from chunker.pages.listed import consistent_pages, listed_pages
from chunker.pages.numbering import counts_only, numbered_pages
from chunker.pages.placing import between, place_page_starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import Document, Source
    from chunker.segmenting.contents import Contents


@dataclass(frozen=True, slots=True)
class InferenceSettings:
    """How far known and estimated pages are trusted.

    The margins are measured by hiding known pages (eval.studies.page_inference): the error grows with the
    distance to the nearest known page and with how far the layout is from explaining the pages between known
    ones. A margin grows by one every ``pages_per_margin``, past the last known page, where nothing holds the
    count, every ``pages_per_margin_ahead``, with a layout that is not learnt every
    ``pages_per_margin_unlearnt``. The others are chosen by hand: ``sure_share`` of a page after the start of
    a document on a new page is surely on that page, ``sure_share_shared`` where documents begin anywhere on a
    page, ``sure_chars`` where nothing is known of the layout. ``max_pages_at_once`` bounds the dynamic
    programme's table.
    """

    pages_per_margin: int = 12
    pages_per_margin_ahead: int = 6
    pages_per_margin_unlearnt: int = 6
    sure_share: float = 0.65
    sure_share_shared: float = 0.1
    sure_chars: int = 1_000
    max_pages_at_once: int = 120


SETTINGS = InferenceSettings()


@dataclass(frozen=True, slots=True)
class _Text:
    """What is needed to place pages in a text; ``candidates`` end with the end of what is paged."""

    layout: PageLayout
    candidates: tuple[Candidate, ...]
    document_starts: tuple[int, ...]


def infer_pages(source: Source, contents: Contents | None, documents: Sequence[Document]) -> PageMap:
    """Return the pages of ``source``.

    In a file without pages they are known from the first document whose page the table of contents gives
    to the end of the last; where neither file nor table of contents names pages the map is empty. Only so
    much of a document's first page is called known as must stand on it, the rest is ``estimated``:
    neighbouring starts may carry one label.
    """
    known = listed_pages(contents) if contents else []
    if source.page_starts:
        numbered = numbered_pages(source.page_starts, known) if counts_only(source.page_starts) else None
        return PageMap(numbered or source.page_starts)
    if not known:
        return PageMap()
    return pages_between(source.text, known, documents)


def agreeing_pages(text: str, listed: Sequence[KnownPage], documents: Sequence[Document]) -> list[KnownPage]:
    """Return those of ``listed`` that do not contradict the others."""
    if not listed:
        return []
    paragraphs, starts = _read(text, listed, documents)
    return consistent_pages(paragraphs, listed, starts)[0]


def pages_between(text: str, listed: Sequence[KnownPage], documents: Sequence[Document]) -> PageMap:
    """Return the pages of ``text`` from the first pages of documents that are ``listed``.

    What contradicts the others is left out: tables of contents have misprints.
    """
    paragraphs, starts = _read(text, listed, documents)
    known, layout = consistent_pages(paragraphs, listed, starts)
    end_char = _end_of_last(known, documents, paragraphs[-1].end_char)
    if layout is None:
        return _first_page_only(known[0], end_char)
    candidates = between(page_break_candidates(text, paragraphs, layout), known[0].start_char, end_char - 1)
    end = Candidate(end_char, layout.top(end_char), 0.0)
    paged = _Text(layout, (*candidates, end), tuple(starts))
    waypoints = [*_waypoints(paged, known), _last_page(paged, known[-1])]
    found = {start.start_char: start for start in _estimated(paged, known, waypoints)}
    found |= {place.start_char: _known_start(place) for place in known}
    ordered = [found[offset] for offset in sorted(found) if offset < end_char]
    return PageMap(tuple(_with_unsure_parts(ordered, layout)), end_char)


def _read(
    text: str, listed: Sequence[KnownPage], documents: Sequence[Document]
) -> tuple[tuple[Paragraph, ...], list[int]]:
    """Return the paragraphs from the first listed page on, and where documents begin."""
    end_char = _end_of_last(listed, documents, len(text))
    starts = {document.start_char for document in documents} | {place.start_char for place in listed}
    inside = sorted(start for start in starts if listed[0].start_char <= start < end_char)
    return read_paragraphs(text, inside, end_char), inside


def _end_of_last(known: Sequence[KnownPage], documents: Sequence[Document], end_char: int) -> int:
    """Return where the document ends in which the last known page stands."""
    last = known[-1].start_char
    return next((each.end_char for each in documents if each.start_char <= last < each.end_char), end_char)


def _known_start(place: KnownPage) -> PageStart:
    return PageStart(place.start_char, Page(str(place.page), "contents"))


def _first_page_only(known: KnownPage, end_char: int) -> PageMap:
    return PageMap((_known_start(known),), min(end_char, known.start_char + SETTINGS.sure_chars))


def _waypoints(paged: _Text, known: Sequence[KnownPage]) -> list[KnownPage]:
    """Return ``known`` with places put between any two that are too far apart to be dealt with at once."""
    places = [known[0]]
    for following in known[1:]:
        begin = places[-1]
        steps = -(-(following.page - begin.page) // SETTINGS.max_pages_at_once)
        candidates = between(paged.candidates, begin.start_char, following.start_char)
        height = candidates[-1].top - candidates[0].top
        for step in range(1, steps):
            top = candidates[0].top + height * step / steps
            nearest = candidates[bisect_left(candidates, top, key=lambda each: each.top)]
            page = begin.page + (following.page - begin.page) * step // steps
            if places[-1].start_char < nearest.start_char < following.start_char:
                places.append(KnownPage(nearest.start_char, page))
        places.append(following)
    return places


def _last_page(paged: _Text, last: KnownPage) -> KnownPage:
    """Return the end of what is paged, with the page after the last where documents fill whole pages."""
    end_char = paged.candidates[-1].start_char
    inside = paged.document_starts[bisect_left(paged.document_starts, last.start_char) :]
    count = paged.layout.page_count([start for start in inside if start < end_char], end_char)
    return KnownPage(end_char, last.page + max(int(paged.layout.starts_new_page), count))


def _estimated(
    paged: _Text, known: Sequence[KnownPage], waypoints: Sequence[KnownPage]
) -> Iterator[PageStart]:
    """Yield the page starts that are not known but estimated."""
    placed = place_page_starts(paged.candidates, waypoints, paged.layout, frozenset(paged.document_starts))
    mismatches = [_mismatch(paged, first, second) for first, second in pairwise(known)]
    for offset, page in placed:
        number = bisect_right(known, offset, key=lambda place: place.start_char)
        if number == len(known):
            margin = _margin(paged.layout, page - known[-1].page, 0, SETTINGS.pages_per_margin_ahead)
        else:
            distance = min(page - known[number - 1].page, known[number].page - page)
            margin = _margin(paged.layout, distance, mismatches[number - 1], SETTINGS.pages_per_margin)
        yield PageStart(offset, Page(str(page), "estimated", margin))


def _mismatch(paged: _Text, first: KnownPage, second: KnownPage) -> int:
    """Return by how many pages the layout fails to explain the pages between two known ones."""
    starts = paged.document_starts
    inside = starts[bisect_left(starts, first.start_char) : bisect_left(starts, second.start_char)]
    off = abs(second.page - first.page - paged.layout.page_count(inside, second.start_char))
    return off if paged.layout.starts_new_page else max(0, off - 1)


def _margin(layout: PageLayout, distance: int, mismatch: int, pages_per_margin: int) -> int:
    if not layout.is_learnt:
        pages_per_margin = SETTINGS.pages_per_margin_unlearnt
    return max(1 + distance // pages_per_margin, mismatch + 1 if mismatch > 1 else 1)


def _with_unsure_parts(starts: Sequence[PageStart], layout: PageLayout) -> Iterator[PageStart]:
    """Yield the starts; a known page whose end is estimated is itself estimated in its last part."""
    share = SETTINGS.sure_share if layout.starts_new_page else SETTINGS.sure_share_shared
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        yield start
        if start.page.method != "contents" or following is None or following.page.method != "estimated":
            continue
        sure_lines = layout.top(start.start_char) + share * layout.page_lines
        unsure = layout.starts[min(bisect_left(layout.tops, sure_lines), len(layout.starts) - 1)]
        if start.start_char < unsure < following.start_char:
            yield PageStart(unsure, Page(start.page.label, "estimated", following.page.margin))
