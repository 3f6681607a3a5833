"""Who may ask: keys, and protection from other web sites' pages."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from service.hosting.problems import Problem, problem_of, response_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

CALLER = "dossier.caller"
"""Key of an HTTP scope: a digest of the caller's key, absent where no keys are configured."""

_OPEN_PREFIX = "/health/"
# A header each: Chromium looks at no challenge but the first of a header, and so would not ask for a key.
_CHALLENGES = ('Bearer realm="dossier"', 'Basic realm="dossier", charset="UTF-8"')
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class KeyMiddleware:
    """Asks for one of ``keys`` everywhere but at ``/health/``.

    Takes ``Authorization: Bearer KEY``; ``Basic`` with the key as the password and any user name, which is
    what a browser's own log-in window sends; and ``X-API-Key`` or ``API-Key``, as other services name it.
    """

    def __init__(self, app: ASGIApp, *, keys: Sequence[str]) -> None:
        self.app = app
        self._digests = [_digest(key) for key in keys]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it has a key."""
        if (
            scope["type"] == "http"
            and not scope["path"].startswith(_OPEN_PREFIX)
            and not _is_preflight(scope)
        ):
            digest = _digest(_given_key(Headers(scope=scope)))
            matches = [hmac.compare_digest(digest, known) for known in self._digests]
            if not any(matches):
                problem = problem_of(401, "Send a key: Authorization: Bearer KEY. None or a wrong one came.")
                response = response_of(problem)
                for challenge in _CHALLENGES:
                    response.headers.append("WWW-Authenticate", challenge)
                await response(scope, receive, send)
                return
            scope[CALLER] = digest.hex()[:16]
        await self.app(scope, receive, send)


def _given_key(headers: Headers) -> str:
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return headers.get("x-api-key") or headers.get("api-key") or ""


def _digest(key: str) -> bytes:
    """Bring keys to one length, so that comparing them takes the same time whatever they are."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def _is_preflight(scope: Scope) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope)


class CrossSiteMiddleware:
    """Refuses changes and questions that another web site's page sends through a visitor's browser.

    A browser says where a request comes from (``Sec-Fetch-Site``, else ``Origin``); other clients
    send neither and pass. Follows the reasoning of Filippo Valsorda, "Cross-Site Request Forgery" (2025).
    """

    def __init__(self, app: ASGIApp, *, allowed_origins: Sequence[str]) -> None:
        self.app = app
        self._allowed_origins = frozenset(allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless a foreign page sent it."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            problem = self._problem(Headers(scope=scope))
            if problem is not None:
                await response_of(problem)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _problem(self, headers: Headers) -> Problem | None:
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if not self._allowed_origins.isdisjoint({origin, "*"}):
            return None
        if site in {"same-origin", "none"}:
            return None
        if site is None and (origin is None or urlsplit(origin).netloc == headers.get("host")):
            return None
        return problem_of(
            403, "Pages of another web site may not do this; allow theirs with DOSSIER_CORS_ORIGINS."
        )
