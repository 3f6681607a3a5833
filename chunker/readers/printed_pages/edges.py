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

Edge = Literal["top", "bottom", "first", "last"]
Side = Literal["alone", "named", "start", "middle", "end"]
WIDE_GAP = re.compile(r"\t+| {3,}")
AROUND = " \t\u00a0-–—|•*[](){}<>~/"
NUMERAL = r"(?P<label>\d{1,5}|[ivxlc]{1,9})"


@dataclass(frozen=True, slots=True)
class Form:
    """Where a number stands: in which line from the page's edge, 0 for the outermost, and how in the line.

    ``first`` and ``last`` in the order of the file are as good as ``top`` and ``bottom``: a number at a
    page's side is often written at its end. ``alone`` in its line, ``named`` a page there, or at its
    ``start`` or ``end`` beside other words; in the ``middle`` only where wide gaps part it from them.
    """

    edge: Edge
    rank: int
    side: Side


@dataclass(frozen=True, slots=True)
class Sighting:
    """A number at the edge of a page; in a short page one line is near both edges and is seen twice."""

    number: PageNumber
    form: Form


def sightings_in(rows: Sequence[str], lines: Sequence[str] = ()) -> tuple[Sighting, ...]:
    """Return the numbers in the first and the last few non-blank lines of a page.

    ``rows`` are its lines from top to bottom, ``lines`` the same in the file's order, if it is another.
    """
    return (*_seen_at(rows, "top", "bottom"), *_seen_at(lines, "first", "last"))


def _seen_at(lines: Sequence[str], begin: Edge, end: Edge) -> Iterator[Sighting]:
    written = [line.strip() for line in lines if line and not line.isspace()]
    for edge, near in ((begin, written[:EDGE_LINES]), (end, written[: -EDGE_LINES - 1 : -1])):
        for rank, line in enumerate(near):
            for side, number in numbers_in(line):
                yield Sighting(number, Form(edge, rank, side))


def numbers_in(line: str) -> Iterator[tuple[Side, PageNumber]]:
    """Yield what may be the page's number in a line, with how it stands there.

    Numbers of dates and of what a word before them counts (a chapter, a letter, a plate) are none.
    """
    parts = WIDE_GAP.split(line)
    last = len(parts) - 1
    for index, part in enumerate(parts):
        for side, number in numbers_in_part(part):
            if side == "alone" and last:
                yield "start" if index == 0 else "end" if index == last else "middle", number
            elif side in ("alone", "named") or index == {"start": 0, "end": last}[side]:
                yield side, number


def numbers_in_part(line: str) -> Iterator[tuple[Side, PageNumber]]:
    """Yield what may be the page's number in a line, or in a part of it that wide gaps set off."""
    label = lone_label(line)
    if label is not None:
        number = PageNumber.read(label)
        if number is not None:
            yield "alone", number
        return
    bare = line.strip(AROUND)
    named, at_start, at_end, no_start, no_end = _patterns()
    if match := named.search(bare):
        yield from _numbered("named", match)
    if (match := at_start.match(bare)) and not no_start.match(bare):
        yield from _numbered("start", match)
    if (match := at_end.search(bare)) and not no_end.search(bare):
        yield from _numbered("end", match)


def _numbered(side: Side, match: re.Match[str]) -> Iterator[tuple[Side, PageNumber]]:
    number = PageNumber.read(match["label"])
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
