"""How far an ingest is."""

from fastapi import APIRouter

from service.api.problems import documented
from service.api.routes.dependencies import CurrentState
from service.api.schemas import JobInfo, JobProgress, SourceChange
from service.library.jobs import Job

router = APIRouter(prefix="/v1", tags=["sources"])


@router.get("/jobs/{job_id}", operation_id="get_job", responses=documented(401, 404, 422, 429))
async def get_job(job_id: str, state: CurrentState) -> JobInfo:
    """Return the progress of an ingest, and its problem if it failed.

    Jobs are kept in memory: after a restart their ids are unknown, while what they had indexed stays.
    """
    return job_info(state.worker.get(job_id))


def job_info(job: Job) -> JobInfo:
    """Return ``job`` as JSON shows it."""
    return JobInfo(
        id=job.id,
        status=job.status,
        source_id=job.source_id,
        source_name=job.source_name,
        progress=JobProgress.model_validate(job.progress),
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        change=SourceChange.model_validate(job.change) if job.change else None,
        problem=job.problem,
        url=f"/v1/jobs/{job.id}",
    )
