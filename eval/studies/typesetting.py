"""Sets papers as a book whose pages are known line by line, and draws it as a PDF or writes it as text."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chunker.readers.printed_pages.labels import roman_numeral
from chunker.text.blocks import paragraphs
from chunker.text.normalising import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # comes without types

    from chunker.documents import Document, Source


@dataclass(frozen=True, slots=True)
class PageSettings:
    """A small page of a book, in points of 1/72 inch from its lower left corner, or in characters and lines.

    All chosen by hand, to look like a printed book; not measured. A paragraph's first line takes
    ``paragraph_lines``, a page of contents holds ``contents_lines``. Each ``plate_every``-th page is a plate.
    """

    width: float = 460.0
    height: float = 680.0
    margin: float = 40.0
    head_y: float = 646.0
    first_line_y: float = 616.0
    foot_y: float = 24.0
    line_points: float = 15.0
    font: str = "Times-Roman"
    font_points: int = 10
    line_chars: int = 72
    lines: int = 38
    paragraph_lines: float = 1.6
    contents_lines: int = 28
    plate_every: int = 25
    foreword_pages: int = 4


PAGE = PageSettings()


@dataclass(frozen=True, slots=True)
class Layout:
    """How a book shows its pages.

    ``first_number`` is the number of the first page after the ``has_front`` matter, whose pages have
    Roman numerals. Numbers are printed at the ``numbers`` edge. ``has_labels``: the file names its pages.
    ``has_contents``: the front matter is a table of contents, else a foreword. ``has_plates``: now and
    then a page without a number stands between numbered ones. ``is_two_up``: two pages on a sheet.
    ``is_text``: no PDF but its text, cut into paragraphs at page breaks. Where nothing tells a page's
    number, its true label is its position in the file.
    """

    name: str
    numbers: Literal["", "head", "foot"] = ""
    first_number: int = 1
    has_front: bool = True
    has_labels: bool = False
    has_running_heads: bool = False
    has_contents: bool = False
    has_plates: bool = False
    is_two_up: bool = False
    is_across: bool = False
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A title and paragraphs, as a reader sees them."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line of a page; ``begins`` a paragraph, which a gap sets off."""

    text: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class SetPage:
    """A page; ``label`` is what a reader cites, ``None`` for a plate, ``head`` what stands over it."""

    label: str | None
    lines: tuple[SetLine, ...]
    head: str = ""


def papers_of(source: Source, documents: Sequence[Document], *, max_chars: int) -> tuple[Paper, ...]:
    """Return the first papers of a source, at most ``max_chars`` characters but always one paper.

    Characters that a PDF's own fonts lack are left out.
    """
    papers: list[Paper] = []
    used = 0
    for document in documents:
        blocks = paragraphs(source.text, document.start_char, document.end_char)
        bodies = tuple(filter(None, (_plain(block.text) for block in blocks)))
        if used and used + sum(map(len, bodies)) > max_chars:
            break
        used += sum(map(len, bodies))
        papers.append(Paper(_plain(document.title), bodies))
    return tuple(papers)


def _plain(text: str) -> str:
    return " ".join(tidy(text).text.encode("cp1252", "ignore").decode("cp1252").split())


def set_book(papers: Sequence[Paper], layout: Layout) -> tuple[SetPage, ...]:
    """Return the pages of a book in which every paper begins on a new page."""
    body: list[SetPage] = []
    numbers = iter(range(layout.first_number, 1_000_000))
    first_pages: list[str] = []
    for paper in papers:
        for position, lines in enumerate(_pages(paper)):
            if layout.has_plates and len(body) % PAGE.plate_every == PAGE.plate_every - 1:
                body.append(SetPage(None, (SetLine("Plate: a portrait"),)))
            number = str(next(numbers))
            if position == 0:
                first_pages.append(number)
            body.append(SetPage(number, lines, paper.title[:40]))
    front = _front(papers, first_pages, layout) if layout.has_front else []
    pages = [*front, *body]
    if not (layout.numbers or layout.has_labels or layout.has_contents):
        pages = [
            SetPage(str(position), page.lines, page.head) for position, page in enumerate(pages, start=1)
        ]
    return tuple(pages)


