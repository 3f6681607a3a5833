"""Runs of numbers that rise by one from page to page, and the best way through the pages by such runs.

Dynamic programming over the numbers seen: going on in a run is free, going over to another costs, and
numbers never fall. A lost leaf and plates between pages end one run and begin another.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.readers.printed_pages.labels import PageNumber

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from chunker.readers.printed_pages.edges import Edge, Form, Sighting


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What numbers weigh and what another run costs; chosen by hand on public PDFs, not fitted.

    A number ``alone`` in its line says most, one ``beside`` words less, and both less where they stand
    ``inside``, not in the outermost line. ``change`` is the cost of another run, ``numeral_change`` that of
    the one from Roman numerals to Arabic numbers. Runs are looked for over at most ``max_gap`` pages.
    """

    alone: float = 1.0
    beside: float = 0.8
    inside: float = 0.6
    change: float = 1.2
    numeral_change: float = 0.6
    max_gap: int = 60


SETTINGS = RunSettings()


@dataclass(frozen=True, slots=True)
class NumberRun:
    """Numbers that rise by one from page to page: each is the page's position and ``shift``."""

    is_arabic: bool
    shift: int

    def at(self, position: int) -> PageNumber:
        """Return the number of the page at ``position``."""
        return PageNumber(self.is_arabic, self.shift + position)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page at ``position`` that shows the number of ``run``, in ``forms``."""

    position: int
    run: NumberRun
    forms: frozenset[Form]

    @property
    def number(self) -> PageNumber:
        """The number that the page shows."""
        return self.run.at(self.position)

    @property
    def lines(self) -> frozenset[tuple[Edge, int]]:
        """The lines it stands in: from which edge, and which from there."""
        return frozenset((form.edge, form.rank) for form in self.forms)

    @property
    def weight(self) -> float:
        """How much it says that this is the page's number."""
        return max(
            (SETTINGS.alone if form.side == "alone" else SETTINGS.beside)
            * (SETTINGS.inside if form.rank else 1.0)
            for form in self.forms
        )


def best_chain(pages: Sequence[Sequence[Sighting]], *, without: Collection[NumberRun] = ()) -> list[Shown]:
    """Return the pages whose numbers agree best with each other, given the numbers seen on each page.

    ``without``: runs that are known to number no pages.
    """
    nodes = [node for node in _supported(pages) if node.run not in without]
    scores: list[float] = []
    highest: list[float] = []  # of the scores up to each
    before: list[int] = []
    last_of_run: dict[NumberRun, int] = {}
    least_cost = min(SETTINGS.change, SETTINGS.numeral_change)
    for index, node in enumerate(nodes):
        best_before = last_of_run.get(node.run, -1)
        best = scores[best_before] if best_before >= 0 else 0.0
        for earlier in range(index - 1, -1, -1):
            is_far = nodes[earlier].position < node.position - SETTINGS.max_gap
            if is_far or highest[earlier] - least_cost <= best:
                break
            gain = scores[earlier] - _cost(nodes[earlier], node)
            if gain > best:
                best, best_before = gain, earlier
        scores.append(best + node.weight)
        highest.append(max(scores[-1], highest[-1] if highest else 0.0))
        before.append(best_before)
        last_of_run[node.run] = index
    chain: list[Shown] = []
    index = max(range(len(scores)), key=scores.__getitem__, default=-1)
    while index >= 0:
        chain.append(nodes[index])
        index = before[index]
    return chain[::-1]


def _supported(pages: Sequence[Sequence[Sighting]]) -> Iterator[Shown]:
    """Yield the numbers seen that another page agrees with, in the order of pages."""
    forms: dict[tuple[int, NumberRun], set[Form]] = defaultdict(set)
    support: dict[NumberRun, int] = defaultdict(int)
    for position, sightings in enumerate(pages):
        for sighting in sightings:
            run = NumberRun(sighting.number.is_arabic, sighting.number.value - position)
            support[run] += (position, run) not in forms
            forms[position, run].add(sighting.form)
    for (position, run), of_page in forms.items():
        if support[run] > 1:
            yield Shown(position, run, frozenset(of_page))


def _cost(before: Shown, after: Shown) -> float:
    """Return the cost of going from one page to a later one, infinite where it cannot be."""
    if before.position == after.position:
        return float("inf")
    if before.run == after.run:
        return 0.0
    is_scanned_twice = before.number == after.number and after.position == before.position + 1
    if before.number >= after.number and not is_scanned_twice:
        return float("inf")
    return SETTINGS.change if before.run.is_arabic == after.run.is_arabic else SETTINGS.numeral_change
