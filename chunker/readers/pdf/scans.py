"""Sheets of a PDF that are pictures: rendered for recognition, and their lines as those of any sheet."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from chunker.readers.pdf.lines import PlacedLine, rows_of
from chunker.readers.pdf.sheets import SheetLines
from chunker.readers.recognising import text_lines
from chunker.readers.tesseract import DOTS_PER_INCH, Picture
from chunker.recognised import SCALE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdfium2

    from chunker.readers.picture_lines import PictureLine

POINTS_PER_INCH = 72
MAX_PIXELS = 60_000_000
"""A sheet of A2 at 300 dots an inch has 35 million; more take too much memory."""


def pictures_of(document: pypdfium2.PdfDocument, indexes: Sequence[int]) -> Iterator[tuple[int, Picture]]:
    """Yield the sheets as grey pictures, each with its index."""
    for index in indexes:
        page = document[index]
        try:
            yield index, picture_of(page)
        finally:
            page.close()


def picture_of(page: pypdfium2.PdfPage) -> Picture:
    """Return a sheet as it is shown, as fine as recognition wants it, or less if it is very large."""
    width, height = (side / POINTS_PER_INCH for side in page.get_size())
    dots = min(DOTS_PER_INCH, (MAX_PIXELS / (width * height)) ** 0.5)
    bitmap = page.render(scale=dots / POINTS_PER_INCH, grayscale=True)
    try:
        pixels = ctypes.string_at(bitmap.buffer, bitmap.stride * bitmap.height)
        rows = (pixels[row * bitmap.stride :][: bitmap.width] for row in range(bitmap.height))
        whole = pixels if bitmap.stride == bitmap.width else b"".join(rows)
        return Picture(bitmap.width, bitmap.height, whole, round(dots))
    finally:
        bitmap.close()


def shows_something(document: pypdfium2.PdfDocument, index: int) -> bool:
    """Whether anything at all is drawn on a sheet; one that is damaged shows nothing."""
    import pypdfium2  # noqa: PLC0415, RUF100 - loaded by now

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return False
    try:
        return next(iter(page.get_objects(max_depth=1)), None) is not None
    finally:
        page.close()


def scanned_sheet(lines: Sequence[PictureLine], *, is_wide: bool) -> tuple[SheetLines, list[PictureLine]]:
    """Return the lines of a picture as a sheet's, and in its order.

    Those of a wide one come half by half, where none crosses its middle.
    """
    rows = rows_of([PlacedLine(line.text, line.left, SCALE - line.bottom, line.height) for line in lines])
    left = [line for line in lines if line.right <= SCALE // 2]
    right = [line for line in lines if line.left >= SCALE // 2]
    if not is_wide or not left or not right or len(left) + len(right) < len(lines):
        return SheetLines(text_lines(lines), is_wide=is_wide, rows=rows), list(lines)
    halves = (text_lines(left), text_lines(right))
    return SheetLines([*halves[0], "", *halves[1]], is_wide=True, halves=halves, rows=rows), [*left, *right]
