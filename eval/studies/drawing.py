"""Draws a book whose pages are set as a PDF, or writes its text."""

from __future__ import annotations

import io
from itertools import groupby
from typing import TYPE_CHECKING

from eval.studies.typesetting import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # comes without types

    from eval.studies.page_layouts import Layout
    from eval.studies.typesetting import SetPage

Placed = tuple[float, float, str]


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
    per_sheet = 2 if layout.is_two_up else 1
    canvas = Canvas(buffer, pagesize=(PAGE.width * per_sheet, PAGE.height), invariant=1)
    if layout.has_labels:
        _name_pages(canvas, pages, layout)
    for start in range(0, len(pages), per_sheet):
        words = [
            placed
            for side, page in enumerate(pages[start : start + per_sheet])
            for placed in _placed(page, layout, left=PAGE.width * side, number=start + side)
        ]
        if layout.is_across:
            words.sort(key=lambda placed: (-placed[1], placed[0]))
        canvas.setFont(PAGE.font, PAGE.font_points)
        for x, y, text in words:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _name_pages(canvas: Canvas, pages: Sequence[SetPage], layout: Layout) -> None:
    """Put the pages' labels into the file: ranges in Roman and in Arabic numerals, or one that counts on."""
    if layout.labels_from is not None:
        canvas.addPageLabel(0, style="ARABIC", start=layout.labels_from)
        return
    front = sum(page.label is not None and not page.label.isdecimal() for page in pages)
    if front:
        canvas.addPageLabel(0, style="ROMAN_LOWER", start=1)
    if front < len(pages):
        canvas.addPageLabel(front, style="ARABIC", start=int(pages[front].label or 1))


def _placed(page: SetPage, layout: Layout, *, left: float, number: int) -> Iterator[Placed]:
    """Yield what stands on a page, with where it begins, in points; ``number`` counts the pages from 0."""
    is_left = number % 2 == 1
    if page.head and (layout.has_running_heads or layout.counted):
        head = page.head if is_left or layout.counted else "Papers of an archive"
        yield left + (PAGE.width - _width(head)) / 2, PAGE.head_y, head
    words = layout.number_words.format(page.printed) if page.printed else ""
    if words and layout.numbers == "foot":
        yield left + (PAGE.width - _width(words)) / 2, PAGE.foot_y, words
    elif words and layout.numbers == "head":
        x = PAGE.margin if is_left else PAGE.width - PAGE.margin - _width(words)
        yield left + x, PAGE.head_y, words
    figures = [(37 * number + 11 * row) % 97 for row in range(4)] if layout.has_tables else []
    for row, figure in enumerate(figures[:2]):
        yield left + PAGE.margin, PAGE.first_line_y + (row + 1) * PAGE.font_points, str(figure)
    bottom = PAGE.first_line_y
    for column, lines in groupby(page.lines, key=lambda line: line.column):
        x = left + PAGE.margin + column * (PAGE.width - PAGE.margin) / 2
        height = PAGE.first_line_y
        for position, line in enumerate(lines):
            if position:
                height -= PAGE.line_points * (PAGE.paragraph_lines if line.begins else 1.0)
            yield x, height, line.text
        bottom = min(bottom, height)
    for row, figure in enumerate(figures[2:]):
        yield left + PAGE.margin, bottom - (row + 1) * PAGE.font_points, f"Exports {figure}"


def _width(words: str) -> float:
    from reportlab.pdfbase.pdfmetrics import (  # type: ignore[import-untyped] # comes without types
        stringWidth,
    )

    return float(stringWidth(words, PAGE.font, PAGE.font_points))
