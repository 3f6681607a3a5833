"""The process in which files are read for :mod:`chunker.readers.isolated`, one after the other."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import traceback
from typing import IO, TYPE_CHECKING

from chunker.errors import UnreadableSourceError
from chunker.readers.extraction import MEBIBYTE
from chunker.readers.messages import Fault, LogLine, Request, Task, receive, send
from chunker.readers.page_progress import telling_pages
from chunker.readers.reading import read_source

if TYPE_CHECKING:
    from collections.abc import Callable

_PARENT_CHECK_SECONDS = 1.0


def outcome_of(request: Request | Task[object], told: Callable[[object], None]) -> object:
    """Return the source that a file holds, or what comes of another task, or the error that refuses it.

    How far the reading is, is ``told`` on the way.
    """
    try:
        if not isinstance(request, Request):
            return request.run()
        with telling_pages(told):
            return read_source(request.path, name=request.name, limits=request.limits)
    except (UnreadableSourceError, MemoryError) as error:
        if error.__cause__ is not None:  # which does not go with it
            error.add_note("".join(traceback.format_exception(error.__cause__)))
        return error.with_traceback(None)
    except Exception as error:  # noqa: BLE001 - a fault of ours at one file is told, and ends nothing
        return Fault(type(error).__name__, traceback.format_exc())


def limit_memory(mebibytes: int) -> None:
    """Let this process, and each that it starts, have no more memory than that, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        _, hard = resource.getrlimit(kind)
        wanted = mebibytes * MEBIBYTE
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(kind, (soft, hard))
        except (ValueError, OSError):  # macOS takes no limit below what is mapped
            logging.getLogger(__name__).info("this system limits no memory of a process")


class _Sender(logging.Handler):
    """Sends what is logged."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(logging.INFO)
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Send one line, with its traceback."""
        send(LogLine(record.name, record.levelno, self.format(record)), self._stream)


def _end_with_parent() -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    os._exit(1)


def main() -> None:
    """Read what is asked for until nothing more can come; the one argument is the memory in MiB."""
    # What a library prints must not come between the messages.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    limit_memory(int(sys.argv[1]))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logger = logging.getLogger("chunker")
    logger.addHandler(_Sender(replies))
    logger.setLevel(logging.INFO)
    while (request := receive(sys.stdin.buffer)) is not None:
        outcome = outcome_of(request, lambda message: send(message, replies))
        try:
            send(outcome, replies)
        except MemoryError as error:
            outcome = error
            send(error, replies)
        if isinstance(outcome, MemoryError):
            break


if __name__ == "__main__":
    main()
