"""What goes between a process that reads files and the one that asks it: pickles, each behind its length.

A :class:`Request` or another :class:`Task` goes in; a :class:`LogLine` comes out whenever there is one, and
at the end what came of it: a source or another result, the error that refuses the file, or a :class:`Fault`.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from chunker.readers.extraction import ReadingLimits

Result_co = TypeVar("Result_co", covariant=True)

_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class Request:
    """A file to read, as :func:`chunker.readers.reading.read_source` takes it."""

    path: Path
    name: str
    limits: ReadingLimits


class Task(Protocol[Result_co]):
    """Something else to be done with a file: it is sent as a pickle, and so is what comes of it."""

    @property
    def name(self) -> str:
        """How the user knows the file."""
        ...

    def run(self) -> Result_co:
        """Do it, or raise an UnreadableSourceError."""
        ...


@dataclass(frozen=True, slots=True)
class LogLine:
    """Something a reader has logged, to be logged again where the log is."""

    logger: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Fault:
    """An error that no reader means to raise: its name, and its traceback for the log."""

    error: str
    traceback: str


def send(message: object, stream: IO[bytes]) -> None:
    """Write one message."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:  # noqa: ANN401 - whatever the other end sent
    """Return the next message, ``None`` where the other end is gone."""
    head = stream.read(_LENGTH_BYTES)
    length = int.from_bytes(head, "big")
    data = stream.read(length)
    if len(head) < _LENGTH_BYTES or len(data) < length:
        return None
    return pickle.loads(data)  # noqa: S301 - written by the process that started this one, or that it started
