"""Reads PDF through PDFium: text page by page, page labels and the outline."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Heading
from chunker.errors import BrokenSourceError, EmptySourceError, SourceTooLargeError
from chunker.readers.extraction import (
    Extracted,
    ReadingLimits,
    check_characters,
    tidy_line,
    without_surrogates,
)
from chunker.readers.pdf.joining import joined
from chunker.readers.pdf.scans import pictures_of, scanned_sheet, shows_something
from chunker.readers.pdf.sheets import SheetLines, lines_of_sheet
from chunker.readers.recognising import Recognition, no_text, recognise_all, tell_read
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pypdfium2

logger = logging.getLogger(__name__)

# PDFium is not thread-safe: one file at a time in this process.
PDFIUM = threading.Lock()
END_MARK = b"%%EOF"
# Servers and mailers append bytes to a file; the end mark may stand some way before its end.
END_MARK_WITHIN = 64 * 1024
# The dictionary stands within the first 1024 bytes (PDF Reference 1.7, appendix F); others may precede it.
LINEARISED_WITHIN = 2048
LINEARISED_LENGTH = re.compile(rb"/Linearized\b[^>]{0,200}?/L\s+(\d+)")


@dataclass(frozen=True, slots=True)
class OutlineSettings:
    """How an outline's titles are found on their pages; chosen by hand, not measured.

    A title is looked for over at most ``max_title_lines`` lines, up to ``max_length_ratio`` times its length
    and ``extra_chars``, as alike as ``min_title_match`` (rapidfuzz's ratio, 0..100) or more.
    ``max_entries``: more than this are no outline but a damaged file.
    """

    min_title_match: float = 80.0
    max_title_lines: int = 4
    max_length_ratio: int = 2
    extra_chars: int = 20
    max_entries: int = 20_000


SETTINGS = OutlineSettings()


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """An entry of a PDF's outline: its level from 1, its words and the index of its page."""

    level: int
    title: str
    page_index: int


@dataclass(frozen=True, slots=True)
class PdfContent:
    """What PDFium gives: each sheet's lines and own label ("" for none), outline, title, author.

    ``recognised`` are the lines of sheets that are pictures.
    """

    sheets: tuple[SheetLines, ...]
    recognised: Recognition
    labels: tuple[str, ...]
    outline: tuple[OutlineEntry, ...]
    title: str | None
    author: str


def read_pdf(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a PDF; pages are joined by a blank line, without their running headers and footers.

    How a page is cited, :func:`~chunker.readers.pdf.sheets.pages_of_sheets` tells. Where two pages stand
    on one sheet, each is read by itself. Raises BrokenSourceError for a damaged, cut short or locked file,
    EmptySourceError for pictures in which no text is read, and SourceTooLargeError past the limits.
    """
    check_is_whole(data, name=name)
    with PDFIUM:
        content = content_of(data, name=name, limits=limits)
    if not any(has_text(sheet) for sheet in content.sheets):
        raise no_text(content.recognised, EmptySourceError, name=name, pages=len(content.sheets))
    pages = joined(content.sheets, content.labels, content.recognised.lines)
    return Extracted(
        pages.text,
        title=content.title,
        printed_title=content.sheets[0].title,
        bibliography=stated_bibliography(authors=[content.author]),
        headings=headings_of(content.outline, pages.sheets, pages.offsets),
        page_starts=pages.starts,
        recognised=pages.recognised,
    )


def check_is_whole(data: bytes, *, name: str) -> None:
    """Raise BrokenSourceError for a file that was cut short, of which PDFium may read a part."""
    linearised = LINEARISED_LENGTH.search(data[:LINEARISED_WITHIN])
    is_short = linearised is not None and int(linearised[1]) > len(data)
    if is_short or END_MARK not in data[-END_MARK_WITHIN:]:
        raise BrokenSourceError(f"{name}: the PDF is cut short; copy or download it again")


def content_of(data: bytes, *, name: str, limits: ReadingLimits) -> PdfContent:
    """Take from PDFium what is needed and close its handles."""
    import pypdfium2  # noqa: PLC0415, RUF100 - loads a native library
    from pypdfium2 import raw  # noqa: PLC0415, RUF100 - as above

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise BrokenSourceError(f"{name}: is locked with a password; save it without one") from error
        raise BrokenSourceError(f"{name}: the PDF is damaged; repair it or copy it again") from error
    try:
        document.init_forms()
        if len(document) > limits.max_pages:
            raise SourceTooLargeError(
                f"{name}: {len(document):,} pages, more than the limit of {limits.max_pages:,}; "
                "split the file into parts or raise the limit on pages"
            )
        sheets = list(sheets_of(document, name=name, limits=limits))
        recognised = recognise_sheets(document, sheets, name=name, limits=limits)
        return PdfContent(
            sheets=tuple(sheets),
            recognised=recognised,
            labels=tuple(document.get_page_label(index) for index in range(len(document))),
            outline=tuple(outline_of(document)),
            title=title_of(document),
            author=document.get_metadata_value("Author"),
        )
    finally:
        document.close()


def sheets_of(document: pypdfium2.PdfDocument, *, name: str, limits: ReadingLimits) -> Iterator[SheetLines]:
    """Yield the lines of each sheet; one PDFium cannot read has none and is told in the log."""
    import pypdfium2  # noqa: PLC0415, RUF100 - loaded by now

    characters = damaged = 0
    for index in range(len(document)):
        try:
            sheet = lines_of_sheet(document, index)
        except pypdfium2.PdfiumError:
            logger.warning("%s: page %d of the PDF is damaged and left out", name, index + 1)
            damaged += 1
            sheet = SheetLines([])
        characters += sum(map(len, sheet.lines))
        check_characters(characters, name=name, limits=limits)
        yield sheet
    if damaged and damaged == len(document):
        raise BrokenSourceError(f"{name}: none of the PDF's pages can be read; repair it or copy it again")


def recognise_sheets(
    document: pypdfium2.PdfDocument, sheets: list[SheetLines], *, name: str, limits: ReadingLimits
) -> Recognition:
    """Give sheets that are pictures the lines read in them; return these by the sheet's index.

    A stamp on one is among what is read; where nothing is, it stays alone.
    """
    empty = [
        index
        for index, sheet in enumerate(sheets)
        if sheet.is_picture or (not has_text(sheet) and shows_something(document, index))
    ]
    if not empty:
        return Recognition()
    read = recognise_all(pictures_of(document, empty), limits.recognition, name=name, count=len(empty))
    for index, lines in read.lines.items():
        sheets[index], read.lines[index] = scanned_sheet(lines, is_wide=sheets[index].is_wide)
    tell_read(read, missing=len(empty) - len(read.lines), pages=len(sheets))
    return read


def has_text(sheet: SheetLines) -> bool:
    """Whether there is anything to read on a sheet."""
    return any(line.strip() for line in sheet.lines)


def outline_of(document: pypdfium2.PdfDocument) -> Iterator[OutlineEntry]:
    """Yield the outline's entries that lead to a page of this file."""
    for count, bookmark in enumerate(document.get_toc()):
        if count >= SETTINGS.max_entries:
            return
        destination = bookmark.get_dest()
        index = None if destination is None else destination.get_index()
        title = tidy_line(without_surrogates(bookmark.get_title()))
        if index is not None and 0 <= index < len(document) and title:
            yield OutlineEntry(bookmark.level + 1, title, index)


def title_of(document: pypdfium2.PdfDocument) -> str | None:
    """Return the title in the file's properties, unless it is what a program put there."""
    return stated_title(document.get_metadata_value("Title"))


def headings_of(
    outline: Sequence[OutlineEntry], texts: Sequence[str], offsets: Sequence[int]
) -> tuple[Heading, ...]:
    """Place the outline's entries in the text, in order of offset.

    An entry whose words don't stand on its page is placed, with an empty span, where the page begins.
    """
    headings = []
    for entry in outline:
        start, end = place_of_title(entry.title, texts[entry.page_index])
        offset = offsets[entry.page_index]
        headings.append(Heading(offset + start, offset + end, entry.level, entry.title))
    return tuple(sorted(headings, key=lambda heading: (heading.start_char, heading.level)))


def place_of_title(title: str, page: str) -> tuple[int, int]:
    """Return where a title stands among a page's lines, over up to a few lines; (0, 0) for nowhere."""
    from rapidfuzz import fuzz  # noqa: PLC0415, RUF100 - only files with an outline need it

    lines = [(found.start(), found.end()) for found in re.finditer(r"\S(?:[^\n]*\S)?", page)]
    wanted = title.casefold()
    best_score, best = SETTINGS.min_title_match, (0, 0)
    for first in range(len(lines)):
        for last in range(first, min(first + SETTINGS.max_title_lines, len(lines))):
            start, end = lines[first][0], lines[last][1]
            if end - start > SETTINGS.max_length_ratio * len(title) + SETTINGS.extra_chars:
                break
            score = fuzz.ratio(wanted, tidy_line(page[start:end]).casefold(), score_cutoff=best_score)
            if score > best_score:
                best_score, best = score, (start, end)
    return best
