"""The web application: routers and layers around one open index."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from starlette.routing import Route

from service.api.routes import audit, collections, documents, facsimiles, health, jobs, sources
from service.api.routes import questions as ask
from service.dossier import Dossier
from service.hosting.access import KeyMiddleware
from service.hosting.addressed import CollectionMiddleware
from service.hosting.connections import Bounds
from service.hosting.cross_site import CrossSiteMiddleware
from service.hosting.dependencies import KEY_DOCUMENTED
from service.hosting.headers import HeadersMiddleware
from service.hosting.hosts import HostMiddleware, names_of
from service.hosting.limits import BodyLimitMiddleware, QueueMiddleware, RateLimitMiddleware
from service.hosting.methods import HeadMiddleware
from service.hosting.needs import undeclared
from service.hosting.observing import REQUEST_ID, FaultMiddleware, ObservingMiddleware
from service.hosting.open_collections import OpenCollections
from service.hosting.problems import handle_problems
from service.hosting.rates import TokenBuckets
from service.hosting.scopes import KeyScope
from service.hosting.tracing import StageSpansMiddleware, span_provider, telemetry
from service.mcp_api.server import McpEndpoint
from service.openai_api import route as chat
from service.openai_api.errors import OpenAIErrorsMiddleware
from service.settings import DEFAULT_COLLECTION
from service.version import installed_version
from service.web import basket, browsing, reading, reference, sign_in
from service.web import routes as web
from service.web.pages import problem_page, static_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from opentelemetry.sdk.trace import TracerProvider

    from service.settings import Settings

ROUTERS = (
    health.router,
    ask.router,
    chat.router,
    sources.router,
    facsimiles.router,
    jobs.router,
    audit.router,
    collections.router,
    documents.router,
    web.router,
    reading.router,
    browsing.router,
    basket.router,
    reference.router,
    sign_in.router,
)
"""To add endpoints, write a module in service/routes and add its router here."""
ROUTES = tuple(route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))
OWN_PATHS = frozenset(
    "/".join(route.path.split("/")[:3]) for route in ROUTES if route not in chat.router.routes
)
"""What each path of our own API begins with, such as ``/v1/ask``."""

_DESCRIPTION = """
Ask your documents: answers in their own words, each quote with document, date and page.

Several collections are kept apart: each path below also stands under `/c/NAME`, and instead of
`/v1/` under `/v1/collections/NAME/`, for the collection of that name.

Errors are problem details (RFC 9457, `application/problem+json`): `type` tells the kind,
`detail` what to do, `request_id` what whoever runs the service finds in its log.
"""
_SERVERS: list[dict[str, str | Any]] = [
    {"url": "/"},
    {
        "url": "/c/{collection}",
        "description": "One collection: all of it, and nothing of another.",
        "variables": {"collection": {"default": DEFAULT_COLLECTION}},
    },
]
_TAGS = [
    {"name": "questions", "description": "Answers and passages."},
    {"name": "sources", "description": "Files in the index, and how they get there."},
    {"name": "collections", "description": "Several libraries in one service, kept apart."},
    {"name": "documents", "description": "What the files hold, and the pages it stands on."},
    {"name": "chat", "description": "The same answers for chat front ends: OpenAI-compatible."},
    {"name": "health", "description": "For those who run the service."},
]


def create_app(settings: Settings, *, open_dossier: Callable[[Settings], Dossier] | None = None) -> FastAPI:
    """Return the application; it opens the index when it starts, not before.

    ``open_dossier`` replaces what a collection's settings would have opened.
    """
    state = OpenCollections(settings, open_dossier or (lambda own: Dossier.open(settings=own)))
    spans = span_provider()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
        del app
        anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
        state.start()
        if settings.workers > 1:  # the others answer meanwhile
            await anyio.to_thread.run_sync(state.main.wait_until_opened)
        yield {"bounds": Bounds(settings.max_connections, state.metrics.rejection)}
        await anyio.to_thread.run_sync(state.close)
        if spans is not None:
            await anyio.to_thread.run_sync(spans.shutdown)

    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        title="Dossier",
        version=installed_version(),
        description=_DESCRIPTION,
        openapi_tags=_TAGS,
        servers=_SERVERS,
        lifespan=lifespan,
        middleware=_layers(settings, state, spans),
        separate_input_output_schemas=False,
        telemetry=telemetry(spans),
    )
    app.state.service = state
    handle_problems(app, routes=ROUTES, page_of=problem_page)
    is_keyed = KeyScope.ask not in state.doorkeeper.anybody().scopes
    for router in ROUTERS:
        needs_key = is_keyed and router is not health.router
        app.include_router(router, dependencies=[KEY_DOCUMENTED] if needs_key else None)
    app.router.routes.append(Route("/mcp", McpEndpoint(state, settings)))
    app.mount("/static/reference", reference.static_files())
    app.mount("/static", static_files(), name="static")
    if missing := undeclared(app.routes):
        raise LookupError(f"service/hosting/needs.py does not say who may use {', '.join(missing)}")
    return app


def _layers(settings: Settings, state: OpenCollections, spans: TracerProvider | None) -> list[Middleware]:
    """Return what a request passes on its way in, outermost first."""
    layers = [
        Middleware(HeadersMiddleware),
        Middleware(CollectionMiddleware, main=settings.collection),
        Middleware(ObservingMiddleware, metrics=state.metrics),
        Middleware(OpenAIErrorsMiddleware, own_paths=OWN_PATHS),
        Middleware(FaultMiddleware, page_of=problem_page),
        *([Middleware(StageSpansMiddleware, provider=spans)] if spans else []),
        Middleware(HostMiddleware, names=names_of(settings)),
    ]
    if settings.cors_origins:
        layers.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "POST", "PATCH", "DELETE"],
                # Clients send headers of their own, each its own; none means more here than it says.
                allow_headers=["*"],
                expose_headers=["Location", "Retry-After", "Content-Disposition", REQUEST_ID],
            )
        )
    layers.append(Middleware(CrossSiteMiddleware, allowed_origins=settings.cors_origins))
    layers.append(Middleware(KeyMiddleware, doorkeeper=state.doorkeeper))
    if settings.requests_per_minute:
        layers.append(Middleware(RateLimitMiddleware, buckets=TokenBuckets(settings.requests_per_minute)))
    layers.append(Middleware(QueueMiddleware, max_waiting=settings.max_waiting))
    layers.append(
        Middleware(
            BodyLimitMiddleware,
            max_body_bytes=settings.max_body_bytes,
            max_upload_bytes=settings.max_upload_bytes,
        )
    )
    layers.append(Middleware(HeadMiddleware))
    return layers
