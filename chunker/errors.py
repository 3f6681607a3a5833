"""What can go wrong while a file becomes passages.

    ChunkerError
    └── UnreadableSourceError     the file cannot be turned into text
        ├── EmptySourceError          no bytes, or no text in them
        ├── UnsupportedFormatError    a kind of file no reader knows
        ├── SourceTooLargeError       more bytes than the limit allows
        ├── BrokenSourceError         the right kind of file, but damaged or locked
        ├── NoSuchPageError           it has no page at the place that is asked for
        └── ReadingLimitError         reading takes more memory or time than is allowed
    └── TokenTableError           a tiktoken rank table is missing or not the pinned one

Each message is one line that names the file and what to do about it.
"""

from __future__ import annotations


class ChunkerError(Exception):
    """Base of this package's errors."""


class UnreadableSourceError(ChunkerError):
    """A file cannot be turned into text.

    ``hint``: what to install or to set, which helps all files of the kind; the message ends with it.
    """

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(f"{message}; {hint}" if hint else message)
        self.hint = hint


class EmptySourceError(UnreadableSourceError):
    """A file has no bytes, or no text in them."""


class UnsupportedFormatError(UnreadableSourceError):
    """No reader knows this kind of file."""


class SourceTooLargeError(UnreadableSourceError):
    """A file has more bytes than the limit allows."""


class BrokenSourceError(UnreadableSourceError):
    """A file of a known kind is damaged, locked or cut short."""


class ReadingLimitError(UnreadableSourceError):
    """Reading a file takes more memory or time than is allowed, or ends the process that reads it."""


class NoSuchPageError(UnreadableSourceError):
    """A file has no page at the place that is asked for."""


class TokenTableError(ChunkerError):
    """A tiktoken rank table is missing or is not the one tiktoken pins."""
