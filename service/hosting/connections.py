"""Connections that waste time: each request has to come in time, and none keeps others out."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_MAX_HEADER_BYTES = 64 << 10
"""What h11, uvicorn's other parser, allows; this one has no bound of its own."""
_REASONS = {408: "slow", 431: "head-too-large", 503: "too-many-connections"}


def _nobody(reason: str) -> None:
    del reason


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many connections a process may have, and who is told why one is refused."""

    max_connections: int = 500
    on_refused: Callable[[str], None] = _nobody


class PromptProtocol(HttpToolsProtocol):
    """HTTP over one connection, which is closed where its request does not come in time.

    A request has ``seconds`` to arrive, from when it could have begun, and one more for each
    ``bytes_per_second`` that came: the defaults of Apache's ``mod_reqtimeout``. Time in which the service is
    at work, or does not read on, does not count. Of more than ``max_connections`` that one goes which has
    kept its request back longest. The application gives its :class:`Bounds` as ``bounds`` of its lifespan.
    """

    seconds: ClassVar[float] = 20
    bytes_per_second: ClassVar[float] = 500
    bounds = Bounds()

    _began = 0.0
    _received = 0
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.bounds = self.app_state.get("bounds", self.bounds)
        self._wait_anew()
        self._watch = self.loop.call_later(self.seconds, self._look)
        if len(self.connections) > self.bounds.max_connections:
            waiting: list[Any] = [one for one in self.connections if isinstance(one, PromptProtocol)]
            min(waiting, key=PromptProtocol._patience).refuse(503)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it is a head without end."""
        self._received += len(data)
        super().data_received(data)
        if self._has_no_request() and self._received > _MAX_HEADER_BYTES:
            self.refuse(431)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self._wait_anew()
        super().on_response_complete()

    def refuse(self, status: int) -> None:
        """Close the connection, saying why where no response has begun."""
        if self.transport.is_closing():
            return
        if status != HTTPStatus.REQUEST_TIMEOUT or self._received:  # one that was only kept open is no matter
            self.bounds.on_refused(_REASONS[status])
        if self._has_no_request() or not self.cycle.response_started:
            head = b"HTTP/1.1 %d \r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 2\r\n\r\n"
            self.transport.write(head % status)
        self.transport.close()

    def _look(self) -> None:
        now = self.loop.time()
        if not self._is_awaited():
            self._wait_anew()
        ends = self._began + self.seconds + self._received / self.bytes_per_second
        if now >= ends:
            self.refuse(408)
        else:
            self._watch = self.loop.call_at(ends, self._look)

    def _wait_anew(self) -> None:
        self._began, self._received = self.loop.time(), 0

    def _has_no_request(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _is_awaited(self) -> bool:
        """Tell whether it is the client that something is awaited from."""
        return self._has_no_request() or (self.cycle.more_body and not self.flow.read_paused)

    def _patience(self) -> tuple[bool, float]:
        """Order connections by which is to go first."""
        return not self._is_awaited(), self._began
