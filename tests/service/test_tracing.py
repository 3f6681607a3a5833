"""Spans of requests and of their stages, sent to a collector on loopback; nothing where none is named."""

import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from service_support import finished_job, make_app, serving, upload

from service.hosting import tracing

RARE = "zanzibar"
QUESTION = f"When was the {RARE} lamp lit?"


@contextmanager
def collector(monkeypatch):
    """Take spans, as any OpenTelemetry collector does over HTTP, and give what came."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            came.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        try:
            yield came
        finally:
            server.shutdown()


@pytest.fixture
def _no_variables(monkeypatch):
    for name in ("ENDPOINT", "TRACES_ENDPOINT"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{name}", raising=False)


def read(came):
    """Return the resources and the spans that came."""
    sent = [ExportTraceServiceRequest.FromString(body) for path, body in came if path == "/v1/traces"]
    groups = [group for one in sent for group in one.resource_spans]
    spans = [span for group in groups for scope in group.scope_spans for span in scope.spans]
    return [named(group.resource) for group in groups], spans


def named(one):
    return {each.key: each.value.string_value or each.value.int_value for each in one.attributes}


@pytest.mark.usefixtures("_no_variables")
def test_each_request_has_a_span_with_one_for_each_stage_and_no_words(tmp_path, monkeypatch):
    with collector(monkeypatch) as came, serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "vestoe.txt", f"The {RARE} lamp was lit in 1904.\n"))
        asked = client.post("/v1/ask", json={"question": QUESTION})
        streamed = client.post("/v1/ask", json={"question": QUESTION, "stream": True})
        searched = client.get("/", params={"q": f'"{RARE}"'})
    resources, spans = read(came)
    assert {resource["service.name"] for resource in resources} == {"dossier"}
    by_request = {named(span)["dossier.request_id"]: span for span in spans if not span.parent_span_id}
    for response, name, stages in (
        (asked, "POST /v1/ask", ["read", "search", "encode", "rank", "answer"]),
        (streamed, "POST /v1/ask", ["read", "search", "encode", "rank", "answer"]),
        (searched, "GET /", ["search"]),
    ):
        span = by_request[response.headers["X-Request-ID"]]
        assert (span.name, named(span)["http.route"]) == (name, name.split()[1])
        within = sorted(
            (one for one in spans if one.parent_span_id == span.span_id),
            key=lambda one: one.start_time_unix_nano,
        )
        assert list(dict.fromkeys(one.name for one in within)) == stages
        assert all(
            span.start_time_unix_nano <= one.start_time_unix_nano <= one.end_time_unix_nano for one in within
        )
    assert not any(RARE.encode() in body for _, body in came)


@pytest.mark.usefixtures("_no_variables")
def test_a_span_goes_on_from_the_callers(tmp_path, monkeypatch):
    trace_id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    with collector(monkeypatch) as came, serving(make_app(tmp_path)) as client:
        client.get("/v1/sources", headers={"traceparent": f"00-{trace_id}-{parent}-01"})
    (span,) = (span for span in read(came)[1] if span.name == "GET /v1/sources")
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (trace_id, parent)


@pytest.mark.usefixtures("_no_variables")
@pytest.mark.parametrize("name", ["OTEL_SDK_DISABLED=true", "OTEL_TRACES_EXPORTER=none", ""])
def test_nothing_is_sent_unless_it_is_wanted(tmp_path, monkeypatch, name):
    with collector(monkeypatch) as came:
        if name:
            monkeypatch.setenv(*name.split("="))
        else:
            monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
        with serving(make_app(tmp_path)) as client:
            client.get("/v1/sources")
        assert tracing.span_provider() is None
    assert came == []


@pytest.mark.usefixtures("_no_variables")
def test_a_missing_extra_is_told_and_stops_nothing(monkeypatch, caplog):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    assert tracing.span_provider() is None
    assert "dossier-qa[otel] is not installed" in caplog.text
