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

    ``None`` for one page: nothing tells its number.
    """
    seen = [frozenset(_runs_at(lines, position)) for position, lines in enumerate(pages)]
    count = Counter(run for runs in seen for run in runs)
    shown: dict[int, ChapterRun] = {}
    for position, runs in enumerate(seen):
        borne_out = [run for run in runs if count[run] > 1]
        if borne_out:
            shown[position] = max(borne_out, key=lambda run: (count[run], run.part))
    written = sum(any(line.strip() for line in lines) for lines in pages)
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


def _runs_at(lines: Iterable[str], position: int) -> Iterator[ChapterRun]:
    """Yield the chapters' runs whose numbers stand at an end of a page's first and last lines."""
    written = [line.strip() for line in lines if line and not line.isspace()]
    for line in (*written[:EDGE_LINES], *written[-EDGE_LINES:]):
        for each in line.split("\t"):
            at_start, at_end = AT_AN_END[0].match(each.strip()), AT_AN_END[1].fullmatch(each.strip())
            for match in filter(None, (at_start, at_end)):
                yield ChapterRun(match[1], int(match[2]) - position)
