"""Reads mails: each is a document with its subject as title, its day and its parties."""

from __future__ import annotations

import logging
import re
from email import message_from_bytes
from typing import TYPE_CHECKING

from chunker.documents import DocumentMetadata, StatedDocument
from chunker.errors import BrokenSourceError, UnreadableSourceError
from chunker.readers.building import TextBuilder
from chunker.readers.decoding import decode_text
from chunker.readers.extraction import Extracted
from chunker.readers.html.reader import read_html
from chunker.readers.mail.bodies import AttachmentReader, Block, BodyReader, payload_of
from chunker.readers.mail.headers import day_of, field, parties
from chunker.readers.mail.msg import message_from_msg
from chunker.readers.noticing import notice
from chunker.text.blocks import opening_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from email.message import Message

    from chunker.readers.extraction import ReadingLimits
    from chunker.recognised import RecognisedPage

logger = logging.getLogger(__name__)

KIND = "email"
PARTIES = ("From", "To", "Cc")
# Apple Mail's form: the number of the mail's bytes, the mail, then a property list.
COUNTED = re.compile(rb"\A\s*(\d{1,10})\s*\n")
# RFC 4155: a line that begins with "From " after an empty one, and a field below it; in the mail itself such
# a line is written ">From ".
ENVELOPE = re.compile(
    rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From (?:[^\n]*\n(?=>?[A-Za-z][\w-]*:)|\S+ [^\n]*\d\d:\d\d:\d\d[^\n]*\n)"
)
# RFC 822 let white space stand before a field's colon.
LOOSE_FIELD = re.compile(rb"^([A-Za-z][\w-]*)[ \t]+:", re.MULTILINE)
HEAD_END = re.compile(rb"\n\r?\n")
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


def read_mail(
    data: bytes, *, name: str, limits: ReadingLimits, read_attachment: AttachmentReader
) -> Extracted:
    """Read one mail (RFC 5322), as files of the kinds .eml and .emlx hold it."""
    if b"\0" in data[:4]:  # UTF-16
        data = decode_text(data, name=name, limits=limits).encode()
    counted = COUNTED.match(data)
    if counted is not None:
        data = data[counted.end() : counted.end() + int(counted[1])]
    return read_mails([data], BodyReader(name, limits, read_attachment))


def read_msg(
    data: bytes, *, name: str, limits: ReadingLimits, read_attachment: AttachmentReader
) -> Extracted:
    """Read a mail as Outlook keeps it."""
    return read_mails([message_from_msg(data)], BodyReader(name, limits, read_attachment))


def read_mbox(
    data: bytes, *, name: str, limits: ReadingLimits, read_attachment: AttachmentReader
) -> Extracted:
    """Read a mailbox (RFC 4155): each mail in it is a document."""
    return read_mails(mails_of(data), BodyReader(name, limits, read_attachment))


def read_mhtml(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a web page saved with its pictures in one file (RFC 2557)."""
    for part in message_from_bytes(data).walk():
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            return read_html(payload_of(part), name=name, limits=limits, declared=part.get_content_charset())
    raise BrokenSourceError(f"{name}: holds no web page; open it in a browser and save it again")


def mails_of(data: bytes) -> Iterator[bytes]:
    """Yield the mails of a mailbox."""
    found = [(each.start(), each.end()) for each in ENVELOPE.finditer(data)] or [(0, 0)]
    ends = [start for start, _ in found[1:]] + [len(data)]
    for (_, start), end in zip(found, ends, strict=True):
        yield ESCAPED.sub(rb"\1", data[start:end])


def read_mails(mails: Iterable[bytes | Message], reader: BodyReader) -> Extracted:
    """Return the text of mails, one after the other; those that cannot be read are told in a notice."""
    text = TextBuilder(reader.name, reader.limits)
    documents: list[StatedDocument] = []
    recognised: list[RecognisedPage] = []
    number = damaged = 0
    for number, mail in enumerate(mails, start=1):
        try:
            message = parsed(mail) if isinstance(mail, bytes) else mail
            blocks = list(reader.mail(message))
            title, metadata = title_of(message, blocks), metadata_of(message)
        except (UnreadableSourceError, LookupError, ValueError, RecursionError):
            logger.info("%s: mail %d cannot be read", reader.name, number, exc_info=True)
            damaged += 1
            continue
        starts: list[int] = []
        for block in blocks:
            start = text.add(block.text, level=1 if block.role == "attachment" else None)
            if start is not None:
                starts.append(start)
                recognised += [page.moved(start) for page in block.recognised]
        if starts:
            documents.append(StatedDocument(starts[0], title, metadata))
    if damaged and not documents:
        raise BrokenSourceError(f"{reader.name}: no mail in it can be read; export it again")
    if damaged:
        notice(f"{damaged:,} of {number:,} mails are damaged and left out")
    return Extracted(
        text.text,
        title=documents[0].title if documents and number == 1 else None,
        headings=tuple(text.headings),
        stated_documents=tuple(documents),
        recognised=tuple(recognised),
    )


def parsed(data: bytes) -> Message:
    """Parse one mail, whatever is wrong with it."""
    end = HEAD_END.search(data)
    head = data[: end.start()] if end else data
    return message_from_bytes(LOOSE_FIELD.sub(rb"\1:", head) + data[len(head) :])


def title_of(message: Message, blocks: Sequence[Block]) -> str:
    """Return a mail's subject, or its first words where it has none."""
    body = "\n".join(block.text for block in blocks if block.role != "head")
    return field(message, "Subject") or opening_words(body)


def metadata_of(message: Message) -> DocumentMetadata:
    """Return what a mail's head says of it."""
    return DocumentMetadata(date=day_of(message), kind=KIND, participants=parties(message, PARTIES))
