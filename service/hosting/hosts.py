"""For which names the service answers: no page whose name was rebound to this machine may use it."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from service.hosting.problems import problem_of, response_of

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from service.settings import Settings

_SHOWN_CHARS = 100


class HostMiddleware:
    """Refuses requests whose ``Host`` is a name that the service does not go by.

    Against DNS rebinding, where a page of evil.example lets its own name point to this machine: the browser
    then takes the service for a part of that page, but still sends ``Host: evil.example``. Addresses of
    numbers cannot be rebound and pass, as do the names of the machine itself (RFC 6761, section 6.3).
    """

    def __init__(self, app: ASGIApp, *, names: frozenset[str]) -> None:
        self.app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it names the service rightly."""
        if scope["type"] == "http":
            given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
            # A client older than HTTP/1.1 sends none, a browser always one.
            if len(given) > 1 or any(not self._is_ours(host) for host in given):
                shown = ", ".join(given)[:_SHOWN_CHARS]
                problem = problem_of(
                    421, f"This service does not go by the name {shown}: DOSSIER_ALLOWED_HOSTS can name it."
                )
                await response_of(problem)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _is_ours(self, host: str) -> bool:
        name = host_name(host)
        if name is None:
            return False
        return "*" in self._names or name in self._names or name.endswith(".localhost") or _is_address(name)


def host_name(host: str) -> str | None:
    """Return the name in a ``Host`` header, small and without port; ``None`` where it is malformed."""
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - checked by being read
    except ValueError:
        return None
    if parts.netloc != host or "@" in host or parts.hostname is None:
        return None
    return parts.hostname.rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def names_of(settings: Settings) -> frozenset[str]:
    """Return the names that the service goes by."""
    public = urlsplit(settings.public_url or "").hostname
    return frozenset({"localhost", settings.host.lower(), *settings.allowed_hosts, *filter(None, [public])})
