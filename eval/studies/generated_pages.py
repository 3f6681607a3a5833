"""Measures cited pages on books set for the purpose, where the true page of every character is known.

Run as ``python -m eval.studies.generated_pages [FILE]``: papers of the file are set in several layouts, read
and chunked as any file is, and what is cited is compared with where each line was set.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from eval.reports.tables import markdown_rows
from eval.studies.drawing import as_pdf, as_text
from eval.studies.page_layouts import LAYOUTS
from eval.studies.typesetting import papers_of, set_book

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import ChunkedSource, Page
    from eval.studies.page_layouts import Layout
    from eval.studies.typesetting import Paper, SetPage

BOOK = Path("corpus/001_2b0cd471ec2c66ee.txt")


@dataclass(frozen=True, slots=True)
class BookSettings:
    """How much of a file is set and how it is read again; all chosen by hand, not measured.

    ``max_chars`` fill about a hundred pages. ``window_tokens`` is what the packaged encoder reads of a
    passage. A line is looked for ``searched_chars`` beyond the one before, a little more than two pages.
    """

    max_chars: int = 250_000
    window_tokens: int = 256
    searched_chars: int = 6000


SETTINGS = BookSettings()


@dataclass(frozen=True, slots=True)
class PageScore:
    """How well pages were cited, as shares in 0..1 of the characters that stand on a page with a label.

    ``exact`` and ``within_one`` compare with the true page, by position in the book; ``covered``: the true
    page lies within the stated margin; ``falsely_sure``: a page was given without a margin, but another;
    ``uncited``: no page was given, or just the place in the file of one that has a number. ``lost`` is the
    share of characters that did not come out of the file. ``passages`` is the share of passages whose cited
    range holds the true page of their first and of their last character.
    """

    layout: str
    pages: int
    characters: int
    exact: float
    within_one: float
    covered: float
    falsely_sure: float
    uncited: float
    lost: float
    passages: float


@dataclass(frozen=True, slots=True)
class _PlacedLine:
    """Where a line stands in the text that was read, its true page, and which page of the file that is."""

    start_char: int
    end_char: int
    label: str
    position: int


def score_layout(papers: Sequence[Paper], layout: Layout) -> PageScore:
    """Set a book, read it as any file and compare the pages."""
    pages = set_book(papers, layout)
    chunked = _chunked(pages, layout)
    placed = list(_placed(pages, chunked.source.text))
    order = {page.label: position for position, page in enumerate(pages) if page.label is not None}
    written = sum(len(line.text) for page in pages if page.label is not None for line in page.lines)
    exact = within_one = covered = falsely_sure = uncited = 0
    for line in placed:
        for offset in range(line.start_char, line.end_char):
            page = chunked.page_map.at(offset)
            if page is None or (page.is_position and page.label != line.label):
                uncited += 1
                falsely_sure += page is not None and page.position != line.position
                continue
            off = _pages_off(page, line.label, order)
            exact += off == 0
            within_one += off is not None and off <= 1
            covered += off is not None and off <= page.margin
            falsely_sure += off != 0 and not page.margin
    found = sum(line.end_char - line.start_char for line in placed) or 1
    return PageScore(
        layout=layout.name,
        pages=len(pages),
        characters=written,
        exact=exact / found,
        within_one=within_one / found,
        covered=covered / max(1, found - uncited),
        falsely_sure=falsely_sure / found,
        uncited=uncited / found,
        lost=1 - found / written,
        passages=_right_passages(chunked, placed, order),
    )


def _chunked(pages: Sequence[SetPage], layout: Layout) -> ChunkedSource:
    from chunker.chunking import ChunkingSettings, chunk
    from chunker.readers.reading import read_source
    from chunker.text.tokens import TokenLimit, token_counter

    with tempfile.TemporaryDirectory(prefix="dossier-pages-") as folder:
        path = Path(folder) / ("book.txt" if layout.is_text else "book.pdf")
        path.write_bytes(as_text(pages).encode() if layout.is_text else as_pdf(pages, layout))
        source = read_source(path, name=path.name)
    return chunk(
        source, settings=ChunkingSettings(), window=TokenLimit(token_counter(), SETTINGS.window_tokens)
    )


def _placed(pages: Sequence[SetPage], text: str) -> Iterator[_PlacedLine]:
    """Yield where the lines stand, looked for one after the other; what is not found is left out."""
    end = 0
    for position, page in enumerate(pages, start=1):
        for line in page.lines:
            start = text.find(line.text, end, end + SETTINGS.searched_chars)
            if start >= 0:
                end = start + len(line.text)
                if page.label is not None:
                    yield _PlacedLine(start, end, page.label, position)


def _pages_off(page: Page, label: str, order: dict[str, int]) -> int | None:
    """Return how far the cited page lies from the true one in the book; ``None`` where it cannot be told."""
    if page.label == label:
        return 0
    return abs(order[page.label] - order[label]) if page.label in order else None


def _right_passages(chunked: ChunkedSource, placed: Sequence[_PlacedLine], order: dict[str, int]) -> float:
    right = []
    for passage in chunked.passages:
        truth = [_line_at(placed, passage.start_char), _line_at(placed, passage.end_char - 1)]
        if None in truth:
            continue
        cited = (passage.page, passage.page_end)
        first, last = (None if page is None else order.get(page.label) for page in cited)
        right.append(
            first is not None
            and last is not None
            and all(first <= order[line.label] <= last for line in truth if line is not None)
        )
    return sum(right) / len(right) if right else 0.0


def _line_at(placed: Sequence[_PlacedLine], offset: int) -> _PlacedLine | None:
    number = bisect_right(placed, offset, key=lambda line: line.start_char) - 1
    return placed[number] if number >= 0 and offset < placed[number].end_char else None


def table(scores: Sequence[PageScore]) -> str:
    """Return ``scores`` as a Markdown table."""
    shares = ("exact", "within 1", "in margin", "falsely sure", "no page", "lost", "passages right")
    return markdown_rows(("layout", "pages", *shares), map(_row, scores))


def _row(score: PageScore) -> tuple[str, ...]:
    shares = (score.exact, score.within_one, score.covered, score.falsely_sure, score.uncited, score.lost)
    return (score.layout, str(score.pages), *(f"{share:.1%}" for share in (*shares, score.passages)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table for books set from the file named on the command line."""
    from chunker.errors import ChunkerError
    from chunker.readers.reading import read_source
    from chunker.segmenting.cuts import segment

    parser = argparse.ArgumentParser(description="Set books, read them, compare the pages cited.")
    parser.add_argument("file", nargs="?", type=Path, default=BOOK, help="a file that holds papers")
    parser.add_argument("--characters", type=int, default=SETTINGS.max_chars, help="how much of it is set")
    options = parser.parse_args(arguments)
    try:
        source = read_source(options.file, name=options.file.name)
    except ChunkerError as error:
        sys.stderr.write(f"generated_pages: {error}\n")
        return 1
    papers = papers_of(source, segment(source).documents, max_chars=options.characters)
    sys.stdout.write(table([score_layout(papers, layout) for layout in LAYOUTS]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
