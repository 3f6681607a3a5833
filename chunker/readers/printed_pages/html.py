"""Page numbers that digitised books on the web carry in their HTML.

Project Gutenberg writes ``<span class="pagenum" id="Page_12">[Pg 12]</span>``; EPUB and accessible
books write elements of type or role ``pagebreak`` (EPUB Structural Semantics, DPUB-ARIA), transcriptions
``pb`` (TEI). Older ones have empty anchors such as ``<a name="page12">``, and an EPUB may list where its
pages begin.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.readers.printed_pages.labels import PageNumber
from chunker.readers.printed_pages.markers import SETTINGS, rising, starts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.etree import _Element

    from chunker.documents import PageStart

# Stands in the text where a page begins until the text is written; group 1 is the label.
PAGE_MARK = re.compile("\u27e6page:([^\u27e7]{1,12})\u27e7")
PAGE_CLASSES = frozenset(
    "pagenum pageno page-number pagenumber page-num pagebreak page-break pb x-ebookmaker-pageno".split()
)
PAGE_ROLES = frozenset(["doc-pagebreak", "pagebreak"])
ANCHOR = re.compile(r"(?:page|pg|pagina|seite)[\s_.-]?(?:\d{1,5}|[ivxlcdm]{1,12})", re.IGNORECASE)
LABEL = re.compile(
    r"(?<![A-Za-z0-9])(?:p|pg|page|pagina|seite|s)?[\s_.:-]{0,9}(\d{1,5}|[ivxlcdm]{1,12})(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def mark_pages(root: _Element, listed: Mapping[str, str] | None = None) -> int:
    """Put a page mark in place of each element below ``root`` that numbers a page; return how many.

    ``listed``: labels of pages by the ids of the elements that they begin with, elsewhere in the book listed;
    the empty id is the whole of it.
    """
    listed, marked = listed or {}, 0
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or (element is not root and element.getparent() is None):
            continue
        if is_page_number(element) and (label := label_of(element)):
            for child in list(element):
                element.remove(child)
            element.text = mark_of(label)
            marked += 1
        elif label := listed.get("" if element.tag.endswith("body") else element.get("id") or "no id"):
            element.text = mark_of(label) + (element.text or "")
            marked += 1
    return marked


def mark_of(label: str) -> str:
    """Return what stands in the text where a page begins."""
    return f"\u27e6page:{label}\u27e7"


def is_page_number(element: _Element) -> bool:
    """Whether an element says that it numbers a page."""
    classes = element.get("class", "").lower().split()
    types = element.get("{http://www.idpf.org/2007/ops}type", element.get("epub:type", "")).lower().split()
    return (
        not PAGE_CLASSES.isdisjoint(classes)
        or element.get("role", "").lower() in PAGE_ROLES
        or "pagebreak" in types
        or is_page_anchor(element)
    )


def is_page_anchor(element: _Element) -> bool:
    """Whether an element is a place without words that is called a page, and no link to one."""
    name = element.get("id") or element.get("name") or ""
    is_empty = (
        element.tag in {"a", "span"} and not element.get("href") and not "".join(element.itertext()).strip()
    )
    return is_empty and ANCHOR.fullmatch(name) is not None


def label_of(element: _Element) -> str | None:
    """Return the page's label from the element's words, title or id."""
    words = "".join(element.itertext())
    named = (element.get(attribute) for attribute in ("title", "aria-label", "id", "name"))
    for text in (words, *named):
        found = LABEL.search(text or "")
        if found is not None and PageNumber.read(found[1]) is not None:
            return found[1]
    return None


def consistent_page_starts(marks: Sequence[tuple[int, str]], length: int) -> tuple[PageStart, ...]:
    """Return page starts for marks (offset, label) that rise and lie a page apart, else nothing.

    A site's pager ("1 2 3 next") also numbers pages, but no text stands between its numbers.
    """
    # A page may be marked twice, by an anchor and by its number.
    once = [mark for before, mark in pairwise([(0, ""), *marks]) if before[1] != mark[1]]
    found = [((offset, label), number) for offset, label in once if (number := PageNumber.read(label))]
    kept = [mark for mark, _ in rising(found, min_count=SETTINGS.min_html_marks)]
    if not kept:
        return ()
    mean_chars = (kept[-1][0] - kept[0][0]) / (len(kept) - 1)
    if not SETTINGS.min_bare_page_chars <= mean_chars <= SETTINGS.max_page_chars:
        return ()
    inside = [(offset, label) for offset, label in kept if offset < length]
    offsets, labels = [offset for offset, _ in inside], [label for _, label in inside]
    return tuple(starts_of(offsets, labels, "printed", length=length))
