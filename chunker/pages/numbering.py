"""Numbers the pages of a file that only counts them, by what its table of contents says of them.

A scan without page numbers shows its pages one after the other; its table of contents tells by how
much their numbers differ from their positions: by the pages of the front matter, before plates by
more than behind them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from chunker.documents import Page, PageMethod, PageStart
from chunker.text.increasing import heaviest_increasing_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.pages.layout import KnownPage


@dataclass(frozen=True, slots=True)
class NumberingSettings:
    """When a table of contents numbers the pages of a file; chosen by hand, not measured.

    ``min_agreeing_pages`` must lie equally far from their positions, and ``min_believed_share`` of all listed
    pages must be of such: with fewer the numbers belong to another edition.
    """

    min_agreeing_pages: int = 3
    min_believed_share: float = 0.5


SETTINGS = NumberingSettings()


@dataclass(frozen=True, slots=True)
class _Listed:
    """A page that the table of contents names, and the position in the file where it was found."""

    position: int
    page: int

    @property
    def shift(self) -> int:
        return self.page - self.position


def counts_only(page_starts: Sequence[PageStart]) -> bool:
    """Return whether the labels of a file's pages are but their positions in it."""
    return all(start.page.method == "estimated" and start.page.label.isdecimal() for start in page_starts)


def numbered_pages(counted: Sequence[PageStart], known: Sequence[KnownPage]) -> tuple[PageStart, ...] | None:
    """Return the pages of a file with the numbers its table of contents gives them.

    ``counted`` are pages whose labels are positions. Where several listed pages in a row lie equally far
    from their positions, so do those between them; where that changes, the pages between are
    ``estimated``. Pages before page 1 have no start. ``None``: too few of the listed pages agree.
    """
    believed = _believed(_listed(counted, known))
    return tuple(_numbered(counted, believed)) if believed else None


def _listed(counted: Sequence[PageStart], known: Sequence[KnownPage]) -> list[_Listed]:
    """Return the pages listed, each once, in the file's order; what stands before its pages is left out."""
    found = (
        (bisect_right(counted, place.start_char, key=lambda start: start.start_char), place.page)
        for place in known
    )
    pairs = {(int(counted[number - 1].page.label), page) for number, page in found if number}
    return [_Listed(position, page) for position, page in sorted(pairs)]


def _believed(listed: Sequence[_Listed]) -> list[_Listed]:
    """Return those that agree with several others in a row; empty where they are too few of all."""
    support = Counter(each.shift for each in listed)
    agreeing = [each for each in listed if support[each.shift] >= SETTINGS.min_agreeing_pages]
    rising = heaviest_increasing_run(
        [each.page for each in agreeing], [support[each.shift] for each in agreeing], is_strict=True
    )
    rows = groupby((agreeing[number] for number in rising), key=lambda each: each.shift)
    kept = [each for _, row in rows for each in _enough(list(row))]
    return kept if len(kept) >= SETTINGS.min_believed_share * len(listed) else []


def _enough(row: list[_Listed]) -> list[_Listed]:
    return row if len(row) >= SETTINGS.min_agreeing_pages else []


def _numbered(counted: Sequence[PageStart], believed: Sequence[_Listed]) -> Iterator[PageStart]:
    positions = [each.position for each in believed]
    for start in counted:
        position = int(start.page.label)
        number = bisect_right(positions, position)
        before = believed[max(0, number - 1)]
        after = believed[min(number, len(believed) - 1)]
        page, margin = position + before.shift, abs(after.shift - before.shift)
        if margin and position > before.position:
            page = max(before.page, min(page, after.page - 1))
        else:
            margin = 0
        margin = max(margin, start.page.margin)
        if page >= 1:
            method: PageMethod = "estimated" if margin else "contents"
            yield PageStart(start.start_char, Page(str(page), method, margin, start.page.position))
