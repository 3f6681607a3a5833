"""Tells scans with a stamp for their only text: "Downloaded from", "Page 3 of 12", a file's number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pypdfium2

    from chunker.readers.pdf.lines import PlacedLine

EDGE = 0.1
"""Of a sheet's height: where running lines stand. Chosen by hand; not measured."""
FILLED = 0.7
"""Of a sheet: a scan may have margins, a picture in a text is smaller. Chosen by hand; not measured."""


def is_stamped_picture(page: pypdfium2.PdfPage, lines: Sequence[PlacedLine]) -> bool:
    """Whether pictures fill a sheet and its words, all at its upper and lower edge, were put on them."""
    from pypdfium2 import raw  # noqa: PLC0415, RUF100 - loaded by now

    if page.get_rotation() != 0:
        return False
    left, bottom, right, top = page.get_bbox()
    edge = EDGE * (top - bottom)
    if any(line.text and bottom + edge < line.bottom + line.height / 2 < top - edge for line in lines):
        return False
    filled = 0.0
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        box = one.get_bounds()
        across, up = min(box[2], right) - max(box[0], left), min(box[3], top) - max(box[1], bottom)
        filled += max(0.0, across) * max(0.0, up)
    return bool(filled >= FILLED * (right - left) * (top - bottom))
