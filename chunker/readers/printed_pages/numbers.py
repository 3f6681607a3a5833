"""Finds the page numbers that are printed on pages: in their first and last lines.

Whoever cites a book cites the number printed on the page, not the position in the file; between
the two lie the cover, a preface in Roman numerals and plates without a number. A number counts where
it belongs to a run: its offset to the page's position is that of many pages, or of a few in a row.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Rank = tuple[bool, int]  # is Arabic or is Roman, and a number
Run = tuple[bool, int]  # is Roman, and the offset of the number to the page's position

EDGE_LINES = 3
MIN_NUMBERED_PAGES = 3
# The offset between printed number and position is believed when this share of pages agrees with it.
MIN_AGREEING_SHARE = 0.6
# A run of numbers is believed wherever it is met when it holds this share of the pages.
MIN_RUN_SHARE = 0.05
# A shorter one (a preface, a few pages between plates) is believed where it holds so many pages in a row.
MIN_PAGES_IN_A_ROW = 3

ROMAN_VALUES = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
DECORATION = " \t\u00a0-–—−_.·•*|[](){}<>~=#"
LONE_NUMBER = re.compile(
    r"(?:page|pg?\.|стр\.?|с\.|seite|s\.)?\s*(?P<label>\d{1,5}|[ivxlcdm]{1,12})"
    r"(?:\s*(?:of|/|из|von)\s*\d{1,5})?",
    re.IGNORECASE,
)
NUMBER_AT_START = re.compile(r"(?P<label>\d{1,5})(?=\s+\S)")
NUMBER_AT_END = re.compile(r"(?<=\s)(?:page\s+)?(?P<label>\d{1,5})$", re.IGNORECASE)


def roman_value(numeral: str) -> int | None:
    """Return the value of a well-formed Roman numeral in either case, else ``None``."""
    lowered = numeral.lower()
    rest, value = lowered, 0
    for worth, digits in ROMAN_VALUES:
        while rest.startswith(digits):
            rest, value = rest[len(digits) :], value + worth
    return value if value and not rest and roman_numeral(value) == lowered else None


def roman_numeral(value: int) -> str:
    """Return a positive number as a lower-case Roman numeral."""
    numeral = ""
    for worth, digits in ROMAN_VALUES:
        count, value = divmod(value, worth)
        numeral += digits * count
    return numeral


def longest_rising(ranks: Sequence[Rank]) -> list[int]:
    """Return the indices of the longest strictly rising subsequence of ``ranks``.

    Patience sorting (Schensted 1961), O(n log n).
    """
    tails: list[Rank] = []
    tail_indices: list[int] = []
    previous: list[int | None] = []
    for index, rank in enumerate(ranks):
        place = bisect_left(tails, rank)
        previous.append(tail_indices[place - 1] if place else None)
        tails[place : place + 1] = [rank]
        tail_indices[place : place + 1] = [index]
    kept: list[int] = []
    step = tail_indices[-1] if tail_indices else None
    while step is not None:
        kept.append(step)
        step = previous[step]
    return kept[::-1]


def lines_at_edges(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the first and the last few non-blank lines of a page, where numbers are printed."""
    written = [line.strip() for line in lines if not line.isspace() and line]
    return tuple(written[:EDGE_LINES] + written[EDGE_LINES:][-EDGE_LINES:])


def lone_number(line: str) -> Rank | None:
    """Return the number that a line holds and nothing else, as (is Roman, value)."""
    alone = LONE_NUMBER.fullmatch(line.strip(DECORATION))
    if alone is None:
        return None
    label = alone["label"]
    value = int(label) if label.isdecimal() else roman_value(label)
    return None if value is None else (not label.isdecimal(), value)


def numbers_in(lines: Sequence[str]) -> Iterator[Rank]:
    """Yield what may be the page's number as (is Roman, value), from its edge lines."""
    for line in lines:
        if LONE_NUMBER.fullmatch(line.strip(DECORATION)):
            number = lone_number(line)
            if number is not None:
                yield number
            continue
        for pattern in (NUMBER_AT_START, NUMBER_AT_END):
            found = pattern.search(line) if pattern is NUMBER_AT_END else pattern.match(line)
            if found is not None:
                yield False, int(found["label"])


