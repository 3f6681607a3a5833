"""The request that is being answered: known wherever something of it is logged, counted or refused."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

_DOORS = (
    ("/v1/chat/", "chat"),
    ("/v1/models", "chat"),
    ("/v1/", "http"),
    ("/mcp", "mcp"),
    ("/health/", "operator"),
    ("/metrics", "operator"),
)
ASKING_DOORS = ("chat", "http", "mcp", "web")
"""The doors that questions come through."""


@dataclass(slots=True)
class CurrentRequest:
    """One request: its id, its door, and the name of the problem that it ended in, empty where in none."""

    id: str = ""
    door: str = ""
    problem: str = ""


_current: ContextVar[CurrentRequest | None] = ContextVar("current_request", default=None)


def begin_request(request_id: str, path: str) -> CurrentRequest:
    """Make a request for ``path`` the current one, for all that is done on its behalf."""
    door = next((door for beginning, door in _DOORS if path.startswith(beginning)), "web")
    request = CurrentRequest(request_id, door)
    _current.set(request)
    return request


def current_request() -> CurrentRequest:
    """Return the request that is being answered; one without id or door where none is."""
    return _current.get() or CurrentRequest()
