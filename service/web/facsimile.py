"""The pages of a file as they look, beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.errors import NotFoundError
from service.library.facsimiles import USUAL_WIDTH, WIDTHS
from service.wording.links import picture_link
from service.wording.phrases import method_words, ocr_words, page_range_words

if TYPE_CHECKING:
    from chunker.documents import Span
    from service.dossier import Dossier
    from service.library.facsimiles import PageBoxes
    from service.library.reading import Reading

_SHOWN_AT_MOST = 3
"""Pages of one quote that are shown together: further ones are a step away."""


@dataclass(frozen=True, slots=True)
class PageView:
    """A page with everything that stands around it."""

    shown: PageBoxes
    source_id: str

    @property
    def words(self) -> str:
        """The page as a reader would cite it; its place in the file where it has no other number."""
        page = self.shown.page
        return page_range_words(page, None) if self._has_number else f"Page {self.place}"

    @property
    def note(self) -> str:
        """How the number and the words are known, and the page's place in the file, where it has a number."""
        page = self.shown.page
        parts = [ocr_words(self.shown.ocr_confidence)]
        if page is not None and self._has_number:
            parts = [method_words(page.method, page.margin), f"page {self.place}", *parts]
        return "; ".join(filter(None, parts))

    @property
    def place(self) -> str:
        """Its place in the file."""
        return f"{self.shown.position:,} of {self.shown.pages:,} of the file"

    @property
    def _has_number(self) -> bool:
        page = self.shown.page
        return page is not None and page.label != "" and not page.is_position

    @property
    def picture(self) -> str:
        """The address of its picture."""
        return picture_link(self.source_id, self.shown.position, width=USUAL_WIDTH)

    @property
    def large_picture(self) -> str:
        """The address of a picture to look at closely."""
        return picture_link(self.source_id, self.shown.position, width=WIDTHS[-1])

    @property
    def boxes(self) -> list[tuple[str, str, str, str]]:
        """Left, top, width and height of each rectangle, in the points of the page."""
        width, height = self.shown.width, self.shown.height
        return [
            (
                f"{box.left * width:.1f}",
                f"{box.top * height:.1f}",
                f"{(box.right - box.left) * width:.1f}",
                f"{(box.bottom - box.top) * height:.1f}",
            )
            for box in self.shown.boxes
        ]


@dataclass(frozen=True, slots=True)
class FacsimileView:
    """The pages that are shown, or the line that says why there are none.

    ``quote`` is the position of the first page with marked words, 0 for none. ``is_asked``: the reader asked
    for this very page.
    """

    pages: tuple[PageView, ...] = ()
    quote: int = 0
    is_asked: bool = False
    problem: str = ""

    @property
    def previous(self) -> int:
        """The position of the page before, 0 for none."""
        return self.pages[0].shown.position - 1 if self.pages else 0

    @property
    def next(self) -> int:
        """The position of the page after, 0 for none."""
        last = self.pages[-1].shown if self.pages else None
        return last.position + 1 if last and last.position < last.pages else 0


def facsimile_of(
    dossier: Dossier, reading: Reading, *, marked: Span | None, position: int | None, start_char: int
) -> FacsimileView | None:
    """Return the page at ``position``; else those with the ``marked`` words; else the one of ``start_char``.

    ``None``: the pages of this source cannot be shown, or there is none at that place.
    """
    source = reading.source
    if not source.is_pictured:
        return None
    try:
        pages = dossier.boxes(source.id, marked) if marked else []
        quote = pages[0].position if pages else 0
        if position is not None:
            pages = [one for one in pages if one.position == position]
        place = position or reading.page_map.position_at(start_char)
        if not pages and place is not None:
            with dossier.snapshot() as snapshot:
                pages = [dossier.facsimiles.page(snapshot, source, place)]
    except NotFoundError as error:
        return FacsimileView(problem=str(error), is_asked=position is not None)
    if not pages:
        return None
    views = tuple(PageView(one, source.id) for one in pages[:_SHOWN_AT_MOST])
    return FacsimileView(views, quote, is_asked=position is not None)
