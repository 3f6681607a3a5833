"""The outermost layer: gives each request an id, counts it, logs it, and catches what nobody caught."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from service.hosting.problems import response_of, unexpected

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.hosting.metrics import Metrics

logger = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
UNMATCHED = "unmatched"
"""The route of requests that no route took: their paths would be labels without end."""

_ROUTINE = ("/health/", "/metrics")
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class ObservingMiddleware:
    """Wraps an app; a fault that reaches it becomes a problem that names its log entry."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on, and see what becomes of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        started, status = time.perf_counter(), 0

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self.app(scope, receive, observed_send)
        except Exception:  # the last resort: the client gets an id, the log the cause
            logger.exception("request %s failed", request_id)
            if status:
                raise
            await response_of(unexpected(request_id))(scope, receive, observed_send)
        finally:
            self._record(scope, status or 500, time.perf_counter() - started, request_id)

    def _record(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.request(method=method, route=route, status=status, seconds=seconds)
        # The route, not the address: that may hold what somebody looked for.
        level = logging.DEBUG if route.startswith(_ROUTINE) else logging.INFO
        logger.log(level, "%s %s %d %.1f ms, request %s", method, route, status, seconds * 1000, request_id)


def _request_id(scope: Scope) -> str:
    """Keep the id a proxy gave the request, if it is a harmless one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _USABLE_ID.fullmatch(given) else secrets.token_hex(8)
