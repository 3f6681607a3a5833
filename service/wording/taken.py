"""Papers and quotes that a reader takes along: what an address says of each, and what has become of it.

A place is counted from the beginning of its document, so that it stays the same where others come before
that in its file. With the words' own check it is told whether they are still those that were taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Span, content_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chunker.documents import Document
    from service.wording.citations import CitedPlace

MAX_TAKEN = 200
"""Papers and quotes in one list: their link has some 8,000 characters, which every browser takes."""
MAX_WORDS_CHARS = 20_000
"""Of one quote, about ten pages: more is a paper, and taken as one. Chosen by hand."""
_BETWEEN = "~"
_WRITTEN = re.compile(r"([0-9a-f]{16})(?:\.(\d{1,10})\.(\d{1,10})\.([0-9a-f]{8}))?")


@dataclass(frozen=True, slots=True)
class TakenPlace:
    """A document, or words in it at ``span``, counted from its beginning, with the check that they have."""

    document_id: str
    span: Span | None = None
    check: str = ""

    def __str__(self) -> str:
        """Return it as an address has it: ``3f2a…`` or ``3f2a….120.310.9c01ffe2``."""
        if self.span is None:
            return self.document_id
        return f"{self.document_id}.{self.span.start_char}.{self.span.end_char}.{self.check}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a place: ``paper`` cites the whole document, ``None`` where it is no longer there.

    ``cited`` cites the words, or the document where it was taken whole; ``words`` are empty then, and where
    others stand at the place now (``is_changed``). ``note`` is the reader's.
    """

    place: TakenPlace
    paper: CitedPlace | None = None
    cited: CitedPlace | None = None
    words: str = ""
    is_changed: bool = False
    note: str = ""

    @property
    def problem(self) -> str:
        """What is wrong with it, in words; empty where it stands as it was taken."""
        if self.paper is None:
            return "This paper is no longer in the collection, or no longer as it was."
        return "Other words stand in this place now." if self.is_changed else ""


def check_of(words: str) -> str:
    """Return what tells words from others, as they stand in their source: 8 hexadecimal digits."""
    return content_id(words)[:8]


def taken_words(document: Document, span: Span, words: str) -> TakenPlace:
    """Return the place of ``words`` that stand at ``span`` of the source of ``document``."""
    begins = document.start_char
    within = Span(span.start_char - begins, span.end_char - begins)
    return TakenPlace(document.id, within, check_of(words))


def written(places: Iterable[TakenPlace]) -> str:
    """Return places as an address has them, each once."""
    return _BETWEEN.join(dict.fromkeys(map(str, places)))


def read_taken(text: str) -> tuple[list[TakenPlace], int]:
    """Return the places that ``text`` names, each once, and how many of its parts cannot be read.

    Beyond :data:`MAX_TAKEN` none is read.
    """
    parts = list(dict.fromkeys(filter(None, text.split(_BETWEEN))))
    read = [match for part in parts[:MAX_TAKEN] if (match := _WRITTEN.fullmatch(part))]
    places = [
        TakenPlace(document_id, Span(int(start), int(end)) if start else None, check or "")
        for document_id, start, end, check in (match.groups() for match in read)
    ]
    return places, len(parts) - len(places)
