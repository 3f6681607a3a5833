"""What each kind of job does with a collection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from service.jobs.job import AddPage, Describe, Progress
from service.jobs.uploads import upload_at
from service.library.ingesting import once_free

if TYPE_CHECKING:
    from chunker.documents import Source
    from chunker.readers.page_progress import PagesRead
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

    def read_so_far(at: PagesRead) -> None:
        report(Progress(pages_done=at.pages, pages_total=at.of))

    def wait() -> None:
        report(Progress())

    if isinstance(task, AddPage):
        return dossier.add_page(task.url, on_progress=told, on_pages=read_so_far, on_wait=wait)
    if isinstance(task, Describe):
        description, described = task.description, job.source_id or job.source_name
        return once_free(lambda: dossier.describe(described, description, on_progress=told), wait)
    original = upload_at(dossier.index.folder, task.upload)
    name = PurePosixPath(task.path).name
    source = read or dossier.reader.read(original, name=name, on_pages=read_so_far)
    source = replace(source, path=task.path)
    return once_free(
        lambda: dossier.add_source(source, original=original, placing=task.placing, on_progress=told), wait
    )
