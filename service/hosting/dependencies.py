"""What routes are given: the app's state, the open index, and the caller's key as documented."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from service.dossier import Dossier
from service.hosting.state import ServiceState
from service.settings import Settings


async def _state(request: Request) -> ServiceState:
    state: ServiceState = request.app.state.service
    return state


async def _dossier(request: Request) -> Dossier:
    return (await _state(request)).dossier()


def base_url(request: Request, settings: Settings) -> str:
    """Return the address at which readers reach the service, without a slash at its end."""
    return (settings.public_url or str(request.base_url)).rstrip("/")


CurrentState = Annotated[ServiceState, Depends(_state)]
CurrentDossier = Annotated[Dossier, Depends(_dossier)]
"""Raises ``NotReadyError``, and so ends the request with 503, until the index is open."""

KEY_DOCUMENTED = Security(
    HTTPBearer(auto_error=False, scheme_name="key", description="one that `dossier keys create` made")
)
"""Shows the key in the OpenAPI document; :class:`service.hosting.access.KeyMiddleware` is what checks it."""
