"""Outlook's form of a mail (.msg) as one that Python knows (MS-OXMSG, MS-OXPROPS), by olefile."""

from __future__ import annotations

import datetime as dt
import io
import struct
from email import message_from_string
from email.message import Message
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING

from chunker.readers.decoding import decoded, detected
from chunker.readers.extraction import tidy_line

if TYPE_CHECKING:
    from olefile import OleFileIO

STREAM = "__substg1.0_"
PROPERTIES = "__properties_version1.0"
# The bytes before the properties of a file, and of a mail inside it.
TOP_HEADER, INNER_HEADER = 32, 24
ENTRY = struct.Struct("<HHIQ")
WIDE, NARROW, BINARY, STORAGE, TIME = 0x001F, 0x001E, 0x0102, 0x000D, 0x0040
SUBJECT, HEADERS, BODY, HTML = 0x0037, 0x007D, 0x1000, 0x1013
SENDER_NAME, SENDER_ADDRESS, SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
SHOWN_TO, SHOWN_CC = 0x0E04, 0x0E03
SUBMITTED, DELIVERED = 0x0039, 0x0E06
LONG_NAME, SHORT_NAME, DATA, MIME_TYPE = 0x3707, 0x3704, 0x3701, 0x370E
FILETIME_BEGIN = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
MAX_DEPTH = 10
"""Of mails inside mails."""
ABOUT_BODY = ("Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Content-Disposition")


def message_from_msg(data: bytes) -> Message:
    """Return the mail in a file, with what is attached to it; whatever is damaged is left out."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        return _message(Storage(ole, ()), TOP_HEADER)


class Storage:
    """A mail, an attachment or a recipient inside a file: its properties by their numbers."""

    def __init__(self, ole: OleFileIO, path: tuple[str, ...]) -> None:
        self._ole, self._path = ole, path

    def inside(self, prefix: str) -> list[Storage]:
        """Return the storages directly below whose names begin with ``prefix``, in their order."""
        depth = len(self._path)
        names = {
            entry[depth]
            for entry in map(tuple, self._ole.listdir(streams=False, storages=True))
            if len(entry) > depth and entry[:depth] == self._path and entry[depth].startswith(prefix)
        }
        return [Storage(self._ole, (*self._path, name)) for name in sorted(names)]

    def data(self, number: int, kind: int = BINARY) -> bytes | None:
        """Return the bytes of a property, ``None`` where it is not there."""
        path = [*self._path, f"{STREAM}{number:04X}{kind:04X}"]
        if not self._ole.exists(path):
            return None
        return bytes(self._ole.openstream(path).read())

    def text(self, number: int) -> str:
        """Return the words of a property, empty where it is not there."""
        wide, narrow = self.data(number, WIDE), self.data(number, NARROW)
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        if narrow is None:
            return ""
        read = decoded(narrow, "utf-8")
        text = narrow.decode(detected(narrow) or "cp1252", "replace") if read is None else read
        return text.rstrip("\0")

    def time(self, number: int, header: int) -> dt.datetime | None:
        """Return a point in time, which is kept among the short properties."""
        path = [*self._path, PROPERTIES]
        entries = self._ole.openstream(path).read()[header:] if self._ole.exists(path) else b""
        whole = entries[: len(entries) // ENTRY.size * ENTRY.size]
        for kind, found, _, value in ENTRY.iter_unpack(whole):
            if (kind, found) == (TIME, number) and value:
                return FILETIME_BEGIN + dt.timedelta(microseconds=value // 10)
        return None


def _message(mail: Storage, header: int, depth: int = 0) -> Message:
    message = message_from_string(mail.text(HEADERS)) if mail.text(HEADERS) else Message()
    for name in ABOUT_BODY:
        del message[name]
    address = mail.text(SENDER_SMTP) or mail.text(SENDER_ADDRESS)
    sender = (mail.text(SENDER_NAME), address if "@" in address else "")
    written = mail.time(SUBMITTED, header) or mail.time(DELIVERED, header)
    stated = {
        "Subject": mail.text(SUBJECT),
        "From": formataddr(sender, "utf-8") if any(sender) else "",
        "To": mail.text(SHOWN_TO).replace(";", ","),
        "Cc": mail.text(SHOWN_CC).replace(";", ","),
        "Date": format_datetime(written) if written else "",
    }
    for name, value in stated.items():
        if value and name not in message:
            message[name] = tidy_line(value.replace("\0", ""))
    message["Content-Type"] = "multipart/mixed"
    message.set_payload([*_bodies(mail), *_attachments(mail, depth)])
    return message


def _bodies(mail: Storage) -> list[Message]:
    body, html = mail.text(BODY), mail.data(HTML) or mail.data(HTML, WIDE)
    if body.strip():
        return [MIMEText(body, "plain", "utf-8")]
    if html:
        return [MIMEText(html.decode(detected(html) or "cp1252", "replace"), "html", "utf-8")]
    return []


def _attachments(mail: Storage, depth: int) -> list[Message]:
    found: list[Message] = []
    for each in mail.inside("__attach_version1.0_"):
        name = tidy_line(each.text(LONG_NAME) or each.text(SHORT_NAME)) or "attachment"
        data = each.data(DATA)
        if data is not None:
            part = MIMEApplication(data)
            part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
            found.append(part)
        mails = each.inside(f"{STREAM}{DATA:04X}{STORAGE:04X}") if depth < MAX_DEPTH else ()
        found += [MIMEMessage(_message(inner, INNER_HEADER, depth + 1)) for inner in mails]
    return found
