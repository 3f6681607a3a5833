"""Finds where pages begin in a plain text: markers on lines of their own, and form feeds.

Nothing is taken for a page on the strength of one line: a family of markers must come at least
three times and rise nearly always, as page numbers do and chapter or note numbers seldom do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.documents import Page, PageStart
from chunker.readers.printed_pages.numbers import lines_at_edges, longest_rising, printed_labels, roman_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import PageMethod

MIN_MARKERS = 3
MIN_RISING_SHARE = 0.8
# No printed page holds more; fewer form feeds than this call for divide chapters, not pages.
MAX_PAGE_CHARACTERS = 20_000
# Without brackets or with a bare number a line may also stand in a list or a table of contents,
# where less text follows it than any page holds.
MIN_BARE_PAGE_CHARACTERS = 150
MIN_FORM_FEEDS = 2

NUMBER = r"(?P<label>\d{1,5}|[ivxlcdm]{1,12})"
WORD = r"(?:pages?|pp?\.?|pg\.?|folio|fol\.|стр\.?|страница|с\.|seite|s\.)"
TOTAL = r"(?:[ \t]*(?:of|/|из|von)[ \t]*\d{1,5})?"


@dataclass(frozen=True, slots=True)
class MarkerFamily:
    """One way of writing page markers; ``is_bare`` where other lines may look like it."""

    pattern: re.Pattern[str]
    is_bare: bool = False
    marks_end: bool = False


def family(line: str, *, is_bare: bool = False, marks_end: bool = False) -> MarkerFamily:
    """Compile a family from the pattern of a whole line."""
    pattern = re.compile(rf"^[ \t]*{line}[ \t]*(?:\r\n|\n|\r|\Z)", re.IGNORECASE | re.MULTILINE)
    return MarkerFamily(pattern, is_bare=is_bare, marks_end=marks_end)


FAMILIES = (
    # pymupdf4llm: --- end of page=12 ---, --- end of page.page_number=12 ---
    family(
        rf"-{{2,}}[ \t]*end[ \t]+of[ \t]+page(?:\.page_number)?[ \t]*=?[ \t]*{NUMBER}[ \t]*-{{2,}}",
        marks_end=True,
    ),
    family(rf"<!--[ \t]*{WORD}(?:[ \t]*number)?[ \t]*[:=]?[ \t]*\"?{NUMBER}\"?[ \t]*-->"),
    family(rf"[\[(<{{⟨][ \t]*{WORD}[ \t]*{NUMBER}[ \t]*[\])>}}⟩]"),
    family(rf"[-=*_~#—–]{{2,}}[ \t]*{WORD}[ \t]*{NUMBER}{TOTAL}[ \t]*[-=*_~#—–]{{2,}}"),
    family(rf"(?:#{{1,6}}[ \t]+)?(?:\*\*|__)?{WORD}[ \t]*{NUMBER}{TOTAL}(?:\*\*|__)?", is_bare=True),
    # marker: {12}------------------------------------------------
    family(rf"\{{{NUMBER}\}}[ \t]*-*", is_bare=True),
    family(rf"[-–—]+[ \t]*{NUMBER}[ \t]*[-–—]+", is_bare=True),
)


def page_starts_in(text: str) -> tuple[PageStart, ...]:
    """Return where the pages of a text begin, empty where it does not say.

    A page begins after its marker's line or its form feed. Markers, which carry the number, are
    believed before form feeds, which only count.
    """
    best: tuple[PageStart, ...] = ()
    for candidate in FAMILIES:
        starts = starts_of_family(text, candidate)
        if len(starts) > len(best):
            best = starts
    return best or form_feed_starts(text)


def starts_of_family(text: str, markers: MarkerFamily) -> tuple[PageStart, ...]:
    """Return the page starts of one family of markers, empty where it is not consistent."""
    found = [(match, rank) for match in markers.pattern.finditer(text) if (rank := rank_of(match["label"]))]
    kept = longest_rising([rank for _, rank in found])
    if len(kept) < MIN_MARKERS or len(kept) < MIN_RISING_SHARE * len(found):
        return ()
    matches, ranks = [found[index][0] for index in kept], [found[index][1] for index in kept]
    if not has_size_of_pages(matches, ranks, is_bare=markers.is_bare):
        return ()
    # Page numbers that begin at 0 count positions from 0; a reader counts from 1.
    counts_from_0 = ranks[0] == (True, 0)
    labels = [
        str(value + counts_from_0) if is_arabic else match["label"]
        for match, (is_arabic, value) in zip(matches, ranks, strict=True)
    ]
    offsets = [match.end() for match in matches]
    if markers.marks_end or stand_at_page_ends(text, matches):
        offsets = [0, *offsets[:-1]]
    return tuple(starts_of(offsets, labels, "estimated" if counts_from_0 else "printed"))


def rank_of(label: str) -> tuple[bool, int] | None:
    """Return what page labels are ordered by: Roman numerals before Arabic numbers."""
    if label.isdecimal():
        return True, int(label)
    value = roman_value(label)
    return None if value is None else (False, value)


def has_size_of_pages(
    matches: Sequence[re.Match[str]], ranks: Sequence[tuple[bool, int]], *, is_bare: bool
) -> bool:
    """Whether the text between the markers is of a length that pages have."""
    pages = sum(
        max(1, after[1] - before[1]) if before[0] == after[0] else 1 for before, after in pairwise(ranks)
    )
    mean_characters = (matches[-1].start() - matches[0].end()) / pages
    return (MIN_BARE_PAGE_CHARACTERS if is_bare else 0) <= mean_characters <= MAX_PAGE_CHARACTERS


def stand_at_page_ends(text: str, matches: Sequence[re.Match[str]]) -> bool:
    """Whether the markers are footers: text stands before the first and none after the last."""
    before, after = text[: matches[0].start()], text[matches[-1].end() :]
    return bool(before.strip()) and not after.strip()


def form_feed_starts(text: str) -> tuple[PageStart, ...]:
    """Return the pages that form feeds divide a text into, with printed numbers where they run.

    Without such numbers the label is the page's position in the file, counted from 1 (``estimated``).
    """
    stripped_end = len(text.rstrip())
    offsets = [0, *(found.end() for found in re.finditer("\f", text) if found.end() < stripped_end)]
    if len(offsets) <= MIN_FORM_FEEDS:
        return ()
    ends = [*offsets[1:], stripped_end]
    if any(end - start > MAX_PAGE_CHARACTERS for start, end in zip(offsets, ends, strict=True)):
        return ()
    pages = [lines_at_edges(text[start:end].splitlines()) for start, end in zip(offsets, ends, strict=True)]
    labels = printed_labels(pages)
    if labels is not None:
        return tuple(starts_of(offsets, labels, "printed"))
    positions = [str(position) for position in range(1, len(pages) + 1)]
    return tuple(starts_of(offsets, positions, "estimated"))


def starts_of(
    offsets: Sequence[int], labels: Sequence[str | None], method: PageMethod
) -> Iterator[PageStart]:
    """Yield a start for each labelled page; of pages at one offset only the last is kept."""
    last = len(offsets) - 1
    for position, (offset, label) in enumerate(zip(offsets, labels, strict=True)):
        is_followed_in_place = position < last and offsets[position + 1] <= offset
        if label is not None and not is_followed_in_place:
            yield PageStart(offset, Page(label, method))
