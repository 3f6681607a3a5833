"""Words looked for within one document: where they stand, and the way from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from chunker.documents import Span
from chunker.text.normalising import fold
from embeddings.expressions import phrases_of
from service.understanding.search_queries import read_search

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from embeddings.expressions import Phrase
    from service.library.reading import Text

_READ_CHARS = 10_000_000
"""Characters that are read at most, in about two seconds: a book of a thousand pages has three million."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of looking for ``words``: the ``places`` of the source, in order.

    ``number`` is that of the one to go to, from 1; 0 where there is none. Not ``is_whole``: the document is
    so long that its end was not looked through.
    """

    words: str
    places: tuple[Span, ...]
    number: int
    is_whole: bool
    marked: Span | None = None

    @property
    def line(self) -> str:
        """How many there are, in words."""
        more = "" if self.is_whole else f" in its first {_READ_CHARS:,} characters"
        if not self.places:
            return f"“{self.words}” does not stand here{more}."
        return f"{self.number:,} of {len(self.places):,}{more}"

    @property
    def here(self) -> str:
        """The address of the place to go to, empty for none."""
        return self._link(self.number) if self.places else ""

    @property
    def previous(self) -> str:
        """The address of the place before, empty for none."""
        return self._link(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        """The address of the next place, empty for none."""
        return self._link(self.number + 1) if self.number < len(self.places) else ""

    def _link(self, number: int) -> str:
        pairs: list[tuple[str, object]] = [("find", self.words), ("match", number)]
        if self.marked:
            pairs += [("from", self.marked.start_char), ("to", self.marked.end_char)]
        return f"?{urlencode(pairs)}#found-{number}"


def find(
    text: Text,
    parts: Sequence[Span],
    words: str,
    *,
    number: int | None = None,
    part: int = 1,
    marked: Span | None = None,
) -> Finding:
    """Look for ``words``, written as for a search, in the ``parts`` of a document.

    Each phrase counts for itself, whatever stands between them. ``number`` is the place to go to; ``None``:
    the first from ``part`` on.
    """
    wanted = read_search(words).wanted
    phrases = phrases_of(wanted) if wanted else []
    start = parts[0].start_char
    read = [one for one in parts if one.end_char - start <= max(_READ_CHARS, parts[0].end_char - start)]
    places = tuple(chain.from_iterable(_places(text, one, phrases) for one in read))
    if number is None:
        begins = parts[min(part, len(parts)) - 1].start_char
        number = next((at for at, one in enumerate(places, 1) if one.start_char >= begins), 1)
    return Finding(words, places, min(max(number, 1), len(places)), len(read) == len(parts), marked)


def _places(text: Text, part: Span, phrases: Sequence[Phrase]) -> Iterator[Span]:
    """Yield where phrases stand in a part; of those that overlap, the first."""
    folded = fold(text[part.start_char : part.end_char])
    found = sorted(
        place for phrase in phrases if phrase.stands_in(folded.text) for place in phrase.places(folded.text)
    )
    end_before = 0
    for start, end in found:
        if start >= end_before:
            end_before = end
            inside = folded.original_span(start, end)
            yield Span(part.start_char + inside.start_char, part.start_char + inside.end_char)
