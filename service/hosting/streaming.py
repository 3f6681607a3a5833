"""Server-sent events: what is sent as soon as it is known."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fastapi.responses import StreamingResponse

from service.hosting.current_request import current_request
from service.hosting.problems import answered_with, problem_from, unexpected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.hosting.problems import Problem

logger = logging.getLogger(__name__)

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""No proxy may keep or hold back what is meant to be seen at once."""


def event(name: str, data: str) -> bytes:
    """Return one event; ``data`` is JSON and so has no line breaks."""
    return f"event: {name}\ndata: {data}\n\n".encode()


def problem_event(problem: Problem) -> bytes:
    """Return the event that tells what ended a stream."""
    return event("error", problem.model_dump_json(exclude_none=True))


def event_stream(
    events: Iterator[bytes], *, failed: Callable[[Problem], bytes] = problem_event
) -> StreamingResponse:
    """Return the response that sends ``events``, and at last what ``failed`` makes of an error on the way."""
    return StreamingResponse(_told(events, failed), media_type="text/event-stream", headers=_HEADERS)


def _told(events: Iterator[bytes], failed: Callable[[Problem], bytes]) -> Iterator[bytes]:
    try:
        yield from events
    except Exception as error:  # noqa: BLE001 - the status is sent: only the stream can tell what is wrong
        yield failed(answered_with(_problem_of(error)))


def _problem_of(error: Exception) -> Problem:
    """Return what ended a stream; of what nobody expected, the id of its log entry."""
    problem = problem_from(error)
    if problem is None:
        request_id = current_request().id
        logger.error("the stream of request %s failed", request_id, exc_info=error)
        problem = unexpected(request_id)
    return problem
