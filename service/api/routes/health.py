"""Is it alive, is it ready, and how does it do."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from service.hosting.dependencies import CurrentDossier, CurrentState
from service.hosting.problems import documented

router = APIRouter(tags=["health"])


class Live(BaseModel):
    """The process answers."""

    status: str = "live"


class Ready(BaseModel):
    """The index is open, empty or not."""

    status: str = "ready"
    passages: int


@router.get("/health/live", operation_id="get_live")
async def live() -> Live:
    """Answer at once, whatever else goes on."""
    return Live()


@router.get("/health/ready", operation_id="get_ready", responses=documented(503))
def ready(dossier: CurrentDossier) -> Ready:
    """Answer 200 once the index is open, 503 before."""
    return Ready(passages=dossier.index_state().passages)


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **documented(401, 403),
    },
)
def metrics(state: CurrentState) -> Response:
    """Measurements in Prometheus' text format."""
    return Response(state.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
