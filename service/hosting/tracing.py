"""Spans for OpenTelemetry: one for each request, as FastAPI makes it, and within it one for each stage.

They are made where the extra dossier-qa[otel] is installed and ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where to
send them. Like the log they never have words of a question: addresses, which may hold some, are left out.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from embeddings.stages import watch_stages
from service.hosting.current_request import current_request
from service.version import DISTRIBUTION, installed_version

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Span, TracerProvider
    from starlette.types import ASGIApp, Receive, Scope, Send

logger = logging.getLogger(__name__)

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_ADDRESSES = frozenset({"url.path", "url.query", "url.full"})
_LEFT_OUT = "left out"


def span_provider() -> TracerProvider | None:
    """Return what makes and sends spans, as the ``OTEL_*`` variables say; ``None``: none are wanted."""
    is_off = os.environ.get("OTEL_SDK_DISABLED") == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none"
    named = [name for name in _ENDPOINTS if os.environ.get(name)]
    if is_off or not named:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.warning("%s is set, but %s[otel] is not installed: no spans are sent", named[0], DISTRIBUTION)
        return None

    class WithoutAddresses(BatchSpanProcessor):
        def on_start(self, span: Span, parent_context: Context | None = None) -> None:
            span.set_attributes(dict.fromkeys(_ADDRESSES & (span.attributes or {}).keys(), _LEFT_OUT))
            super().on_start(span, parent_context)

    ours = Resource({"service.name": "dossier", "service.version": installed_version()})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(WithoutAddresses(OTLPSpanExporter()))
    return provider


def telemetry(spans: TracerProvider | None) -> TelemetryConfig:
    """Return what FastAPI is to tell: a span for each request, to our provider and no other, and no more.

    Its measurements are ours already, and its log has what was sent.
    """
    return {
        "tracer_provider": spans,
        "tracing": spans is not None,
        "operation_spans": False,
        "metrics": False,
        "logs": False,
        "auto_configure": False,
    }


class StageSpansMiddleware:
    """Makes a span of each stage of a question's way, and names the request's id and door on its span."""

    def __init__(self, app: ASGIApp, *, provider: TracerProvider) -> None:
        self.app = app
        self._tracer = provider.get_tracer("dossier", installed_version())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with its stages watched."""
        from opentelemetry import trace

        if scope["type"] == "http":
            request = current_request()
            named = {"dossier.request_id": request.id, "dossier.door": request.door}
            trace.get_current_span().set_attributes(named)
            watch_stages(self._tracer.start_as_current_span)
        await self.app(scope, receive, send)
