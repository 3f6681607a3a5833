"""Errors as RFC 9457 problem details: the one place where exceptions become HTTP.

Every problem has a ``type`` of the form ``urn:dossier:problem:NAME``, by which a client can tell
problems apart, and a ``detail`` of one line that says what to do.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette._utils import get_route_path
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Match

from chunker.errors import ChunkerError, SourceTooLargeError, UnreadableSourceError
from embeddings.encoders.encoder import EncoderError
from embeddings.errors import (
    EmbeddingsError,
    IndexBusyError,
    IndexStoreError,
    ManifestMismatchError,
    StorageFullError,
)
from service.errors import (
    AuditError,
    CollectionNameError,
    ConflictError,
    FetchError,
    GivenUpError,
    JobStoreError,
    KeyStoreError,
    NotFoundError,
    NotReadyError,
    QuestionError,
    ServiceError,
    UploadNameError,
    UploadNotStorableError,
    UploadTooLargeError,
    UrlError,
)
from service.hosting.current_request import current_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from fastapi import FastAPI, Request, Response
    from starlette.routing import Route
    from starlette.types import Scope

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:dossier:problem:"
RETRY_SECONDS = 2
"""When to ask again while the index is being opened."""


_HOUSE_ERRORS: tuple[tuple[type[Exception], int, str | None], ...] = (
    (SourceTooLargeError, 413, "source-too-large"),
    (UnreadableSourceError, 415, "unreadable-source"),
    (NotReadyError, 503, "not-ready"),
    (ManifestMismatchError, 409, "model-mismatch"),
    (IndexBusyError, 409, "index-busy"),
    (StorageFullError, 507, "storage-full"),
    (IndexStoreError, 503, "index-unusable"),
    (EncoderError, 503, "model-unusable"),
    (CollectionNameError, 422, "invalid-request"),
    (UploadNameError, 422, "invalid-request"),
    (UrlError, 422, "invalid-request"),
    (FetchError, 502, "not-fetched"),
    (UploadTooLargeError, 413, "file-too-large"),
    (UploadNotStorableError, 507, "not-storable"),
    (KeyStoreError, 503, "keys-unusable"),
    (AuditError, 503, "audit-unusable"),
    (JobStoreError, 503, "jobs-unusable"),
    (GivenUpError, 500, "given-up"),
    (NotFoundError, 404, None),
    (ConflictError, 409, None),
)
"""The first that fits decides; ``None``: named after the status."""


class FieldError(BaseModel):
    """What is wrong with one field of a request."""

    field: str = Field(description="where it stands, such as body.top_k", examples=["body.top_k"])
    message: str = Field(examples=["Input should be less than or equal to 50"])


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:dossier:problem:not-found",
                    "title": "Not found",
                    "status": 404,
                    "detail": "There is no source 0123456789abcdef; GET /v1/sources lists those there are.",
                }
            ]
        }
    )

    type: str = Field(description="a URN that names the kind of problem")
    title: str = Field(description="the kind of problem in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what is wrong here and what to do, in one line")
    errors: list[FieldError] | None = Field(None, description="one entry for each bad field")
    existing_id: str | None = Field(None, description="for a conflict: the id of what is there already")
    error_id: str | None = Field(None, description="for a fault of the server: the id of its log entry")
    request_id: str | None = Field(None, description="the request's, as in X-Request-ID and in the log")


class ProblemError(HTTPException):
    """Ends a request with a problem; ``name`` becomes the last part of its ``type``."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        name: str | None = None,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] | None = None,
        existing_id: str | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.problem = problem_of(status, detail, name=name, errors=errors, existing_id=existing_id)


_TITLES = {
    400: "This cannot be read",
    401: "A key is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible here",
    409: "Already there, or changed",
    413: "Too large",
    415: "This file cannot be read",
    421: "Not a name of this service",
    422: "Something in the request is wrong",
    429: "Too many requests",
    500: "The server failed",
    502: "The page cannot be fetched",
    503: "Not ready",
    507: "The disk is full",
}
"""What a person is told first; the detail says what to do."""


def problem_of(status: int, detail: str, *, name: str | None = None, **more: Any) -> Problem:  # noqa: ANN401 - Problem's own fields, which pydantic checks
    """Return a problem whose title and, unless ``name`` is given, type come from the status."""
    phrase = HTTPStatus(status).phrase
    slug = name or phrase.lower().replace(" ", "-").replace("'", "")
    title = _TITLES.get(status, phrase)
    return Problem(type=TYPE_PREFIX + slug, title=title, status=status, detail=detail, **more)


