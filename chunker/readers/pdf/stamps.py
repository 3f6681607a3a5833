"""Tells scans with a stamp for their only text: "Downloaded from", "Page 3 of 12", a file's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pypdfium2

    from chunker.readers.pdf.lines import PlacedLine

EDGE = 0.1
"""Of a sheet's height and width: where running lines stand, those up its side too. Chosen by hand."""
FILLED = 0.7
"""Of a sheet: a scan may have margins, a picture in a text is smaller. Chosen by hand; not measured."""


def is_stamped_picture(
    page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, lines: Sequence[PlacedLine]
) -> bool:
    """Whether pictures fill a sheet and its words, all along its edges, were put on them.

    ``lines`` are the sheet's, with what is typed on it.
    """
    from pypdfium2 import raw  # noqa: PLC0415, RUF100 - loaded by now

    if page.get_rotation() != 0:
        return False
    left, bottom, right, top = page.get_bbox()
    beside, above = EDGE * (right - left), EDGE * (top - bottom)

    def is_amid(across: float, up: float) -> bool:
        return bool(left + beside < across < right - beside and bottom + above < up < top - above)

    if any(line.text and is_amid(line.left, line.bottom + line.height / 2) for line in lines):
        return False
    # A line that begins at a side may run across the sheet, or up that side.
    boxes = map(text_page.get_rect, range(text_page.count_rects()))
    if any(is_amid((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in boxes):
        return False
    filled = 0.0
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        box = one.get_bounds()
        across, up = min(box[2], right) - max(box[0], left), min(box[3], top) - max(box[1], bottom)
        filled += max(0.0, across) * max(0.0, up)
    return bool(filled >= FILLED * (right - left) * (top - bottom))
