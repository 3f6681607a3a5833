"""Is it alive, is it ready, and how does it do."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from embeddings.errors import EmbeddingsError
from service.errors import NotReadyError
from service.hosting.access import current_caller
from service.hosting.dependencies import CurrentService
from service.hosting.problems import RETRY_SECONDS, ProblemError, documented
from service.hosting.scopes import KeyScope

router = APIRouter(tags=["health"])


class Live(BaseModel):
    """The process answers."""

    status: str = "live"


class Ready(BaseModel):
    """The index can be asked, empty or not."""

    status: str = "ready"
    passages: int


@router.get("/health/live", operation_id="get_live")
async def live() -> Live:
    """Answer at once, whatever else goes on."""
    return Live()


@router.get("/health/ready", operation_id="get_ready", responses=documented(503))
def ready(service: CurrentService) -> Ready:
    """Answer 200 while the index can be asked, else 503: being opened, damaged, or made with other settings.

    Why is told to the key of an admin alone.
    """
    try:
        return Ready(passages=service.main.dossier().index_state().passages)
    except (NotReadyError, EmbeddingsError) as error:
        may_know = KeyScope.admin in current_caller().scopes
        raise ProblemError(
            503,
            str(error) if may_know else "The index cannot be asked now: an admin's key is told why.",
            name="not-ready",
            headers={"Retry-After": str(RETRY_SECONDS)},
        ) from error


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        **documented(401, 403),
    },
)
def metrics(service: CurrentService) -> Response:
    """Measurements in Prometheus' text format."""
    return Response(service.metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
