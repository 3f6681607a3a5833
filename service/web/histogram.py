"""How many documents there are of each year, as a picture to choose years from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_BARS = 60
"""More bars are too narrow to be hit with a finger in a column of 300 pixels."""
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Bar:
    """Documents of the years ``first`` to ``last``; ``height`` is a share of the highest bar, 0 to 1."""

    first: int
    last: int
    documents: int
    height: float
    is_chosen: bool = True

    @property
    def label(self) -> str:
        """The years, as ``1940`` or ``1940–1949``."""
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars side by side over all years from the first to the last with documents, without gaps."""

    bars: tuple[Bar, ...]

    @property
    def first(self) -> int:
        """The first year."""
        return self.bars[0].first

    @property
    def last(self) -> int:
        """The last year."""
        return self.bars[-1].last

    @property
    def highest(self) -> int:
        """The most documents of one bar."""
        return max(bar.documents for bar in self.bars)

    @property
    def summary(self) -> str:
        """The picture in words, for those who do not see it."""
        counts = [f"{bar.label}: {bar.documents}" for bar in self.bars if bar.documents]
        return "Documents by year. " + ", ".join(counts) + "."


def histogram(
    years: Sequence[tuple[int, int]], *, chosen_from: int | None = None, chosen_to: int | None = None
) -> Histogram | None:
    """Return the bars for (year, documents) pairs in the order of years; ``None`` for no pairs.

    ``chosen_from`` and ``chosen_to`` are the first and the last year chosen, ``None`` without a bound.
    """
    if not years:
        return None
    first_year, last_year = years[0][0], years[-1][0]
    step = next((one for one in _STEPS if (last_year - first_year) // one < _MAX_BARS), _STEPS[-1])
    start = first_year - first_year % step
    counts = [0] * ((last_year - start) // step + 1)
    for year, documents in years:
        counts[(year - start) // step] += documents
    highest = max(counts)
    bars = []
    for place, documents in enumerate(counts):
        first, last = start + place * step, start + (place + 1) * step - 1
        is_chosen = (chosen_from is None or last >= chosen_from) and (chosen_to is None or first <= chosen_to)
        bars.append(Bar(first, last, documents, documents / highest if highest else 0.0, is_chosen))
    return Histogram(tuple(bars))
