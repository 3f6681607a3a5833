"""Pages of sources as they look, and where on them words stand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from chunker.documents import PageMap
from chunker.errors import UnreadableSourceError
from chunker.readers.isolated import ReadingBounds
from service.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path

    from chunker.documents import Page, Span
    from chunker.facsimile.layout import Box, PageLayout
    from chunker.readers.isolated import IsolatedReader
    from embeddings.local_index import LocalIndex
    from embeddings.store.records import SourceRecord
    from embeddings.store.snapshot import Snapshot
    from service.library.pictures import Pictures

WIDTHS = (400, 800, 1200, 1600, 2000)
"""Of pictures, in pixels: few, so that many who look see the same ones."""
USUAL_WIDTH = 1200
"""A column of 600 pixels on a screen with two dots for each."""
_DRAWING = "1"
"""Part of each picture's name: changed when they are drawn in another way."""
_REMEMBERED_LAYOUTS = 32  # some 700 kB each
BOUNDS = ReadingBounds(memory_mib=1024, seconds=20)
"""What one page may take: the most that one of 344 of public PDFs took was 162 MiB and 2.2 s."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a PNG; ``tag`` names its very bytes."""

    png: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Where words stand on the page of a source at ``position``, from 1, of so many ``pages``.

    ``page`` is how it is cited, ``None`` where that is not known. ``width`` and ``height`` are in points.
    ``boxes`` are in fractions of the page, one a line; without words there are none. ``is_whole``: all of
    them were found. ``ocr_confidence`` is how sure their reading from the page's picture is, ``None`` where
    it was not read.
    """

    position: int
    pages: int
    page: Page | None
    width: float
    height: float
    boxes: tuple[Box, ...] = ()
    is_whole: bool = True
    ocr_confidence: float | None = None


class Facsimiles:
    """Pages of the sources of ``index``, which ``reader`` opens. Safe to use from many threads."""

    def __init__(self, index: LocalIndex, reader: IsolatedReader, pictures: Pictures) -> None:
        self._index = index
        self._reader = reader
        self._pictures = pictures
        self._remembered_layout = lru_cache(maxsize=_REMEMBERED_LAYOUTS)(self._layout)

    def close(self) -> None:
        """End the processes that wait for pages."""
        self._reader.close()

    def picture(self, source: SourceRecord, position: int, *, width_pixels: int = USUAL_WIDTH) -> Picture:
        """Return the page of ``source`` at ``position``, at least so wide where a picture may be.

        Raises:
            NotFoundError: there is no such page, or it cannot be shown.
        """
        from chunker.facsimile.tasks import PictureTask

        width = next((width for width in WIDTHS if width >= width_pixels), WIDTHS[-1])
        path = self._file(source)
        name = f"{position}-{width}-{_DRAWING}.png"
        png = self._pictures.get(path.name, name)
        if png is None:
            try:
                png = self._reader.run(PictureTask(path, source.name, position, width))
            except UnreadableSourceError as error:
                raise NotFoundError(str(error)) from error
            self._pictures.put(path.name, name, png)
        return Picture(png, f"{path.name[:16]}-{name.removesuffix('.png')}")

    def page(self, snapshot: Snapshot, source: SourceRecord, position: int) -> PageBoxes:
        """Return the page of ``source`` at ``position``, without words on it.

        Raises:
            NotFoundError: there is no such page, or it cannot be shown.
        """
        cited = snapshot.page_at_position(source.id, position)
        return _page(self._layout_of(source, position), position, cited)

    def boxes(self, snapshot: Snapshot, source: SourceRecord, span: Span) -> list[PageBoxes]:
        """Return the pages on which the words at ``span`` of ``source`` stand, with where they do.

        Raises:
            NotFoundError: the pages of this source cannot be shown.
        """
        from chunker.facsimile.placing import place_words

        self._file(source)
        placed = place_words(
            span,
            snapshot.page_map(source.id) or PageMap(),
            characters=source.characters,
            text_of=lambda sheet: snapshot.text(source.id, sheet.start_char, sheet.end_char) or "",
            layout_of=lambda position: self._layout_of(source, position),
            recognised=snapshot.recognised(source.id, span),
        )
        return [
            replace(
                _page(one.layout, one.page.position or 0, one.page),
                boxes=one.boxes,
                is_whole=one.is_whole,
                ocr_confidence=one.ocr_confidence,
            )
            for one in placed
        ]

    def _layout_of(self, source: SourceRecord, position: int) -> PageLayout:
        try:
            return self._remembered_layout(self._file(source), source.name, position)
        except UnreadableSourceError as error:
            raise NotFoundError(str(error)) from error

    def _layout(self, path: Path, name: str, position: int) -> PageLayout:
        from chunker.facsimile.tasks import LayoutTask

        return self._reader.run(LayoutTask(path, name, position))

    def _file(self, source: SourceRecord) -> Path:
        path = self._index.original(source.id) if source.is_pictured else None
        if path is None:
            raise NotFoundError(
                f"The pages of {source.name} cannot be shown: those of PDFs and images can that are kept."
            )
        return path


def _page(layout: PageLayout, position: int, page: Page | None) -> PageBoxes:
    return PageBoxes(position, layout.pages, page, layout.width, layout.height)
