"""The pages of a Word file: where Word last laid them out, and how its sections number them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.documents import Page, PageStart
from chunker.readers.printed_pages.labels import PageNumber
from chunker.readers.word.body import WORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element

    from chunker.readers.word.body import BreakKind

# A page set in Word seldom holds more. Where a file has only breaks put in by hand, a longer stretch
# shows that pages between them were never counted. Chosen by hand, not measured.
MAX_PAGE_CHARACTERS = 6_000


@dataclass(frozen=True, slots=True)
class Section:
    """How a section numbers its pages: from ``first`` on, ``None``: on from the section before."""

    first: int | None = None
    is_roman: bool = False


def sections_of(body: _Element) -> list[Section]:
    """Return the sections of a body in order (ECMA-376 part 1, section 17.6.12)."""
    found = []
    for properties in body.iter(f"{WORD}sectPr"):
        numbering = properties.find(f"{WORD}pgNumType")
        first = "" if numbering is None else numbering.get(f"{WORD}start", "")
        style = "" if numbering is None else numbering.get(f"{WORD}fmt", "")
        found.append(Section(int(first) if first.isdecimal() else None, "Roman" in style))
    return found or [Section()]


def page_starts_of(
    breaks: Sequence[tuple[int, BreakKind]], length: int, sections: Sequence[Section]
) -> Iterator[PageStart]:
    """Yield the starts of Word's pages, none where the file does not show them.

    Word also renders the breaks put in by hand, so these count only where nothing was rendered.
    """
    rendered = [offset for offset, kind in breaks if kind == "rendered"]
    offsets = [0, *(rendered or [offset for offset, kind in breaks if kind == "hard"])]
    is_counted = bool(rendered) or all(
        after - before <= MAX_PAGE_CHARACTERS for before, after in pairwise([*offsets, length])
    )
    if len(offsets) == 1 or not is_counted:
        return
    ends = [offset for offset, kind in breaks if kind == "section"]
    passed, number = -1, 0
    for position, (offset, following) in enumerate(pairwise([*offsets, length]), start=1):
        number += 1
        section = min(sum(end <= offset for end in ends) if position > 1 else 0, len(sections) - 1)
        for begun in range(passed + 1, section + 1):
            first = sections[begun].first
            number = number if first is None else first
        passed = section
        if offset < following:  # of blank pages in one place only the last is a place of text
            label = PageNumber(not sections[section].is_roman or number < 1, number).label
            yield PageStart(offset, Page(label, "estimated", margin=1))
