"""Which page every part of a source stands on, and how that is known.

Pages printed in the file win. Else the table of contents gives the first pages of the documents it
lists, and the pages in between are estimated: from how much of a page the text fills, from documents
that begin on new pages, and from traces of page breaks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.documents import Page, PageMap, PageStart
from chunker.known_pages import consistent_pages, listed_pages
from chunker.page_breaks import Candidate, page_break_candidates
from chunker.page_layout import KnownPage, PageLayout, Paragraph, read_paragraphs
from chunker.page_placing import between, place_page_starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chunker.contents import Contents
    from chunker.documents import Document, Source

_SURE_SHARE = 0.65  # of a page: so much of the text after a document's start is surely on its first page
_SURE_CHARS = 1_000  # the same where nothing is known of the layout
_MAX_PAGES_AT_ONCE = 120
# Measured by hiding known pages (eval.page_inference): the error grows with the distance to the
# nearest known page and with how far the layout is from explaining the pages between known ones.
_PAGES_PER_MARGIN = 12
_PAGES_PER_MARGIN_AHEAD = 6  # past the last known page nothing holds the count
_PAGES_PER_MARGIN_UNLEARNT = 6


@dataclass(frozen=True, slots=True)
class _Text:
    """What is needed to place pages in a text."""

    layout: PageLayout
    candidates: tuple[Candidate, ...]
    document_starts: tuple[int, ...]


def infer_pages(source: Source, contents: Contents | None, documents: Sequence[Document]) -> PageMap:
    """Return the pages of ``source``.

    Pages are known from the first document whose page the table of contents gives to the end of the
    last; where neither file nor table of contents names pages the map is empty. The last third of a
    document's first page is called ``estimated`` where the break after it is, so neighbouring starts
    may carry one label.
    """
    if source.page_starts:
        return PageMap(source.page_starts)
    known = listed_pages(contents) if contents else []
    if not known:
        return PageMap()
    return pages_between(source.text, known, documents)


def agreeing_pages(text: str, listed: Sequence[KnownPage], documents: Sequence[Document]) -> list[KnownPage]:
    """Return those of ``listed`` that do not contradict the others."""
    if not listed:
        return []
    return consistent_pages(*_read(text, listed, documents))[0]


def _read(
    text: str, listed: Sequence[KnownPage], documents: Sequence[Document]
) -> tuple[tuple[Paragraph, ...], Sequence[KnownPage], list[int]]:
    """Return the paragraphs from the first listed page on, ``listed``, and where documents begin."""
    end_char = _end_of_last(listed, documents, len(text))
    starts = {document.start_char for document in documents} | {place.start_char for place in listed}
    inside = sorted(start for start in starts if listed[0].start_char <= start < end_char)
    return read_paragraphs(text, inside, end_char), listed, inside


def pages_between(text: str, listed: Sequence[KnownPage], documents: Sequence[Document]) -> PageMap:
    """Return the pages of ``text`` from the first pages of documents that are ``listed``.

    What contradicts the others is left out: tables of contents have misprints.
    """
    paragraphs, listed, starts = _read(text, listed, documents)
    known, layout = consistent_pages(paragraphs, listed, starts)
    end_char = _end_of_last(known, documents, paragraphs[-1].end_char)
    if layout is None:
        return _first_page_only(known[0], end_char)
    paged = _Text(layout, page_break_candidates(text, paragraphs, layout), tuple(starts))
    found = dict(_known_starts(known))
    for first, second in pairwise(known):
        _add(found, _stretch(paged, first, second))
    _add(found, _after_last(paged, known[-1], end_char))
    ordered = sorted(found.values(), key=lambda start: start.start_char)
    return PageMap(tuple(_with_sure_parts(ordered, layout)), end_char)


def _end_of_last(known: Sequence[KnownPage], documents: Sequence[Document], end_char: int) -> int:
    """Return where the document ends in which the last known page stands."""
    last = known[-1].start_char
    return next((each.end_char for each in documents if each.start_char <= last < each.end_char), end_char)


def _first_page_only(known: KnownPage, end_char: int) -> PageMap:
    start = PageStart(known.start_char, Page(str(known.page), "contents"))
    return PageMap((start,), min(end_char, known.start_char + _SURE_CHARS))


def _known_starts(known: Iterable[KnownPage]) -> Iterator[tuple[int, PageStart]]:
    for place in known:
        yield place.start_char, PageStart(place.start_char, Page(str(place.page), "contents"))


def _add(found: dict[int, PageStart], starts: Iterable[PageStart]) -> None:
    for start in starts:
        found.setdefault(start.start_char, start)


def _stretch(paged: _Text, first: KnownPage, second: KnownPage) -> Iterator[PageStart]:
    """Yield the estimated page starts between two known ones."""
    count = second.page - first.page
    inside = _documents_from(paged, first.start_char, second.start_char)
    mismatch = abs(count - paged.layout.page_count(inside, second.start_char))
    for number, offset in enumerate(_placed(paged, first.start_char, second.start_char, count), 1):
        distance = min(number, count - number)
        margin = _margin(paged.layout, distance, mismatch, _PAGES_PER_MARGIN)
        yield PageStart(offset, Page(str(first.page + number), "estimated", margin))


def _after_last(paged: _Text, last: KnownPage, end_char: int) -> Iterator[PageStart]:
    inside = _documents_from(paged, last.start_char, end_char)
    count = max(1, paged.layout.page_count(inside, end_char))
    for number, offset in enumerate(_placed(paged, last.start_char, end_char, count), 1):
        margin = _margin(paged.layout, number, 0, _PAGES_PER_MARGIN_AHEAD)
        yield PageStart(offset, Page(str(last.page + number), "estimated", margin))


def _documents_from(paged: _Text, start_char: int, end_char: int) -> Sequence[int]:
    starts = paged.document_starts
    return starts[bisect_left(starts, start_char) : bisect_left(starts, end_char)]


def _margin(layout: PageLayout, distance: int, mismatch: int, pages_per_margin: int) -> int:
    if not layout.is_learnt:
        pages_per_margin = _PAGES_PER_MARGIN_UNLEARNT
    return max(1 + distance // pages_per_margin, mismatch + 1 if mismatch > 1 else 1)


def _placed(paged: _Text, start_char: int, end_char: int, count: int) -> list[int]:
    """Return the offsets of the ``count - 1`` page starts inside a stretch, halved while it is very long."""
    if count < 2:
        return []
    candidates = between(paged.candidates, start_char, end_char)
    if not candidates or candidates[-1].start_char != end_char:
        candidates = (*candidates, Candidate(end_char, _top(paged.layout, end_char), 0.0))
    if count > _MAX_PAGES_AT_ONCE and len(candidates) > 2:
        middle = _middle(candidates)
        share = (middle.top - candidates[0].top) / (candidates[-1].top - candidates[0].top)
        before = min(max(1, round(count * share)), count - 1)
        return [
            *_placed(paged, start_char, middle.start_char, before),
            middle.start_char,
            *_placed(paged, middle.start_char, end_char, count - before),
        ]
    placed = place_page_starts(candidates, count, paged.layout, frozenset(paged.document_starts))
    if placed is not None:
        return placed
    return sorted(
        {start_char + (end_char - start_char) * step // count for step in range(1, count)} - {start_char}
    )


def _top(layout: PageLayout, offset: int) -> float:
    return layout.tops[bisect_left(layout.starts, offset)]


def _middle(candidates: Sequence[Candidate]) -> Candidate:
    half = (candidates[0].top + candidates[-1].top) / 2
    position = bisect_right(candidates, half, key=lambda candidate: candidate.top)
    return candidates[min(max(1, position), len(candidates) - 2)]


def _with_sure_parts(starts: Sequence[PageStart], layout: PageLayout) -> Iterator[PageStart]:
    """Yield the starts; a known page whose end is estimated is itself estimated in its last part."""
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        yield start
        if start.page.method != "contents" or following is None or following.page.method != "estimated":
            continue
        first = bisect_left(layout.starts, start.start_char)
        sure_lines = layout.tops[first] + _SURE_SHARE * layout.page_lines
        unsure = layout.starts[min(bisect_left(layout.tops, sure_lines), len(layout.starts) - 1)]
        if start.start_char < unsure < following.start_char:
            yield PageStart(unsure, Page(start.page.label, "estimated", following.page.margin))
