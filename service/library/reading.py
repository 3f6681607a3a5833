"""A document with everything a reader of it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from service.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chunker.documents import Document, PageMap, Span
    from embeddings.search import Place
    from embeddings.store.records import DocumentRecord, SourceRecord
    from service.library.paging import DocumentPage


class Text(Protocol):
    """A text of which parts are looked at: a ``str``, or one that is read part by part."""

    def __getitem__(self, part: slice, /) -> str:
        """Return a part, given by offsets that are not negative."""
        ...


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of a source; ``read`` gives what stands from one offset to another."""

    read: Callable[[int, int], str]

    def __getitem__(self, part: slice, /) -> str:
        """Read a part; both of its offsets must be given."""
        return self.read(part.start, part.stop)


@dataclass(frozen=True, slots=True)
class Reading:
    """A document to read; its text is read when it is asked for.

    Offsets are those of ``source_text``, the text of its source; ``page_map`` and ``pages`` are of the
    document. ``previous`` and ``next`` are its
    neighbours there, ``elsewhere`` passages of other documents that repeat it. ``ocr_confidence`` is how sure
    the reading of what was read from pictures of pages is, in the mean, 0..1, ``None`` where nothing was.
    """

    record: DocumentRecord
    source: SourceRecord
    source_text: Text
    page_map: PageMap
    pages: tuple[DocumentPage, ...]
    previous: DocumentRecord | None
    next: DocumentRecord | None
    elsewhere: tuple[Place, ...]
    ocr_confidence: float | None = None

    @property
    def document(self) -> Document:
        """The document itself."""
        return self.record.document

    def text(self, span: Span | Document | DocumentPage) -> str:
        """Return the words of a range of the source."""
        return self.source_text[span.start_char : span.end_char]

    def page_at(self, label: str) -> int:
        """Return the position of a page among :attr:`pages`.

        Raises:
            NotFoundError: the document has no page of that label; the message tells which it has.
        """
        labels = [page.page.label for page in self.pages]
        found = [position for position, one in enumerate(labels) if one == label]
        if found:  # what is numbered so before what is only counted so
            return min(found, key=lambda position: self.pages[position].page.is_position)
        if not labels:
            raise NotFoundError(f"No pages are known of the document {self.document.id}: read it whole.")
        known = f"it has {labels[0]} to {labels[-1]}"
        raise NotFoundError(f"The document {self.document.id} has no page {label}; {known}.")

    def pages_from(self, first: str | None, last: str | None) -> Sequence[DocumentPage]:
        """Return the pages between two labels, both inclusive; ``None``: from the first, to the last.

        Raises:
            NotFoundError: a page is not there, or the last stands before the first.
        """
        start = self.page_at(first) if first is not None else 0
        end = self.page_at(last) if last is not None else len(self.pages) - 1
        if last is not None and end < start:
            raise NotFoundError(f"Page {last} stands before page {first}: give them in reading order.")
        return self.pages[start : end + 1]
