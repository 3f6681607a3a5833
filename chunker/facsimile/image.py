"""Pages of image files, through Pillow: their size, and pictures of them."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chunker.errors import NoSuchPageError
from chunker.facsimile.layout import PageLayout
from chunker.readers.images import dots_of, opened_image, pages_in, size_of, upright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image

_POINTS_PER_INCH = 72
_USUAL_DOTS = 300  # an inch, where the image does not say
_MAX_HEIGHT = 6000  # of a picture, in pixels, as of one that is 2,000 wide and three times as tall


def image_layout(path: Path, position: int, *, name: str) -> PageLayout:
    """Return the size of the page at ``position`` from 1; an image has no characters of its own.

    Raises:
        NoSuchPageError: the file has no such page.
        BrokenSourceError: it cannot be read.
    """
    with _opened(path, position, name) as image:
        width, height = size_of(image, position - 1)
        points = _POINTS_PER_INCH / (dots_of(image) or _USUAL_DOTS)
        return PageLayout(width * points, height * points, "", (), pages=pages_in(image))


def image_picture(path: Path, position: int, *, name: str, width_pixels: int) -> bytes:
    """Return the page at ``position`` from 1 as a PNG of that width, or of less where it is very tall.

    Raises:
        NoSuchPageError: the file has no such page.
        BrokenSourceError: it cannot be read.
    """
    with _opened(path, position, name) as image:
        page = upright(image, position - 1)
        scale = min(width_pixels / page.width, _MAX_HEIGHT / page.height)
        size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
        size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
        buffer = io.BytesIO()
        page.resize(size).save(buffer, "PNG")
        return buffer.getvalue()


@contextmanager
def _opened(path: Path, position: int, name: str) -> Iterator[Image]:
    with opened_image(path, name=name) as image:
        if not 1 <= position <= pages_in(image):
            raise NoSuchPageError(f"{name}: has no page {position}; it has {pages_in(image):,}")
        yield image
