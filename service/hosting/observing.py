"""The outermost layers: each request gets an id, is counted and logged; what nobody caught is caught."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import TYPE_CHECKING

from starlette._utils import get_route_path
from starlette.datastructures import Headers, MutableHeaders

from service.hosting.access import current_caller
from service.hosting.current_request import begin_request, current_request
from service.hosting.logs import with_fields
from service.hosting.needs import declared_path
from service.hosting.problems import is_for_a_person, response_of, unexpected

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.hosting.metrics import Metrics
    from service.hosting.problems import Problem

logger = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
UNMATCHED = "unmatched"
"""The route of requests that no route took: their paths would be labels without end."""

_ROUTINE = ("/health/", "/metrics")
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class ObservingMiddleware:
    """Counts each request and writes one log line of it, once all of its response is sent."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on, and see what becomes of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = begin_request(_request_id(scope), get_route_path(scope))
        declared = declared_path(scope)
        started, status, sent_bytes = time.perf_counter(), 0, 0

        async def observed_send(message: Message) -> None:
            nonlocal status, sent_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request.id
            sent_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, observed_send)
        finally:
            # The route, not the address: that may hold what somebody looked for.
            route = getattr(scope.get("route"), "path", None) or declared or UNMATCHED
            self._record(scope, route, status or 500, sent_bytes, time.perf_counter() - started)

    def _record(self, scope: Scope, route: str, status: int, sent_bytes: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        request = current_request()
        self.metrics.request(method=method, route=route, status=status, seconds=seconds)
        if request.problem:
            self.metrics.rejection(request.problem)
        level = logging.DEBUG if route.startswith(_ROUTINE) else logging.INFO
        told = with_fields(
            request_id=request.id,
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 1),
            bytes=sent_bytes,
            door=request.door,
            key=current_caller().name,
            problem=request.problem,
        )
        logger.log(level, "answered", extra=told)


class FaultMiddleware:
    """Turns a fault that reaches it into a problem that names its log entry; ``page_of`` it for a browser."""

    def __init__(self, app: ASGIApp, *, page_of: Callable[[Problem], Response]) -> None:
        self.app = app
        self._page_of = page_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP request on; where that fails before a response began, answer with the problem."""
        has_begun = False

        async def watched_send(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except Exception:  # the last resort: the client gets an id, the log the cause
            if scope["type"] != "http":
                raise
            request_id = current_request().id
            logger.exception("request %s failed", request_id)
            if has_begun:
                raise
            problem = unexpected(request_id)
            response = self._page_of(problem) if is_for_a_person(scope) else response_of(problem)
            await response(scope, receive, send)


def _request_id(scope: Scope) -> str:
    """Keep the id a proxy gave the request, if it is a harmless one."""
    given = Headers(scope=scope).get(REQUEST_ID, "")
    return given if _USABLE_ID.fullmatch(given) else secrets.token_hex(8)
