"""The lines of a PDF's sheets, and which pages the sheets hold, for one may show two side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Page
from chunker.readers.extraction import tidy_line, without_surrogates
from chunker.readers.pdf.annotations import annotations_of, comments_in, with_annotations
from chunker.readers.pdf.halves import halves_of
from chunker.readers.pdf.lines import placed_line, raw_lines, rows_of, with_accents, with_paragraphs
from chunker.readers.pdf.stamps import is_stamped_picture
from chunker.readers.pdf.titles import printed_title
from chunker.readers.pdf.unmapped import is_unmapped
from chunker.readers.printed_pages.numbers import printed_pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdfium2

    from chunker.readers.pdf.lines import RawLine

# Of the pages that print a number, how many must have it as their own label; chosen by hand, not measured.
MIN_AGREEING_LABELS = 0.9


@dataclass(frozen=True, slots=True)
class SheetLines:
    """The lines of one sheet of a PDF.

    ``is_wide``: it is wider than tall, so that it may show two pages side by side. ``halves`` are then
    the lines of its left and right half, ``None`` where words stand across the middle. ``title`` stands out
    on it. ``rows`` are the lines from top to bottom, where their places are known. ``is_picture``: pictures
    fill it, and the lines are no more than a stamp on them.
    """

    lines: list[str]
    is_wide: bool = False
    halves: tuple[list[str], list[str]] | None = None
    title: str | None = None
    rows: list[str] | None = None
    is_picture: bool = False


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
            if is_unmapped(text_page, text):
                return SheetLines([], is_wide=width > height)
            raw, put = list(raw_lines(text)), annotations_of(document, page)
            comments = comments_in(put)
            if len(text) != text_page.count_chars():
                # Characters past U+FFFF count twice in PDFium, so places cannot be looked up.
                values = [each.text for each in put if not each.is_comment]
                return SheetLines(
                    [*(with_accents(line.text) for line in raw), *values, *comments], is_wide=width > height
                )
            placed = with_annotations([placed_line(text_page, line) for line in raw], put)
            title = printed_title(text_page, raw) if index == 0 else None
            is_cut = width > height and not put
            halves = halves_of_sheet(page, text_page, raw) if is_cut else None
            return SheetLines(
                [*with_paragraphs(placed), *comments],
                is_wide=width > height,
                halves=halves,
                title=title,
                rows=rows_of(placed),
                is_picture=is_stamped_picture(page, text_page, placed),
            )
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
    """A page of a PDF: its lines, the index of its sheet and how it is cited.

    Several pages on one sheet that cannot be cut are cited as ``12-13``.
    """

    lines: list[str]
    sheet: int
    page: Page


def pages_of_sheets(sheets: Sequence[SheetLines], own_labels: Sequence[str]) -> tuple[PdfPage, ...]:
    """Return the pages of a PDF in order.

    A page is cited by the number printed on it; where none is, by the file's own label (``own_labels``: ""
    for none), if these agree with the printed numbers; else by what the numbers of its neighbours suggest,
    as ``estimated``. In a file without numbers and labels it is cited by its position from 1. A sheet holds
    two pages where the numbers printed on it say so.
    """
    lines = [sheet.lines for sheet in sheets]
    printed = printed_pages([sheet.rows or sheet.lines for sheet in sheets], lines)
    own = telling_labels(own_labels, printed)
    if printed is None and own is None:
        halves = tuple(numbered_halves(sheets))
        if halves:
            return halves
        return tuple(
            PdfPage(sheet.lines, index, Page(str(index + 1), "estimated"))
            for index, sheet in enumerate(sheets)
        )
    cited = printed or (None,) * len(sheets)
    labels = own or [""] * len(sheets)
    return tuple(
        PdfPage(sheet.lines, index, page_of(page, label))
        for index, (sheet, page, label) in enumerate(zip(sheets, cited, labels, strict=True))
    )


def telling_labels(labels: Sequence[str], printed: Sequence[Page | None] | None) -> list[str] | None:
    """Return a file's own labels, ``None`` where they only count its pages or others are printed on them."""
    tidy = [tidy_line(label) for label in labels]
    count = len(tidy)
    if not any(tidy) or tidy in ([*map(str, range(count))], [*map(str, range(1, count + 1))]):
        return None
    agree = [
        page.label.casefold() == label.casefold()
        for page, label in zip(printed or (), tidy, strict=False)
        if page and not page.margin and label
    ]
    return tidy if sum(agree) >= MIN_AGREEING_LABELS * len(agree) else None


def page_of(printed: Page | None, own_label: str) -> Page:
    """Return how a page of a numbered file is cited, with an empty label where nothing tells its number."""
    if own_label and (printed is None or printed.margin):
        return Page(own_label, "printed")
    return printed or Page("", "estimated")


def numbered_halves(sheets: Sequence[SheetLines]) -> Iterator[PdfPage]:
    """Yield the pages where wide sheets hold two each; nothing where no numbers run from half to half.

    A sheet that cannot be cut is one page with the labels of both.
    """
    parts = [parts_of(sheet) for sheet in sheets]
    if not any(sheet.is_wide for sheet in sheets):
        return
    printed = printed_pages([lines for halves in parts for lines in halves])
    if printed is None:
        return
    position = 0
    for index, (sheet, halves) in enumerate(zip(sheets, parts, strict=True)):
        of_sheet = printed[position : position + len(halves)]
        position += len(halves)
        if sheet.halves is None:
            of_sheet = (spread_page(of_sheet),)
        for lines, page in zip(halves, of_sheet, strict=False):
            yield PdfPage(lines, index, page_of(page, ""))


def parts_of(sheet: SheetLines) -> tuple[list[str], ...]:
    """Return the lines of each page of a sheet; those of a wide sheet that cannot be cut twice."""
    if sheet.is_wide:
        return sheet.halves or (sheet.lines, sheet.lines)
    return (sheet.lines,)


def spread_page(pages: Sequence[Page | None]) -> Page | None:
    """Return all pages of a sheet as one: ``12-13``, no surer than the less sure of them."""
    known = [page for page in pages if page is not None]
    if not known:
        return None
    margin = max(page.margin for page in known)
    return Page("-".join(page.label for page in known), "estimated" if margin else "printed", margin)
