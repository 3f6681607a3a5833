"""How much one caller may send: the size of a body, and requests a minute."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from service.hosting.access import CALLER
from service.hosting.problems import ProblemError, problem_of, response_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOAD_PATH = "/v1/sources"
MULTIPART_OVERHEAD_BYTES = 64_000
"""What the multipart form around a file may take."""

_SWEEP_SECONDS = 60
"""How often callers with nothing to wait for are forgotten; a bucket is full again within a minute."""
_UNLIMITED_PREFIXES = ("/health/", "/metrics", "/static/")


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
        is_upload = scope["path"].rstrip("/") == UPLOAD_PATH
        allowed = self._max_upload_bytes + MULTIPART_OVERHEAD_BYTES if is_upload else self._max_body_bytes
        too_large = _too_large(self._max_upload_bytes if is_upload else allowed, is_upload=is_upload)
        announced = Headers(scope=scope).get("content-length", "0")
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


@dataclass(slots=True)
class _Bucket:
    """Requests a caller may still make, as of a moment."""

    tokens: float
    filled_at: float


class TokenBuckets:
    """Allows each caller so many requests a minute, and as many at once. Safe to use from many threads."""

    def __init__(self, requests_per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = float(requests_per_minute)
        self._per_second = requests_per_minute / 60
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._swept_at = clock()
        self._lock = threading.Lock()

    def seconds_to_wait(self, caller: str) -> float:
        """Take one request from the caller's bucket; return 0, or how long until it has one again."""
        now = self._clock()
        with self._lock:
            self._forget_full_ones(now)
            bucket = self._buckets.setdefault(caller, _Bucket(self._capacity, now))
            bucket.tokens = self._level(bucket, now)
            bucket.filled_at = now
            if bucket.tokens >= 1:
                bucket.tokens -= 1
                return 0
            return (1 - bucket.tokens) / self._per_second

    def _level(self, bucket: _Bucket, now: float) -> float:
        return min(self._capacity, bucket.tokens + (now - bucket.filled_at) * self._per_second)

    def _forget_full_ones(self, now: float) -> None:
        """A full bucket is the same as none: dropping those keeps the table small."""
        if now - self._swept_at < _SWEEP_SECONDS:
            return
        self._swept_at = now
        self._buckets = {
            caller: bucket
            for caller, bucket in self._buckets.items()
            if self._level(bucket, now) < self._capacity
        }


class RateLimitMiddleware:
    """Refuses a caller, known by key or address, who asks more often than allowed."""

    def __init__(self, app: ASGIApp, *, buckets: TokenBuckets) -> None:
        self.app = app
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless its caller has to wait."""
        if scope["type"] == "http" and not scope["path"].startswith(_UNLIMITED_PREFIXES):
            address = scope["client"][0] if scope.get("client") else ""
            seconds = self._buckets.seconds_to_wait(scope.get(CALLER, address))
            if seconds:
                retry_after = str(int(seconds) + 1)
                problem = problem_of(429, f"Too many requests: ask again in {retry_after} s.")
                await response_of(problem, {"Retry-After": retry_after})(scope, receive, send)
                return
        await self.app(scope, receive, send)
