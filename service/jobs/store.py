"""The jobs of one data folder, in a file of their own: what waits, what runs, what became of the others."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from embeddings.store.data_folder import JOBS_NAME
from service.audit import current_actor
from service.errors import ConflictError, JobStoreError, NotFoundError, NotReadyError
from service.jobs.job import JobStatus
from service.jobs.rows import COLUMNS, job_of, json_of, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from embeddings.indexing.changes import SourceChange
    from service.jobs.job import Job, Progress, Task

_REMEMBERED_JOBS = 10_000
"""Some 500 bytes each; a client asks for its job within minutes, a person within days. Chosen by hand."""
_WAIT_SECONDS = 5
_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, task TEXT NOT NULL,
    source_id TEXT, source_name TEXT NOT NULL, actor TEXT NOT NULL, created_at TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'queued', progress TEXT NOT NULL DEFAULT '{}',
    attempts INTEGER NOT NULL DEFAULT 0, started_at TEXT, finished_at TEXT, change TEXT, problem TEXT,
    is_cancelling INTEGER NOT NULL DEFAULT FALSE
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_status ON jobs (status, number);
"""
_UNFINISHED = "status IN ('queued', 'running')"


class JobStore:
    """The jobs of one data folder. Safe to use from many threads and processes.

    ``max_queued`` jobs may wait. The file is opened when it is needed, and anew where it could not be used.
    Every method raises JobStoreError where that is so.
    """

    def __init__(self, folder: Path, *, max_queued: int) -> None:
        self.path = folder / JOBS_NAME
        self._max_queued = max_queued
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    def add(self, task: Task, *, source_id: str | None, source_name: str) -> Job:
        """Write down what is to be done on behalf of the current actor; it outlives this process then.

        Raises:
            ConflictError: the same is waiting already or just being done.
            NotReadyError: too many wait.
        """
        job_id, actor = secrets.token_hex(8), json_of(current_actor())
        with self._changing() as database:
            same = database.execute(
                f"SELECT id FROM jobs WHERE {_UNFINISHED} AND source_id IS ? AND source_name = ?",  # noqa: S608
                (source_id, source_name),
            ).fetchone()
            if same:
                raise ConflictError(
                    f"{source_name} is the same and is being indexed as job {same[0]}.",
                    existing_id=source_id,
                )
            (waiting,) = database.execute("SELECT count(*) FROM jobs WHERE status = 'queued'").fetchone()
            if waiting >= self._max_queued:
                raise NotReadyError(
                    f"{waiting:,} uploads wait already (DOSSIER_MAX_QUEUED_JOBS): try again later."
                )
            database.execute(
                "INSERT INTO jobs (id, kind, task, source_id, source_name, actor, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (job_id, kind_of(task), json_of(task), source_id, source_name, actor, _now()),
            )
            (number,) = database.execute("SELECT max(number) FROM jobs").fetchone()
            database.execute(
                f"DELETE FROM jobs WHERE number <= ? AND NOT {_UNFINISHED}",  # noqa: S608
                (number - _REMEMBERED_JOBS,),
            )
        return self.get(job_id)

    def get(self, job_id: str) -> Job:
        """Return the job as it is now.

        Raises:
            NotFoundError: no job has that id, or it ended long ago.
        """
        found = self._jobs("WHERE id = ?", (job_id,))
        if not found:
            raise NotFoundError(f"There is no job {job_id}, or it ended {_REMEMBERED_JOBS:,} jobs ago.")
        return found[0]

    def newest(self, *, offset: int = 0, limit: int) -> tuple[list[Job], int]:
        """Return a part of the jobs that are remembered, the newest first, and how many there are."""
        jobs = self._jobs("ORDER BY number DESC LIMIT ? OFFSET ?", (limit, offset))
        return jobs, sum(self.counts().values())

    def unfinished(self) -> list[Job]:
        """Return the jobs that wait or run, the oldest first."""
        return self._jobs(f"WHERE {_UNFINISHED} ORDER BY number")

    def counts(self) -> dict[JobStatus, int]:
        """Return how many of the jobs that are remembered are in each state."""
        counted = self._rows("SELECT status, count(*) FROM jobs GROUP BY status")
        return dict.fromkeys(get_args(JobStatus), 0) | dict(counted)

    def claim(self) -> Job | None:
        """Begin the job that has waited longest, ``None`` where none waits; the attempt is counted first."""
        if not self._rows("SELECT 1 FROM jobs WHERE status = 'queued' LIMIT 1"):
            return None
        return self._changed(
            "status = 'running', attempts = attempts + 1, started_at = ?",
            "number = (SELECT min(number) FROM jobs WHERE status = 'queued')",
            (_now(),),
        )

    def report(self, job_id: str, progress: Progress) -> bool:
        """Write down how far a job is; return whether it is to end."""
        # A machine that fails may forget this: it would begin the job anew.
        job = self._changed("progress = ?", "id = ?", (json_of(progress), job_id), is_durable=False)
        return job is None or job.is_cancelling

    def cancel(self, job_id: str) -> Job:
        """End a job that waits, or let one that runs end at its next safe point; return it.

        Raises:
            NotFoundError: no job has that id.
            ConflictError: it has ended.
        """
        job = self._changed(
            "is_cancelling = TRUE, status = iif(status = 'queued', 'cancelled', status),"
            " finished_at = iif(status = 'queued', ?, NULL)",
            f"id = ? AND {_UNFINISHED}",
            (_now(), job_id),
        )
        if job is None:
            raise ConflictError(f"Job {job_id} has ended: it {_TOLD[self.get(job_id).status]}.")
        return job

    def end(
        self,
        job: Job,
        status: Literal["succeeded", "failed", "cancelled"],
        *,
        change: SourceChange | None = None,
        problem: dict[str, Any] | None = None,
    ) -> Job:
        """Write down what became of a job, and return it."""
        source = (change.source_id, change.name) if change else (job.source_id, job.source_name)
        values = (status, _now(), *source, json_of(change), json_of(problem), job.id)
        settled = "status = ?, finished_at = ?, source_id = ?, source_name = ?, change = ?, problem = ?"
        return self._changed(settled, "id = ?", values) or job

    def put_back(self, job: Job, *, attempts: int) -> None:
        """Let a job that was begun wait again, before all that came later."""
        begun_anew = "status = 'queued', progress = '{}', started_at = NULL, attempts = ?"
        self._changed(begun_anew, "id = ?", (attempts, job.id))

    def require_whole(self) -> None:
        """Raise JobStoreError where the file is damaged."""
        with self._opened() as database:
            (answer,) = database.execute("PRAGMA integrity_check").fetchone()
            if answer != "ok":
                raise sqlite3.DatabaseError(answer)

    def close(self) -> None:
        """Close the file; it is opened anew where it is needed."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def _jobs(self, which: str, values: Sequence[object] = ()) -> list[Job]:
        rows = self._rows(f"SELECT {COLUMNS} FROM jobs {which}", values)  # noqa: S608 - our own words
        return [job_of(row) for row in rows]

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if self._connection is None and not self.path.exists():
            return []
        with self._opened() as database:
            return database.execute(query, values).fetchall()

    def _changed(
        self, change: str, which: str, values: Sequence[object], *, is_durable: bool = True
    ) -> Job | None:
        """Change the one job that fits, and return it."""
        if self._connection is None and not self.path.exists():
            return None
        with self._changing(is_durable=is_durable) as database:
            update = f"UPDATE jobs SET {change} WHERE {which} RETURNING {COLUMNS}"  # noqa: S608 - our own words
            rows = database.execute(update, values).fetchall()
        return job_of(rows[0]) if rows else None

    @contextmanager
    def _changing(self, *, is_durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Give the database to be changed in one transaction, which outlives the machine if durable."""
        with self._opened() as database:
            database.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'NORMAL'}")
            with database:
                database.execute("BEGIN IMMEDIATE")
                yield database

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                if self._connection is None:
                    self._connection = _connected(self.path)
                yield self._connection
        except (sqlite3.Error, OSError, ValueError) as error:
            self.close()
            raise JobStoreError(
                f"{self.path} cannot be used ({error}): stop the service and move the file away; files that"
                " waited are to be uploaded again."
            ) from error


_TOLD = {"succeeded": "succeeded", "failed": "failed", "cancelled": "was cancelled"}


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
