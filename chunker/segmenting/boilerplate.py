"""Finds what a site puts at the head and foot of its pages: lines that stand in several sources.

A web page saved as text begins with the site's name and menu. No single page shows where they end;
the pages of one site together do: they agree line by line up to where their own words begin.
Everything here is a function of the set of sources, whatever the order they were added in.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


# Begins at a written character, so that a million blanks in a row cost no more than a million steps.
LINE = re.compile(r"\S(?:[^\r\n\f]*\S)?")


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """What is taken for the head or foot of a site; chosen by hand, not measured.

    It is of ``min_lines`` to ``max_lines``, none longer than ``max_line_chars`` (a paragraph), and of at
    least ``min_chars``: one line that sources share may be a stamp or a signature. Of the pages that share
    its first line at least ``min_share_of_first_line`` share it whole: where fewer go on to agree, their own
    words have begun (three letters to the same man among forty pages). ``max_share_of_text``: head and foot
    never take more.
    """

    max_lines: int = 40
    max_line_chars: int = 400
    min_lines: int = 2
    min_chars: int = 60
    min_share_of_first_line: float = 0.75
    max_share_of_text: float = 0.5


SETTINGS = EdgeSettings()


@dataclass(frozen=True, slots=True)
class EdgeLines:
    """The first and last non-blank lines of a source, levelled, each from the edge inwards.

    Both end before the first line too long to be a site's. Small enough to store with each source.
    """

    first: tuple[str, ...]
    last: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EdgeCounts:
    """How many sources begin (or end) with the same lines, by these lines."""

    heads: Mapping[tuple[str, ...], int]
    tails: Mapping[tuple[str, ...], int]


def edge_lines(text: str) -> EdgeLines:
    """Return the first and last lines of a text, to be compared with other sources'."""
    lines = line_spans(text)
    return EdgeLines(levelled(text, lines), levelled(text, lines[::-1]))


def count_edges(sources: Iterable[EdgeLines]) -> EdgeCounts:
    """Count the beginnings and ends that sources share.

    Sources with equal edges count once: three copies of a paper are no evidence of a site's header.
    """
    distinct = set(sources)
    return EdgeCounts(
        heads=Counter(prefix for edges in distinct for prefix in prefixes(edges.first)),
        tails=Counter(prefix for edges in distinct for prefix in prefixes(edges.last)),
    )


def repeated_spans(
    text: str, others: Iterable[EdgeLines] | EdgeCounts, *, min_sources: int = 3
) -> tuple[Span, ...]:
    """Return the spans of the site's head and foot in a text, in order; none where there are none.

    ``others`` are the edges of the sources indexed, or their counts, which must then include this
    text's. A head is the longest run of first lines that at least ``min_sources`` sources, this one
    included, begin with; a foot likewise. Together they never take more than half of the text.
    """
    own = edge_lines(text)
    counts = others if isinstance(others, EdgeCounts) else count_edges([own, *others])
    lines = line_spans(text)
    head = block_length(own.first, counts.heads, min_sources)
    tail = block_length(own.last, counts.tails, min_sources)
    allowed = SETTINGS.max_share_of_text * sum(span.end_char - span.start_char for span in lines)
    spans: list[Span] = []
    for block in (lines[:head], lines[len(lines) - tail :]):
        size = sum(span.end_char - span.start_char for span in block)
        if block and SETTINGS.min_chars <= size <= allowed:
            allowed -= size
            spans.append(Span(block[0].start_char, block[-1].end_char))
    return tuple(spans)


def line_spans(text: str) -> list[Span]:
    """Return the spans of the edge lines of a text that are not blank."""
    return [Span(found.start(), found.end()) for found in LINE.finditer(text)]


def levelled(text: str, lines: Sequence[Span]) -> tuple[str, ...]:
    """Return the edge lines with case and white space levelled, up to the first paragraph."""
    result: list[str] = []
    for span in lines[: SETTINGS.max_lines]:
        if span.end_char - span.start_char > SETTINGS.max_line_chars:
            break
        result.append(" ".join(text[span.start_char : span.end_char].casefold().split()))
    return tuple(result)


def prefixes(lines: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Return every non-empty beginning of some lines, the shortest first."""
    return (lines[:length] for length in range(1, len(lines) + 1))


def block_length(lines: tuple[str, ...], counts: Mapping[tuple[str, ...], int], min_sources: int) -> int:
    """Return how many edge lines are the site's, 0 where it has none here."""
    needed = max(min_sources, SETTINGS.min_share_of_first_line * counts.get(lines[:1], 0))
    length = 0
    for prefix in prefixes(lines):
        if counts.get(prefix, 0) < needed:
            break
        length = len(prefix)
    return length if length >= SETTINGS.min_lines else 0
