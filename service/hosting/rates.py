"""How often somebody may do something."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope

_SWEEP_SECONDS = 60
"""How often callers with nothing to wait for are forgotten; a bucket is full again within a minute."""


def address_of(scope: Scope) -> str:
    """Return the address that a request comes from."""
    return scope["client"][0] if scope.get("client") else ""


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

    def seconds_until_next(self, caller: str) -> float:
        """Return how long until the caller has a request, 0 where there is one, without taking it."""
        with self._lock:
            bucket = self._buckets.get(caller)
            level = self._level(bucket, self._clock()) if bucket else self._capacity
            return max(0, 1 - level) / self._per_second

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
