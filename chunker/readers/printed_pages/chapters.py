"""Pages counted anew in each chapter, such as 2-8 and A-3, as manuals and long reports do."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.documents import Page
from chunker.readers.printed_pages.believing import SETTINGS, are_enough
from chunker.readers.printed_pages.labels import EDGE_LINES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chunker.readers.printed_pages.edges import Edge

# A chapter's number or letter, a dash, and the page in it.
NUMBER = r"([A-Z]{1,4}|\d{1,3})\s?[-–\u2010\u2011]\s?(\d{1,3})"
AT_AN_END = (re.compile(rf"{NUMBER}(?!\S)"), re.compile(rf".*(?<!\S){NUMBER}"))


@dataclass(frozen=True, slots=True)
class ChapterRun:
    """The pages of a chapter ``part``: each has as its number its position and ``shift``."""

    part: str
    shift: int

    def page(self, position: int) -> Page:
        """Return the page at ``position``."""
        return Page(f"{self.part}-{position + self.shift}", "printed")


def pages_in_chapters(pages: Sequence[Sequence[str]]) -> list[Page | None] | None:
    """Return the page of each list of lines, from top to bottom, where chapters count theirs; else ``None``.

    ``None`` for one page: nothing tells its number. Numbers stand in the lines where they usually do; what a
    table of contents lists does not.
    """
    seen = [dict(_runs_at(page, position)) for position, page in enumerate(pages)]
    count = Counter(run for runs in seen for run in runs)
    borne_out = [{run: line for run, line in runs.items() if count[run] > 1} for runs in seen]
    lines = Counter(line for runs in borne_out for line in runs.values())
    least = SETTINGS.usual_share * sum(map(bool, borne_out))
    shown: dict[int, ChapterRun] = {}
    for position, runs in enumerate(borne_out):
        usual = [run for run, line in runs.items() if lines[line] >= least]
        if usual:
            shown[position] = max(usual, key=lambda run: (count[run], run.part))
    written = sum(any(line.strip() for line in page) for page in pages)
    if not are_enough(len(shown), written):
        return None
    positions_of: dict[ChapterRun, list[int]] = defaultdict(list)
    for position, run in shown.items():
        positions_of[run].append(position)
    found: list[Page | None] = [None] * len(pages)
    for run, positions in positions_of.items():
        for before, after in pairwise([positions[0], *positions]):
            between = range(before + 1, after)
            if len(between) <= SETTINGS.max_unseen and not any(seen[each] for each in between):
                for position in between:
                    found[position] = run.page(position)
            found[after] = run.page(after)
    return found


def _runs_at(lines: Iterable[str], position: int) -> Iterator[tuple[ChapterRun, tuple[Edge, int]]]:
    """Yield the runs whose numbers begin or end a page's first and last lines, outer lines last."""
    written = [line.strip() for line in lines if line and not line.isspace()]
    edges: tuple[tuple[Edge, list[str]], ...] = (
        ("top", written[:EDGE_LINES]),
        ("bottom", written[::-1][:EDGE_LINES]),
    )
    for rank in reversed(range(EDGE_LINES)):
        for edge, near in edges:
            for part in near[rank].split("\t") if rank < len(near) else ():
                at_start, at_end = AT_AN_END[0].match(part.strip()), AT_AN_END[1].fullmatch(part.strip())
                for match in filter(None, (at_start, at_end)):
                    yield ChapterRun(match[1], int(match[2]) - position), (edge, rank)
