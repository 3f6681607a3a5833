"""What a page shows and where: its size, and the box of each character."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Box(NamedTuple):
    """A rectangle on a page as it is shown, from its upper left corner; in points unless said otherwise."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A page: its size in points as it is shown, its characters in the file's order, the box of each.

    ``text`` and ``boxes`` are parallel; what has no place of its own has a box without width or height.
    ``pages`` is how many pages the file has.
    """

    width: float
    height: float
    text: str
    boxes: tuple[Box, ...]
    pages: int

    def rectangles(self, places: Iterable[int]) -> tuple[Box, ...]:
        """Return what the characters at ``places``, in order, cover, a rectangle a line.

        They are in fractions of the page; what lies beyond the page is cut off.
        """
        boxes = (self.boxes[place] for place in places if not self.text[place].isspace())
        lines = _lines(box for box in boxes if box.left < box.right and box.top < box.bottom)
        within = (self._within(_around(line)) for line in lines)
        return tuple(box for box in within if box.left < box.right and box.top < box.bottom)

    def _within(self, box: Box) -> Box:
        left, right = (min(max(x / self.width, 0.0), 1.0) for x in (box.left, box.right))
        top, bottom = (min(max(y / self.height, 0.0), 1.0) for y in (box.top, box.bottom))
        return Box(left, top, right, bottom)


# A gap of more heights of its letters parts a line, as the one between columns does. Chosen by hand.
_MAX_GAP_HEIGHTS = 2.0
# Boxes that share this much of the smaller one's height stand on one line. Chosen by hand.
_MIN_SHARED_HEIGHT = 0.5
_MAX_USUAL_HEIGHTS = 1.5  # of the usual box of a line. Chosen by hand


def _lines(boxes: Iterable[Box]) -> Iterator[list[Box]]:
    """Yield the boxes of each line; one that runs up or down the page is a line, too."""
    line: list[Box] = []
    is_across: bool | None = None  # not known of a line of one letter
    for box in boxes:
        if line:
            is_across = _goes_on_across(line[-1], box, is_across)
            if is_across is None:
                yield line
                line = []
        line.append(box)
    if line:
        yield line


def _goes_on_across(last: Box, box: Box, is_across: bool | None) -> bool | None:
    """Return whether ``box`` continues a line across the page or else down it, ``None`` for neither."""
    if is_across is not False and _continues(last, box):
        return True
    if is_across is not True and _continues(_turned(last), _turned(box)):
        return False
    return None


def _turned(box: Box) -> Box:
    """Return a box with its sides exchanged, so that a line down the page becomes one across it."""
    return Box(box.top, box.left, box.bottom, box.right)


def _continues(last: Box, box: Box) -> bool:
    smaller = min(last.bottom - last.top, box.bottom - box.top)
    shared = min(last.bottom, box.bottom) - max(last.top, box.top)
    gap = max(box.left - last.right, last.left - box.right)
    return shared >= _MIN_SHARED_HEIGHT * smaller and gap <= _MAX_GAP_HEIGHTS * smaller


def _around(line: list[Box]) -> Box:
    """Return the rectangle of a line, as tall as its boxes but for the odd one, such as that of a bullet."""
    tallest = _MAX_USUAL_HEIGHTS * median_low(box.bottom - box.top for box in line)
    usual = [box for box in line if box.bottom - box.top <= tallest]
    top, bottom = min(box.top for box in usual), max(box.bottom for box in usual)
    return Box(min(box.left for box in line), top, max(box.right for box in line), bottom)
