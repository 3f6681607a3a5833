"""The sheets of a PDF, or of what is paged as one, joined to one text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chunker.documents import PageStart
from chunker.readers.pdf.sheets import SheetLines, pages_of_sheets
from chunker.readers.printed_pages.running_lines import without_running_lines
from chunker.readers.recognising import placed_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chunker.readers.picture_lines import PictureLine
    from chunker.recognised import RecognisedPage

PAGE_JOINT = "\n\n"


@dataclass(frozen=True, slots=True)
class JoinedSheets:
    """A text with the starts of its pages; the text of each sheet, and the offset at which it begins.

    ``recognised`` are the sheets that were read from pictures.
    """

    text: str
    starts: tuple[PageStart, ...]
    sheets: list[str]
    offsets: list[int]
    recognised: tuple[RecognisedPage, ...]


def joined(
    sheets: Sequence[SheetLines], own_labels: Sequence[str], recognised: Mapping[int, Sequence[PictureLine]]
) -> JoinedSheets:
    """Join the pages of sheets by a blank line, without their running headers and footers.

    ``own_labels`` are the file's own ("" for none), ``recognised`` the lines of sheets that are pictures, by
    the sheet's index.
    """
    pages = pages_of_sheets(sheets, own_labels)
    kept = without_running_lines([page.lines for page in pages], [page.page.label or None for page in pages])
    texts = ["\n".join(lines).strip("\n") for lines in kept]
    starts = page_offsets(texts)
    text = PAGE_JOINT.join(texts)
    of_sheets, offsets = by_sheet([page.sheet for page in pages], texts, starts)
    placed = (
        placed_page(index + 1, lines, text, offsets[index], offsets[index] + len(of_sheets[index]))
        for index, lines in sorted(recognised.items())
    )
    return JoinedSheets(
        text,
        tuple(
            PageStart(start, replace(page.page, position=page.sheet + 1))
            for start, page in zip(starts, pages, strict=True)
        ),
        of_sheets,
        offsets,
        tuple(page for page in placed if page.words),
    )


def page_offsets(texts: Sequence[str]) -> list[int]:
    """Return the offset at which each page begins in the joined text."""
    offsets = []
    offset = 0
    for text in texts:
        offsets.append(offset)
        offset += len(text) + len(PAGE_JOINT)
    return offsets


def by_sheet(
    sheets: Sequence[int], texts: Sequence[str], offsets: Sequence[int]
) -> tuple[list[str], list[int]]:
    """Return the text of each sheet and the offset at which it begins; ``sheets`` are those of the pages."""
    joined: list[str] = []
    begins: list[int] = []
    for sheet, text, offset in zip(sheets, texts, offsets, strict=True):
        if sheet < len(joined):
            joined[-1] += PAGE_JOINT + text
        else:
            joined.append(text)
            begins.append(offset)
    return joined, begins
