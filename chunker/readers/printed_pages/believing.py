"""Which numbers of pages are sure, which are estimated, and where nothing is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from chunker.documents import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.readers.printed_pages.edges import Form, Sighting
    from chunker.readers.printed_pages.labels import PageNumber
    from chunker.readers.printed_pages.runs import NumberRun, Shown

    Forms = frozenset[Form]


@dataclass(frozen=True, slots=True)
class BelievingSettings:
    """When numbers are believed; chosen by hand on public PDFs, not fitted.

    A run needs ``min_pages`` that show its numbers, ``min_density`` of the pages it runs over; beside a run
    that is believed ``min_pages_beside``, within ``max_leap`` numbers of it. ``min_in_one_line`` of its
    numbers stand in one line, of ``min_pages_of_sides`` in one of left and one of right pages. A form is
    usual where ``usual_share`` of the numbers have it. Numbers in the span of ``years`` may be years:
    ``min_pages_of_years`` must stand alone at the foot or at the outer edges of left and right pages in turn.
    ``min_share`` of all pages with text must show a believed number, ``min_share_of_many`` where ``many`` do.
    ``max_unseen`` pages in a row may lack their number between two that show it. ``max_beyond``: so many
    pages before the first and after the last number are estimated.
    """

    min_pages: int = 3
    min_density: float = 0.34
    min_pages_beside: int = 2
    max_leap: int = 12
    min_share: float = 0.5
    min_share_of_many: float = 0.25
    many: int = 20
    usual_share: float = 0.2
    min_in_one_line: float = 0.6
    min_pages_of_sides: int = 8
    years: tuple[int, int] = (1400, 2100)
    min_pages_of_years: int = 5
    max_unseen: int = 10
    max_beyond: int = 8


SETTINGS = BelievingSettings()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Pages that show the numbers of one run, none of another between them."""

    run: NumberRun
    shown: tuple[Shown, ...]

    @property
    def first(self) -> int:
        """The position of the first page that shows its number."""
        return self.shown[0].position

    @property
    def last(self) -> int:
        """The position of the last page that shows its number."""
        return self.shown[-1].position


def believed(chain: Sequence[Shown], written: int) -> list[Stretch]:
    """Return the stretches of a chain that are believed; none where too few of the ``written`` show any."""
    stretches = _stretches(chain)
    usual = usual_forms(chain)
    long = [_is_long(each, usual) for each in stretches]
    kept = [
        stretch
        for index, stretch in enumerate(stretches)
        if long[index]
        or any(
            long[beside] and _goes_on(stretch, stretches[beside], usual)
            for beside in (index - 1, index + 1)
            if 0 <= beside < len(stretches)
        )
    ]
    count = sum(len(stretch.shown) for stretch in kept)
    if not are_enough(count, written):
        return []
    return _stretches([each for stretch in kept for each in stretch.shown])


def are_enough(shown: int, written: int) -> bool:
    """Whether of all pages with text enough show a number that others bear out."""
    share = SETTINGS.min_share_of_many if shown >= SETTINGS.many else SETTINGS.min_share
    return shown >= max(SETTINGS.min_pages, share * written)


def _stretches(chain: Sequence[Shown]) -> list[Stretch]:
    return [Stretch(run, tuple(shown)) for run, shown in groupby(chain, key=lambda each: each.run)]


def usual_forms(chain: Sequence[Shown]) -> Forms:
    """Return the forms that the numbers of a file usually have."""
    count = Counter(form for each in chain for form in each.forms)
    return frozenset(form for form, pages in count.items() if pages >= SETTINGS.usual_share * len(chain))


def _is_long(stretch: Stretch, usual: Forms) -> bool:
    """Whether a stretch is believed whatever stands beside it."""
    shown = stretch.shown
    if len(shown) < max(SETTINGS.min_pages, SETTINGS.min_density * (stretch.last - stretch.first + 1)):
        return False
    if not _keep_their_line(shown):
        return False
    if 2 * sum(not usual.isdisjoint(each.forms) for each in shown) > len(shown):
        return not _may_be_years(shown)
    is_preface = not stretch.run.is_arabic
    return is_preface and all(any(form.side == "alone" for form in each.forms) for each in shown)


def _keep_their_line(shown: Sequence[Shown]) -> bool:
    """Whether most numbers stand in the same line from the edge, as those of formulas and tables do not.

    Of many, those of left and of right pages may stand in different lines.
    """
    sides = [shown]
    if len(shown) >= SETTINGS.min_pages_of_sides:
        sides = [[each for each in shown if each.position % 2 == side] for side in (0, 1)]
    return all(
        max(Counter(line for each in side for line in each.lines).values(), default=0)
        >= SETTINGS.min_in_one_line * len(side)
        for side in sides
    )


