"""The lines of a PDF's sheets, and which pages the sheets hold, for one may show two side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Page
from chunker.readers.extraction import tidy_line, without_surrogates
from chunker.readers.pdf.annotations import annotations_of, comments_in, with_annotations
from chunker.readers.pdf.halves import halves_of
from chunker.readers.pdf.lines import placed_line, raw_lines, with_paragraphs
from chunker.readers.printed_pages.labels import lines_at_edges
from chunker.readers.printed_pages.numbers import printed_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdfium2

    from chunker.readers.pdf.lines import RawLine

Labels = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class SheetLines:
    """The lines of one sheet of a PDF.

    ``is_wide``: it is wider than tall, so that it may show two pages side by side. ``halves`` are then
    the lines of its left and right half, ``None`` where words stand across the middle.
    """

    lines: list[str]
    is_wide: bool = False
    halves: tuple[list[str], list[str]] | None = None


def lines_of_sheet(document: pypdfium2.PdfDocument, index: int) -> SheetLines:
    """Return the lines of a sheet; a hyphen at a line's end stays, as the file gives it.

    What is filled into its forms, typed on it or said of it is among them.
    """
    page = document[index]
    try:
        width, height = page.get_size()
        text_page = page.get_textpage()
        try:
            text = without_surrogates(text_page.get_text_range()) if text_page.count_chars() else ""
            raw, put = list(raw_lines(text)), annotations_of(document, page)
            comments = comments_in(put)
            if len(text) != text_page.count_chars():
                # Characters past U+FFFF count twice in PDFium, so places cannot be looked up.
                values = [each.text for each in put if not each.is_comment]
                return SheetLines([*(line.text for line in raw), *values, *comments], is_wide=width > height)
            placed = with_annotations([placed_line(text_page, line) for line in raw], put)
            is_cut = width > height and not put
            halves = halves_of_sheet(page, text_page, raw) if is_cut else None
            return SheetLines([*with_paragraphs(placed), *comments], is_wide=width > height, halves=halves)
        finally:
            text_page.close()
    finally:
        page.close()


def halves_of_sheet(
    page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage, raw: Sequence[RawLine]
) -> tuple[list[str], list[str]] | None:
    """Return the lines of a sheet's halves; ``None`` where it cannot be cut, or lies turned."""
    left, _, right, _ = page.get_bbox()
    halves = halves_of(text_page, raw, left=left, right=right) if page.get_rotation() == 0 else None
    return None if halves is None else (with_paragraphs(halves[0]), with_paragraphs(halves[1]))


@dataclass(frozen=True, slots=True)
class PdfPage:
    """A page of a PDF: its lines, the index of its sheet and how it is cited, ``None`` for not at all.

    ``label`` is the number printed on the page; several pages on one sheet have it as ``12-13``.
    """

    lines: list[str]
    sheet: int
    page: Page | None
    label: str | None = None


def pages_of_sheets(sheets: Sequence[SheetLines], own_labels: Sequence[str]) -> tuple[PdfPage, ...]:
    """Return the pages of a PDF in order.

    A page is cited by the file's own label where it has such (``own_labels``: "" for none); else by the
    number printed on it; else it is cited, as ``estimated``, by its position from 1. Own labels that only
    count 1, 2, 3 … say no more than that. A sheet holds two pages where the numbers printed on it say so.
    """
    printed = printed_labels([lines_at_edges(sheet.lines) for sheet in sheets])
    positions = [str(position) for position in range(1, len(sheets) + 1)]
    counted = [Page(position, "estimated") for position in positions]
    if any(own_labels) and list(own_labels) != positions:
        cited: list[Page | None] = [
            Page(tidy_line(label), "printed") if label.strip() else position
            for label, position in zip(own_labels, counted, strict=True)
        ]
    elif printed is not None:
        cited = [None if label is None else Page(label, "printed") for label in printed]
    else:
        cited = list(counted)
        halves = tuple(numbered_halves(sheets))
        if halves:
            return halves
    labels = printed or [page.label if page else None for page in cited]
    return tuple(
        PdfPage(sheet.lines, index, page, label)
        for index, (sheet, page, label) in enumerate(zip(sheets, cited, labels, strict=True))
    )


def numbered_halves(sheets: Sequence[SheetLines]) -> Iterator[PdfPage]:
    """Yield the pages where wide sheets hold two each; nothing where no numbers run from half to half.

    A sheet that cannot be cut is one page with the labels of both.
    """
    parts = [parts_of(sheet) for sheet in sheets]
    if not any(sheet.is_wide for sheet in sheets):
        return
    labels = printed_labels([lines_at_edges(lines) for halves in parts for lines in halves])
    if labels is None:
        return
    position = 0
    for index, (sheet, halves) in enumerate(zip(sheets, parts, strict=True)):
        of_sheet = labels[position : position + len(halves)]
        position += len(halves)
        if sheet.halves is None:
            of_sheet = (spread_label(of_sheet),)
        for lines, label in zip(halves, of_sheet, strict=False):
            yield PdfPage(lines, index, None if label is None else Page(label, "printed"), label)


def parts_of(sheet: SheetLines) -> tuple[list[str], ...]:
    """Return the lines of each page of a sheet; those of a wide sheet that cannot be cut twice."""
    if sheet.is_wide:
        return sheet.halves or (sheet.lines, sheet.lines)
    return (sheet.lines,)


def spread_label(labels: Sequence[str | None]) -> str | None:
    """Return one label for all pages of a sheet: ``12-13``."""
    return "-".join(label for label in labels if label is not None) or None
