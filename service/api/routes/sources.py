"""The files in the index: lists, uploads and deletions."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response, UploadFile

from chunker.documents import Source
from chunker.readers.reading import read_source
from embeddings.indexing.changes import SourceChange
from service.api.presenting import job_info
from service.api.schemas import JobInfo, SourceInfo, SourceList
from service.dossier import Dossier
from service.errors import ConflictError
from service.hosting.dependencies import CurrentDossier, CurrentState
from service.hosting.problems import documented
from service.library.jobs import Progress
from service.library.uploads import source_name, stored_upload

router = APIRouter(prefix="/v1", tags=["sources"])


@router.get("/sources", operation_id="list_sources", responses=documented(401, 422, 429, 503))
def list_sources(
    dossier: CurrentDossier,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> SourceList:
    """Return a part of the files in the index, by name."""
    records = dossier.sources()
    return SourceList(
        sources=[SourceInfo.model_validate(record) for record in records[offset : offset + limit]],
        total=len(records),
        offset=offset,
        limit=limit,
    )


@router.get("/sources/{source_id}", operation_id="get_source", responses=documented(401, 404, 422, 429, 503))
def get_source(source_id: str, dossier: CurrentDossier) -> SourceInfo:
    """Return one file of the index."""
    return SourceInfo.model_validate(dossier.source(source_id))


@router.post(
    "/sources",
    operation_id="upload_source",
    status_code=202,
    responses={
        202: {"headers": {"Location": {"description": "the job", "schema": {"type": "string"}}}},
        **documented(400, 401, 403, 409, 413, 415, 422, 429, 503, 507),
    },
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
        source = read_source(path, name=name)
    with dossier.snapshot() as snapshot:
        existing = snapshot.source(source.id)
    if existing is not None and name in {existing.name, *existing.copies}:
        raise ConflictError(
            f"{name} is in the index already, with the same bytes, as source {source.id}.",
            existing_id=source.id,
        )
    job = state.worker.submit(source_id=source.id, source_name=name, work=_indexing(dossier, source))
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_info(job)


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


def _indexing(dossier: Dossier, source: Source) -> Callable[[Callable[[Progress], None]], SourceChange]:
    def work(report: Callable[[Progress], None]) -> SourceChange:
        return dossier.add_source(
            source, on_progress=lambda progress: report(Progress(progress.encoded, progress.to_encode))
        )

    return work
