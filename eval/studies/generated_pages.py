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
from eval.studies.typesetting import Layout, as_pdf, as_text, papers_of, set_book

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import ChunkedSource, Page
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

LAYOUTS = (
    Layout("page labels in the file", has_labels=True),
    Layout("numbers at the foot", numbers="foot"),
    Layout("numbers at the foot, from 301 on", numbers="foot", first_number=301, has_front=False),
    Layout("numbers and running heads above", numbers="head", has_running_heads=True),
    Layout("numbers at the foot, plates between", numbers="foot", has_plates=True),
    Layout("no numbers", has_front=False),
    Layout("no numbers, running heads", has_front=False, has_running_heads=True),
    Layout("contents and numbers at the foot", numbers="foot", has_contents=True),
    Layout("contents name pages, the pages do not", has_contents=True),
    Layout("contents name pages, plates between", has_contents=True, has_plates=True),
    Layout("two pages on a sheet, numbers at the foot", numbers="foot", is_two_up=True, has_front=False),
    Layout("the same with a foreword, lines across", numbers="foot", is_two_up=True, is_across=True),
    Layout("text only, with contents", has_contents=True, is_text=True),
)


@dataclass(frozen=True, slots=True)
class PageScore:
    """How well pages were cited, as shares in 0..1 of the characters that stand on a page with a label.

    ``exact`` and ``within_one`` compare with the true page, by position in the book; ``covered``: the true
    page lies within the stated margin; ``uncited``: no page was given. ``lost`` is the share of characters
    that did not come out of the file. ``passages`` is the share of passages whose cited range holds the
    true page of their first and of their last character.
    """

    layout: str
    pages: int
    characters: int
    exact: float
    within_one: float
    covered: float
    uncited: float
    lost: float
    passages: float


@dataclass(frozen=True, slots=True)
class _PlacedLine:
    """Where a line of a page stands in the text that was read; ``label`` is its true page."""

    start_char: int
    end_char: int
    label: str


def score_layout(papers: Sequence[Paper], layout: Layout) -> PageScore:
    """Set a book, read it as any file and compare the pages."""
    pages = set_book(papers, layout)
    chunked = _chunked(pages, layout)
    placed = list(_placed(pages, chunked.source.text))
    order = {page.label: position for position, page in enumerate(pages) if page.label is not None}
    written = sum(len(line.text) for page in pages if page.label is not None for line in page.lines)
    exact = within_one = covered = uncited = 0
    for line in placed:
        for offset in range(line.start_char, line.end_char):
            page = chunked.page_map.at(offset)
            off = _pages_off(page, line.label, order)
            exact += off == 0
            within_one += off is not None and off <= 1
            covered += off is not None and page is not None and off <= page.margin
            uncited += page is None
    found = sum(line.end_char - line.start_char for line in placed) or 1
    return PageScore(
        layout=layout.name,
        pages=len(pages),
        characters=written,
        exact=exact / found,
        within_one=within_one / found,
        covered=covered / max(1, found - uncited),
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
    position = 0
    for page in pages:
        for line in page.lines:
            start = text.find(line.text, position, position + SETTINGS.searched_chars)
            if start >= 0:
                position = start + len(line.text)
                if page.label is not None:
                    yield _PlacedLine(start, position, page.label)


def _pages_off(page: Page | None, label: str, order: dict[str, int]) -> int | None:
    """Return how far the cited page lies from the true one in the book; ``None`` where it cannot be told."""
    if page is None or page.label not in order:
        return None
    return abs(order[page.label] - order[label])


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
    columns = ("layout", "pages", "exact", "within 1", "in margin", "no page", "lost", "passages right")
    return markdown_rows(columns, map(_row, scores))


def _row(score: PageScore) -> tuple[str, ...]:
    shares = (score.exact, score.within_one, score.covered, score.uncited, score.lost, score.passages)
    return (score.layout, str(score.pages), *(f"{share:.1%}" for share in shares))


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
