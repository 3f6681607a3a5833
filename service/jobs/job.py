"""What a job is: a task, on whose behalf, how far it is, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from embeddings.indexing.changes import SourceChange
    from embeddings.indexing.naming import Placing
    from service.audit import Actor

    Report = Callable[["Progress"], None]
    """Takes how far a job is; raises where it is not to go on. Called where nothing is half done."""

JobStatus = Literal["queued", "running", "succeeded", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class AddFile:
    """Read an uploaded file and index it at ``path``.

    ``upload`` is where it lies in the folder of uploads, until the job has ended.
    """

    upload: str
    path: str
    placing: Placing


@dataclass(frozen=True, slots=True)
class AddPage:
    """Fetch a page of the web and index it."""

    url: str


@dataclass(frozen=True, slots=True)
class Describe:
    """Say what a source is as a publication, as :meth:`service.dossier.Dossier.describe` takes it."""

    description: dict[str, Any]


Task = AddFile | AddPage | Describe


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: passages encoded, of how many need it; ``None`` until the file is split.

    Pages read by OCR, of how many need it, are told while they are; ``None`` where none is read in the job.
    """

    passages_done: int = 0
    passages_total: int | None = None
    pages_done: int = 0
    pages_total: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One task as it is now; ``change`` is what it came to, ``problem`` (RFC 9457) why it failed.

    ``source_id`` is ``None`` until it is known. ``attempts`` counts how often it was begun, but for those
    times that the service was stopped meanwhile. Where ``is_cancelling``, it ends at its next safe point.
    """

    id: str
    task: Task
    source_id: str | None
    source_name: str
    actor: Actor
    created_at: datetime
    status: JobStatus = "queued"
    progress: Progress = Progress()
    attempts: int = 0
    started_at: datetime | None = None
    finished_at: datetime | None = None
    change: SourceChange | None = None
    problem: dict[str, Any] | None = None
    is_cancelling: bool = False

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.finished_at is not None
