"""Which page every part of a source stands on, and how that is known."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.documents import Page, PageMap, PageStart
from chunker.increasing import heaviest_increasing_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.contents import Contents
    from chunker.documents import Document, Source


def infer_pages(source: Source, contents: Contents | None, documents: Sequence[Document]) -> PageMap:
    """Return the pages of ``source``; nothing is invented where nothing is known."""
    if source.page_starts:
        return PageMap(source.page_starts)
    entries = sorted(
        (entry.body_char, entry.page)
        for entry in (contents.entries if contents else ())
        if entry.body_char is not None and entry.page is not None
    )
    run = heaviest_increasing_run([page for _, page in entries])
    anchors = [entries[position] for position in run]
    starts: dict[int, PageStart] = {}
    for (char, page), (next_char, next_page) in pairwise(anchors):
        for step in range(1, next_page - page):
            offset = char + (next_char - char) * step // (next_page - page)
            starts[offset] = PageStart(offset, Page(str(page + step), "estimated", 2))
    for char, page in anchors:
        starts[char] = PageStart(char, Page(str(page), "contents"))
    end = next((d.end_char for d in documents if anchors and d.start_char == anchors[-1][0]), None)
    return PageMap(tuple(starts[offset] for offset in sorted(starts)), end)
