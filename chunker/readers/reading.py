"""Turns a file into a :class:`~chunker.documents.Source`, or says in one line why it cannot.

To add a format: write its reader, give it a line in :data:`READERS` and its marks and suffixes in
:mod:`chunker.readers.sniffing`.
"""

from __future__ import annotations

import hashlib
import logging
import stat
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from chunker.documents import Source, content_id
from chunker.errors import (
    BrokenSourceError,
    EmptySourceError,
    SourceTooLargeError,
    UnreadableSourceError,
    UnsupportedFormatError,
)
from chunker.readers import sniffing
from chunker.readers.converting import converted
from chunker.readers.djvu import read_djvu
from chunker.readers.epub import read_epub
from chunker.readers.extraction import Extracted, Reader, ReadingLimits, check_not_empty, tidy_line
from chunker.readers.fiction_book import read_fiction_book
from chunker.readers.fingerprint import fingerprint
from chunker.readers.html.reader import read_html
from chunker.readers.images import check_may_be_page, read_image, shows_page
from chunker.readers.latex import read_latex
from chunker.readers.mail.reader import read_mail, read_mbox, read_mhtml, read_msg
from chunker.readers.markdown import read_markdown
from chunker.readers.noticing import noticing
from chunker.readers.opendocument.reader import read_opendocument
from chunker.readers.pdf.reader import read_pdf
from chunker.readers.plain_text import read_text
from chunker.readers.presentation import read_presentation
from chunker.readers.records import read_records
from chunker.readers.rich_text import read_rich_text
from chunker.readers.sheets.delimited import read_delimited
from chunker.readers.sheets.workbook import read_workbook
from chunker.readers.sidecar import described, read_sidecar
from chunker.readers.stated_titles import believed_title
from chunker.readers.subtitles import read_subtitles
from chunker.readers.word.reader import read_docx

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

DEFAULT_LIMITS = ReadingLimits()


def read_source(path: Path, *, name: str, limits: ReadingLimits = DEFAULT_LIMITS) -> Source:
    """Read the file at ``path``, with the sidecar beside it; ``name`` is how the user knows it.

    Raises an UnreadableSourceError for anything that cannot become text: UnsupportedFormatError and
    SourceTooLargeError before more than the first bytes are read, and else as :func:`read_bytes` does.
    """
    shown = tidy_line(name)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnsupportedFormatError(f"{shown}: is a folder or a device, not a file; give a file")
        with path.open("rb") as file:
            head = file.read(sniffing.HEAD_BYTES)
            sniffing.refuse_by_head(head, name=shown)
            check_size(status.st_size, name=shown, limits=limits)
            file.seek(0)
            data = file.read()  # a size given beforehand would be taken up whole; what has grown shows below
        description = read_sidecar(path)
    except OSError as error:
        raise UnreadableSourceError(
            f"{shown}: cannot be opened ({error.strerror or type(error).__name__}); "
            "check that it is there and may be read"
        ) from error
    source = described(read_bytes(data, name=name, limits=limits), description)
    return replace(source, fingerprint=fingerprint(source.digest, description, limits))


def read_bytes(data: bytes, *, name: str, limits: ReadingLimits = DEFAULT_LIMITS) -> Source:
    """Turn the bytes of a file into a source; the same bytes always have the same id.

    Raises EmptySourceError where there is no text, UnsupportedFormatError for a kind of file no reader
    knows, SourceTooLargeError past the limits and BrokenSourceError for a damaged or locked file.
    """
    shown = tidy_line(name) or "the file"
    check_size(len(data), name=shown, limits=limits)
    if not data:
        raise EmptySourceError(f"{shown}: has 0 bytes; check that it was copied whole")
    media_type = sniffing.media_type_of(data, name=shown)
    digest = hashlib.sha256(data).hexdigest()
    with noticing() as said:
        extracted = extracted_from(data, media_type, name=shown, limits=limits.for_file(digest))
    return Source(
        id=content_id(digest),
        name=name,
        media_type=media_type,
        text=extracted.text,
        size_bytes=len(data),
        title=_title_of(extracted, media_type),
        headings=extracted.headings,
        page_starts=extracted.page_starts,
        bibliography=extracted.bibliography,
        stated_documents=extracted.stated_documents,
        notices=tuple(said),
        digest=digest,
        recognised=extracted.recognised,
    )


