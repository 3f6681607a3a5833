"""How far ingests are."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.api.presenting import job_info
from service.api.schemas import JobInfo, JobList
from service.hosting.dependencies import CurrentState
from service.hosting.problems import documented

router = APIRouter(prefix="/v1", tags=["sources"])


@router.get("/jobs", operation_id="list_jobs", responses=documented(401, 403, 422, 429))
async def list_jobs(
    state: CurrentState,
    offset: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> JobList:
    """Return a part of the ingests since the service started, the newest first."""
    jobs, total = state.worker.newest(offset=offset, limit=limit)
    return JobList(jobs=[job_info(job) for job in jobs], total=total, offset=offset, limit=limit)


@router.get("/jobs/{job_id}", operation_id="get_job", responses=documented(401, 403, 404, 422, 429))
async def get_job(job_id: str, state: CurrentState) -> JobInfo:
    """Return the progress of an ingest, and its problem if it failed.

    Jobs are kept in memory: after a restart their ids are unknown, while what they had indexed stays.
    """
    return job_info(state.worker.get(job_id))
