"""Indexing in the background: one worker, a bounded queue, and what became of each job.

Jobs live in this process's memory: after a restart their ids are unknown. What they committed to
the index stays, and what they had not committed was never reported done.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from chunker.errors import ChunkerError
from embeddings.encoders.encoder import EncoderError
from embeddings.errors import EmbeddingsError
from service.audit import Actor, act_as, current_actor
from service.errors import ConflictError, NotFoundError, NotReadyError, ServiceError

if TYPE_CHECKING:
    from embeddings.indexing.changes import SourceChange

logger = logging.getLogger(__name__)

JobStatus = Literal["queued", "running", "succeeded", "failed"]
_REMEMBERED_JOBS = 1_000
"""Some 500 bytes each; a client asks for its job within minutes."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: passages encoded, of how many need it; ``None`` until the file is split.

    Pages read by OCR, of how many need it, are told while they are; ``None`` where none is read in the job.
    """

    passages_done: int = 0
    passages_total: int | None = None
    pages_done: int = 0
    pages_total: int | None = None


Work = Callable[[Callable[[Progress], None]], "SourceChange"]
"""What a job does; it is given a function to tell its progress with."""

WhenEnded = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One source on its way into the index; ``change`` is what that came to, ``failure`` why not.

    ``actor`` is on whose behalf it is done.
    """

    id: str
    source_id: str
    source_name: str
    actor: Actor
    created_at: datetime
    status: JobStatus = "queued"
    progress: Progress = Progress()
    started_at: datetime | None = None
    finished_at: datetime | None = None
    change: SourceChange | None = None
    failure: Exception | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in {"succeeded", "failed"}


class IngestStoppedError(NotReadyError):
    """The service shuts down; raised inside a job at a point where nothing is half done."""


class IngestWorker:
    """Runs one job after the other in a thread of its own.

    ``on_finished`` is called with each job that ended, in that thread.
    """

    def __init__(self, *, max_queued: int, on_finished: Callable[[Job], None]) -> None:
        self._on_finished = on_finished
        self._queue: queue.Queue[tuple[Job, Work, WhenEnded] | None] = queue.Queue(maxsize=max_queued)
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def submit(
        self,
        *,
        source_id: str,
        source_name: str,
        work: Work,
        when_ended: WhenEnded = lambda: None,
    ) -> Job:
        """Queue ``work``, which is called with a function that takes its progress.

        ``when_ended`` is called once the job has ended, also where it never began.

        Raises:
            ConflictError: the same file is waiting already or just being indexed.
            NotReadyError: the queue is full, or the worker is stopping.
        """
        job = Job(secrets.token_hex(8), source_id, source_name, current_actor(), created_at=datetime.now(UTC))
        with self._lock:
            if self._stopping.is_set():
                raise NotReadyError("The service is shutting down: upload again once it is back.")
            for other in self._jobs.values():
                is_same = (other.source_id, other.source_name) == (source_id, source_name)
                if is_same and not other.is_finished:
                    raise ConflictError(
                        f"{other.source_name} is the same file and is being indexed as job {other.id}.",
                        existing_id=source_id,
                    )
            try:
                self._queue.put_nowait((job, work, when_ended))
            except queue.Full:
                raise NotReadyError(
                    f"{self._queue.maxsize} uploads wait already (DOSSIER_MAX_QUEUED_JOBS): try again later."
                ) from None
            self._jobs[job.id] = job
            self._forget_old_ones()
        return job

    def get(self, job_id: str) -> Job:
        """Return the job as it is now.

        Raises:
            NotFoundError: no job has that id, or it ended long ago or before a restart.
        """
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise NotFoundError(
                f"There is no job {job_id}: jobs are forgotten at a restart, the oldest after "
                f"{_REMEMBERED_JOBS:,} others."
            )
        return job

    def newest(self, *, offset: int = 0, limit: int) -> tuple[list[Job], int]:
        """Return a part of the jobs that are remembered, the newest first, and how many there are."""
        with self._lock:
            newest_first = list(reversed(self._jobs.values()))
        return newest_first[offset : offset + limit], len(newest_first)

    def count(self, status: JobStatus) -> int:
        """Return the number of remembered jobs that are in this state."""
        with self._lock:
            return sum(job.status == status for job in self._jobs.values())

    def stop(self, *, timeout_seconds: float) -> bool:
        """Let the running job stop at its next safe point and fail the others; tell whether it did."""
        with self._lock:
            self._stopping.set()
        with contextlib.suppress(queue.Full):  # a full queue holds jobs that will see the flag
            self._queue.put_nowait(None)
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._queue.empty()):
            item = self._queue.get()
            if item is not None:
                job, work, when_ended = item
                outcome = self._outcome(job, work)
                when_ended()
                self._on_finished(self._put(outcome))

    def _outcome(self, job: Job, work: Work) -> Job:
        def report(progress: Progress) -> None:
            if self._stopping.is_set():
                raise IngestStoppedError(
                    "The service shut down before this file was indexed: upload it again."
                )
            self._put(replace(running, progress=progress))

        act_as(job.actor)
        running = self._put(replace(job, status="running", started_at=datetime.now(UTC)))
        try:
            report(running.progress)
            change = work(report)
        except Exception as error:
            if not isinstance(error, (ServiceError, ChunkerError, EmbeddingsError, EncoderError)):
                logger.exception("job %s failed", job.id)
            return replace(self.get(job.id), status="failed", failure=error, finished_at=datetime.now(UTC))
        return replace(
            self.get(job.id),
            status="succeeded",
            source_name=change.name,
            change=change,
            finished_at=datetime.now(UTC),
        )

    def _put(self, job: Job) -> Job:
        with self._lock:
            self._jobs[job.id] = job
        return job

    def _forget_old_ones(self) -> None:
        for job_id in [job.id for job in self._jobs.values() if job.is_finished]:
            if len(self._jobs) <= _REMEMBERED_JOBS:
                return
            del self._jobs[job_id]
