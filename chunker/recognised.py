"""Words that were read from the picture of a page: where on it they stand, and how sure the reading is."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SCALE = 10_000
"""Places are kept in ten-thousandths of a page's width and height: a tenth of a letter's stroke."""


class RecognisedWord(NamedTuple):
    """A word of a source's text, with its box on the page in :data:`SCALE` parts of its sides.

    ``line`` counts the page's lines from 0; ``confidence`` is 0..100, as the program that read it says.
    """

    start_char: int
    end_char: int
    line: int
    left: int
    top: int
    right: int
    bottom: int
    confidence: int


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """The words of a page that was read from its picture, one at least, in the order of the text.

    ``position`` counts from 1 the pages of the file, or of what is attached to the mail that it is.
    """

    position: int
    words: tuple[RecognisedWord, ...]

    def moved(self, characters: int) -> RecognisedPage:
        """Return the same page in a text in which it stands so many characters further on."""
        words = (
            word._replace(start_char=word.start_char + characters, end_char=word.end_char + characters)
            for word in self.words
        )
        return RecognisedPage(self.position, tuple(words))

    def words_in(self, start_char: int, end_char: int) -> Iterator[RecognisedWord]:
        """Yield the words of which a part lies in that part of the source's text."""
        first = bisect_right(self.words, start_char, key=lambda word: word.end_char)
        for index in range(first, len(self.words)):
            if self.words[index].start_char >= end_char:
                return
            yield self.words[index]

    def boxes_of(self, start_char: int, end_char: int) -> list[tuple[float, float, float, float]]:
        """Return what a part of the text covers, a rectangle a line: left, top, right, bottom from 0 to 1."""
        words = self.words_in(start_char, end_char)
        return [_around(list(line)) for _, line in groupby(words, key=lambda word: word.line)]


def _around(words: list[RecognisedWord]) -> tuple[float, float, float, float]:
    left, top = min(word.left for word in words), min(word.top for word in words)
    right, bottom = max(word.right for word in words), max(word.bottom for word in words)
    return (left / SCALE, top / SCALE, right / SCALE, bottom / SCALE)


def confidence_of(pages: Sequence[RecognisedPage], start_char: int, end_char: int) -> float | None:
    """Return how sure the reading of a part of the text is, 0..1: the mean of its words.

    ``pages`` come in the order of the text. ``None`` where none of the words was read from a picture.
    """
    first = bisect_right(pages, start_char, key=lambda page: page.words[-1].end_char)
    sure: list[int] = []
    for index in range(first, len(pages)):
        words = [word.confidence for word in pages[index].words_in(start_char, end_char)]
        if not words:
            break
        sure += words
    return round(sum(sure) / len(sure) / 100, 4) if sure else None
