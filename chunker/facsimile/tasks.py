"""What is done with a page in a process of its own (:mod:`chunker.readers.isolated`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.facsimile.image import image_layout, image_picture
from chunker.facsimile.pdf import pdf_layout, pdf_picture
from chunker.readers.sniffing import HEAD_BYTES, image_type

if TYPE_CHECKING:
    from pathlib import Path

    from chunker.facsimile.layout import PageLayout


@dataclass(frozen=True, slots=True)
class LayoutTask:
    """The layout of the page at ``position``, from 1, of a file; ``name`` is for messages."""

    path: Path
    name: str
    position: int

    def run(self) -> PageLayout:
        """Return it.

        Raises:
            UnreadableSourceError: the page cannot be shown.
        """
        layout = image_layout if _is_image(self.path) else pdf_layout
        return layout(self.path, self.position, name=self.name)


@dataclass(frozen=True, slots=True)
class PictureTask:
    """A picture of the page at ``position``, from 1, of a file."""

    path: Path
    name: str
    position: int
    width_pixels: int

    def run(self) -> bytes:
        """Return it as a PNG of that width, or of less where the page is very tall.

        Raises:
            UnreadableSourceError: the page cannot be shown.
        """
        picture = image_picture if _is_image(self.path) else pdf_picture
        return picture(self.path, self.position, name=self.name, width_pixels=self.width_pixels)


def _is_image(path: Path) -> bool:
    with path.open("rb") as file:
        return image_type(file.read(HEAD_BYTES)) is not None
