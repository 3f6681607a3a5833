"""Measures whether the words inside the rectangles of a quote are those of the quote, over a folder of PDFs.

Run as ``python -m eval.studies.facsimile_boxes FOLDER``: sentences are taken from the text of each file as it
is read, their rectangles as readers are shown them are brought back to the page's own plane, and PDFium is
asked which characters lie inside. It counts as right where both have the same letters.
"""

from __future__ import annotations

import argparse
import ctypes
import sys
import unicodedata
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz.distance import Indel

from chunker.documents import PageMap
from chunker.text.sentences import sentence_spans
from eval.reports.tables import markdown_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pypdfium2 import PdfDocument

    from chunker.documents import Source, Span
    from chunker.facsimile.layout import Box, PageLayout
    from chunker.facsimile.placing import PlacedWords
    from chunker.readers.isolated import IsolatedReader

SENTENCES = 30
"""Of a file, at equal distances."""
_WORDS = range(5, 61)  # of a sentence: of fewer are headings and figures, of more tables
# Characters of the lines above and below reach into a rectangle; this share of its lesser side is left out
# at each of its long edges, and a little at the short ones. Chosen by hand.
_LONG_EDGE, _SHORT_EDGE = 0.3, 0.05
_NEARLY = 0.95  # alike, 0..1: a mark beside the words may stand inside with them
_STEPS = 1_000_000  # PDFium asks for a place on a page in whole numbers: of so many parts of it


@dataclass(frozen=True, slots=True)
class BoxScore:
    """Of so many ``quotes`` of a file: in the rectangles of how many are the same letters, or nearly those.

    ``unfound`` are those of which it is said that not all of their words were found.
    """

    name: str
    pages: int
    quotes: int
    same: int
    nearly: int
    unfound: int


def score_file(path: Path, reader: IsolatedReader, *, sentences: int = SENTENCES) -> BoxScore:
    """Return the score of a PDF.

    Raises:
        ChunkerError: it cannot be read, or one of its pages cannot be shown.
    """
    import pypdfium2

    source = reader.read(path, name=path.name)
    quotes = _sentences(source.text, sentences)
    same = nearly = unfound = 0
    with closing(pypdfium2.PdfDocument(path)) as document:
        for span in quotes:
            placed = _placed(path, source, span, reader)
            wanted = _letters(source.text[span.start_char : span.end_char])
            inside = _letters("".join(_inside(document, one) for one in placed))
            same += inside == wanted
            nearly += inside != wanted and Indel.normalized_similarity(inside, wanted) >= _NEARLY
            unfound += not placed or not all(one.is_whole for one in placed)
        return BoxScore(path.name, len(document), len(quotes), same, nearly, unfound)


def _sentences(text: str, count: int) -> list[Span]:
    """Return sentences at equal distances in ``text``, so many or all."""
    every = [
        span for span in sentence_spans(text) if len(text[span.start_char : span.end_char].split()) in _WORDS
    ]
    return every if len(every) <= count else [every[number * len(every) // count] for number in range(count)]


def _placed(path: Path, source: Source, span: Span, reader: IsolatedReader) -> list[PlacedWords]:
    from chunker.facsimile.placing import place_words
    from chunker.facsimile.tasks import LayoutTask

    return list(
        place_words(
            span,
            PageMap(source.page_starts),
            characters=len(source.text),
            text_of=lambda sheet: source.text[sheet.start_char : sheet.end_char],
            layout_of=lambda position: reader.run(LayoutTask(path, path.name, position)),
        )
    )


def _inside(document: PdfDocument, placed: PlacedWords) -> str:
    """Return what PDFium finds in the rectangles of a page."""
    from pypdfium2 import raw

    with (
        closing(document[(placed.page.position or 0) - 1]) as page,
        closing(page.get_textpage()) as text_page,
    ):

        def on_page(x: float, y: float) -> tuple[float, float]:
            at = (ctypes.c_double(), ctypes.c_double())
            place = (round(x * _STEPS), round(y * _STEPS))
            raw.FPDF_DeviceToPage(page, 0, 0, _STEPS, _STEPS, 0, *place, *map(ctypes.byref, at))
            return at[0].value, at[1].value

        found = []
        for box in placed.boxes:
            left, top, right, bottom = _without_edges(box, placed.layout)
            (x0, x1), (y0, y1) = map(sorted, zip(on_page(left, top), on_page(right, bottom), strict=True))
            found.append(text_page.get_text_bounded(x0, y0, x1, y1))
        return "\n".join(found)


def _without_edges(box: Box, layout: PageLayout) -> tuple[float, float, float, float]:
    width, height = (box.right - box.left) * layout.width, (box.bottom - box.top) * layout.height
    lesser = min(width, height)
    across, down = (_SHORT_EDGE, _LONG_EDGE) if width >= height else (_LONG_EDGE, _SHORT_EDGE)
    dx, dy = lesser * across / layout.width, lesser * down / layout.height
    return box.left + dx, box.top + dy, box.right - dx, box.bottom - dy


def _letters(text: str) -> str:
    """Return the letters and digits of ``text`` alone: blanks, hyphens and stops are joined as readers do."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).casefold() if one.isalnum())


def table(scores: Sequence[BoxScore]) -> str:
    """Return ``scores`` as a Markdown table, the files with the most wrong ones first, and their sum."""
    ordered = sorted(scores, key=lambda one: one.same + one.nearly - one.quotes)
    whole = BoxScore(
        "all", *(sum(one) for one in zip(*(astuple(score)[1:] for score in scores), strict=True))
    )
    columns = ("file", "pages", "quotes", "same", "nearly", "other", "of which said not to be whole")
    return markdown_rows(columns, map(_row, [whole, *ordered]))


def _row(score: BoxScore) -> tuple[str, ...]:
    counts = (score.same, score.nearly, score.quotes - score.same - score.nearly)
    shares = (f"{count / max(score.quotes, 1):.1%}" for count in counts)
    return (score.name, str(score.pages), str(score.quotes), *shares, str(score.unfound))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table for the PDFs of the folder named on the command line."""
    from chunker.errors import ChunkerError
    from chunker.readers.isolated import IsolatedReader

    parser = argparse.ArgumentParser(description="Are the words in the rectangles of quotes those quotes?")
    parser.add_argument("folder", type=Path, help="a folder of PDFs")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="of each file")
    options = parser.parse_args(arguments)
    scores = []
    with IsolatedReader() as reader:
        for path in sorted(options.folder.rglob("*.pdf")):
            try:
                scores.append(score_file(path, reader, sentences=options.sentences))
            except ChunkerError as error:
                sys.stderr.write(f"facsimile_boxes: {error}\n")
    if not scores:
        sys.stderr.write(f"facsimile_boxes: {options.folder} has no PDF that can be read\n")
        return 1
    sys.stdout.write(table(scores) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
