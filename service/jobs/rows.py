"""Jobs as rows of the file that they are kept in."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from service.audit import Actor
from service.jobs.job import AddFile, AddPage, Describe, Job, Progress

if TYPE_CHECKING:
    from embeddings.indexing.changes import SourceChange
    from service.jobs.job import Task

COLUMNS = (
    "id, kind, task, source_id, source_name, actor, created_at, status, progress, attempts, started_at,"
    " finished_at, change, problem, is_cancelling"
)
_KINDS: dict[str, type[Task]] = {"add file": AddFile, "add page": AddPage, "describe": Describe}


def kind_of(task: Task) -> str:
    """Return what a task's class is called in a row."""
    return next(kind for kind, its_class in _KINDS.items() if isinstance(task, its_class))


def job_of(row: tuple[Any, ...]) -> Job:
    """Return the job of a row of ``COLUMNS``."""
    from embeddings.indexing.changes import SourceChange

    job_id, kind, task, source_id, source_name, actor, created_at, status, progress, attempts = row[:10]
    started_at, finished_at, change, problem, is_cancelling = row[10:]
    return Job(
        id=job_id,
        task=_KINDS[kind](**json.loads(task)),
        source_id=source_id,
        source_name=source_name,
        actor=Actor(**json.loads(actor)),
        created_at=datetime.fromisoformat(created_at),
        status=status,
        progress=Progress(**json.loads(progress)),
        attempts=attempts,
        started_at=datetime.fromisoformat(started_at) if started_at else None,
        finished_at=datetime.fromisoformat(finished_at) if finished_at else None,
        change=SourceChange(**json.loads(change)) if change else None,
        problem=json.loads(problem) if problem else None,
        is_cancelling=bool(is_cancelling),
    )


def json_of(value: Task | Progress | Actor | SourceChange | dict[str, Any] | None) -> str | None:
    """Return what a cell holds for ``value``."""
    if value is None:
        return None
    return json.dumps(value if isinstance(value, dict) else asdict(value))
