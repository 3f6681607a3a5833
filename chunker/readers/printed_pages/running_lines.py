"""Finds running headers and footers: lines that come back at the top or bottom of a book's pages."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.readers.printed_pages.labels import DECORATION, EDGE_LINES, lone_label

if TYPE_CHECKING:
    from collections.abc import Sequence

# What stands in a shape for the page's own number; other numbers stay, or "Article 5" would look running.
PAGE_NUMBER = "#"


@dataclass(frozen=True, slots=True)
class RunningLineSettings:
    """On how many pages a line must come back to be a running one; chosen by hand, not measured.

    At least ``min_pages``, and ``min_share`` of all: left and right pages often carry different headers, each
    then on nearly half of the pages.
    """

    min_pages: int = 3
    min_share: float = 0.3


SETTINGS = RunningLineSettings()


def without_running_lines(pages: Sequence[list[str]], labels: Sequence[str | None]) -> tuple[list[str], ...]:
    """Return the pages' lines without running headers, footers and page numbers.

    ``labels`` are the page numbers known to be printed, one for each page. Only lines at the very edge
    of a page go, one after the other, and never all the words of a page.
    """
    tops = repeated_shapes([edge_shapes(page, label) for page, label in zip(pages, labels, strict=True)])
    bottoms = repeated_shapes(
        [edge_shapes(page[::-1], label) for page, label in zip(pages, labels, strict=True)]
    )
    return tuple(
        trimmed_page(page, tops=tops, bottoms=bottoms, label=label)
        for page, label in zip(pages, labels, strict=True)
    )


def line_shape(line: str, label: str | None) -> str:
    """Return a line with its case and spacing levelled and the page's number made a sign."""
    shape = " ".join(line.strip(DECORATION).casefold().split())
    if label is None:
        return shape
    return re.sub(rf"(?<!\w){re.escape(label.casefold())}(?!\w)", PAGE_NUMBER, shape)


def edge_shapes(lines: Sequence[str], label: str | None) -> list[str]:
    """Return the shapes of the first few non-blank lines."""
    return [line_shape(line, label) for line in lines if line.strip()][:EDGE_LINES]


def repeated_shapes(edges: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the shapes that stand at this edge of enough pages to be running lines.

    Enough is a share of all pages, or a stretch of neighbouring pages (a chapter's title runs over its
    own pages, often on right pages alone).
    """
    count = Counter(shape for shapes in edges for shape in set(shapes) if shape)
    needed = max(SETTINGS.min_pages, SETTINGS.min_share * len(edges))
    common = {shape for shape, pages in count.items() if pages >= needed}
    return frozenset(common | chapter_shapes(edges, common))


def chapter_shapes(edges: Sequence[Sequence[str]], common: set[str]) -> set[str]:
    """Return shapes, outermost but for common ones, that come back over a stretch of pages."""
    positions: dict[str, list[int]] = {}
    for position, shapes in enumerate(edges):
        outermost = next((shape for shape in shapes if shape and shape not in common), None)
        if outermost is not None:
            positions.setdefault(outermost, []).append(position)
    return {
        shape
        for shape, at in positions.items()
        if len(at) > SETTINGS.min_pages and all(after - before <= 2 for before, after in pairwise(at))
    }


def trimmed_page(
    page: list[str], *, tops: frozenset[str], bottoms: frozenset[str], label: str | None
) -> list[str]:
    """Return a page's lines without the running lines at its top and bottom."""
    without_top = trimmed(page, tops, label)
    kept = trimmed(without_top[::-1], bottoms, label)[::-1]
    return kept if any(line.strip() for line in kept) else page


def trimmed(lines: list[str], shapes: frozenset[str], label: str | None) -> list[str]:
    """Return ``lines`` without the running lines at their beginning."""
    position = seen = 0
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        seen += 1
        if seen > EDGE_LINES or not (line_shape(line, label) in shapes or is_page_number(line, label)):
            break
        position = index + 1
    return lines[position:]


def is_page_number(line: str, label: str | None) -> bool:
    """Whether a line is nothing but the number known to be the page's."""
    found = lone_label(line)
    return label is not None and found is not None and found.casefold() == label.casefold()
