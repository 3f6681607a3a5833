"""How much callers may send: the size of a body, requests a minute of one, and of all at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio.to_thread
from starlette._utils import get_route_path
from starlette.datastructures import Headers

from service.hosting.access import current_caller
from service.hosting.problems import RETRY_SECONDS, ProblemError, problem_of, response_of
from service.hosting.rates import TokenBuckets, address_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOAD_PATHS = frozenset({"/v1/sources", "/v1/sources/batch"})
MULTIPART_OVERHEAD_BYTES = 64_000
"""What the multipart form around files may take."""

_UNLIMITED_PREFIXES = ("/health/", "/metrics", "/static/")


class QueueMiddleware:
    """Refuses requests while ``max_waiting`` others wait for a thread: it would only answer who has gone."""

    def __init__(self, app: ASGIApp, *, max_waiting: int) -> None:
        self.app = app
        self._max_waiting = max_waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless too many wait already."""
        if scope["type"] == "http" and not get_route_path(scope).startswith(_UNLIMITED_PREFIXES):
            threads = anyio.to_thread.current_default_thread_limiter().statistics()
            if threads.tasks_waiting >= self._max_waiting:
                problem = problem_of(
                    503,
                    f"{threads.tasks_waiting} requests wait already (DOSSIER_MAX_WAITING): ask again later.",
                    name="busy",
                )
                await response_of(problem, {"Retry-After": str(RETRY_SECONDS)})(scope, receive, send)
                return
        await self.app(scope, receive, send)


class BodyLimitMiddleware:
    """Ends a request whose body is larger than allowed, before it is read or as soon as it shows."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, max_upload_bytes: int) -> None:
        self.app = app
        self._max_body_bytes = max_body_bytes
        self._max_upload_bytes = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that can only be read so far."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_upload = get_route_path(scope).rstrip("/") in UPLOAD_PATHS
        allowed = self._max_upload_bytes + MULTIPART_OVERHEAD_BYTES if is_upload else self._max_body_bytes
        too_large = _too_large(self._max_upload_bytes if is_upload else allowed, is_upload=is_upload)
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity").lower() != "identity":
            problem = problem_of(415, "Send the body as it is: no Content-Encoding is taken.", name="encoded")
            await response_of(problem, {"Accept-Encoding": "identity"})(scope, receive, send)
            return
        announced = headers.get("content-length", "0")
        if announced.isascii() and announced.isdigit() and int(announced[:20]) > allowed:
            await response_of(too_large.problem, {"Connection": "close"})(scope, receive, send)
            return
        received = 0

        async def limited_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > allowed:
                raise too_large
            return message

        await self.app(scope, limited_receive, send)


def _too_large(max_bytes: int, *, is_upload: bool) -> ProblemError:
    what, setting = ("file", "DOSSIER_MAX_UPLOAD_BYTES") if is_upload else ("body", "DOSSIER_MAX_BODY_BYTES")
    return ProblemError(
        413, f"The {what} may have at most {max_bytes:,} bytes ({setting}).", name=f"{what}-too-large"
    )


class RateLimitMiddleware:
    """Refuses a caller, known by key or address, who asks more often than allowed."""

    def __init__(self, app: ASGIApp, *, buckets: TokenBuckets) -> None:
        self.app = app
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless its caller has to wait."""
        if scope["type"] == "http" and not get_route_path(scope).startswith(_UNLIMITED_PREFIXES):
            caller = current_caller()
            known = caller.digest.hex() if caller.digest else address_of(scope)
            seconds = self._buckets.seconds_to_wait(known)
            if seconds:
                retry_after = str(int(seconds) + 1)
                problem = problem_of(429, f"Too many requests: ask again in {retry_after} s.")
                await response_of(problem, {"Retry-After": retry_after})(scope, receive, send)
                return
        await self.app(scope, receive, send)
