"""Addresses in a collection: which one a request's address names, and what it asks for there."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette._utils import get_route_path

from service.hosting.needs import is_of_a_collection
from service.settings import COLLECTION_NAME
from service.wording.links import begin_links_at, root_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_within: ContextVar[str | None] = ContextVar("within", default=None)


def collection_within() -> str | None:
    """Return the collection that the address of the current request names, ``None`` for none."""
    return _within.get()


class CollectionMiddleware:
    """Serves every address that is of a collection under the collection's name, too.

    ``/c/NAME`` stands before it, as if the whole site were mounted there; ``/v1/collections/NAME/`` instead
    of ``/v1/`` for the API. Which collection there is and who may see it is not looked at here.
    """

    def __init__(self, app: ASGIApp, *, main: str) -> None:
        self.app = app
        self._main = main

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, at the place in the collection where it belongs."""
        if scope["type"] == "http":
            scope, name = _placed(scope)
            _within.set(name)
            begin_links_at("" if name in {None, self._main} else root_of(name))
        await self.app(scope, receive, send)


_PLACED = re.compile(rf"/c/(?P<name>{COLLECTION_NAME})(?P<path>(?:/.*)?)", re.DOTALL)
_PLACED_API = re.compile(rf"/v1/collections/(?P<name>{COLLECTION_NAME})/(?P<path>.+)", re.DOTALL)


def _placed(scope: Scope) -> tuple[Scope, str | None]:
    """Return a request as it is to be answered, and which collection its address names."""
    before, path = scope.get("root_path", ""), get_route_path(scope)
    if found := _PLACED.fullmatch(path):
        name, path = found["name"], found["path"] or "/"
    elif found := _PLACED_API.fullmatch(path):
        name, path = found["name"], f"/v1/{found['path']}"
    else:
        return scope, None
    root = before + root_of(name)
    inner = {
        **scope,
        "app_root_path": scope.get("app_root_path", before),
        "root_path": root,
        "path": root + path,
        "raw_path": quote(root + path).encode(),
    }
    return (inner, name) if is_of_a_collection(inner) else (scope, None)
