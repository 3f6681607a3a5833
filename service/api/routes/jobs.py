"""How far an ingest is."""

from fastapi import APIRouter

from service.api.presenting import job_info
from service.api.schemas import JobInfo
from service.hosting.dependencies import CurrentState
from service.hosting.problems import documented

router = APIRouter(prefix="/v1", tags=["sources"])


@router.get("/jobs/{job_id}", operation_id="get_job", responses=documented(401, 403, 404, 422, 429))
async def get_job(job_id: str, state: CurrentState) -> JobInfo:
    """Return the progress of an ingest, and its problem if it failed.

    Jobs are kept in memory: after a restart their ids are unknown, while what they had indexed stays.
    """
    return job_info(state.worker.get(job_id))
