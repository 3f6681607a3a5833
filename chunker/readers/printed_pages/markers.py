"""Finds where pages begin in a plain text: markers on lines of their own, and form feeds.

Nothing is taken for a page on the strength of one line: a family of markers must come at least
three times and rise nearly always, as page numbers do and chapter or note numbers seldom do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from chunker.documents import Page, PageStart
from chunker.readers.printed_pages.labels import LABEL, PageNumber
from chunker.readers.printed_pages.numbers import printed_pages
from chunker.text.increasing import heaviest_increasing_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import PageMethod


@dataclass(frozen=True, slots=True)
class MarkSettings:
    """When marks in a text are taken for its pages; chosen by hand, not measured.

    ``min_markers`` of a family are needed (``min_html_marks`` of HTML's, whose markup says what they are,
    and ``min_form_feeds``), and ``min_rising_share`` of them must rise. ``max_page_chars``: no printed
    page holds more; fewer marks than this calls for divide chapters. ``min_bare_page_chars``: less text
    than this follows a line without brackets or with a bare number where it is one of a list, a table of
    contents or a site's pager. Where numbers are left out and the text is ``max_usual_size`` times longer
    than usual, marks are missing, not pages: a page is hardly longer than others, two are by a half and more.
    What stands beyond the outermost mark and is ``max_outer_size`` times longer is not that one page.
    """

    min_markers: int = 3
    min_html_marks: int = 2
    min_form_feeds: int = 2
    min_rising_share: float = 0.8
    max_page_chars: int = 20_000
    min_bare_page_chars: int = 150
    max_usual_size: float = 1.2
    max_outer_size: float = 3


SETTINGS = MarkSettings()
_Mark = TypeVar("_Mark")

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
        rf"-{{2,}}[ \t]*end[ \t]+of[ \t]+page(?:\.page_number)?[ \t]*=?[ \t]*{LABEL}[ \t]*-{{2,}}",
        marks_end=True,
    ),
    family(rf"<!--[ \t]*{WORD}(?:[ \t]*number)?[ \t]*[:=]?[ \t]*\"?{LABEL}\"?[ \t]*-->"),
    family(rf"[\[(<{{⟨][ \t]*{WORD}[ \t]*{LABEL}[ \t]*[\])>}}⟩]"),
    family(rf"[-=*_~#—–]{{2,}}[ \t]*{WORD}[ \t]*{LABEL}{TOTAL}[ \t]*[-=*_~#—–]{{2,}}"),
    family(rf"(?:#{{1,6}}[ \t]+)?(?:\*\*|__)?{WORD}[ \t]*{LABEL}{TOTAL}(?:\*\*|__)?", is_bare=True),
    # marker: {12}------------------------------------------------
    family(rf"\{{{LABEL}\}}[ \t]*-*", is_bare=True),
    family(rf"[-–—]+[ \t]*{LABEL}[ \t]*[-–—]+", is_bare=True),
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
    found = [
        (match, number)
        for match in markers.pattern.finditer(text)
        if (number := PageNumber.read(match["label"]))
    ]
    kept = rising(found, min_count=SETTINGS.min_markers)
    if not kept or not has_size_of_pages(kept, is_bare=markers.is_bare):
        return ()
    # Page numbers that begin at 0 count positions from 0; a reader counts from 1.
    counts_from_0 = kept[0][1] == PageNumber(is_arabic=True, value=0)
    labels = [
        str(number.value + counts_from_0) if number.is_arabic else match["label"] for match, number in kept
    ]
    matches = [match for match, _ in kept]
    offsets = [match.end() for match in matches]
    marks_end = markers.marks_end or stand_at_page_ends(text, matches)
    if marks_end:
        offsets = [0, *offsets[:-1]]
    method: PageMethod = "estimated" if counts_from_0 else "printed"
    return tuple(starts_of(offsets, labels, method, length=len(text), marks_end=marks_end))


def rising(found: Sequence[tuple[_Mark, PageNumber]], *, min_count: int) -> list[tuple[_Mark, PageNumber]]:
    """Return the marks whose numbers rise, none where they are too few, also of those found."""
    positions = heaviest_increasing_run([number for _, number in found], is_strict=True)
    are_enough = len(positions) >= max(min_count, SETTINGS.min_rising_share * len(found))
    return [found[position] for position in positions] if are_enough else []


def has_size_of_pages(marks: Sequence[tuple[re.Match[str], PageNumber]], *, is_bare: bool) -> bool:
    """Whether the text between the markers is of a length that pages have."""
    pages = sum(
        max(1, after.value - before.value) if before.is_arabic == after.is_arabic else 1
        for (_, before), (_, after) in pairwise(marks)
    )
    mean_chars = (marks[-1][0].start() - marks[0][0].end()) / pages
    return (SETTINGS.min_bare_page_chars if is_bare else 0) <= mean_chars <= SETTINGS.max_page_chars


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
    if len(offsets) <= SETTINGS.min_form_feeds:
        return ()
    ends = [*offsets[1:], stripped_end]
    if any(end - start > SETTINGS.max_page_chars for start, end in zip(offsets, ends, strict=True)):
        return ()
    printed = printed_pages([text[start:end].splitlines() for start, end in zip(offsets, ends, strict=True)])
    counted = [Page(str(position), "estimated") for position in range(1, len(offsets) + 1)]
    pages = counted if printed is None else [page or Page("", "estimated") for page in printed]
    return tuple(
        PageStart(offset, replace(page, position=position))
        for position, (offset, page) in enumerate(zip(offsets, pages, strict=True), start=1)
    )


def starts_of(
    offsets: Sequence[int], labels: Sequence[str], method: PageMethod, *, length: int, marks_end: bool = False
) -> Iterator[PageStart]:
    """Yield a start for each page of a text of ``length``; of pages at one offset only the last is kept.

    One after which numbers are left out (with ``marks_end``, before which) may hold the pages that had them,
    and the last (with ``marks_end``, the first) what follows the pages.
    """
    sizes = [after - before for before, after in pairwise([*offsets, length])]
    usual = median(sizes or [0])
    between = [left_out_between(*pair) for pair in pairwise(labels)]
    left_out = [None, *between] if marks_end else [*between, None]
    for offset, label, size, missing in zip(offsets, labels, sizes, left_out[: len(labels)], strict=True):
        doubt = 0
        if missing is None and size > SETTINGS.max_outer_size * usual:
            doubt = round(size / usual) - 1
        elif missing and size > SETTINGS.max_usual_size * usual:
            doubt = missing
        if size > 0:
            yield PageStart(offset, Page(label, "estimated" if doubt else method, doubt))


def left_out_between(before: str, after: str) -> int:
    """Return how many pages have their numbers between two labels; none from a preface to a first page."""
    first, second = PageNumber.read(before), PageNumber.read(after)
    if first is None or second is None or first.is_arabic != second.is_arabic:
        return 0
    return max(0, second.value - first.value - 1)
