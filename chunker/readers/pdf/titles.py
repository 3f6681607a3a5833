"""The title printed on a PDF's first page: what stands there in the largest type."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from statistics import median
from typing import TYPE_CHECKING

from chunker.readers.extraction import tidy_line
from chunker.readers.pdf.lines import with_accents
from chunker.segmenting.title_lines import may_be_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pypdfium2

    from chunker.readers.pdf.lines import RawLine


@dataclass(frozen=True, slots=True)
class PrintedTitleSettings:
    """What type is large enough for a title; chosen by hand, not measured.

    It is ``min_times_usual`` as large as the usual letter of the page, or the page has no more than
    ``title_page_lines``. Lines are of one type where they differ by at most ``same_type``. A title has
    ``min_letters``, at most ``max_lines`` and ``max_chars``.
    """

    min_times_usual: float = 1.15
    title_page_lines: int = 12
    same_type: float = 0.06
    min_letters: int = 4
    max_lines: int = 5
    max_chars: int = 200


SETTINGS = PrintedTitleSettings()


@dataclass(frozen=True, slots=True)
class _SizedLine:
    """A line with the size of its letters, in points; 0 where it does not run from left to right."""

    text: str
    size: float


def printed_title(text_page: pypdfium2.PdfTextPage, raw: Sequence[RawLine]) -> str | None:
    """Return the title printed on a page, ``None`` where no line stands out or what does is no title."""
    written = [
        _SizedLine(line.text, _size(text_page, line))
        for line in raw
        if sum(map(str.isalpha, line.text)) >= SETTINGS.min_letters
    ]
    sizes = [line.size for line in written for _ in line.text]
    usual = median(sizes) if sizes else 0.0
    for largest in sorted({line.size for line in written}, reverse=True):
        is_large = largest >= SETTINGS.min_times_usual * usual
        if largest <= 0 or not (is_large or (len(written) <= SETTINGS.title_page_lines and largest > usual)):
            return None
        title = tidy_line(" ".join(with_accents(line.text) for line in _run(written, largest)))
        if len(title) <= SETTINGS.max_chars and may_be_title(title):
            return title
    return None


def _size(text_page: pypdfium2.PdfTextPage, line: RawLine) -> float:
    """Return the size in which the first letter of a line is set."""
    from pypdfium2 import raw  # noqa: PLC0415, RUF100 - loaded by now

    index = line.start + next(place for place, letter in enumerate(line.text) if letter.isalpha())
    matrix = raw.FS_MATRIX()
    if not raw.FPDFText_GetMatrix(text_page, index, matrix) or abs(matrix.b) > abs(matrix.a):
        return 0.0
    return float(raw.FPDFText_GetFontSize(text_page, index)) * hypot(matrix.c, matrix.d)


def _run(written: Sequence[_SizedLine], size: float) -> list[_SizedLine]:
    """Return the first lines of about that size that follow each other."""
    run: list[_SizedLine] = []
    for line in written:
        is_of_type = abs(line.size - size) <= SETTINGS.same_type * size
        if run and (not is_of_type or len(run) == SETTINGS.max_lines):
            break
        if is_of_type:
            run.append(line)
    return run
