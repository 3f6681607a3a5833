"""Finds the page numbers that are printed on pages: in their first and last lines.

Whoever cites a book cites the number printed on the page, not the position in the file; between
the two lie the cover, a preface in Roman numerals and plates without a number.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Rank = tuple[bool, int]  # is Arabic or is Roman, and a number

EDGE_LINES = 3
MIN_NUMBERED_PAGES = 3
# The offset between printed number and position is believed when this share of pages agrees with it.
MIN_AGREEING_SHARE = 0.6
# A second run of numbers (after plates, in the preface) must hold this share of the pages.
MIN_RUN_SHARE = 0.05

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


def numbers_in(lines: Sequence[str]) -> Iterator[Rank]:
    """Yield what may be the page's number as (is Roman, value), from its edge lines."""
    for line in lines:
        alone = LONE_NUMBER.fullmatch(line.strip(DECORATION))
        if alone is not None:
            label = alone["label"]
            value = int(label) if label.isdecimal() else roman_value(label)
            if value is not None:
                yield not label.isdecimal(), value
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
    written = sum(bool(lines) for lines in pages)
    if sum(run is not None for run in chosen) < max(MIN_NUMBERED_PAGES, MIN_AGREEING_SHARE * written):
        return None
    return tuple(labels_of_runs(without_strays(chosen)))


def best_run(
    position: int,
    found: frozenset[Rank],
    support: Counter[Rank],
    runs: set[Rank],
) -> Rank | None:
    """Return the best supported run (is Roman, offset) that one of the page's numbers belongs to."""
    fitting = {(is_roman, value - position) for is_roman, value in found} & runs
    return max(fitting, key=lambda run: (support[run], not run[0], run[1]), default=None)


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
