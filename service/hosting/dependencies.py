"""What routes are given: the service, a collection, its open index, the caller's key as documented."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPBearer

from service.dossier import Dossier
from service.hosting.open_collections import OpenCollections
from service.hosting.state import ServiceState
from service.settings import Settings
from service.wording.links import begin_links_at


async def _service(request: Request) -> OpenCollections:
    service: OpenCollections = request.app.state.service
    return service


@asynccontextmanager
async def collection_of(request: Request, name: str | None = None) -> AsyncIterator[ServiceState]:
    """Give the collection that a request means, for its length: this one, or that of its address.

    Links made on behalf of the request point into it.

    Raises:
        NotFoundError: there is none of that name that the caller may see.
    """
    service = await _service(request)
    wanted = service.named(name)
    held = service.take_open(wanted)
    if held is None:
        held = await run_in_threadpool(service.take, wanted)
    try:
        begin_links_at(service.root_of(wanted))
        yield held.state
    finally:
        service.give_back(held)


async def _state(request: Request) -> AsyncIterator[ServiceState]:
    async with collection_of(request) as state:
        yield state


async def _dossier(state: Annotated[ServiceState, Depends(_state)]) -> Dossier:
    return state.dossier()


def base_url(request: Request, settings: Settings) -> str:
    """Return the address at which readers reach the service, without a slash at its end."""
    return (settings.public_url or str(request.base_url)).rstrip("/")


CurrentService = Annotated[OpenCollections, Depends(_service)]
CurrentState = Annotated[ServiceState, Depends(_state)]
CurrentDossier = Annotated[Dossier, Depends(_dossier)]
"""Raises ``NotReadyError``, and so ends the request with 503, until the index is open."""

KEY_DOCUMENTED = Security(
    HTTPBearer(auto_error=False, scheme_name="key", description="one that `dossier keys create` made")
)
"""Shows the key in the OpenAPI document; :class:`service.hosting.access.KeyMiddleware` is what checks it."""