def _may_be_years(shown: Sequence[Shown]) -> bool:
    first, last = SETTINGS.years
    if not all(each.run.is_arabic and first <= each.number.value <= last for each in shown):
        return False
    at_foot = all(
        any(form.edge == "bottom" and form.side in ("alone", "named") for form in each.forms)
        for each in shown
    )
    return len(shown) < SETTINGS.min_pages_of_years or not (at_foot or _takes_turns(shown))


def _takes_turns(shown: Sequence[Shown]) -> bool:
    """Whether the numbers stand on one side on even pages, and on the other on odd ones."""
    sides: tuple[set[str], set[str]] = (set(), set())
    for each in shown:
        sides[each.number.value % 2].update(form.side for form in each.forms)
    return all(len(side) == 1 for side in sides) and sides[0] | sides[1] == {"start", "end"}


def _goes_on(stretch: Stretch, beside: Stretch, usual: Forms) -> bool:
    """Whether a few pages in a row go on from a stretch or lead to it, but for a few leaves."""
    shown = stretch.shown
    length = stretch.last - stretch.first + 1
    is_row = len(shown) >= min(length, SETTINGS.min_pages) and len(shown) >= SETTINGS.min_pages_beside
    is_near = abs(stretch.run.shift - beside.run.shift) <= SETTINGS.max_leap
    is_alike = all(not usual.isdisjoint(each.forms) for each in shown)
    return is_row and is_near and is_alike and stretch.run.is_arabic == beside.run.is_arabic


def pages_of(stretches: Sequence[Stretch], pages: Sequence[Sequence[Sighting]]) -> tuple[Page | None, ...]:
    """Return the page of each position, ``None`` where nothing is known of it.

    Between two pages that show the numbers of a run, one without a number has its own; one that shows
    another number where numbers usually stand is estimated with those beside it, and so is what lies between
    two runs and beyond.
    """
    usual = usual_forms([each for stretch in stretches for each in stretch.shown])
    found: list[Page | None] = [None] * len(pages)
    for stretch in stretches:
        for each in stretch.shown:
            found[each.position] = Page(each.number.label, "printed")
        for before, after in pairwise(stretch.shown):
            between = range(before.position + 1, after.position)
            doubt = int(len(between) > SETTINGS.max_unseen)
            for position in between:
                doubt = max(doubt, doubt_of(stretch.run.at(position), pages[position], usual))
            for position in between:
                found[position] = _page(stretch.run.at(position), doubt)
    for earlier, later in pairwise(stretches):
        for position in range(earlier.last + 1, later.first):
            found[position] = _between(earlier, later, position, pages[position], usual)
    if stretches:
        first, last = stretches[0], stretches[-1]
        for run, beyond in (
            (first.run, range(first.first - 1, -1, -1)),
            (last.run, range(last.last + 1, len(pages))),
        ):
            for distance, position in enumerate(beyond[: SETTINGS.max_beyond], start=1):
                if any(seen.form in usual and seen.number != run.at(position) for seen in pages[position]):
                    break
                found[position] = _page(run.at(position), distance)
    return tuple(found)


def _page(number: PageNumber, margin: int) -> Page | None:
    if number.value < 1:
        return None
    return Page(number.label, "estimated" if margin else "printed", margin)


def _between(
    before: Stretch, after: Stretch, position: int, sightings: Sequence[Sighting], usual: Forms
) -> Page | None:
    """Return the page between two runs, with its doubt.

    It has the number that it shows, where that lies between theirs, else that of the later run where it can.
    """
    lowest, highest = before.run.at(before.last), after.run.at(after.first)
    of_runs = before.run.at(position), after.run.at(position)
    shown = {seen.number for seen in sightings if seen.form in usual and lowest < seen.number < highest}
    of_run = of_runs[of_runs[1].value >= 1 and of_runs[1] > lowest]
    number = shown.pop() if len(shown) == 1 else of_run
    if before.run.is_arabic == after.run.is_arabic:
        margin = max(abs(number.value - each.value) for each in of_runs)
    else:
        margin = min(position - before.last, after.first - position)
    return _page(number, max(1, margin))


def doubt_of(number: PageNumber, sightings: Sequence[Sighting], usual: Forms) -> int:
    """Return by how much a page that should have ``number`` shows another where numbers usually stand.

    0: it shows none there. A number far from it may be misread or misprinted, and says no more than one near.
    """
    off = [
        abs(seen.number.value - number.value)
        for seen in sightings
        if seen.form in usual and seen.number.is_arabic == number.is_arabic
    ]
    near = [each for each in off if each <= SETTINGS.max_leap]
    is_alone = any(seen.form in usual and seen.form.side == "alone" for seen in sightings)
    return max(near) if near else int(is_alone)
