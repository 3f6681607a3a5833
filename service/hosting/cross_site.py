"""Protection from other web sites' pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from service.hosting.problems import Problem, problem_of, response_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


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
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
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
