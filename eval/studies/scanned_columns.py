"""Measures in which order scans of columns are read: pages of known words in many layouts, then read by OCR.

Run as ``python -m eval.studies.scanned_columns``. Of each layout it gives the character errors against the
words in the order of a reader, and how many quotes of six words stand whole in what was read.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz.distance import Levenshtein

from chunker.readers.extraction import ReadingLimits, RecognitionSettings
from chunker.readers.reading import read_bytes
from eval.reports.tables import markdown_rows
from eval.studies.scanned_pages import (
    FONT,
    HEIGHT,
    LETTERS,
    MARGIN,
    PITCH,
    QUOTED_WORDS,
    SCANS,
    SENTENCES,
    WIDTH,
    scanned,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR, FAR = 12, 24
"""Points between two columns: about the least that printers leave, and a typist's tab."""


class Block(NamedTuple):
    """Lines of text: where they begin, in points from the page's left and upper edge, and how wide they are.

    ``words``: as many of chance, or these.
    """

    left: float
    top: float
    width: float
    words: int | str


def _columns(count: int, gap: float, top: float, words: int) -> tuple[Block, ...]:
    width = (WIDTH - 2 * MARGIN - (count - 1) * gap) / count
    return tuple(Block(MARGIN + at * (width + gap), top, width, words) for at in range(count))


_WHOLE = WIDTH - 2 * MARGIN
LAYOUTS = {
    "one column": (Block(MARGIN, MARGIN, _WHOLE, 300),),
    "two columns, wide apart": _columns(2, FAR, MARGIN, 170),
    "two columns, near": _columns(2, NEAR, MARGIN, 170),
    "three columns": _columns(3, FAR, MARGIN, 90),
    "heading over two columns": (Block(MARGIN, MARGIN, _WHOLE, 24), *_columns(2, FAR, 140, 140)),
    "two columns, a paragraph across, two columns": (
        *_columns(2, FAR, MARGIN, 60),
        Block(MARGIN, 390, _WHOLE, 40),
        *_columns(2, FAR, 480, 50),
    ),
    "a note in the margin": (
        Block(MARGIN, 200, 70, "3 May 1912 Harbour repairs"),
        Block(MARGIN + 100, MARGIN, _WHOLE - 100, 200),
    ),
    "a letter's head": (
        Block(MARGIN + 120, 50, 300, "The Harbour Office of Riga"),
        Block(MARGIN, 80, 150, "12 Quay Street"),
        Block(MARGIN + 330, 80, 130, "3 May 1912"),
        Block(MARGIN, 150, _WHOLE, 250),
    ),
}
"""Each in the order of a reader."""


def drawn_layout(blocks: Sequence[Block], *, pages: int, font: Path, seed: int = 1) -> tuple[bytes, str]:
    """Return a PDF of pages laid out so, with words of chance that are always the same, and its words."""
    from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped] # comes without types
    from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    pdfmetrics.registerFont(TTFont("Study", str(font)))
    chance, buffer, drawn = random.Random(seed), io.BytesIO(), []  # noqa: S311 - always the same
    paper = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    for _ in range(pages):
        paper.setFont("Study", LETTERS)
        for block in blocks:
            words = block.words.split() if isinstance(block.words, str) else _words(chance, block.words)
            drawn += words
            top = block.top
            while words:
                count = len(words)
                while (
                    count > 1
                    and pdfmetrics.stringWidth(" ".join(words[:count]), "Study", LETTERS) > block.width
                ):
                    count -= 1
                paper.drawString(block.left, HEIGHT - top, " ".join(words[:count]))
                words, top = words[count:], top + PITCH
        paper.showPage()
    paper.save()
    return buffer.getvalue(), " ".join(drawn)


def _words(chance: random.Random, count: int) -> list[str]:
    words: list[str] = []
    while len(words) < count:
        words += chance.choice(SENTENCES["eng"]).split()
    return words[:count]


def errors_and_quotes(read: str, drawn: str) -> tuple[float, int, int]:
    """Return the errors a character, how many quotes stand in what was read, and of how many."""
    found, words = " ".join(read.split()), drawn.split()
    quotes = [" ".join(words[at : at + QUOTED_WORDS]) for at in range(0, len(words), QUOTED_WORDS)]
    return Levenshtein.distance(found, drawn) / len(drawn), sum(one in found for one in quotes), len(quotes)


def main() -> None:
    """Print a table, a row a layout and scan."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2)
    parser.add_argument("--font", type=Path, default=FONT, help="a TrueType font")
    options = parser.parse_args()
    if not options.font.is_file():
        sys.exit(f"{options.font} is not there: give a font by --font, or install fonts-dejavu-core")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    limits, rows = ReadingLimits(recognition=RecognitionSettings("eng")), []
    for layout, blocks in LAYOUTS.items():
        data, drawn = drawn_layout(blocks, pages=options.pages, font=options.font)
        for scan, dots, grain, angle in SCANS:
            source = read_bytes(
                scanned(data, dots=dots, grain=grain, angle=angle), name="scan.pdf", limits=limits
            )
            errors, whole, quotes = errors_and_quotes(source.text, drawn)
            rows.append((layout, scan, f"{errors:.4f}", f"{whole} of {quotes}"))
    print(markdown_rows(("layout", "scan", "character errors", "quotes whole"), rows))


if __name__ == "__main__":
    main()
