"""Who did what."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.api.presenting import audit_list
from service.api.schemas import AuditList, Offset
from service.audit import AuditLog
from service.hosting.dependencies import CurrentState
from service.hosting.problems import documented

router = APIRouter(prefix="/v1", tags=["health"])


@router.get("/audit", operation_id="list_audit", responses=documented(401, 403, 422, 429, 503))
def list_audit(
    state: CurrentState,
    offset: Offset = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> AuditList:
    """Return a part of who added, described and deleted what, and made and revoked keys, the newest first."""
    entries, total = AuditLog(state.settings.folder).newest(offset=offset, limit=limit)
    return audit_list(entries, total, offset=offset, limit=limit)
