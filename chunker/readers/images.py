"""Reads images of pages (PNG, JPEG, TIFF of one page or many, GIF, BMP, WebP) by recognition."""

from __future__ import annotations

import io
import math
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from chunker.errors import BrokenSourceError, SourceTooLargeError, UnsupportedFormatError
from chunker.readers.extraction import Extracted, ReadingLimits, check_characters
from chunker.readers.pdf.joining import joined
from chunker.readers.pdf.scans import scanned_sheet
from chunker.readers.recognising import no_text, recognise_all, tell_read
from chunker.readers.sniffing import IMAGE
from chunker.readers.tesseract import Picture
from chunker.recognised import confidence_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from PIL.Image import Image

MAX_PIXELS = 120_000_000
"""Of one image: a newspaper's page at 400 dots an inch has 80 million."""
MAX_READ_PIXELS = 60_000_000
"""A page of A2 at 300 dots an inch has 35 million; finer ones are read no better, and take more memory."""
MIN_SIDE = 1500
"""Letters of pages with fewer pixels across are too small: one of A5 at 300 dots an inch has 1,750."""
MAX_SCALE = 4
LIKELY_DOTS = range(150, 1201)
"""Dots an inch that a scanner means; programs write 72 and 96 for none."""
ORIENTATION, LYING = 0x0112, range(5, 9)  # of Exif and TIFF 6.0: these exchange width and height
PAGE_SIDES = (580, 820)
"""Pixels of a page of A5 at 100 dots an inch: of coarser ones no letters can be read."""
PAGE_LINES = 3
"""A page has as many; a logo or a shop's sign has fewer. Chosen by hand; not measured."""
PAGE_SURENESS = 0.75
"""Of the words in the mean, as of any page that is read at once (:data:`chunker.readers.tesseract.SURE`)."""
ONE_PAGE = frozenset({"JPEG", "MPO"})
"""Further pictures in these are small ones of the first, or taken beside it."""


def read_image(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read the pages of an image file; they are told as those of a PDF are.

    Raises UnsupportedFormatError where no text is read, BrokenSourceError for a damaged file and
    SourceTooLargeError past the limits.
    """
    with opened_image(io.BytesIO(data), name=name) as image:
        count = pages_in(image)
        if count > limits.max_pages:
            raise SourceTooLargeError(f"{name}: more than {limits.max_pages:,} pages; split the file")
        sizes = [size_of(image, index) for index in range(count)]
        if any(width * height > MAX_PIXELS for width, height in sizes):
            raise _too_large(name)
        pictures = ((index, picture_of(image, index)) for index in range(count))
        read = recognise_all(pictures, limits.recognition, name=name, count=count)
    if not read.lines:
        raise no_text(read, UnsupportedFormatError, name=name, pages=count)
    tell_read(read, missing=count - len(read.lines), pages=count)
    sheets = []
    for index, (width, height) in enumerate(sizes):
        sheet, read.lines[index] = scanned_sheet(read.lines.get(index, []), is_wide=width > height)
        sheets.append(sheet)
    pages = joined(sheets, [""] * count, read.lines)
    check_characters(len(pages.text), name=name, limits=limits)
    return Extracted(pages.text, page_starts=pages.starts, recognised=pages.recognised)


def check_may_be_page(data: bytes, *, name: str, limits: ReadingLimits) -> None:
    """Raise UnsupportedFormatError for an image too small for a page, or where none is to be read."""
    with opened_image(io.BytesIO(data), name=name) as image:
        is_small = any(side < wanted for side, wanted in zip(sorted(image.size), PAGE_SIDES, strict=True))
    if is_small or limits.recognition is None:
        raise UnsupportedFormatError(f"{name}: is {IMAGE}")


def shows_page(read: Extracted) -> bool:
    """Whether what was read in an image is a page, not the few words of a logo or a photograph."""
    lines = sum(len({word.line for word in page.words}) for page in read.recognised)
    sure = confidence_of(read.recognised, 0, len(read.text))
    return lines >= PAGE_LINES and sure is not None and sure >= PAGE_SURENESS


@contextmanager
def opened_image(file: BinaryIO | Path, *, name: str) -> Iterator[Image]:
    """Open an image file; what goes wrong with it within the block is raised as what it says to the user.

    Raises UnsupportedFormatError for what is no image, BrokenSourceError for a damaged one and
    SourceTooLargeError for one of very many pixels.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file) as image:
            yield image
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        raise UnsupportedFormatError(f"{name}: is {IMAGE}") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise BrokenSourceError(f"{name}: the image is damaged; copy it again or save it anew") from error


def _too_large(name: str) -> SourceTooLargeError:
    return SourceTooLargeError(f"{name}: has a picture of over {MAX_PIXELS:,} pixels; scale it down")


def pages_in(image: Image) -> int:
    """Return how many pages an image file has."""
    return 1 if image.format in ONE_PAGE else getattr(image, "n_frames", 1)


def size_of(image: Image, index: int) -> tuple[int, int]:
    """Return the width and height of a page in pixels, upright."""
    image.seek(index)
    is_lying = image.getexif().get(ORIENTATION) in LYING
    return (image.height, image.width) if is_lying else image.size


def dots_of(image: Image) -> int | None:
    """Return how many dots an inch the page that is open has, ``None`` where that is not known."""
    stated = image.info.get("dpi")
    dots = round(float(stated[0])) if stated else 0
    return dots if dots in LIKELY_DOTS else None


def upright(image: Image, index: int) -> Image:
    """Return a page of an image as viewers show it: on white, turned as it says, in eight bits a colour."""
    import numpy as np
    from PIL import Image, ImageOps

    image.seek(index)
    page = ImageOps.exif_transpose(image)
    if page.mode.startswith(("I", "F")):  # more than eight bits, which Pillow would cut off
        values = np.asarray(page, dtype=np.float32)
        return Image.fromarray((values * (255 / max(1.0, float(values.max())))).astype(np.uint8))
    if page.has_transparency_data:
        white = Image.new("RGBA", page.size, "white")
        white.alpha_composite(page.convert("RGBA"))
        page = white
    return page.convert("L" if page.mode in {"1", "L"} else "RGB")


def picture_of(image: Image, index: int) -> Picture:
    """Return a page of an image as large as recognition wants it."""
    dots = dots_of(image)
    page = upright(image, index).convert("L")
    if (shrunk := math.ceil((page.width * page.height / MAX_READ_PIXELS) ** 0.5)) > 1:
        page = page.reduce(shrunk)
    elif (grown := min(MAX_SCALE, MIN_SIDE // min(page.size))) > 1:
        page, shrunk = page.resize((page.width * grown, page.height * grown)), 1 / grown
    return Picture(*page.size, page.tobytes(), None if dots is None else round(dots / shrunk))
