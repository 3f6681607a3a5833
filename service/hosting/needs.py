"""What each route asks of its caller: the one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.routing import APIRoute
from starlette._utils import get_route_path
from starlette.routing import Mount, Route, compile_path

from service.hosting.scopes import KeyScope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.routing import BaseRoute
    from starlette.types import Scope

_NEEDED: dict[KeyScope | None, tuple[str, ...]] = {
    None: (  # what tells nothing of the documents
        "GET /health/live",
        "GET /health/ready",
        "GET /sign-in",
        "POST /sign-in",
        "POST /sign-out",
        "* /static/{path:path}",
        "* /static/reference/{path:path}",
    ),
    KeyScope.metrics: ("GET /metrics",),
    KeyScope.ask: (
        "GET /",
        "POST /turn",
        "GET /read/{document_id}",
        "GET /cite/{document_id}",
        "GET /basket",
        "POST /basket",
        "GET /library",
        "GET /browse",
        "GET /browse/dates/{period}",
        "GET /browse/people",
        "GET /browse/people/{name:path}",
        "GET /browse/named/{plural}",
        "GET /browse/named/{plural}/{name:path}",
        "GET /browse/kinds",
        "GET /browse/kinds/{kind:path}",
        "GET /docs",
        "GET /openapi.json",
        "POST /v1/ask",
        "POST /v1/search",
        "POST /v1/chat/completions",
        "GET /v1/models",
        "GET /v1/models/{model:path}",
        "* /mcp",
        "GET /v1/sources",
        "GET /v1/sources/{source_id}",
        "GET /v1/sources/{source_id}/original",
        "GET /v1/sources/{source_id}/pages/{position}.png",
        "GET /v1/sources/{source_id}/boxes",
        "GET /v1/documents",
        "GET /v1/documents/{document_id}",
        "GET /v1/documents/{document_id}/pages/{page:path}",
        "GET /v1/facets",
        "GET /v1/names",
        "GET /v1/collections",
        "GET /v1/collections/{collection}",
    ),
    KeyScope.edit: (
        "POST /v1/sources",
        "POST /v1/sources/batch",
        "POST /v1/sources/urls",
        "PATCH /v1/sources/{source_id}",
        "DELETE /v1/sources/{source_id}",
        "GET /v1/jobs",
        "GET /v1/jobs/{job_id}",
        "DELETE /v1/jobs/{job_id}",
    ),
    KeyScope.admin: (
        "GET /v1/audit",
        "POST /v1/collections",
        "DELETE /v1/collections/{collection}",
    ),
}
"""What a caller must be allowed to for each route; ``None``: nothing. ``*``: by whatever method."""

_OF_THE_SERVICE = ("/metrics", "/docs", "/openapi.json", "/v1/collections", "/v1/collections/{collection}")
"""What needs a key and is still not of one collection: of all, or of none."""

_DECLARED = {route: scope for scope, routes in _NEEDED.items() for route in routes}
_PATTERNS = tuple(
    (method, compile_path(path)[0], path, scope)
    for route, scope in _DECLARED.items()
    for method, path in [route.split(" ", 1)]
)


def needed_scopes(scope: Scope) -> frozenset[KeyScope]:
    """Return of which scopes a request needs one; none: nothing is asked for.

    Where there is no route, any key may be told so.
    """
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    path = get_route_path(scope)
    for declared, pattern, _, needed in _PATTERNS:
        if declared in {"*", method} and pattern.match(path):
            return frozenset() if needed is None else frozenset({needed})
    return frozenset(KeyScope)


def declared_path(scope: Scope) -> str | None:
    """Return the route template that a request's path fits, by whatever method; ``None``: there is none."""
    path = get_route_path(scope)
    return next((template for _, pattern, template, _ in _PATTERNS if pattern.match(path)), None)


def is_of_a_collection(scope: Scope) -> bool:
    """Tell whether a request is for something in one collection; where there is no route, it is."""
    path = get_route_path(scope)
    needs = ((template, needed) for _, pattern, template, needed in _PATTERNS if pattern.match(path))
    template, needed = next(needs, ("", KeyScope.ask))
    return needed is not None and template not in _OF_THE_SERVICE


def undeclared(routes: Iterable[BaseRoute]) -> list[str]:
    """Return the routes, as ``GET /path``, that nobody said who may use."""
    return [route for route in _told(routes) if route not in _DECLARED]


def _told(routes: Iterable[BaseRoute]) -> Iterator[str]:
    for route in routes:
        inner = getattr(route, "original_router", None)  # how FastAPI keeps a router that is included
        if inner is not None:
            yield from _told(inner.routes)
        elif isinstance(route, (APIRoute, Route)) and route.methods:
            yield from (f"{method} {route.path}" for method in sorted(route.methods - {"HEAD"}))
        elif isinstance(route, Mount):
            yield f"* {route.path}/{{path:path}}"
        else:
            yield f"* {getattr(route, 'path', route)}"
