"""Finds the page numbers that are printed on pages: in their first and last lines.

Whoever cites a book cites the number printed on the page, not the position in the file; between
the two lie the cover, a preface in Roman numerals and plates without a number. A number counts where
it belongs to a run: its offset to the page's position is that of many pages, or of a few in a row.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from chunker.readers.printed_pages.labels import PageNumber, lone_label, lone_number
from chunker.text.increasing import heaviest_increasing_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NUMBER_AT_START = re.compile(r"(?P<label>\d{1,5})(?=\s+\S)")
NUMBER_AT_END = re.compile(r"(?<=\s)(?:page\s+)?(?P<label>\d{1,5})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NumberSettings:
    """How many pages must agree before numbers are believed; chosen by hand, not measured.

    ``min_pages`` and ``min_pages_share`` (of all pages): those of a run that is believed wherever it is
    met. ``min_pages_in_a_row``: those, next to each other, of a shorter run, such as a preface's.
    ``min_agreeing_share``: pages with text that must have a number for any to be believed.
    """

    min_pages: int = 3
    min_pages_share: float = 0.05
    min_pages_in_a_row: int = 3
    min_agreeing_share: float = 0.6


SETTINGS = NumberSettings()


@dataclass(frozen=True, slots=True)
class NumberRun:
    """Numbers that rise by one from page to page: each is the page's position and ``shift``."""

    is_arabic: bool
    shift: int

    def at(self, position: int) -> PageNumber:
        """Return the number of the page at ``position``."""
        return PageNumber(self.is_arabic, self.shift + position)


def run_of(number: PageNumber, position: int) -> NumberRun:
    """Return the run that ``number`` belongs to where it is the number of the page at ``position``."""
    return NumberRun(number.is_arabic, number.value - position)


def numbers_in(lines: Sequence[str]) -> Iterator[PageNumber]:
    """Yield what may be the page's number, from its edge lines."""
    for line in lines:
        if lone_label(line) is not None:
            number = lone_number(line)
            if number is not None:
                yield number
            continue
        for found in (NUMBER_AT_START.match(line), NUMBER_AT_END.search(line)):
            if found is not None:
                yield PageNumber(is_arabic=True, value=int(found["label"]))


def printed_labels(pages: Sequence[Sequence[str]]) -> tuple[str | None, ...] | None:
    """Return the printed label of each page, given each page's edge lines, or ``None``.

    A number belongs to the pages when it rises by one from page to page, that is when its offset to
    the page's position stays the same. ``None`` as a whole: the pages print no numbers that run
    consistently. ``None`` for one page: it lies before the numbers or among unnumbered plates.
    """
    found = [
        {run_of(number, position) for number in numbers_in(lines)} for position, lines in enumerate(pages)
    ]
    support = Counter(run for runs in found for run in runs)
    needed = max(SETTINGS.min_pages, SETTINGS.min_pages_share * len(pages))
    supported = {run for run, count in support.items() if count >= needed}
    chosen = [strongest(runs & supported, support) for runs in found]
    chosen = without_strays(with_short_runs(chosen, rows_in(pages), support))
    written = sum(bool(lines) for lines in pages)
    if sum(run is not None for run in chosen) < max(
        SETTINGS.min_pages, SETTINGS.min_agreeing_share * written
    ):
        return None
    return tuple(labels_of_runs(chosen))


def strongest(runs: set[NumberRun], support: Counter[NumberRun]) -> NumberRun | None:
    """Return the run that most pages belong to, of equal ones an Arabic one."""
    return max(runs, key=lambda run: (support[run], run.is_arabic, run.shift), default=None)


def rows_in(pages: Sequence[Sequence[str]]) -> list[set[NumberRun]]:
    """Return for each page the runs that it and pages beside it, enough in a row, belong to.

    So few pages could agree by chance, in a table or a list. Only a number alone in its line counts, and
    an Arabic one only in the page's first or last line, and there on all of them.
    """
    positions: dict[tuple[str, NumberRun], list[int]] = {}
    for position, lines in enumerate(pages):
        for edge, there in (("first", lines[:1]), ("last", lines[-1:]), ("any", lines)):
            for number in set(filter(None, map(lone_number, there))):
                if number.is_arabic != (edge == "any"):
                    positions.setdefault((edge, run_of(number, position)), []).append(position)
    rows: list[set[NumberRun]] = [set() for _ in pages]
    for (_, run), at in positions.items():
        for _, row in groupby(enumerate(at), key=lambda numbered: numbered[1] - numbered[0]):
            members = [position for _, position in row]
            if len(members) >= SETTINGS.min_pages_in_a_row:
                for position in members:
                    rows[position].add(run)
    return rows


def with_short_runs(
    chosen: Sequence[NumberRun | None], rows: Sequence[set[NumberRun]], support: Counter[NumberRun]
) -> list[NumberRun | None]:
    """Return ``chosen`` with runs of a few pages in a row where no other run is, unless they leap ahead."""
    believed = [{run} if run else row for run, row in zip(chosen, rows, strict=True)]
    best = strongest({run for runs in believed for run in runs if run.is_arabic}, support)
    at_best = [position for position, runs in enumerate(believed) if best in runs]
    return [
        run or strongest({one for one in row if not leaps_ahead(one, position, best, at_best)}, support)
        for position, (run, row) in enumerate(zip(chosen, rows, strict=True))
    ]


def leaps_ahead(run: NumberRun, position: int, best: NumberRun | None, at_best: Sequence[int]) -> bool:
    """Whether Arabic numbers skip some, seen from the pages of the best run, as years do.

    Page numbers fall behind the positions, for there are plates, but hardly run ahead of them.
    """
    if not run.is_arabic or best is None:
        return False
    return (position < at_best[0] and run.shift < best.shift) or (
        position > at_best[-1] and run.shift > best.shift
    )


def without_strays(chosen: Sequence[NumberRun | None]) -> list[NumberRun | None]:
    """Drop numbers that break the order: Roman after Arabic, or a value that falls.

    What is kept is the longest rising sequence, so that one misread number cannot hide the rest.
    """
    numbered = [(position, run) for position, run in enumerate(chosen) if run is not None]
    rising = heaviest_increasing_run([run.at(position) for position, run in numbered], is_strict=True)
    kept = {numbered[index][0] for index in rising}
    return [run if position in kept else None for position, run in enumerate(chosen)]


def labels_of_runs(chosen: Sequence[NumberRun | None]) -> Iterator[str | None]:
    """Yield each page's label; a page without a number takes it from equal runs on both sides.

    Before the first and after the last printed number the run beside it goes on.
    """
    following = list(chosen)
    for position in range(len(chosen) - 2, -1, -1):
        following[position] = following[position] or following[position + 1]
    previous = following[0] if following else None
    for position, run in enumerate(chosen):
        previous = run or previous
        after = following[position] or previous
        number = previous.at(position) if previous is not None and previous == after else None
        yield None if number is None or number.value < 1 else number.label
