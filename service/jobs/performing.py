"""What each kind of job does with a collection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from embeddings.errors import IndexBusyError
from service.jobs.job import AddFile, Progress
from service.jobs.uploads import upload_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from chunker.documents import Source
    from embeddings.indexing.changes import SourceChange
    from embeddings.indexing.preparing import IndexingProgress
    from service.dossier import Dossier
    from service.jobs.job import Job, Report


def perform(dossier: Dossier, job: Job, read: Source | None, report: Report) -> SourceChange:
    """Do a job, and return what it came to; ``read`` is the source of its file where it is read already.

    The job may have been done before and its end not written down: then it comes to ``unchanged``.
    """
    task = job.task

    def told(progress: IndexingProgress) -> None:
        report(Progress(progress.encoded, progress.to_encode))

    if not isinstance(task, AddFile):
        description, described = task.description, job.source_id or job.source_name
        return _once_free(lambda: dossier.describe(described, description, on_progress=told), report)
    original = upload_at(dossier.index.folder, task.upload)
    source = read or dossier.reader.read(
        original,
        name=PurePosixPath(task.path).name,
        on_pages=lambda at: report(Progress(pages_done=at.pages, pages_total=at.of)),
    )
    source = replace(source, path=task.path)
    return _once_free(
        lambda: dossier.add_source(source, original=original, placing=task.placing, on_progress=told), report
    )


def _once_free(change: Callable[[], SourceChange], report: Report) -> SourceChange:
    """Return what a change comes to, once no other run is at work on the index, however long that takes."""
    while True:
        try:
            return change()
        except IndexBusyError:  # after some seconds
            report(Progress())
