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

    Neighbouring stretches of one label are one page. Text on no known page is on none of them.
    """
    pages: list[DocumentPage] = []
    ends = [start.start_char for start in page_map.starts[1:]]
    ends.append(document.end_char if page_map.end_char is None else page_map.end_char)
    for start, end in zip(page_map.starts, ends, strict=False):
        start_char, end_char = max(start.start_char, document.start_char), min(end, document.end_char)
        if start_char >= end_char:
            continue
        if pages and pages[-1].page.label == start.page.label and pages[-1].end_char == start_char:
            pages[-1] = DocumentPage(pages[-1].page, pages[-1].start_char, end_char)
        else:
            pages.append(DocumentPage(start.page, start_char, end_char))
    return tuple(pages)
