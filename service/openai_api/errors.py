"""Problems of the OpenAI-compatible interface, told the way its clients read errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette._utils import get_route_path
from starlette.datastructures import Headers, MutableHeaders

from service.hosting.problems import MEDIA_TYPE, Problem
from service.openai_api.schemas import ErrorBody, OpenAIError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PATHS = ("/v1", "/chat", "/completions", "/embeddings", "/models", "/responses")
"""Where clients of OpenAI look for something, with and without the version in their base address."""
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "invalid_request_error",
    429: "rate_limit_error",
}
_CODES = {401: "invalid_api_key", 404: "not_found", 429: "rate_limit_exceeded", 503: "not_ready"}


class OpenAIErrorsMiddleware:
    """Turns problem details into OpenAI's errors at the paths of its interface, wherever they arise.

    Those are all that its clients know but ``own_paths``, whether there is anything or not. The status stays,
    but for 422, which clients of OpenAI know as 400.
    """

    def __init__(self, app: ASGIApp, *, own_paths: frozenset[str]) -> None:
        self.app = app
        self._own_paths = own_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and mend what comes back if it is a problem."""
        if scope["type"] != "http" or not self._is_openai(get_route_path(scope)):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body = b""

        async def mended_send(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
                return
            if start is None:
                await send(message)
                return
            body += message.get("body", b"")
            if not message.get("more_body", False):
                for one in _mended(start, body):
                    await send(one)

        await self.app(scope, receive, mended_send)

    def _is_openai(self, path: str) -> bool:
        first, second = "/".join(path.split("/")[:2]), "/".join(path.split("/")[:3])
        return first in _PATHS and second not in self._own_paths


def _is_problem(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith(MEDIA_TYPE)


def error_body(problem: Problem) -> ErrorBody:
    """Return a problem as clients of OpenAI read errors."""
    status = _status(problem.status)
    error = OpenAIError(
        message=problem.detail,
        type=_TYPES.get(status, "invalid_request_error" if status < 500 else "server_error"),
        param=problem.errors[0].field.removeprefix("body.") if problem.errors else None,
        code=_CODES.get(status),
    )
    return ErrorBody(error=error)


def _status(status: int) -> int:
    return 400 if status == 422 else status


def _mended(start: Message, body: bytes) -> tuple[Message, Message]:
    content = error_body(Problem.model_validate_json(body)).model_dump_json().encode()
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["content-type"] = "application/json"
    headers["content-length"] = str(len(content))
    return (
        {**start, "status": _status(start["status"]), "headers": headers.raw},
        {"type": "http.response.body", "body": content},
    )
