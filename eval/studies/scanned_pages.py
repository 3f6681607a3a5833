"""Measures how rightly scans are read: pages of known words, drawn, with grain and askew, then read by OCR.

Run as ``python -m eval.studies.scanned_pages``. Of each scan it gives the character error rate, the seconds a
page takes on one thread, and of how many quotes of six words the rectangles hold these words and no others.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import random
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from chunker.facsimile.pdf import pdf_layout
from chunker.readers.extraction import ReadingLimits, RecognitionSettings
from chunker.readers.reading import read_bytes
from eval.reports.tables import markdown_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.Image import Image

    from chunker.documents import Source
    from chunker.facsimile.layout import Box, PageLayout

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
WIDTH, HEIGHT, MARGIN = 595, 842, 70  # A4 in points
LETTERS, PITCH = 11, 16
POINTS_PER_INCH = 72
QUOTED_WORDS = 6
SCANS = (
    ("as drawn", 300, 0.0, 0.0),
    ("grain 10, 0.5° askew", 300, 10.0, 0.5),
    ("grain 25, 1.5° askew", 300, 25.0, 1.5),
    ("half as fine, grain 25, 2° askew", 150, 25.0, 2.0),
)
"""Name, dots an inch, deviation of the grey scale of 256, and angle."""
SENTENCES = {
    "eng": (
        "The committee of the harbour met on the third of May and heard the report of its engineer.",
        "He had found the eastern wall in need of repair, and put the cost at four thousand pounds.",
        "Mr. Holm asked whether the ferry could go on sailing while the stones were being laid.",
        "It was answered that the boats would land at the old quay until the end of September.",
        "The treasurer said that no money had been set aside, and that a loan must be raised abroad.",
        "A letter of the bank at Riga was read, which offered it at five and a half per cent.",
        "Two members thought this too dear; the others held that waiting would cost the town more.",
        "The motion was carried by nine voices against two, and the clerk was told to write at once.",
        "In the evening the governor gave a dinner, at which the question was talked over again.",
        "Nothing more is known of the matter before the spring of the following year.",
    ),
    "rus": (
        "Комитет гавани собрался третьего мая и выслушал доклад своего инженера.",
        "Он нашёл, что восточная стена требует починки, и оценил её в четыре тысячи рублей.",
        "Господин Хольм спросил, сможет ли паром ходить, пока укладывают камни.",
        "Ему ответили, что лодки будут приставать к старой пристани до конца сентября.",
        "Казначей сказал, что денег не отложено и что придётся занимать их за границей.",
        "Было прочитано письмо рижского банка, который предлагал ссуду под пять процентов.",
        "Двое нашли это слишком дорогим; прочие полагали, что ожидание обойдётся дороже.",
        "Предложение приняли девятью голосами против двух, и писарю велели писать немедленно.",
        "Вечером губернатор дал обед, за которым об этом деле говорили снова.",
        "До весны следующего года об этом больше ничего не известно.",
    ),
}


@dataclass(frozen=True, slots=True)
class ScanScore:
    """Of the pages of one scan: errors a character, seconds a page, and quotes whose rectangles are right."""

    language: str
    scan: str
    pages: int
    error_rate: float
    confidence: float
    seconds: float
    quotes: int
    right: int


def pages_pdf(language: str, *, pages: int, font: Path) -> bytes:
    """Return a PDF of pages of sentences in that language, in an order of chance that is always the same."""
    from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped] # comes without types
    from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    pdfmetrics.registerFont(TTFont("Study", str(font)))
    chance, buffer = random.Random(language), io.BytesIO()  # noqa: S311 - always the same
    paper = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    for _ in range(pages):
        paper.setFont("Study", LETTERS)
        words = " ".join(chance.sample(SENTENCES[language], len(SENTENCES[language])) * 2).split()
        top = HEIGHT - MARGIN
        while words and top > MARGIN:
            count = len(words)
            while pdfmetrics.stringWidth(" ".join(words[:count]), "Study", LETTERS) > WIDTH - 2 * MARGIN:
                count -= 1
            paper.drawString(MARGIN, top, " ".join(words[:count]))
            words, top = words[count:], top - PITCH
        paper.showPage()
    paper.save()
    return buffer.getvalue()


def scanned(data: bytes, *, dots: int, grain: float, angle: float) -> bytes:
    """Return the pages of a PDF as a scanner would give them: a PDF of nothing but pictures."""
    import pypdfium2
    from PIL.Image import Resampling, fromarray

    rng, pictures = np.random.default_rng(7), []
    for page in pypdfium2.PdfDocument(data):
        picture: Image = page.render(scale=dots / POINTS_PER_INCH, grayscale=True).to_pil()
        picture = picture.rotate(angle, fillcolor=255, resample=Resampling.BICUBIC)
        grey = np.asarray(picture, dtype=np.float64)
        if grain:
            grey = 20 + 0.85 * grey + rng.normal(0, grain, grey.shape)
        pictures.append(fromarray(grey.clip(0, 255).astype(np.uint8)))
    buffer = io.BytesIO()
    pictures[0].save(buffer, "PDF", resolution=dots, save_all=True, append_images=pictures[1:])
    return buffer.getvalue()


def score(language: str, scan: tuple[str, int, float, float], *, pages: int, font: Path) -> ScanScore:
    """Draw, scan and read pages, and compare."""
    name, dots, grain, angle = scan
    drawn = pages_pdf(language, pages=pages, font=font)
    data = scanned(drawn, dots=dots, grain=grain, angle=angle)
    began = time.perf_counter()
    limits = ReadingLimits(recognition=RecognitionSettings(language))
    source = read_bytes(data, name="scan.pdf", limits=limits)
    seconds = (time.perf_counter() - began) / pages
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.pdf"
        path.write_bytes(drawn)
        layouts = [pdf_layout(path, position, name="drawn") for position in range(1, pages + 1)]
    wanted = " ".join(word for layout in layouts for word in layout.text.split())
    read = " ".join(source.text.split())
    verdicts = [verdict for layout in layouts for verdict in verdicts_of(source, layouts, layout, angle)]
    sure = [word.confidence for page in source.recognised for word in page.words]
    return ScanScore(
        language,
        name,
        pages,
        Levenshtein.distance(read, wanted) / len(wanted),
        sum(sure) / len(sure),
        seconds,
        len(verdicts),
        sum(verdicts),
    )


def verdicts_of(
    source: Source, layouts: Sequence[PageLayout], layout: PageLayout, angle: float
) -> Iterator[bool]:
    """Yield, for each quote of a page that is read rightly, whether its rectangles hold it and no more."""
    position = next(number for number, one in enumerate(layouts, 1) if one is layout)
    page = next(one for one in source.recognised if one.position == position)
    words = list(re.finditer(r"\S+", layout.text))
    centres = [askew(centre_of(layout, word.span()), angle) for word in words]
    begin, end = page.words[0].start_char, page.words[-1].end_char
    for first in range(0, len(words) - QUOTED_WORDS + 1, QUOTED_WORDS):
        quote = r"\s+".join(re.escape(word[0]) for word in words[first : first + QUOTED_WORDS])
        stands = re.compile(rf"(?<!\S){quote}(?!\S)")
        found = list(stands.finditer(source.text[begin:end]))
        drawn = [match.start() for match in stands.finditer(layout.text)]
        if len(found) == len(drawn):
            match = found[drawn.index(words[first].start())]
            boxes = page.boxes_of(begin + match.start(), begin + match.end())
            inside = {number for number, centre in enumerate(centres) if is_inside(centre, boxes)}
            yield inside == set(range(first, first + QUOTED_WORDS))


def centre_of(layout: PageLayout, span: tuple[int, int]) -> tuple[float, float]:
    """Return the middle of a word, in fractions of the page."""
    boxes: Sequence[Box] = layout.boxes[slice(*span)]
    across = (min(box.left for box in boxes) + max(box.right for box in boxes)) / 2
    down = (min(box.top for box in boxes) + max(box.bottom for box in boxes)) / 2
    return across / layout.width, down / layout.height


def askew(point: tuple[float, float], angle: float) -> tuple[float, float]:
    """Return where a point is after the page was turned against the clock about its middle."""
    x, y = (point[0] - 0.5) * WIDTH, (point[1] - 0.5) * HEIGHT
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    return 0.5 + (cosine * x + sine * y) / WIDTH, 0.5 + (cosine * y - sine * x) / HEIGHT


def is_inside(point: tuple[float, float], boxes: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether a point lies in one of some rectangles."""
    return any(left <= point[0] <= right and top <= point[1] <= bottom for left, top, right, bottom in boxes)


def main() -> None:
    """Print a table, a row a scan."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=3)
    parser.add_argument("--font", type=Path, default=FONT, help="a TrueType font with Cyrillic letters")
    options = parser.parse_args()
    if not options.font.is_file():
        sys.exit(f"{options.font} is not there: give a font by --font, or install fonts-dejavu-core")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    rows = []
    for language in SENTENCES:
        for scan in SCANS:
            one = score(language, scan, pages=options.pages, font=options.font)
            rows.append(
                (
                    *(one.language, one.scan, str(one.pages), f"{one.error_rate:.4f}"),
                    *(f"{one.confidence:.0f} %", f"{one.seconds:.1f}", f"{one.right} of {one.quotes}"),
                )
            )
    head = ("language", "scan", "pages", "character errors", "sure", "s a page", "quotes marked rightly")
    print(markdown_rows(head, rows))


if __name__ == "__main__":
    main()
