"""Pages of a PDF, through PDFium: their layout, and pictures of them."""

from __future__ import annotations

import ctypes
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from chunker.errors import BrokenSourceError, NoSuchPageError
from chunker.facsimile.layout import Box, PageLayout
from chunker.facsimile.png import png_of
from chunker.readers.pdf.reader import PDFIUM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pypdfium2

# Of a page of more, a table of numbers or made to harm, the rest is not looked at. Chosen by hand.
_MAX_CHARACTERS = 200_000
_MAX_PIXELS = 12_000_000  # 48 MB while it is drawn: a page 2,000 pixels wide and three times as tall


def pdf_layout(path: Path, position: int, *, name: str) -> PageLayout:
    """Return the layout of the page at ``position`` from 1.

    Raises:
        NoSuchPageError: the file has no such page.
        BrokenSourceError: PDFium cannot read it.
    """
    with _page(path, position, name) as page:
        width, height = page.get_size()
        with closing(page.get_textpage()) as text_page:
            characters, boxes = _characters(text_page, _as_shown(page))
        return PageLayout(width, height, "".join(characters), tuple(boxes), pages=len(page.pdf))


def pdf_picture(path: Path, position: int, *, name: str, width_pixels: int) -> bytes:
    """Return the page at ``position`` from 1 as a PNG of that width, or of less where it is very tall.

    Raises:
        NoSuchPageError: the file has no such page.
        BrokenSourceError: PDFium cannot read it.
    """
    with _page(path, position, name) as page:
        width, height = page.get_size()
        scale = min(width_pixels / width, (_MAX_PIXELS / (width * height)) ** 0.5)
        with closing(page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)) as bitmap:
            return png_of(bitmap.to_numpy())


@contextmanager
def _page(path: Path, position: int, name: str) -> Iterator[pypdfium2.PdfPage]:
    import pypdfium2

    with PDFIUM:
        try:
            with closing(pypdfium2.PdfDocument(path)) as document:
                if not 1 <= position <= len(document):
                    raise NoSuchPageError(f"{name}: has no page {position}; it has {len(document):,}")
                document.init_forms()
                with closing(document[position - 1]) as page:
                    yield page
        except pypdfium2.PdfiumError as error:
            raise BrokenSourceError(f"{name}: page {position} is damaged and cannot be shown") from error


def _as_shown(page: pypdfium2.PdfPage) -> Callable[[float, float, float, float], Box]:
    """Return what puts a rectangle of the page's own plane where it is shown: cropped and turned."""
    left, bottom, right, top = page.get_bbox()
    turn = page.get_rotation()

    def shown(x0: float, y0: float, x1: float, y1: float) -> Box:
        if turn == 90:
            return Box(y0 - bottom, x0 - left, y1 - bottom, x1 - left)
        if turn == 180:
            return Box(right - x1, y0 - bottom, right - x0, y1 - bottom)
        if turn == 270:
            return Box(top - y1, right - x1, top - y0, right - x0)
        return Box(x0 - left, top - y1, x1 - left, top - y0)

    return shown


def _characters(
    text_page: pypdfium2.PdfTextPage, shown: Callable[[float, float, float, float], Box]
) -> tuple[list[str], list[Box]]:
    from pypdfium2 import raw

    characters, boxes = [], []
    rectangle = raw.FS_RECTF()
    for index in range(min(text_page.count_chars(), _MAX_CHARACTERS)):
        characters.append(chr(raw.FPDFText_GetUnicode(text_page, index)))
        raw.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(rectangle))
        boxes.append(shown(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top))
    return characters, boxes
