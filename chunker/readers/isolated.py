"""Reads files in another process, so that one which takes all memory or all time harms nothing but itself."""

from __future__ import annotations

import logging
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from chunker.documents import Source
from chunker.errors import ReadingLimitError, UnreadableSourceError
from chunker.readers.extraction import MEBIBYTE, ReadingLimits, tidy_line
from chunker.readers.messages import Fault, LogLine, Request, receive, send
from chunker.readers.page_progress import PagesRead

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from chunker.readers.messages import Task

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

_LOOK_SECONDS = 0.05  # between two looks at a worker's memory
_KEPT_SHARE = 0.25  # a worker that has grown past this share of its memory is not kept for the next file
# Libraries in C end the process where they get no memory: often when they would double what they have.
_FILLED_SHARE = 0.25
_STOP_SECONDS = 5.0
_TAIL_BYTES = 2000
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class ReadingBounds:
    """What reading one file may take: memory of the process, and seconds from its beginning to its end.

    Pages that are recognised are not counted in these: each has its own (``RecognitionSettings.seconds``).
    """

    memory_mib: int = 2048
    seconds: float = 120


class IsolatedReader:
    """Reads files as :func:`chunker.readers.reading.read_source` does, each within ``bounds``.

    A process is started for the first file and kept for the next ones; it is replaced when it broke or
    grew. Safe to use from many threads, each of which has a process of its own while it reads. Close it, or
    use it as a context manager. ``limits`` hold for each file.
    """

    def __init__(self, bounds: ReadingBounds | None = None, limits: ReadingLimits | None = None) -> None:
        self.bounds = bounds or ReadingBounds()
        self.limits = limits or ReadingLimits()
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(
        self,
        path: Path,
        *,
        name: str,
        limits: ReadingLimits | None = None,
        on_pages: Callable[[PagesRead], None] | None = None,
    ) -> Source:
        """Read the file at ``path``, with the sidecar beside it; ``name`` is how the user knows it.

        ``on_pages`` is told how far the recognition of pages is. The time that this takes does not count.

        Raises:
            ReadingLimitError: it takes more than the bounds allow, or ends the process that reads it.
            UnreadableSourceError: anything else that cannot become text.
        """
        request = Request(path.absolute(), name, limits or self.limits)
        source = self._run(request, on_pages)
        if not isinstance(source, Source):
            raise TypeError(f"no message of a worker: {type(source).__name__}")
        return source

    def run(self, task: Task[Result]) -> Result:
        """Do something else with a file, within the same bounds.

        Raises:
            ReadingLimitError: it takes more than the bounds allow, or ends the process that does it.
            UnreadableSourceError: what the task raises.
        """
        return cast("Result", self._run(task))

    def close(self) -> None:
        """End the processes that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.stop()

    def _run(
        self, request: Request | Task[object], on_pages: Callable[[PagesRead], None] | None = None
    ) -> object:
        worker = self._take()
        try:
            return worker.run(request, on_pages or (lambda _: None))
        finally:
            self._give_back(worker)

    def _take(self) -> _Worker:
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        if worker is not None and worker.is_usable():
            return worker
        if worker is not None:
            worker.stop()
        return _Worker(self.bounds)

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            is_kept = worker.is_usable() and not self._idle
            if is_kept:
                self._idle.append(worker)
        if not is_kept:
            worker.stop()


class _Worker:
    """A process that reads, and a thread that takes what it says."""

    def __init__(self, bounds: ReadingBounds) -> None:
        self._bounds = bounds
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process is
        self._process = subprocess.Popen(  # noqa: S603 - this very Python, with a module of this package
            [sys.executable, "-m", "chunker.readers.worker", str(bounds.memory_mib)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))},
            start_new_session=True,  # Ctrl-C is for the process that was started by hand
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a process was started without the pipes it was to have")
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._messages: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._listen, name="read-files", daemon=True)
        self._thread.start()
        self._is_idle = True

    def is_usable(self) -> bool:
        """Whether it waits for a file, and is as light as a new one."""
        kept = _KEPT_SHARE * self._bounds.memory_mib
        return self._is_idle and self._process.poll() is None and self._memory_mib() <= kept

    def run(self, request: Request | Task[object], on_pages: Callable[[PagesRead], None]) -> object:
        """Have one thing done, and look on."""
        self._is_idle = False
        shown = tidy_line(request.name) or "the file"
        deadline = time.monotonic() + self._bounds.seconds
        with suppress(OSError):  # one that has just died says so by the end of its messages
            send(request, self._stdin)
        peak_mib = 0.0
        while True:
            peak_mib = max(peak_mib, self._memory_mib())
            if peak_mib > self._bounds.memory_mib:
                raise self._too_large(shown)
            if time.monotonic() > deadline:
                raise self._too_slow(shown)
            try:
                message = self._messages.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                continue
            if isinstance(message, LogLine):
                logging.getLogger(message.logger).log(message.level, "%s", message.text)
            elif isinstance(message, PagesRead):
                # A page that is recognised has a limit of its own; what is left of the time counts from here.
                deadline = time.monotonic() + self._bounds.seconds + message.seconds_a_page
                on_pages(message)
            elif message is None:
                raise self._broken(shown, peak_mib)
            elif isinstance(message, MemoryError):
                raise self._too_large(shown)
            else:
                self._is_idle = True
                return self._result(message, shown)

    @staticmethod
    def _result(message: object, shown: str) -> object:
        if isinstance(message, UnreadableSourceError):
            raise message
        if isinstance(message, Fault):
            logger.error("%s could not be read\n%s", shown, message.traceback)
            error = UnreadableSourceError(
                f"{shown}: unexpected {message.error} in reading it; the log has the cause"
            )
            error.add_note(message.traceback)
            raise error
        return message

    def _too_large(self, shown: str) -> ReadingLimitError:
        return ReadingLimitError(
            f"{shown}: needs more than {self._bounds.memory_mib:,} MiB to read; split the file into parts, "
            "or raise DOSSIER_READING_MEMORY_MIB"
        )

    def _too_slow(self, shown: str) -> ReadingLimitError:
        return ReadingLimitError(
            f"{shown}: takes more than {self._bounds.seconds:,g} s to read; split the file into parts, "
            "or raise DOSSIER_READING_SECONDS"
        )

    def _broken(self, shown: str, peak_mib: float) -> ReadingLimitError:
        self._process.wait()
        code = self._process.returncode
        ended = f"signal {-code}" if code < 0 else f"code {code}"
        logger.info("%s: the process that read it ended with %s: %s", shown, ended, self._tail())
        if peak_mib > _FILLED_SHARE * self._bounds.memory_mib:
            return self._too_large(shown)
        return ReadingLimitError(
            f"{shown}: reading it broke off ({ended}), since it is damaged or needs more memory than "
            "DOSSIER_READING_MEMORY_MIB allows; open it in its program and save it again"
        )

    def _tail(self) -> str:
        """Return the end of what the process has printed."""
        self._printed.seek(max(0, self._printed.seek(0, os.SEEK_END) - _TAIL_BYTES))
        return self._printed.read().decode("utf-8", "replace").strip()

    def stop(self) -> None:
        """End the process, with those it started."""
        if not self._is_idle and self._process.poll() is None:
            self._kill()
        self._stdin.close()  # what waits ends by itself
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()
        self._thread.join()
        self._stdout.close()
        self._printed.close()

    def _listen(self) -> None:
        try:
            while (message := receive(self._stdout)) is not None:
                self._messages.put(message)
        finally:
            self._messages.put(None)

    def _kill(self) -> None:
        if hasattr(os, "killpg"):
            os.killpg(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()

    def _memory_mib(self) -> float:
        """Return the memory that the process really has, 0 where the system does not say it."""
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text("ascii").split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE
