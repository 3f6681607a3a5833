"""Numbers seen at the edges of a page, any of which may be the page's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from chunker.readers.printed_pages.labels import EDGE_LINES, PageNumber, lone_label
from chunker.vocabulary import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Edge = Literal["top", "bottom"]
Side = Literal["alone", "named", "start", "end"]
AROUND = " \t\u00a0-–—|•*[](){}<>~/"
NUMERAL = r"(?P<label>\d{1,5}|[ivxlc]{1,9})"


@dataclass(frozen=True, slots=True)
class Form:
    """Where a number stands: in which line from the page's edge, 0 for the outermost, and how in the line.

    ``alone`` in it, ``named`` a page there, or at its ``start`` or ``end`` beside other words.
    """

    edge: Edge
    rank: int
    side: Side


@dataclass(frozen=True, slots=True)
class Sighting:
    """A number at the edge of a page; in a short page one line is near both edges and is seen twice."""

    number: PageNumber
    form: Form


def sightings_in(lines: Sequence[str]) -> tuple[Sighting, ...]:
    """Return the numbers in the first and the last few non-blank lines of a page."""
    written = [line.strip() for line in lines if line and not line.isspace()]
    edges: tuple[tuple[Edge, Sequence[str]], ...] = (
        ("top", written[:EDGE_LINES]),
        ("bottom", written[-EDGE_LINES:][::-1]),
    )
    return tuple(
        Sighting(number, Form(edge, rank, side))
        for edge, near in edges
        for rank, line in enumerate(near)
        for side, number in numbers_in(line)
    )


def numbers_in(line: str) -> Iterator[tuple[Side, PageNumber]]:
    """Yield what may be the page's number in a line, with how it stands there.

    Numbers of dates and of what a word before them counts (a chapter, a letter, a plate) are none.
    """
    label = lone_label(line)
    if label is not None:
        number = PageNumber.read(label)
        if number is not None:
            yield "alone", number
        return
    bare = line.strip(AROUND)
    named, at_start, at_end, no_start, no_end = _patterns()
    found: tuple[tuple[Side, re.Match[str] | None], ...] = (
        ("named", named.search(bare)),
        ("start", None if no_start.match(bare) else at_start.match(bare)),
        ("end", None if no_end.search(bare) else at_end.search(bare)),
    )
    for side, match in found:
        number = PageNumber.read(match["label"]) if match else None
        if number is not None:
            yield side, number


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Return what finds a named number, one at the start and one at the end, and what forbids either."""
    page = PACKAGED.alternatives("page_numbers", "page")
    months = "|".join(map(re.escape, " ".join(PACKAGED.words("dates", "months")).split()))
    counted = "|".join(map(re.escape, PACKAGED.words("page_numbers", "counted")))
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"(?<!\w){page}\s*{NUMERAL}(?![\w.,]\w|\w)",
            rf"{NUMERAL}(?=\s+\S)",
            rf"(?<=\s){NUMERAL}$",
            rf"\d{{1,2}}\.?\s+(?:{months})(?!\w)",
            rf"(?<!\w)(?:(?:{months})\.?,?(?:\s+\d{{1,2}},?)?|(?:{counted})\.?)\s+\S+$",
        )
    )
