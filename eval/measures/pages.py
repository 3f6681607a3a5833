"""On which page a gold quote really stands, where that can be known, and whether that page is cited.

Where a file prints its pages, its page map is the truth for every offset. Where pages come from a
table of contents, only a document's first page is certain: the quote's page is known when it ends
within the first :data:`FIRST_PAGE_CHARS` characters of a document whose contents entry gives a page
(the median page of the book has 1,951). Everywhere else the page is unknown and is not counted.

The contents entries are those that the system itself matched to the documents, so this shows whether
answers cite what is known, not whether the matching is right; for that see
:mod:`eval.studies.page_inference`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.gold.evidence import TextSpan
from eval.measures.matching import covers

if TYPE_CHECKING:
    from chunker.documents import Document, PageMap
    from eval.gold.evidence import LocatedQuestion
    from eval.measures.response import Response, RetrievedPassage

FIRST_PAGE_CHARS = 1200
CITED_DEPTH = 10  # as deep as the other measures look

PageOf = Callable[[TextSpan], str | None]


@dataclass(frozen=True, slots=True)
class PagedSource:
    """A source's pages and where its documents begin."""

    page_map: PageMap
    documents: tuple[Document, ...]


def no_page(_: TextSpan) -> None:
    """Return ``None``: nothing is known of pages."""


def page_truth(sources: Mapping[str, PagedSource]) -> PageOf:
    """Return the function that gives a span's true page label, or ``None`` where it cannot be known."""

    def page_of(span: TextSpan) -> str | None:
        source = sources.get(span.source_name)
        if source is None:
            return None
        page = source.page_map.at(span.start_char)
        if page is not None and page.method == "printed":
            return page.label
        return _first_page(source.documents, source.page_map, span)

    return page_of


def _first_page(documents: Iterable[Document], page_map: PageMap, span: TextSpan) -> str | None:
    for document in documents:
        if document.start_char <= span.start_char and span.end_char <= min(
            document.end_char, document.start_char + FIRST_PAGE_CHARS
        ):
            page = page_map.at(document.start_char)
            return page.label if page is not None and page.method == "contents" else None
    return None


def page_values(question: LocatedQuestion, response: Response, page_of: PageOf) -> dict[str, float]:
    """Return whether the first result that holds evidence of a known page cites that page.

    ``page_exact``: the true page lies in the cited range; ``page_within_1``: at most one page
    outside it. A result that cites no page scores 0. Empty where no such evidence was found.
    """
    places = [place for evidence in question.evidence for place in evidence.places]
    for passage in response.passages[:CITED_DEPTH]:
        for place in places:
            true_page = page_of(place) if covers([passage.span], place) else None
            if true_page is not None:
                distance = _pages_off(true_page, passage)
                return {
                    "page_exact": float(distance == 0),
                    "page_within_1": float(distance is not None and distance <= 1),
                }
    return {}


def _pages_off(true_page: str, passage: RetrievedPassage) -> int | None:
    first, last = passage.page, passage.page_end or passage.page
    if first is None or last is None:
        return None
    if true_page in (first, last):
        return 0
    if not all(label.isdecimal() for label in (true_page, first, last)):
        return None
    return max(0, int(first) - int(true_page), int(true_page) - int(last))
