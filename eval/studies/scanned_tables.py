"""Measures how rightly tables in scans are read: registers, drawn in many forms, then read by OCR.

Run as ``python -m eval.studies.scanned_tables``. A row counts as whole if it is one line of the text with all
its cells in their order, a joint between them, and of its letters at most a fifth wrong. A cell is right if
all its letters are.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from chunker.readers.extraction import CELL_JOINT, ReadingLimits, RecognitionSettings
from chunker.readers.reading import read_bytes
from eval.reports.tables import markdown_rows
from eval.studies.scanned_pages import FONT, HEIGHT, MARGIN, SCANS, SENTENCES, WIDTH, scanned

if TYPE_CHECKING:
    from collections.abc import Sequence

RULES = ("no rules", "rules between rows", "rules around cells")
COLUMNS = {
    "No.": [str(number) for number in range(101, 160)],
    "Name": [
        "Weber, Johann",
        "Lindqvist, Anna",
        "Petrov, Peter",
        "Okafor, Samuel",
        "Meyer, Rosa",
        "Holm, Karl",
    ],
    "Trade": ["carpenter", "seamstress", "dock labourer", "cook", "teacher", "sailor", "clerk"],
    "Born": [str(year) for year in range(1850, 1895)],
    "Paid": ["4.50", "12.00", "7.25", "104.00", "0.75"],
    "Remarks": [
        "arrived from Riga",
        "widow",
        "sent to the infirmary",
        "went away",
        "pays late",
        "no remarks",
    ],
}
_WRONG_SHARE = 0.2  # chosen by hand

Table = list[tuple[str, ...]]


def drawn_registers(rules: str, *, pages: int, font: Path, seed: int = 1) -> tuple[bytes, list[Table]]:
    """Return a PDF of pages with a sentence, a table and another sentence, and the tables on them.

    Columns, their number, the size of the letters and the height of the rows are of chance.
    """
    from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped] # comes without types
    from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    pdfmetrics.registerFont(TTFont("Study", str(font)))
    chance, buffer, tables = random.Random(f"{seed} {rules}"), io.BytesIO(), []  # noqa: S311 - always the same
    paper = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    for _ in range(pages):
        letters = chance.choice((9, 10, 11))
        paper.setFont("Study", letters)
        heads = sorted(chance.sample(list(COLUMNS), chance.randint(3, 5)), key=list(COLUMNS).index)
        table: Table = [tuple(heads)]
        table += [tuple(chance.choice(COLUMNS[head]) for head in heads) for _ in range(chance.randint(6, 20))]
        widths = [
            max(pdfmetrics.stringWidth(row[at], "Study", letters) for row in table)
            for at in range(len(heads))
        ]
        spare = (WIDTH - 2 * MARGIN - sum(widths)) / len(heads)
        lefts = [MARGIN + sum(widths[:at]) + at * min(spare, 60) for at in range(len(heads))]
        pitch = letters * chance.choice((1.5, 1.8, 2.2))
        top = HEIGHT - MARGIN - 3 * pitch
        paper.drawString(MARGIN, HEIGHT - MARGIN, chance.choice(SENTENCES["eng"])[:80])
        for number, row in enumerate(table):
            for left, cell in zip(lefts, row, strict=True):
                paper.drawString(left, top - number * pitch, cell)
        right, bottom = lefts[-1] + widths[-1] + 6, top - (len(table) - 0.6) * pitch
        if rules != RULES[0]:
            for number in range(len(table) + 1):
                level = top + 0.6 * pitch - number * pitch
                paper.line(MARGIN - 6, level, right, level)
        if rules == RULES[2]:
            for left in (*(left - 6 for left in lefts), right):
                paper.line(left, top + 0.6 * pitch, left, bottom)
        paper.drawString(MARGIN, bottom - 3 * pitch, chance.choice(SENTENCES["eng"])[:80])
        paper.showPage()
        tables.append(table)
    paper.save()
    return buffer.getvalue(), tables


def whole_rows(text: str, tables: Sequence[Table]) -> tuple[int, int]:
    """Return how many rows of the tables are whole in a text that was read, and how many cells right."""
    lines = text.split("\n")
    rows = cells = 0
    for row in (row for table in tables for row in table):
        written = CELL_JOINT.join(row)
        line = min(lines, key=lambda one: Levenshtein.distance(one, written))
        read = line.split(CELL_JOINT)
        is_near = Levenshtein.distance(line, written) <= _WRONG_SHARE * len(written)
        rows += is_near and len(read) == len(row)
        cells += sum(one == other for one, other in zip(read, row, strict=False))
    return rows, cells


def main() -> None:
    """Print a table, a row a form of table and scan."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=6)
    parser.add_argument("--font", type=Path, default=FONT, help="a TrueType font")
    options = parser.parse_args()
    if not options.font.is_file():
        sys.exit(f"{options.font} is not there: give a font by --font, or install fonts-dejavu-core")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    limits = ReadingLimits(recognition=RecognitionSettings("eng"))
    rows = []
    for rules in RULES:
        drawn, tables = drawn_registers(rules, pages=options.pages, font=options.font)
        for name, dots, grain, angle in SCANS:
            data = scanned(drawn, dots=dots, grain=grain, angle=angle)
            text = read_bytes(data, name="scan.pdf", limits=limits).text
            whole, right = whole_rows(text, tables)
            all_rows = [row for table in tables for row in table]
            cells = sum(map(len, all_rows))
            rows.append((rules, name, f"{whole} of {len(all_rows)}", f"{right} of {cells}"))
    print(markdown_rows(("table", "scan", "rows whole", "cells right"), rows))


if __name__ == "__main__":
    main()
