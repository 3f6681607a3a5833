"""The files in the index: lists, uploads and deletions."""

import hashlib
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, UploadFile
from fastapi.responses import FileResponse

from chunker.documents import Source, content_id
from chunker.errors import UnreadableSourceError, UnsupportedFormatError
from chunker.readers.finding import is_hidden, is_unreadable, kind_of
from chunker.readers.page_progress import PagesRead
from service.api.presenting import job_info, source_info
from service.api.schemas import (
    Accepted,
    JobInfo,
    Offset,
    PagesToFetch,
    Refused,
    SourceDescription,
    SourceInfo,
    SourceList,
)
from service.dossier import Dossier
from service.errors import ConflictError, ServiceError
from service.hosting.dependencies import CurrentDossier, CurrentState
from service.hosting.files import download
from service.hosting.problems import documented, problem_from
from service.hosting.state import ServiceState
from service.jobs.job import AddFile, AddPage, Describe, Job
from service.jobs.uploads import remove_upload, store_upload, upload_at, upload_path
from service.library.fetching import page_name, page_url

router = APIRouter(prefix="/v1", tags=["sources"])

_SOON_PAGES = 3
"""Pages that are read by OCR while the client waits: of some two seconds each."""
_ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"headers": {"Location": {"description": "the job", "schema": {"type": "string"}}}}
}


@router.get("/sources", operation_id="list_sources", responses=documented(401, 403, 422, 429, 503))
def list_sources(
    dossier: CurrentDossier,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
) -> SourceList:
    """Return a part of the files in the index, by name."""
    with dossier.snapshot() as snapshot:
        records, total = snapshot.sources(offset=offset, limit=limit), snapshot.info().sources
    return SourceList(
        sources=[source_info(record) for record in records],
        total=total,
        offset=offset,
        limit=limit,
    )


@router.get(
    "/sources/{source_id}", operation_id="get_source", responses=documented(401, 403, 404, 422, 429, 503)
)
def get_source(source_id: str, dossier: CurrentDossier) -> SourceInfo:
    """Return one file of the index."""
    return source_info(dossier.source(source_id))


@router.get(
    "/sources/{source_id}/original",
    operation_id="get_original",
    response_class=FileResponse,
    responses=documented(401, 403, 404, 422, 429, 503),
)
def get_original(source_id: str, dossier: CurrentDossier) -> Response:
    """Return a file of the index as it came, to be saved."""
    source, path = dossier.original(source_id)
    return download(path, name=source.name, media_type=source.media_type)


@router.post(
    "/sources",
    operation_id="upload_source",
    status_code=202,
    responses={**_ACCEPTED, **documented(400, 401, 403, 409, 413, 415, 422, 429, 503, 507)},
)
def upload_source(
    file: UploadFile,
    dossier: CurrentDossier,
    state: CurrentState,
    response: Response,
    *,
    replace: Annotated[bool, Query(description="let it take the place of the file of its name")] = False,
) -> JobInfo:
    """Read a file and index it in the background.

    The answer comes once the file is read, so that one that cannot be read is refused at once; only the pages
    of a longer scan are read in the job. It tells when the file is indexed, and as what: folders in its name
    tell files of one name apart, and one whose name is there with other bytes is stored beside that one, as
    `notes (2).txt`, or with `replace=true` in its place. One that is there with the same bytes is refused
    with 409.
    """
    return _accepted(response, _taken(file, dossier, state, replace=replace, is_read_soon=True))


@router.post(
    "/sources/batch",
    operation_id="upload_sources",
    status_code=202,
    responses=documented(400, 401, 403, 413, 422, 429, 503),
)
def upload_sources(
    files: list[UploadFile],
    dossier: CurrentDossier,
    state: CurrentState,
    *,
    replace: Annotated[bool, Query(description="let each take the place of the file of its name")] = False,
) -> Accepted:
    """Take in several files, or a folder: each with its path, as browsers send it, in a field `files`.

    Each gets a job of its own, which reads and indexes it; the answer comes at once. What cannot be taken is
    refused alone: a hidden file, one that is too large, that is there with the same bytes or waits already.
    Together they may have as many bytes as one file may.
    """
    accepted = Accepted(jobs=[], refused=[])
    for file in files:
        try:
            accepted.jobs.append(job_info(_taken(file, dossier, state, replace=replace)))
        except (ServiceError, UnreadableSourceError) as error:
            accepted.refused.append(_refused(file.filename or "", error))
    return accepted


