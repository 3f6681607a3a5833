"""How far ingests are, and ending them."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.api.presenting import job_info
from service.api.schemas import JobInfo, JobList, Offset
from service.hosting.dependencies import CurrentState
from service.hosting.problems import documented

router = APIRouter(prefix="/v1", tags=["sources"])


@router.get("/jobs", operation_id="list_jobs", responses=documented(401, 403, 422, 429, 503))
def list_jobs(
    state: CurrentState,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> JobList:
    """Return a part of the ingests, the newest first; the last 10,000 that ended are remembered."""
    jobs, total = state.jobs.newest(offset=offset, limit=limit)
    return JobList(jobs=[job_info(job) for job in jobs], total=total, offset=offset, limit=limit)


@router.get("/jobs/{job_id}", operation_id="get_job", responses=documented(401, 403, 404, 422, 429, 503))
def get_job(job_id: str, state: CurrentState) -> JobInfo:
    """Return the progress of an ingest, and its problem if it failed."""
    return job_info(state.jobs.get(job_id))


@router.delete(
    "/jobs/{job_id}",
    operation_id="cancel_job",
    status_code=202,
    responses=documented(401, 403, 404, 409, 422, 429, 503),
)
def cancel_job(job_id: str, state: CurrentState) -> JobInfo:
    """Cancel an ingest: one that waits at once, one that runs where nothing of it is half done.

    What is committed by then stays, and the job has `succeeded`.
    """
    return job_info(state.worker.cancel(job_id))
