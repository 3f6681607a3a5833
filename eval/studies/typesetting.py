"""Sets papers as a book whose pages are known line by line."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from chunker.readers.printed_pages.labels import roman_numeral
from chunker.text.blocks import paragraphs
from chunker.text.normalising import tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import Document, Source
    from eval.studies.page_layouts import Layout


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
    column_chars: int = 34
    lines: int = 38
    paragraph_lines: float = 1.6
    contents_lines: int = 28
    plate_every: int = 25
    foreword_pages: int = 4


PAGE = PageSettings()


@dataclass(frozen=True, slots=True)
class Paper:
    """A title and paragraphs, as a reader sees them."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line of a page; ``begins`` a paragraph, which a gap sets off; ``column`` it stands in."""

    text: str
    begins: bool = False
    column: int = 0


@dataclass(frozen=True, slots=True)
class SetPage:
    """A page; ``label`` is what a reader cites, ``None`` for a plate.

    ``printed`` is the number that stands on it, empty for none, ``head`` what stands over it.
    """

    label: str | None
    lines: tuple[SetLine, ...]
    head: str = ""
    printed: str = ""


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
    front_pages = PAGE.foreword_pages if layout.runs_on else 0
    numbers = iter(range(layout.first_number + front_pages, 1_000_000))
    first_pages: list[str] = []
    for paper in papers:
        for position, lines in enumerate(_pages(paper, layout.columns)):
            if layout.has_plates and len(body) % PAGE.plate_every == PAGE.plate_every - 1:
                body.append(SetPage(None, (SetLine("Plate: a portrait"),)))
            number = str(next(numbers))
            if position == 0:
                first_pages.append(number)
            is_silent = position == 0 and layout.opens_unnumbered
            body.append(SetPage(number, lines, paper.title[:40], "" if is_silent else number))
    front = _front(papers, first_pages, layout) if layout.has_front else []
    pages = [*front, *_damaged(body, layout)]
    if layout.counted:
        pages = [replace(page, head=_counted(layout, number)) for number, page in enumerate(pages)]
    if not layout.tells_numbers:
        pages = [replace(page, label=str(position)) for position, page in enumerate(pages, start=1)]
    return tuple(pages)


def _damaged(body: Sequence[SetPage], layout: Layout) -> Iterator[SetPage]:
    """Yield the pages as they came down to us: some lost, some twice, some with another number."""

    def is_turn(every: int, number: int) -> bool:
        return bool(every) and number % every == 0

    for number, page in enumerate(body, start=1):
        if is_turn(layout.lost_every, number):
            continue
        is_misread = is_turn(layout.misread_every, number) and page.printed
        yield replace(page, printed=str(int(page.printed) + 10 * (1 + number % 7))) if is_misread else page
        if is_turn(layout.twice_every, number):
            yield page


def _counted(layout: Layout, number: int) -> str:
    day = date(1912, 1, 1) + timedelta(days=number)
    return {
        "years": f"LETTERS OF {1871 + number}",
        "days": f"{day.day} {day:%B}",
        "letters": f"LETTER {number + 1}",
    }[layout.counted]


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
        foreword = Paper("Foreword", papers[0].paragraphs * PAGE.foreword_pages)
        pages = list(_pages(foreword, layout.columns))[: PAGE.foreword_pages]
    numerals = map(roman_numeral, range(1, len(pages) + 1))
    return [SetPage(numeral, one, "", numeral) for numeral, one in zip(numerals, pages, strict=True)]


def _pages(paper: Paper, columns: int) -> Iterator[tuple[SetLine, ...]]:
    """Yield the pages of a paper, each filled before the next, column by column."""
    room: list[SetLine] = []
    column, height = 0, 0.0
    chars = PAGE.line_chars if columns == 1 else PAGE.column_chars
    for text in dict.fromkeys((paper.title, *paper.paragraphs)):
        for number, line in enumerate(textwrap.wrap(text, chars)):
            step = PAGE.paragraph_lines if number == 0 else 1.0
            if height + step > PAGE.lines:
                column, height = column + 1, 0.0
                if column == columns:
                    yield tuple(room)
                    room, column = [], 0
            room.append(SetLine(line, begins=number == 0, column=column))
            height += step
    if room:
        yield tuple(room)