def response_of(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the HTTP response that tells ``problem``."""
    return JSONResponse(
        answered_with(problem).model_dump(exclude_none=True),
        status_code=problem.status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )


def answered_with(problem: Problem) -> Problem:
    """Return ``problem`` as the current request's response tells it, and have it logged and counted."""
    request = current_request()
    request.problem = problem.type.removeprefix(TYPE_PREFIX)
    return problem.model_copy(update={"request_id": request.id or None})


def problem_from(error: Exception) -> Problem | None:
    """Return the problem that an error of this house amounts to, ``None`` for any other error.

    Also tells how a background job failed, where no response is there to carry it.
    """
    if isinstance(error, ProblemError):
        return error.problem
    if isinstance(error, QuestionError):
        wrong = FieldError(field=f"body.{error.field}", message=str(error))
        return problem_of(422, str(error), name=error.name, errors=[wrong])
    for kind, status, name in _HOUSE_ERRORS:
        if isinstance(error, kind):
            return problem_of(status, str(error), name=name, existing_id=getattr(error, "existing_id", None))
    return None


def unexpected(error_id: str) -> Problem:
    """Return the problem that tells nothing about a fault but the id of its log entry."""
    return problem_of(
        500,
        f"The server failed at this request; its log has the cause under {error_id}.",
        error_id=error_id,
    )


def handle_problems(app: FastAPI, *, routes: Sequence[Route], page_of: Callable[[Problem], Response]) -> None:
    """Make ``app`` answer every expected error with problem details, or a browser with ``page_of`` them.

    ``routes`` tell what is possible at an address.
    """

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - narrows the type; registered for it alone
        problem, headers = _http_problem(request, error, routes)
        return page_of(problem) if is_for_a_person(request.scope) else response_of(problem, headers)

    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    for kind in (ServiceError, ChunkerError, EmbeddingsError, EncoderError):
        app.add_exception_handler(kind, _house_error)


def _http_problem(
    request: Request, error: HTTPException, routes: Sequence[Route]
) -> tuple[Problem, dict[str, str]]:
    """Return the problem of an error, and the headers that go with it."""
    headers = dict(error.headers or {})
    if isinstance(error, ProblemError):
        return error.problem, headers
    detail = str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        detail = f"There is nothing at {request.url.path}; /docs lists what there is."
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        # A route knows its own methods only, and several may share an address.
        at_address = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
        path = get_route_path(request.scope)
        # one that stands for itself is no name of something else
        at_address = [route for route in at_address if route.path == path] or at_address
        methods = {method for route in at_address for method in route.methods or ()}
        headers["Allow"] = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
        detail = f"{request.method} is not possible at {request.url.path}, but {headers['Allow']}."
    return problem_of(error.status_code, detail), headers


def is_for_a_person(scope: Scope) -> bool:
    """Tell a person who looks at an address from a client of the API."""
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    return wants_page and scope["method"] in {"GET", "HEAD"} and not get_route_path(scope).startswith("/v1/")


async def _validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows the type
    return response_of(_validation_problem(error.errors(), request.headers.get("content-type", "")))


def _validation_problem(problems: Sequence[Any], content_type: str) -> Problem:
    first = problems[0]
    if first["type"] == "json_invalid":
        cause = f"{first['ctx']['error']} at character {first['loc'][-1]}"
        return problem_of(400, f"The body is not valid JSON: {cause}.", name="invalid-json")
    if first["loc"] == ("body",) and first["type"] == "model_attributes_type" and "json" not in content_type:
        return problem_of(415, "Send JSON, with the header Content-Type: application/json.", name="not-json")
    errors = [
        FieldError(field=".".join(str(part) for part in problem["loc"]), message=problem["msg"])
        for problem in problems
    ]
    told = "; ".join(f"{one.field}: {one.message}" for one in errors[:3])
    return problem_of(422, f"The request is not valid: {told}", name="invalid-request", errors=errors)


async def _house_error(request: Request, error: Exception) -> JSONResponse:
    del request
    problem = problem_from(error)
    if problem is None:
        raise error
    headers = (
        {"Retry-After": str(RETRY_SECONDS)} if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else None
    )
    return response_of(problem, headers)


_MEANINGS = {
    400: "The body cannot be read.",
    401: "A key is needed and this is none.",
    403: "The key is not for this, or it is not allowed from this web page.",
    404: "There is nothing of that id.",
    409: "The change contradicts what is there.",
    413: "The body, or the file in it, is too large.",
    415: "Not JSON where JSON is wanted; or a file of no readable kind, damaged, or empty.",
    422: "A field is missing or wrong; `errors` names each.",
    429: "Too many requests; `Retry-After` says when to ask again.",
    503: "The index is not open yet; `Retry-After` says when to ask again.",
    507: "The disk is full.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses`` of a route that may answer with problems of these statuses."""
    return {
        status: {
            "description": _MEANINGS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
