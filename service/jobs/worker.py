"""Does the jobs of one data folder one after the other, in whichever of the processes that serve it."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from service.audit import act_as
from service.errors import GivenUpError, JobStoreError
from service.jobs.job import AddFile, Progress
from service.jobs.uploads import remove_abandoned_uploads, remove_upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chunker.documents import Source
    from embeddings.indexing.changes import SourceChange
    from service.jobs.job import Job, Report, Task
    from service.jobs.store import JobStore

    Perform = Callable[[Job, "Source | None", Report], SourceChange]
    """Does a job; of a file the source is given where it is read already."""

logger = logging.getLogger(__name__)

LOCK_NAME = "jobs.lock"
_MAX_ATTEMPTS = 3
"""What ends the program is not tried for ever, nor is a job given up for one kill. Chosen by hand."""
_LOOK_SECONDS = 0.5
"""How soon a job is seen that another process has taken in, or that another process left when it died."""
_KEPT_CHARACTERS = 20_000_000
"""Of files read while their client waited, what is kept for their jobs; the others are read again."""


class _StoppedError(Exception):
    """The program ends; raised inside a job where nothing is half done."""


class _CancelledError(Exception):
    """Somebody has cancelled the job; raised inside it where nothing is half done."""


class JobWorker:
    """A thread that does what waits while no other process does: who does holds a lock that dies with it.

    ``problem_of`` tells why a job failed, as a problem of RFC 9457; ``on_finished`` is called with each job
    that ended. Both are called in that thread.
    """

    def __init__(
        self,
        store: JobStore,
        folder: Path,
        *,
        problem_of: Callable[[Job, Exception], dict[str, Any]],
        on_finished: Callable[[Job], None],
    ) -> None:
        self._store = store
        self._folder = folder
        self._problem_of = problem_of
        self._on_finished = on_finished
        self._read: dict[str, Source] = {}
        self._told = ""
        self._stopping = threading.Event()
        self._awake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, perform: Perform) -> None:
        """Begin to work, with what was left when the program ended."""
        self._thread = threading.Thread(target=self._run, args=(perform,), name="jobs", daemon=True)
        self._thread.start()

    def submit(
        self, task: Task, *, source_id: str | None, source_name: str, read: Source | None = None
    ) -> Job:
        """Queue a task, and return its job; ``read`` is the file's source where it is read already.

        An uploaded file is removed once its job has ended, or where none is made.

        Raises:
            ConflictError: the same is waiting already or just being done.
            NotReadyError: too many wait.
        """
        if read is not None and isinstance(task, AddFile):
            kept = sum(len(source.text) for source in list(self._read.values()))
            if kept + len(read.text) <= _KEPT_CHARACTERS:
                self._read[task.upload] = read
        try:
            job = self._store.add(task, source_id=source_id, source_name=source_name)
        except BaseException:
            self._forget(task)
            raise
        self._awake.set()
        return job

    def cancel(self, job_id: str) -> Job:
        """End a job that waits, or let one that runs end at its next safe point; return it.

        Raises:
            NotFoundError: no job has that id.
            ConflictError: it has ended.
        """
        job = self._store.cancel(job_id)
        if job.is_finished:
            self._forget(job.task)
        return job

    def stop(self, *, timeout_seconds: float) -> bool:
        """Let the running job stop at its next safe point and wait again; tell whether it did."""
        self._stopping.set()
        self._awake.set()
        if self._thread is not None:
            self._thread.join(timeout_seconds)
        return self._thread is None or not self._thread.is_alive()

    def _run(self, perform: Perform) -> None:
        lock = FileLock(self._folder / LOCK_NAME, timeout=0, thread_local=False)
        while not self._stopping.is_set():
            try:
                with lock:
                    self._take_over()
                    while not self._stopping.is_set():
                        job = self._store.claim()
                        if job is None:
                            self._sleep()
                        else:
                            self._do(job, perform)
            except Timeout:  # another process works
                self._sleep()
            except (JobStoreError, OSError) as error:
                self._tell_once(str(error))
                self._stopping.wait(_LOOK_SECONDS)

    def _sleep(self) -> None:
        self._awake.wait(_LOOK_SECONDS)
        self._awake.clear()

    def _tell_once(self, told: str) -> None:
        if told != self._told:
            self._told = told
            logger.error("%s", told)

    def _take_over(self) -> None:
        """Let what a process that died had begun wait again, or give it up where that was too often."""
        unfinished = self._store.unfinished()
        remove_abandoned_uploads(
            self._folder, needed={job.task.upload for job in unfinished if isinstance(job.task, AddFile)}
        )
        for job in unfinished:
            if job.status == "queued":
                continue
            if job.is_cancelling:
                self._end(self._store.end(job, "cancelled"))
            elif job.attempts >= _MAX_ATTEMPTS:
                given_up = GivenUpError(
                    f"{job.source_name}: {job.attempts} times the service ended while this was being done,"
                    " so it is not tried again: see its log, split the file or leave it out."
                )
                self._end(self._store.end(job, "failed", problem=self._problem_of(job, given_up)))
            else:
                logger.info("job %s was begun by a process that ended: it waits again", job.id)
                self._store.put_back(job, attempts=job.attempts)

    def _do(self, job: Job, perform: Perform) -> None:
        def report(progress: Progress) -> None:
            if self._stopping.is_set():
                raise _StoppedError
            if self._store.report(job.id, progress):
                raise _CancelledError

        act_as(job.actor)
        try:
            report(Progress())
            read = self._read.get(job.task.upload) if isinstance(job.task, AddFile) else None
            change = perform(job, read, report)
        except _StoppedError:
            self._store.put_back(job, attempts=job.attempts - 1)
            return
        except _CancelledError:
            ended = self._store.end(job, "cancelled")
        except Exception as error:  # noqa: BLE001 - whatever a job does, the next one comes
            ended = self._store.end(job, "failed", problem=self._problem_of(job, error))
        else:
            ended = self._store.end(job, "succeeded", change=change)
        self._end(ended)

    def _end(self, job: Job) -> None:
        self._forget(job.task)
        self._on_finished(job)

    def _forget(self, task: Task) -> None:
        """Remove what only a task needed that has ended, or was never taken in."""
        if isinstance(task, AddFile):
            self._read.pop(task.upload, None)
            remove_upload(self._folder, task.upload)