def printed_labels(pages: Sequence[Sequence[str]]) -> tuple[str | None, ...] | None:
    """Return the printed label of each page, given each page's edge lines, or ``None``.

    A number belongs to the pages when it rises by one from page to page, that is when its offset to
    the page's position stays the same. ``None`` as a whole: the pages print no numbers that run
    consistently. ``None`` for one page: it lies before the numbers or among unnumbered plates.
    """
    candidates = [frozenset(numbers_in(lines)) for lines in pages]
    support = Counter(
        (is_roman, value - position) for position, found in enumerate(candidates) for is_roman, value in found
    )
    needed = max(MIN_NUMBERED_PAGES, MIN_RUN_SHARE * len(pages))
    runs = {run for run, count in support.items() if count >= needed}
    chosen = [best_run(position, found, support, runs) for position, found in enumerate(candidates)]
    chosen = without_strays(with_short_runs(chosen, rows_in(pages), support))
    written = sum(bool(lines) for lines in pages)
    if sum(run is not None for run in chosen) < max(MIN_NUMBERED_PAGES, MIN_AGREEING_SHARE * written):
        return None
    return tuple(labels_of_runs(chosen))


def best_run(
    position: int,
    found: frozenset[Rank],
    support: Counter[Run],
    runs: set[Run],
) -> Run | None:
    """Return the best supported run that one of the page's numbers belongs to."""
    return strongest({(is_roman, value - position) for is_roman, value in found} & runs, support)


def strongest(runs: set[Run], support: Counter[Run]) -> Run | None:
    """Return the run that most pages belong to, of equal ones an Arabic one."""
    return max(runs, key=lambda run: (support[run], not run[0], run[1]), default=None)


def rows_in(pages: Sequence[Sequence[str]]) -> list[set[Run]]:
    """Return for each page the runs that it and pages beside it, enough in a row, belong to.

    So few pages could agree by chance, in a table or a list. Only a number alone in its line counts, and
    an Arabic one only in the page's first or last line, and there on all of them.
    """
    positions: dict[tuple[str, Run], list[int]] = {}
    for position, lines in enumerate(pages):
        edges = [("first", lines[:1]), ("last", lines[-1:]), ("any", lines)]
        for edge, there in edges:
            for is_roman, value in set(filter(None, map(lone_number, there))):
                if is_roman == (edge == "any"):
                    positions.setdefault((edge, (is_roman, value - position)), []).append(position)
    rows: list[set[Run]] = [set() for _ in pages]
    for (_, run), at in positions.items():
        for _, row in groupby(enumerate(at), key=lambda numbered: numbered[1] - numbered[0]):
            members = [position for _, position in row]
            if len(members) >= MIN_PAGES_IN_A_ROW:
                for position in members:
                    rows[position].add(run)
    return rows


def with_short_runs(
    chosen: Sequence[Run | None], rows: Sequence[set[Run]], support: Counter[Run]
) -> list[Run | None]:
    """Return ``chosen`` with runs of a few pages in a row where no other run is, unless they leap ahead."""
    believed = [{run} if run else row for run, row in zip(chosen, rows, strict=True)]
    best = strongest({run for runs in believed for run in runs if not run[0]}, support)
    at_best = [position for position, runs in enumerate(believed) if best in runs]
    return [
        run or strongest({one for one in row if not leaps_ahead(one, position, best, at_best)}, support)
        for position, (run, row) in enumerate(zip(chosen, rows, strict=True))
    ]


def leaps_ahead(run: Run, position: int, best: Run | None, at_best: Sequence[int]) -> bool:
    """Whether Arabic numbers skip some, seen from the pages of the best run, as years do.

    Page numbers fall behind the positions, for there are plates, but hardly run ahead of them.
    """
    if run[0] or best is None:
        return False
    return (position < at_best[0] and run[1] < best[1]) or (position > at_best[-1] and run[1] > best[1])


def without_strays(chosen: list[Rank | None]) -> list[Rank | None]:
    """Drop numbers that break the order: Roman after Arabic, or a value that falls.

    What is kept is the longest rising sequence, so that one misread number cannot hide the rest.
    """
    numbered = [(position, run) for position, run in enumerate(chosen) if run is not None]
    ranks = [(not is_roman, offset + position) for position, (is_roman, offset) in numbered]
    kept = {numbered[index][0] for index in longest_rising(ranks)}
    return [run if position in kept else None for position, run in enumerate(chosen)]


def labels_of_runs(chosen: list[Rank | None]) -> Iterator[str | None]:
    """Yield each page's label; a page without a number takes it from equal runs on both sides.

    Before the first and after the last printed number the run beside it goes on.
    """
    following = next_runs(chosen)
    first = next((run for run in chosen if run is not None), None)
    previous = first
    for position, run in enumerate(chosen):
        previous = run or previous
        after = following[position] or previous
        current = run or (previous if previous == after else None)
        value = None if current is None else current[1] + position
        if current is None or value is None or value < 1:
            yield None
        else:
            yield roman_numeral(value) if current[0] else str(value)


def next_runs(chosen: list[Rank | None]) -> list[Rank | None]:
    """Return for each page the run of the nearest numbered page at or after it."""
    following: list[Rank | None] = []
    latest = None
    for run in reversed(chosen):
        latest = run or latest
        following.append(latest)
    return following[::-1]
