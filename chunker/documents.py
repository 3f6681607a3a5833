"""The nouns of the house: a source holds documents, which hold passages.

All offsets are Python ``str`` indices into :attr:`Source.text`; ``end_char`` is exclusive.
Everything here is immutable and knows nothing of how it was made.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chunker.recognised import RecognisedPage

PageMethod = Literal["printed", "contents", "estimated"]
DatePrecision = Literal["day", "month", "year"]


def content_id(*parts: str) -> str:
    """Return a 16-digit hexadecimal id that depends on nothing but ``parts``."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters of a source's text."""

    start_char: int
    end_char: int

    def trimmed(self, text: str) -> Span | None:
        """Return the span without white space at its ends in ``text``, ``None`` if nothing else is in it."""
        inside = text[self.start_char : self.end_char]
        start = self.start_char + len(inside) - len(inside.lstrip())
        end = start + len(inside.strip())
        return Span(start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading the file's own format declares: a Markdown ``#``, a Word style, a PDF outline entry.

    ``level`` counts from 1, the highest; ``text`` is the heading as a reader sees it.
    """

    start_char: int
    end_char: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page as a reader would cite it.

    ``printed`` pages stand in the file, ``contents`` pages come from the table of contents;
    both have ``margin`` 0. An ``estimated`` page may be off by ``margin`` pages; one whose margin
    is 0 is the page's position in a file, where no page number shows (:attr:`is_position`). ``position``
    counts the file's own pages from 1, whatever is printed on them; ``None``: the file has none. An empty
    ``label``: only the position is known, of a page without a number in a file that prints numbers.
    """

    label: str
    method: PageMethod
    margin: int = 0
    position: int | None = None

    @property
    def is_position(self) -> bool:
        """Whether the label counts the file's pages from 1: exact as that, and no page number."""
        return self.method == "estimated" and self.margin == 0


@dataclass(frozen=True, slots=True)
class PageStart:
    """The offset at which a page begins."""

    start_char: int
    page: Page


@dataclass(frozen=True, slots=True)
class PageMap:
    """Gives every offset of a source its page, or ``None`` where no page is known.

    ``starts`` ascend strictly by offset. Text before the first start has no page; text from
    ``end_char`` on has none either (``None``: the last page runs to the end of the text).
    """

    starts: tuple[PageStart, ...] = ()
    end_char: int | None = None

    def at(self, offset: int) -> Page | None:
        """Return the page on which the character at ``offset`` stands."""
        page = self._page_at(offset)
        return page if page and page.label else None

    def position_at(self, offset: int) -> int | None:
        """Return which of the file's own pages the character at ``offset`` stands on, from 1."""
        page = self._page_at(offset)
        return page.position if page else None

    def _page_at(self, offset: int) -> Page | None:
        if self.end_char is not None and offset >= self.end_char:
            return None
        position = bisect_right(self.starts, offset, key=lambda start: start.start_char)
        return self.starts[position - 1].page if position else None


@dataclass(frozen=True, slots=True)
class SectionStart:
    """The offset at which a section of a document begins, with its heading as a reader sees it."""

    start_char: int
    title: str


@dataclass(frozen=True, slots=True)
class Bibliography:
    """What a source is as a publication, beside its title; ``None`` or empty: it is not known.

    ``year`` is that of publication, or a span such as ``1919–1942``.
    """

    authors: tuple[str, ...] = ()
    publisher: str | None = None
    place: str | None = None
    year: str | None = None
    rights: str | None = None


@dataclass(frozen=True, slots=True)
class StatedDocument:
    """A document that the file's own format declares, with all it says of it: a mail of a mailbox.

    It ends where the next one begins. An empty ``title``: it states none.
    """

    start_char: int
    title: str
    metadata: DocumentMetadata


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it came, turned into one text.

    ``id`` is made from the file's bytes; ``name`` is how the user knows the file (its path
    below the folder that was indexed), ``path`` the whole path that ends with it, where there is more
    than the name. ``page_starts`` are the pages the file itself states or,
    as ``estimated`` ones, those it shows without numbers, counted from 1. ``stated_documents`` are all the
    documents in it, where its format tells; ``notices`` say, in a line each, what of it may be read wrongly
    or was left out. ``digest`` is the SHA-256 of the file's bytes, in hexadecimal digits, where it was just
    read, and ``fingerprint`` tells a file that need not be read again
    (:mod:`chunker.readers.fingerprint`); ``recognised`` are the pages read from pictures.
    """

    id: str
    name: str
    media_type: str
    text: str
    size_bytes: int
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    page_starts: tuple[PageStart, ...] = ()
    bibliography: Bibliography = field(default_factory=Bibliography)
    stated_documents: tuple[StatedDocument, ...] = ()
    notices: tuple[str, ...] = ()
    digest: str = field(default="", compare=False)
    fingerprint: str = field(default="", compare=False)
    path: str | None = None
    recognised: tuple[RecognisedPage, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentDate:
    """A date as exact as the document gives it: ISO 8601, cut to its precision.

    ``start`` and ``end`` are full ISO days that enclose it (equal for an exact day;
    a range such as "December 22-29, 1920" has precision ``day`` and both ends).
    """

    start: str
    end: str
    precision: DatePrecision

    @property
    def text(self) -> str:
        """The date a reader sees: ``1940-11-14``, ``1920-12`` or ``1937``."""
        return self.start[: {"day": 10, "month": 7, "year": 4}[self.precision]]


@dataclass(frozen=True, slots=True)
class DocumentMetadata:
    """What a document says about itself. ``None`` or empty: it does not say."""

    date: DocumentDate | None = None
    kind: str | None = None
    participants: tuple[str, ...] = ()
    secrecy: str | None = None
    archive_reference: str | None = None
    publication_reference: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader would cite: a telegram in a book of telegrams, a chapter, a whole file.

    ``title`` is tidy display text: the first words where the text gives itself none, and then it is indexed
    under its ``file_title``, the name of its file without the ending. The span covers the heading and
    everything up to the next document. ``ordinal`` counts from 0 in the source's order.
    """

    id: str
    source_id: str
    ordinal: int
    title: str
    start_char: int
    end_char: int
    metadata: DocumentMetadata = field(default_factory=DocumentMetadata)
    file_title: str | None = None

    @property
    def span(self) -> Span:
        """Where it stands in its source."""
        return Span(self.start_char, self.end_char)

    @property
    def header(self) -> str:
        """The line put before each passage of this document where it is indexed: title and date."""
        # First words stand in a passage already: before each they would be found where they do not stand.
        title, date = self.file_title or self.title, self.metadata.date
        if date is None or date.text in title:
            return title
        is_long = date.precision == "day" and date.start[:7] != date.end[:7]
        return f"{title} ({date.start} to {date.end})" if is_long else f"{title} ({date.text})"


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed and returned: an exact slice of its source's text.

    ``page`` and ``page_end`` are the pages of the first and the last character, ``None`` where
    no page is known. ``section`` is the heading that its first character stands at or below, within
    its document. ``token_count`` is in tokens of the configured tiktoken encoding. ``ocr_confidence`` is how
    sure the reading of its words from pictures of pages is, 0..1, ``None`` where none was.
    """

    id: str
    document_id: str
    ordinal: int
    start_char: int
    end_char: int
    text: str
    token_count: int
    page: Page | None = None
    page_end: Page | None = None
    section: str | None = None
    ocr_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class ChunkedSource:
    """A source with everything the index needs to know about it."""

    source: Source
    page_map: PageMap
    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    sections: tuple[SectionStart, ...] = ()
