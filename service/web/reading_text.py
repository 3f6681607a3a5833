"""A document's text as the reader shows it: paragraphs, where pages begin, and the words that are marked."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from chunker.documents import Span
from chunker.text.normalising import level, tidy
from service.wording.phrases import method_words, page_range_words, position_beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import Document, Page
    from chunker.text.normalising import AlignedText
    from service.library.paging import DocumentPage
    from service.library.reading import Text

PART_CHARS = 60_000
"""A longer document is shown in parts of about this size, so that a page stays quick to open."""

_NEAR = 2_000
"""Characters in which a blank line is looked for first: mostly there is one, and no more need be read."""

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_WHITE_SPACE = re.compile(r"\s+")
_PARAGRAPH = re.compile(r"\S(?:(?!\n\n).)*", re.DOTALL)
_HEADING_CHARS = 400
"""A longer paragraph is no heading, however it is set."""


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A place where a page begins; ``page`` is ``None`` where what follows is on no known page.

    ``anchor`` is its id on the web page, empty where the same label has begun before.
    """

    page: Page | None
    anchor: str = ""

    @property
    def label(self) -> str | None:
        """The page's number, ``None`` for no known page."""
        return self.page.label if self.page else None

    @property
    def method(self) -> str:
        """How the page is known: ``printed``, ``contents``, ``estimated`` or ``none``."""
        return self.page.method if self.page else "none"

    @property
    def is_inexact(self) -> bool:
        """Whether the page may be off."""
        return self.page is not None and self.page.margin > 0

    @property
    def words(self) -> str:
        """The page as a reader would cite it."""
        return page_range_words(self.page, None)

    @property
    def method_words(self) -> str:
        """How the page is known."""
        margin = self.page.margin if self.page else 0
        return method_words(self.method, margin, position_beside(self.page))


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a paragraph: all of it marked or none, all of it found or none; a page may begin before it.

    ``found`` is its number among the places that were found in the document, 0 for none; ``is_first_found``
    where that place begins with it.
    """

    text: str
    is_marked: bool = False
    is_first_marked: bool = False
    page_break: PageBreak | None = None
    found: int = 0
    is_first_found: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``is_heading`` where the file emphasises the whole of it, or it is the title.

    ``start_char`` is where it begins in the tidied text of its part.
    """

    pieces: tuple[Piece, ...]
    start_char: int = 0
    is_heading: bool = False
    is_title: bool = False


class _Marks(NamedTuple):
    """What stands where in the tidied text of a part; places that were found have their numbers."""

    breaks: dict[int, PageBreak]
    mark: Span | None
    finds: Sequence[tuple[int, Span]]


@dataclass(frozen=True, slots=True)
class ReaderText:
    """One part of a document, of ``parts``; ``part`` counts from 1."""

    title: Paragraph
    paragraphs: tuple[Paragraph, ...]
    part: int
    parts: int


def part_spans(text: Text, document: Document, *, part_chars: int = PART_CHARS) -> list[Span]:
    """Return the parts in which the document is shown: cut at blank lines, else at white space."""
    spans = []
    start, half = document.start_char, part_chars // 2
    tried = ((_BLANK_LINE, min(_NEAR, half)), (_BLANK_LINE, half), (_WHITE_SPACE, min(_NEAR, half)))
    while document.end_char - start > part_chars + half:
        least = start + part_chars
        found = (pattern.search(text[least : least + reach]) for pattern, reach in tried)
        cut = least + next((match.end() for match in found if match), 0)
        spans.append(Span(start, cut))
        start = cut
    return [*spans, Span(start, document.end_char)]


def part_at(spans: Sequence[Span], offset: int) -> int:
    """Return the number, from 1, of the part that holds ``offset``; the nearest for one outside."""
    return next((number for number, span in enumerate(spans, 1) if offset < span.end_char), len(spans))


def reader_text(
    text: Text,
    document: Document,
    pages: Sequence[DocumentPage],
    *,
    marked: Span | None = None,
    found: Sequence[Span] = (),
    part: int = 1,
    part_chars: int = PART_CHARS,
) -> ReaderText:
    """Return a part of ``document``, whose source has ``text``, with ``marked`` marked in it.

    ``found`` are places in the document that were looked for, in order.
    """
    spans = part_spans(text, document, part_chars=part_chars)
    part = min(max(part, 1), len(spans))
    span = spans[part - 1]
    aligned = tidy(text[span.start_char : span.end_char])
    marks = _Marks(
        _derived_breaks(aligned, span, pages, document),
        _derived_mark(aligned, span, marked),
        _derived_finds(aligned, span, found),
    )
    paragraphs = [
        Paragraph(
            tuple(_pieces(aligned.text, start, end, marks)),
            start,
            is_heading=_is_emphasised(text, span, aligned, start, end),
            is_title=part == 1 and not number and level(aligned.text[start:end]) == level(document.title),
        )
        for number, (start, end) in enumerate(_ranges(aligned.text))
    ]
    if paragraphs and paragraphs[0].is_title:
        return ReaderText(paragraphs[0], tuple(paragraphs[1:]), part, len(spans))
    title = Paragraph((Piece(document.title),), is_heading=True, is_title=True)
    return ReaderText(title, tuple(paragraphs), part, len(spans))