def _front(papers: Sequence[Paper], first_pages: Sequence[str], layout: Layout) -> list[SetPage]:
    if layout.has_contents:
        lines = [SetLine("CONTENTS", begins=True)]
        for paper, page in zip(papers, first_pages, strict=True):
            *first, last = textwrap.wrap(paper.title, PAGE.line_chars - 8) or [""]
            entry = [*first, f"{last} {'.' * max(2, PAGE.line_chars - 6 - len(last))} {page}"]
            lines += [SetLine(line, begins=number == 0) for number, line in enumerate(entry)]
        pages = [
            tuple(lines[start : start + PAGE.contents_lines])
            for start in range(0, len(lines), PAGE.contents_lines)
        ]
    else:
        pages = list(_pages(Paper("Foreword", papers[0].paragraphs * PAGE.foreword_pages)))[
            : PAGE.foreword_pages
        ]
    return [SetPage(roman_numeral(number), one, "") for number, one in enumerate(pages, start=1)]


def _pages(paper: Paper) -> Iterator[tuple[SetLine, ...]]:
    """Yield the pages of a paper, each filled before the next."""
    room: list[SetLine] = []
    height = 0.0
    for text in dict.fromkeys((paper.title, *paper.paragraphs)):
        for number, line in enumerate(textwrap.wrap(text, PAGE.line_chars)):
            step = PAGE.paragraph_lines if number == 0 else 1.0
            if height + step > PAGE.lines:
                yield tuple(room)
                room, height = [], 0.0
            room.append(SetLine(line, begins=number == 0))
            height += step
    if room:
        yield tuple(room)


def as_text(pages: Sequence[SetPage]) -> str:
    """Return the text of a book without its pages: paragraphs on one line, cut where a page ended."""
    parts: list[str] = []
    for page in pages:
        for number, line in enumerate(page.lines):
            if line.begins or number == 0:
                parts.append(line.text)
            else:
                parts[-1] += f" {line.text}"
    return "\n\n".join(parts) + "\n"


def as_pdf(pages: Sequence[SetPage], layout: Layout) -> bytes:
    """Return the book as a PDF; needs reportlab, which only development installs."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    columns = 2 if layout.is_two_up else 1
    canvas = Canvas(buffer, pagesize=(PAGE.width * columns, PAGE.height), invariant=1)
    if layout.has_labels:
        _name_pages(canvas, pages)
    for start in range(0, len(pages), columns):
        words = [
            placed
            for column, page in enumerate(pages[start : start + columns])
            for placed in _placed(page, layout, left=PAGE.width * column, is_left=(start + column) % 2 == 1)
        ]
        if layout.is_across:
            words.sort(key=lambda placed: (-placed[1], placed[0]))
        canvas.setFont(PAGE.font, PAGE.font_points)
        for x, y, text in words:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _name_pages(canvas: Canvas, pages: Sequence[SetPage]) -> None:
    """Put the pages' labels into the file: ranges in Roman and in Arabic numerals."""
    front = sum(page.label is not None and not page.label.isdecimal() for page in pages)
    if front:
        canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
    if front < len(pages):
        canvas.addPageLabel(front, style="ARABIC", start=int(pages[front].label or 1))


def _placed(
    page: SetPage, layout: Layout, *, left: float, is_left: bool
) -> Iterator[tuple[float, float, str]]:
    """Yield what stands on a page, with where it begins, in points."""
    from reportlab.pdfbase.pdfmetrics import (  # type: ignore[import-untyped] # comes without types
        stringWidth,
    )

    def centred(text: str) -> float:
        return left + (PAGE.width - float(stringWidth(text, PAGE.font, PAGE.font_points))) / 2

    if layout.has_running_heads and page.head:
        head = page.head if is_left else "Papers of an archive"
        yield centred(head), PAGE.head_y, head
    if page.label is not None and layout.numbers == "foot":
        yield centred(page.label), PAGE.foot_y, page.label
    elif page.label is not None and layout.numbers == "head" and is_left:
        yield left + PAGE.margin, PAGE.head_y, page.label
    elif page.label is not None and layout.numbers == "head":
        width = float(stringWidth(page.label, PAGE.font, PAGE.font_points))
        yield left + PAGE.width - PAGE.margin - width, PAGE.head_y, page.label
    height = PAGE.first_line_y
    for number, line in enumerate(page.lines):
        if number:
            height -= PAGE.line_points * (PAGE.paragraph_lines if line.begins else 1.0)
        yield left + PAGE.margin, height, line.text
