"""The pages of one document: which there are, and what stands on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chunker.documents import Document, Page, PageMap


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """The part of a document that stands on one page; offsets are the source's."""

    page: Page
    start_char: int
    end_char: int


def document_pages(page_map: PageMap, document: Document) -> tuple[DocumentPage, ...]:
    """Return the pages of ``document`` in reading order, the first and the last cut to its span.

    Neighbouring stretches of one page are put together. Text on no known page is on none of them.
    """
    pages: list[DocumentPage] = []
    ends = [start.start_char for start in page_map.starts[1:]]
    ends.append(document.end_char if page_map.end_char is None else page_map.end_char)
    for start, end in zip(page_map.starts, ends, strict=False):
        start_char, end_char = max(start.start_char, document.start_char), min(end, document.end_char)
        if start_char >= end_char or not start.page.label:
            continue
        if pages and pages[-1].end_char == start_char and _is_same(pages[-1].page, start.page):
            pages[-1] = DocumentPage(pages[-1].page, pages[-1].start_char, end_char)
        else:
            pages.append(DocumentPage(start.page, start_char, end_char))
    return tuple(pages)


def _is_same(page: Page, other: Page) -> bool:
    """Whether two neighbouring stretches are of one page, maybe sure of the first alone."""
    return page.label == other.label and page.position == other.position