@router.post(
    "/sources/urls",
    operation_id="add_pages",
    status_code=202,
    responses=documented(400, 401, 403, 413, 415, 422, 429, 503),
)
def add_pages(pages: PagesToFetch, state: CurrentState) -> Accepted:
    """Fetch pages of the web and index them, each by a job of its own; the answer comes at once.

    A page is called by its host and path. Fetched again it takes its own place, and where its server says
    that it has not changed (by `ETag` or `Last-Modified`) it is left as it is. Only public addresses are
    fetched from.
    """
    accepted = Accepted(jobs=[], refused=[])
    for url in pages.urls:
        try:
            task, name = AddPage(page_url(url)), page_name(url)
            job = state.worker.submit(task, source_id=None, source_name=name)
        except ServiceError as error:
            accepted.refused.append(_refused(url, error))
        else:
            accepted.jobs.append(job_info(job))
    return accepted


@router.patch(
    "/sources/{source_id}",
    operation_id="describe_source",
    status_code=202,
    responses={**_ACCEPTED, **documented(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)},
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
    source, task = dossier.source(source_id), Describe(description.model_dump(exclude_unset=True))
    return _accepted(response, state.worker.submit(task, source_id=source.id, source_name=source.name))


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


def _refused(name: str, error: Exception) -> Refused:
    problem = problem_from(error)
    if problem is None:
        raise error
    return Refused(name=name, problem=problem)


def _accepted(response: Response, job: Job) -> JobInfo:
    info = job_info(job)
    response.headers["Location"] = info.url
    return info


def _taken(
    file: UploadFile, dossier: Dossier, state: ServiceState, *, replace: bool, is_read_soon: bool = False
) -> Job:
    """Return the job of an uploaded file, which is new; where it is to be read soon, it can be read."""
    place, settings = upload_path(file.filename), state.settings
    name = PurePosixPath(place).name
    upload = store_upload(file.file, name, folder=settings.folder, max_bytes=settings.max_upload_bytes)
    try:
        path = upload_at(settings.folder, upload)
        read = None
        if is_read_soon:
            read = _read_soon(dossier, path, name)
        else:
            _refuse_left_out(path, place)
        source_id = read.id if read else _id_of(path)
        _require_new(dossier, source_id, place, keep_originals=settings.keep_originals)
    except BaseException:
        remove_upload(settings.folder, upload)
        raise
    task = AddFile(upload, place, "name" if replace else "beside")
    return state.worker.submit(task, source_id=source_id, source_name=place, read=read)


def _refuse_left_out(path: Path, place: str) -> None:
    """Raise UnsupportedFormatError for what would be left out of a folder that is indexed."""
    if any(map(is_hidden, place.split("/"))):
        raise UnsupportedFormatError(f"{place}: hidden files are left out of folders; upload it by itself")
    if is_unreadable(path):
        raise UnsupportedFormatError(f"{place}: no reader for {kind_of(place)} files")


def _read_soon(dossier: Dossier, path: Path, name: str) -> Source | None:
    """Read a file, or return ``None`` where the OCR of its pages takes longer than a request should."""

    class TooLongError(Exception):
        pass

    def leave_off(read: PagesRead) -> None:
        if read.of > _SOON_PAGES:
            raise TooLongError

    try:
        return dossier.reader.read(path, name=name, on_pages=leave_off)
    except TooLongError:
        return None


def _id_of(path: Path) -> str:
    with path.open("rb") as file:
        return content_id(hashlib.file_digest(file, "sha256").hexdigest())


def _require_new(dossier: Dossier, source_id: str, place: str, *, keep_originals: bool) -> None:
    """Raise ConflictError for a file that is there under its name, unless it is now to be kept as it came."""
    with dossier.snapshot() as snapshot:
        existing = snapshot.source(source_id)
        is_there = existing is not None and snapshot.source_at(place) == existing
    if existing is None or not (is_there or place in {existing.name, *existing.copies}):
        return
    if existing.is_kept or not keep_originals:
        raise ConflictError(
            f"{existing.name} is in the index already, with the same bytes, as source {source_id}.",
            existing_id=source_id,
        )