def selected_span(text: Text, part: Span, start: int, end: int) -> Span | None:
    """Return the span of the source for characters of the tidied text of a part, ``None`` for none."""
    aligned = tidy(text[part.start_char : part.end_char])
    words = aligned.text[start:end]
    start, end = start + len(words) - len(words.lstrip()), start + len(words.rstrip())
    if start >= end:
        return None
    inside = aligned.original_span(start, end)
    return Span(part.start_char + inside.start_char, part.start_char + inside.end_char)


def page_anchor(label: str) -> str:
    """Return the id of the place where a page begins, such as ``page=404``."""
    return "page=" + re.sub(r"\s+", "_", label)


def _ranges(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _PARAGRAPH.finditer(text)]


def _derived_breaks(
    aligned: AlignedText, span: Span, pages: Sequence[DocumentPage], document: Document
) -> dict[int, PageBreak]:
    """Return the page breaks of a part by their place in the tidied text; the last wins where two meet."""
    ranges = _ranges(aligned.text)
    starts: list[tuple[int, PageBreak]] = []
    seen: set[str] = set()
    for page in sorted(pages, key=lambda one: one.page.is_position):  # of two with one label the numbered
        anchor = "" if page.page.label in seen else page_anchor(page.page.label)
        seen.add(page.page.label)
        starts.append((page.start_char, PageBreak(page.page, anchor)))
    starts += [(offset, PageBreak(None)) for offset in _page_less(pages, document)]
    breaks: dict[int, PageBreak] = {}
    for offset, page_break in sorted(starts, key=lambda item: item[0]):
        if span.start_char <= offset < span.end_char:
            place = aligned.derived_span(offset - span.start_char, offset - span.start_char).start_char
            # between two paragraphs: before the next one
            inside = next((max(place, start) for start, end in ranges if place < end), None)
            if inside is not None:
                breaks[inside] = page_break
    return breaks


def _page_less(pages: Sequence[DocumentPage], document: Document) -> Iterator[int]:
    """Yield where text on no known page begins, in a document that has known pages."""
    ends = [page.end_char for page in pages]
    begins = [page.start_char for page in pages[1:]] + [document.end_char]
    for end, begin in zip(ends, begins, strict=False):
        if end < begin:
            yield end


def _derived_mark(aligned: AlignedText, span: Span, marked: Span | None) -> Span | None:
    if marked is None:
        return None
    start = max(marked.start_char, span.start_char) - span.start_char
    end = min(marked.end_char, span.end_char) - span.start_char
    if start >= end:
        return None
    derived = aligned.derived_span(start, end)
    words = aligned.text[derived.start_char : derived.end_char]
    if not words.strip():
        return None
    return Span(derived.start_char + len(words) - len(words.lstrip()), derived.end_char)


def _derived_finds(aligned: AlignedText, span: Span, found: Sequence[Span]) -> list[tuple[int, Span]]:
    """Return the places that lie in a part, each with its number and where it stands in the tidied text."""
    inside = (
        (number, one)
        for number, one in enumerate(found, 1)
        if span.start_char <= one.start_char < span.end_char
    )
    derived = (
        (number, aligned.derived_span(one.start_char - span.start_char, one.end_char - span.start_char))
        for number, one in inside
    )
    return [(number, one) for number, one in derived if one.start_char < one.end_char]


def _pieces(text: str, start: int, end: int, marks: _Marks) -> Iterator[Piece]:
    breaks, mark, finds = marks
    first = bisect_right(finds, start, key=lambda find: find[1].end_char)
    finds = finds[first : bisect_left(finds, end, key=lambda find: find[1].start_char)]
    cuts = {start, end} | {place for place in breaks if start <= place < end}
    for one in [*([mark] if mark else []), *(find for _, find in finds)]:
        cuts |= {place for place in (one.start_char, one.end_char) if start < place < end}
    ordered = sorted(cuts)
    is_first = mark is not None and mark.start_char >= start
    for begin, stop in pairwise(ordered):
        is_marked = mark is not None and mark.start_char <= begin < mark.end_char
        found, find = next(
            ((number, one) for number, one in finds if one.start_char <= begin < one.end_char), (0, None)
        )
        yield Piece(
            text[begin:stop],
            is_marked,
            is_marked and is_first,
            breaks.get(begin),
            found,
            find is not None and begin == find.start_char,
        )
        is_first = is_first and not is_marked


def _is_emphasised(text: Text, span: Span, aligned: AlignedText, start: int, end: int) -> bool:
    """Tell whether the file makes the whole paragraph bold, italic or a heading."""
    if end - start > _HEADING_CHARS:
        return False
    original = aligned.original_span(start, end)
    begin, stop = span.start_char + original.start_char, span.start_char + original.end_char
    before = text[max(span.start_char, begin - 8) : begin].rsplit("\n", 1)[-1].strip()
    after = text[stop : stop + 4].split("\n", 1)[0].strip()
    return before.startswith("#") or (before.endswith(("*", "__")) and after.startswith(("*", "__")))
