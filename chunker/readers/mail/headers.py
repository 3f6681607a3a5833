"""The head of a mail: its fields decoded, its parties by name, its day."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime
from typing import TYPE_CHECKING

from chunker.documents import DocumentDate
from chunker.readers.decoding import decoded, detected, meant_by
from chunker.readers.extraction import tidy_line, without_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from email.message import Message

YEARS = range(1969, 2100)
"""What is outside of it is a clock's fault; RFC 561, which gave mails their heads, is of 1973."""
QUOTES = "\"' "
FOLDED = re.compile(r"\r?\n[ \t]*|\r")


def fields_of(message: Message, name: str) -> list[str]:
    """Return the raw values of a field as often as it stands in the head, each on one line."""
    return [FOLDED.sub(" ", str(value)) for key, value in message.raw_items() if key.lower() == name.lower()]


def words_of(value: str) -> str:
    """Return a field's value as a reader sees it: encoded words (RFC 2047) and bare bytes decoded."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        pieces = [(value, None)]
    text = "".join(decoded_piece(*piece) for piece in pieces)
    return tidy_line(without_surrogates(text).replace("\0", "\ufffd"))


def decoded_piece(piece: bytes | str, charset: str | None) -> str:
    """Return a piece of a field as text; what no encoding fits has U+FFFD in its place."""
    data = piece.encode("utf-8", "surrogateescape") if isinstance(piece, str) else piece
    text = decoded(data, meant_by(charset)) if charset else None
    if text is None:
        text = decoded(data, "utf-8")
    if text is None:
        text = data.decode(detected(data) or "utf-8", "replace")
    return text


def field(message: Message, name: str) -> str:
    """Return the first value of a field that says anything; empty where none does."""
    return next((words for value in fields_of(message, name) if (words := words_of(value))), "")


def parties(message: Message, names: Iterable[str]) -> tuple[str, ...]:
    """Return who stands in the fields ``names``, each once: by name, or by address where none is given."""
    values = [value for name in names for value in fields_of(message, name)]
    try:
        named = getaddresses(values)
    except RecursionError:  # it walks into each of many brackets and comments
        return ()
    read = (words_of(name).strip(QUOTES) or words_of(address) for name, address in named)
    return tuple(dict.fromkeys(name for name in read if name))


def day_of(message: Message) -> DocumentDate | None:
    """Return the day on which a mail was written, where its writer was; ``None`` where it does not say."""
    for value in fields_of(message, "Date"):
        try:
            written = parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if written.year in YEARS:
            day = written.date().isoformat()
            return DocumentDate(day, day, "day")
    return None