def _title_of(extracted: Extracted, media_type: str) -> str | None:
    """Return the title that a file states, where it is one, or that stands out in print."""
    if media_type not in NAMED_BY_PROGRAMS:
        return extracted.title
    few_words = 2 if extracted.printed_title else 1  # there is another
    stated = believed_title(extracted.title, extracted.text, few_words=few_words)
    return stated or extracted.printed_title


def extracted_from(data: bytes, media_type: str, *, name: str, limits: ReadingLimits) -> Extracted:
    """Return what the reader for ``media_type`` finds, or raise an UnreadableSourceError."""
    try:
        extracted = READERS[media_type](data, name=name, limits=limits)
    except (UnreadableSourceError, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        # Parsers raise errors of a dozen libraries for damaged input, those in Rust even a panic, which is no
        # Exception; all mean the same to the reader.
        logger.info("%s: reading as %s failed", name, media_type, exc_info=True)
        raise BrokenSourceError(
            f"{name}: is damaged and cannot be read as {media_type}; open it in its program and save it again"
        ) from error
    check_not_empty(extracted.text, name=name)
    return extracted


def read_attachment(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read what is attached to a mail as the file that it is; raises as :func:`read_bytes` does.

    Of images those are read that show a page: most are signatures, logos, photographs.
    """
    check_size(len(data), name=name, limits=limits)
    media_type = sniffing.media_type_of(data, name=name)
    if media_type in sniffing.IMAGES:
        check_may_be_page(data, name=name, limits=limits)
    extracted = extracted_from(data, media_type, name=name, limits=limits)
    if media_type in sniffing.IMAGES and not shows_page(extracted):
        raise sniffing.unsupported(sniffing.IMAGE, name=name)
    return extracted


def read_old_text(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a text of a program before XML, such as Word until 2003."""
    return read_docx(converted(data, name=name, target="docx"), name=name, limits=limits)


def read_old_slides(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a presentation of a program before XML."""
    return read_presentation(converted(data, name=name, target="pptx"), name=name, limits=limits)


def check_size(size_bytes: int, *, name: str, limits: ReadingLimits) -> None:
    """Raise SourceTooLargeError for a file of more bytes than the limit allows."""
    if size_bytes > limits.max_bytes:
        raise SourceTooLargeError(
            f"{name}: {size_bytes:,} bytes, more than the limit of {limits.max_bytes:,}; "
            "split the file into parts"
        )


NAMED_BY_PROGRAMS = frozenset((sniffing.HTML, sniffing.PDF, sniffing.DOCX))
"""Formats whose titles programs put there; in others people do."""
READERS: dict[str, Reader] = {
    sniffing.TEXT: read_text,
    sniffing.MARKDOWN: read_markdown,
    sniffing.HTML: read_html,
    sniffing.PDF: read_pdf,
    sniffing.DOCX: read_docx,
    sniffing.EPUB: read_epub,
    sniffing.MAIL: partial(read_mail, read_attachment=read_attachment),
    sniffing.MBOX: partial(read_mbox, read_attachment=read_attachment),
    sniffing.MSG: partial(read_msg, read_attachment=read_attachment),
    sniffing.MHTML: read_mhtml,
    sniffing.RTF: read_rich_text,
    **dict.fromkeys(sniffing.OPEN_DOCUMENTS, read_opendocument),
    **dict.fromkeys(sniffing.WORKBOOKS, read_workbook),
    **dict.fromkeys((sniffing.CSV, sniffing.TSV), read_delimited),
    sniffing.PPTX: read_presentation,
    sniffing.FB2: read_fiction_book,
    sniffing.DJVU: read_djvu,
    sniffing.JSON: read_records,
    sniffing.LATEX: read_latex,
    **dict.fromkeys((sniffing.SRT, sniffing.VTT), read_subtitles),
    **dict.fromkeys(sniffing.OLD_TEXTS, read_old_text),
    **dict.fromkeys(sniffing.OLD_SLIDES, read_old_slides),
    **dict.fromkeys(sniffing.IMAGES, read_image),
}
