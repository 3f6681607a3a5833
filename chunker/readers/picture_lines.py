"""Words and lines read in a picture, with where they stand on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class PictureWord(NamedTuple):
    """A word on a picture, its box in ten-thousandths of its sides, its confidence 0..100."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    confidence: int


@dataclass(frozen=True, slots=True)
class PictureLine:
    """A line of words; ``opens``: it begins a paragraph."""

    words: tuple[PictureWord, ...]
    opens: bool

    @property
    def text(self) -> str:
        """The words, with a blank between."""
        return " ".join(word.text for word in self.words)

    @property
    def left(self) -> int:
        """Where it begins, of a picture's :data:`chunker.recognised.SCALE`."""
        return min(word.left for word in self.words)

    @property
    def right(self) -> int:
        """Where it ends."""
        return max(word.right for word in self.words)

    @property
    def bottom(self) -> int:
        """Where its lowest word ends."""
        return max(word.bottom for word in self.words)

    @property
    def height(self) -> int:
        """How tall it is."""
        return self.bottom - min(word.top for word in self.words)
