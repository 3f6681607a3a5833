"""Ways in which books show the numbers of their pages, and hide or feign them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Layout:
    """How a book shows its pages.

    ``first_number`` is the number of the first page after the ``has_front`` matter, whose pages have
    Roman numerals; with ``runs_on`` the numbers go on from those. Numbers are printed at the ``numbers``
    edge, written as ``number_words``; where ``opens_unnumbered``, on the first page of no paper.
    ``has_labels``: the file names its pages, with ``labels_from`` not as printed but from that number on.
    ``has_contents``: the front matter is a table of contents, else a foreword. ``has_plates``: now and then a
    page without a number stands between numbered ones. Each ``lost_every``-th page is lost, each
    ``twice_every``-th is there twice, each ``misread_every``-th has another number. ``counted``: what stands
    over the pages and counts something else. ``has_tables``: pages begin and end with figures. ``columns``:
    of text on a page. ``is_two_up``: two pages on a sheet, with ``is_across`` line by line over both.
    ``is_text``: no PDF but its text, cut into paragraphs at page breaks. Where nothing tells a page's number,
    its true label is its position in the file.
    """

    name: str
    numbers: Literal["", "head", "foot"] = ""
    first_number: int = 1
    number_words: str = "{}"
    opens_unnumbered: bool = False
    has_front: bool = True
    runs_on: bool = False
    has_labels: bool = False
    labels_from: int | None = None
    has_running_heads: bool = False
    has_contents: bool = False
    has_plates: bool = False
    lost_every: int = 0
    twice_every: int = 0
    misread_every: int = 0
    counted: Literal["", "years", "days", "letters"] = ""
    has_tables: bool = False
    columns: int = 1
    is_two_up: bool = False
    is_across: bool = False
    is_text: bool = False

    @property
    def tells_numbers(self) -> bool:
        """Whether anything in the file tells the pages' numbers."""
        return bool(self.numbers or self.has_labels or self.has_contents)


LAYOUTS = (
    Layout("page labels in the file", has_labels=True),
    Layout("numbers at the foot", numbers="foot"),
    Layout("numbers at the foot, from 301 on", numbers="foot", first_number=301, has_front=False),
    Layout("numbers and running heads above", numbers="head", has_running_heads=True),
    Layout("numbers at the foot, plates between", numbers="foot", has_plates=True),
    Layout("no numbers", has_front=False),
    Layout("no numbers, running heads", has_front=False, has_running_heads=True),
    Layout("contents and numbers at the foot", numbers="foot", has_contents=True),
    Layout("contents name pages, the pages do not", has_contents=True),
    Layout("contents name pages, plates between", has_contents=True, has_plates=True),
    Layout("two pages on a sheet, numbers at the foot", numbers="foot", is_two_up=True, has_front=False),
    Layout("the same with a foreword, lines across", numbers="foot", is_two_up=True, is_across=True),
    Layout("text only, with contents", has_contents=True, is_text=True),
    Layout("leaves lost", numbers="head", has_running_heads=True, lost_every=11),
    Layout("own labels against printed", numbers="foot", first_number=162, has_labels=True, labels_from=0),
    Layout("own labels from 5 on against printed", numbers="foot", has_labels=True, labels_from=5),
    Layout("letters with years over them, no numbers", has_front=False, counted="years"),
    Layout("letters with years, numbers at the foot", numbers="foot", counted="years"),
    Layout("a diary with days over it, no numbers", has_front=False, counted="days"),
    Layout("counted letters, numbers above", numbers="head", first_number=40, counted="letters"),
    Layout("Roman numerals run on in numbers", numbers="foot", runs_on=True),
    Layout("pages there twice", numbers="foot", twice_every=15),
    Layout("numbers misread", numbers="foot", misread_every=9),
    Layout("“Page 3 of 400” at the foot", numbers="foot", number_words="Page {} of 400"),
    Layout("numbers above, but not where papers open", numbers="head", opens_unnumbered=True),
    Layout("two columns, numbers above", numbers="head", columns=2),
    Layout("tables at the edges, numbers at the foot", numbers="foot", first_number=57, has_tables=True),
    Layout("tables at the edges, no numbers", has_front=False, has_tables=True),
)
