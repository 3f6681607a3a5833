"""What every reader takes and gives: limits in, text with its headings and page starts out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from chunker.documents import Bibliography
from chunker.errors import EmptySourceError, SourceTooLargeError

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipFile

    from chunker.documents import Heading, PageStart, StatedDocument
    from chunker.recognised import RecognisedPage

MEBIBYTE = 1024 * 1024
CELL_JOINT = " | "  # between the cells of a table's row, as Markdown has it
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class RecognitionSettings:
    """How text is read from pictures.

    ``languages`` are tesseract's names joined by ``+``, ``None`` for all that are installed; ``seconds`` is
    what a page may take. What was read is kept in a folder of the file's SHA-256 below ``kept``, ``None`` for
    nowhere.
    """

    languages: str | None = None
    seconds: float = 60
    kept: Path | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """How much of a file is read before it is refused.

    ``max_bytes`` is the file's size and, for zipped formats, what it unpacks to; a scan-laden PDF
    needs it high. ``max_characters`` is the text that comes out: 50 million characters are about
    25,000 pages, far past any one document, and are held in memory without harm. ``recognition`` is how
    text is read from pictures, ``None`` for not at all.
    """

    max_bytes: int = 512 * MEBIBYTE
    max_characters: int = 50_000_000
    max_pages: int = 20_000
    recognition: RecognitionSettings | None = RecognitionSettings()

    def for_file(self, digest: str) -> ReadingLimits:
        """Return the same for the file of that SHA-256 alone."""
        if self.recognition is None or self.recognition.kept is None:
            return self
        return replace(self, recognition=replace(self.recognition, kept=self.recognition.kept / digest))


@dataclass(frozen=True, slots=True)
class Extracted:
    """What a reader found in a file, as in a :class:`~chunker.documents.Source`; offsets index ``text``.

    ``printed_title`` is what stands out in print where one expects a title, ``None`` where nothing does.
    """

    text: str
    title: str | None = None
    printed_title: str | None = None
    headings: tuple[Heading, ...] = ()
    page_starts: tuple[PageStart, ...] = ()
    bibliography: Bibliography = field(default_factory=Bibliography)
    stated_documents: tuple[StatedDocument, ...] = ()
    recognised: tuple[RecognisedPage, ...] = ()


class Reader(Protocol):
    """A function that turns a file's bytes into text.

    It raises an :class:`~chunker.errors.UnreadableSourceError`; anything else that escapes from a
    parsing library is taken by the caller to mean a broken file.
    """

    def __call__(self, data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
        """Read ``data``; ``name`` is only for messages."""
        ...


def check_characters(count: int, *, name: str, limits: ReadingLimits) -> None:
    """Raise SourceTooLargeError when a file holds more characters than the limit allows."""
    if count > limits.max_characters:
        raise SourceTooLargeError(
            f"{name}: more than {limits.max_characters:,} characters of text; split the file into parts"
        )


def check_unpacked_bytes(archive: ZipFile, *, name: str, limits: ReadingLimits) -> None:
    """Raise SourceTooLargeError when a zipped format would unpack to more bytes than the limit allows.

    ``zipfile`` reads no more of a part than the size its directory states.
    """
    count = sum(part.file_size for part in archive.infolist())
    if count > limits.max_bytes:
        raise SourceTooLargeError(
            f"{name}: unpacks to {count:,} bytes, more than the limit of {limits.max_bytes:,}; "
            "check the file, or take out what is too large"
        )


def check_not_empty(text: str, *, name: str) -> None:
    """Raise EmptySourceError when a text has nothing but white space."""
    if not text or text.isspace():
        raise EmptySourceError(f"{name}: holds no text; check that the right file was chosen")


def without_surrogates(text: str) -> str:
    """Return ``text`` with lone surrogates, which no encoding can store, made U+FFFD."""
    return SURROGATE.sub("\ufffd", text)


def tidy_line(text: str) -> str:
    """Return ``text`` on one line with single spaces: a title or a heading as a reader sees it."""
    return " ".join(text.split())
