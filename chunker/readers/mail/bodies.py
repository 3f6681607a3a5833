"""What a mail says: its own text, the mails inside it, and what is attached to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from chunker.errors import UnreadableSourceError
from chunker.readers.decoding import decode_text
from chunker.readers.extraction import tidy_line
from chunker.readers.html.reader import read_whole
from chunker.readers.mail.headers import field, words_of
from chunker.readers.noticing import notice, noticing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from chunker.readers.extraction import Extracted, ReadingLimits
    from chunker.recognised import RecognisedPage

SHOWN_FIELDS = ("From", "To", "Cc", "Date")
ATTACHED = "Attachment: "
SIGNATURES = frozenset(
    ["application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"]
)
# Attachments of before MIME, set into the text (uuencode, POSIX.1): the name, and the lines left out.
UUENCODED = re.compile(
    r"^begin [0-7]{3,4} (?P<name>[^\n]{1,200})\n(?:[!-`][ -`]{0,61}\n)+`?\s*^end$", re.MULTILINE
)
MUCH_MORE = 2
"""A plain alternative is taken unless that in HTML has more than so many times its characters: some say
only that the mail is in HTML. Chosen by hand, not measured."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some of a mail's text: of its head, of what it says, or the name of what is attached.

    ``recognised`` are the pages in it that were read from pictures.
    """

    text: str
    role: Literal["head", "body", "attachment"] = "body"
    recognised: tuple[RecognisedPage, ...] = ()


class AttachmentReader(Protocol):
    """Reads what is attached to a mail as the file that it is."""

    def __call__(self, data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
        """Return the text, or raise an UnreadableSourceError."""
        ...


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads the bodies of one file's mails; ``name`` is only for messages."""

    name: str
    limits: ReadingLimits
    read_attachment: AttachmentReader

    def mail(self, message: Message) -> Iterator[Block]:
        """Yield a whole mail: its subject, the fields that a reader looks for, its body."""
        if subject := field(message, "Subject"):
            yield Block(subject, "head")
        shown = [f"{name}: {words}" for name in SHOWN_FIELDS if (words := field(message, name))]
        if shown:
            yield Block("\n".join(shown), "head")
        yield from self.part(message)

    def part(self, part: Message) -> Iterator[Block]:
        """Yield what one part of a mail says, and the parts inside it."""
        kind = part.get_content_type()
        inside = part.get_payload() if part.is_multipart() else []
        children = (
            [child for child in inside if not isinstance(child, str)] if isinstance(inside, list) else []
        )
        if kind == "multipart/alternative":
            yield from self.alternative(children)
        elif part.get_content_maintype() == "message":
            for child in children:
                yield from self.mail(child)
        elif children:
            for number, child in enumerate(children):
                is_picture = child.get_content_maintype() == "image" and child.get("Content-ID")
                if kind == "multipart/related" and number and is_picture:
                    blocks = list(self.attachment(child))
                    yield from blocks if len(blocks) > 1 else ()  # else it is a logo or the like
                else:
                    yield from self.part(child)
        elif is_text(part):
            yield from self.text(part)
        elif kind not in SIGNATURES:
            yield from self.attachment(part)

    def alternative(self, children: list[Message]) -> Iterator[Block]:
        """Yield the plain one of several forms of the same text, or HTML where that says much more."""
        forms = [list(self.part(child)) for child in children]
        lengths = [sum(len(block.text) for block in blocks) for blocks in forms]
        if not forms:
            return
        plain = next(
            (
                i
                for i, child in enumerate(children)
                if lengths[i] and child.get_content_type() == "text/plain"
            ),
            None,
        )
        fullest = max(range(len(forms)), key=lambda number: lengths[number])
        yield from forms[fullest if plain is None or lengths[fullest] > MUCH_MORE * lengths[plain] else plain]

    def text(self, part: Message) -> Iterator[Block]:
        """Yield a body in plain text or in HTML."""
        data, charset = payload_of(part), part.get_content_charset()
        if part.get_content_subtype() == "html":
            body = read_whole(data, name=self.name, limits=self.limits, declared=charset)
            yield Block("" if body is None else body.text)
            return
        text = decode_text(data, name=self.name, limits=self.limits, declared=charset)
        written = text.replace("\r\n", "\n").replace("\r", "\n")
        yield Block(UUENCODED.sub(lambda found: f"{ATTACHED}{found['name']}", written).strip("\n"))

    def attachment(self, part: Message) -> Iterator[Block]:
        """Yield the name of what is attached and its text, where there is a reader for it."""
        name = words_of(part.get_filename() or "") or f"({part.get_content_type()})"
        yield Block(ATTACHED + name, "attachment")
        try:
            with noticing() as said:
                read = self.read_attachment(payload_of(part), name=name, limits=self.limits)
        except UnreadableSourceError as error:
            if error.hint:
                notice(error.hint)
            return
        for line in said:
            notice(f"{tidy_line(name)}: {line}")
        text = read.text.strip()
        moved = read.text.find(text)
        yield Block(text, recognised=tuple(page.moved(-moved) for page in read.recognised))


def is_text(part: Message) -> bool:
    """Whether a part is a body in words, not a file that is attached."""
    is_readable = part.get_content_type() in {"text/plain", "text/html", "text/enriched"}
    return is_readable and part.get_content_disposition() != "attachment" and not part.get_filename()


def payload_of(part: Message) -> bytes:
    """Return the decoded bytes of a part."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
