"""The files in the index: lists, uploads and deletions."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, UploadFile

from chunker.documents import Source
from embeddings.indexing.changes import SourceChange
from embeddings.indexing.preparing import IndexingProgress
from service.api.presenting import job_info, source_info
from service.api.schemas import JobInfo, SourceDescription, SourceInfo, SourceList
from service.dossier import Dossier
from service.errors import ConflictError
from service.hosting.dependencies import CurrentDossier, CurrentState
from service.hosting.problems import documented
from service.hosting.state import ServiceState
from service.library.jobs import Progress, Work
from service.library.uploads import source_name, stored_upload

router = APIRouter(prefix="/v1", tags=["sources"])

_ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"headers": {"Location": {"description": "the job", "schema": {"type": "string"}}}}
}


@router.get("/sources", operation_id="list_sources", responses=documented(401, 422, 429, 503))
def list_sources(
    dossier: CurrentDossier,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> SourceList:
    """Return a part of the files in the index, by name."""
    records = dossier.sources()
    return SourceList(
        sources=[source_info(record) for record in records[offset : offset + limit]],
        total=len(records),
        offset=offset,
        limit=limit,
    )


@router.get("/sources/{source_id}", operation_id="get_source", responses=documented(401, 404, 422, 429, 503))
def get_source(source_id: str, dossier: CurrentDossier) -> SourceInfo:
    """Return one file of the index."""
    return source_info(dossier.source(source_id))


@router.post(
    "/sources",
    operation_id="upload_source",
    status_code=202,
    responses={**_ACCEPTED, **documented(400, 401, 403, 409, 413, 415, 422, 429, 503, 507)},
)
def upload_source(
    file: UploadFile, dossier: CurrentDossier, state: CurrentState, response: Response
) -> JobInfo:
    """Read a file and index it in the background.

    The answer comes once the file is read, so that one that cannot be read is refused at once; the job
    tells when it is indexed. A file of a name that is there already replaces that one when its bytes
    differ, and is refused with 409 when they are the same.
    """
    name = source_name(file.filename)
    settings = state.settings
    with stored_upload(file.file, name, folder=settings.data, max_bytes=settings.max_upload_bytes) as path:
        source = dossier.reader.read(path, name=name)
    with dossier.snapshot() as snapshot:
        existing = snapshot.source(source.id)
    if existing is not None and name in {existing.name, *existing.copies}:
        raise ConflictError(
            f"{name} is in the index already, with the same bytes, as source {source.id}.",
            existing_id=source.id,
        )
    work = _indexing(dossier, source)
    return _accepted(state, response, source_id=source.id, source_name=name, work=work)


@router.patch(
    "/sources/{source_id}",
    operation_id="describe_source",
    status_code=202,
    responses={**_ACCEPTED, **documented(401, 403, 404, 409, 422, 429, 503)},
)
def describe_source(
    source_id: str,
    description: SourceDescription,
    dossier: CurrentDossier,
    state: CurrentState,
    response: Response,
) -> JobInfo:
    """Say what a file is as a publication, before what it states of itself; null takes that back.

    A job does it: passages are indexed with the titles of their documents.
    """
    source, given = dossier.source(source_id), description.model_dump(exclude_unset=True)

    def work(report: Callable[[Progress], None]) -> SourceChange:
        return dossier.describe(source.id, given, on_progress=_told(report))

    return _accepted(state, response, source_id=source.id, source_name=source.name, work=work)


@router.delete(
    "/sources/{source_id}",
    operation_id="delete_source",
    status_code=204,
    response_class=Response,
    responses=documented(401, 403, 404, 409, 422, 429, 503),
)
def delete_source(source_id: str, dossier: CurrentDossier) -> None:
    """Delete a file from the index, under all its names, with its documents and passages."""
    dossier.delete(source_id)


def _accepted(
    state: ServiceState, response: Response, *, source_id: str, source_name: str, work: Work
) -> JobInfo:
    job = state.worker.submit(source_id=source_id, source_name=source_name, work=work)
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_info(job)


def _indexing(dossier: Dossier, source: Source) -> Work:
    def work(report: Callable[[Progress], None]) -> SourceChange:
        return dossier.add_source(source, on_progress=_told(report))

    return work


def _told(report: Callable[[Progress], None]) -> Callable[[IndexingProgress], None]:
    return lambda progress: report(Progress(progress.encoded, progress.to_encode))
