"""A line for each request that tells who did what by which way, and never what was asked or found."""

import io
import json
import logging
import logging.config
from contextlib import contextmanager

import pytest
from mcp_support import call, failure
from scripted_endpoint import endpoint
from service_support import events_of, finished_job, make_app, make_settings, problem_of, serving, upload

from service.hosting.key_store import KeyStore
from service.hosting.logs import LOGGERS, log_config
from service.hosting.scopes import KeyScope

RARE = "zanzibar"
"""A word that stands in the document and in each question, and nowhere else."""
DOCUMENT = f"The harbour of Vestoe\n\nThe {RARE} lamp of the harbour was lit by the keeper in 1904.\n"
QUESTION = f"When was the {RARE} lamp lit?"


@contextmanager
def logged(form="json", level="info"):
    """Log as `dossier serve` does, into the stream that is given; then as before."""
    loggers = [logging.getLogger(name) for name in ("root", "uvicorn.access", *LOGGERS)]
    before = [(one, one.level, one.handlers[:]) for one in loggers]
    config, stream = log_config(make_settings("unused", log_format=form, log_level=level)), io.StringIO()
    config["handlers"]["stderr"]["stream"] = stream
    try:
        logging.config.dictConfig(config)
        yield stream
    finally:
        for one, was, handlers in before:
            one.setLevel(was)
            one.handlers[:] = handlers


def lines_of(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def requests_of(stream):
    return [line for line in lines_of(stream) if line["message"] == "answered"]


def ask_by_every_door(client):
    """Ask, look and fail in all the ways there are; return the route of each request."""
    question = {"question": QUESTION}
    yield "/v1/ask", client.post("/v1/ask", json=question)
    yield "/v1/ask", client.post("/v1/ask", json={**question, "stream": True})
    yield "/v1/ask", client.post("/v1/ask", json={"question": QUESTION * 200})
    yield "/v1/ask", client.post("/v1/ask", json={"question": [QUESTION]})
    yield "/v1/ask", client.post("/v1/ask", content=f'{{"question": "{RARE}')
    yield "/v1/search", client.post("/v1/search", json={**question, "mode": "search"})
    messages = [{"role": "user", "content": QUESTION}]
    yield "/v1/chat/completions", client.post("/v1/chat/completions", json={"messages": messages})
    yield (
        "/v1/chat/completions",
        client.post("/v1/chat/completions", json={"messages": messages, "stream": True}),
    )
    yield "/v1/chat/completions", client.post("/v1/chat/completions", json={"messages": QUESTION})
    yield "/", client.get("/", params={"q": QUESTION})
    yield "/turn", client.post("/turn", params={"q": QUESTION}, json={})
    yield "/v1/documents", client.get("/v1/documents", params={"title_contains": RARE})
    yield "unmatched", client.get(f"/{RARE}", params={"q": RARE})
    yield "/v1/sources/{source_id}", client.get(f"/v1/sources/{RARE}")


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_line_has_words_of_a_question_or_a_document_whatever_the_door(tmp_path, form):
    with logged(form) as stream, serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "vestoe.txt", DOCUMENT))
        for _, response in ask_by_every_door(client):
            assert response.status_code
        call(client, "ask", question=QUESTION)
        call(client, "search_passages", query=QUESTION)
        failure(client, "ask", question=QUESTION * 200)
        failure(client, "ask", question=[QUESTION])
        client.post("/mcp", content=f'{{"jsonrpc": "2.0", "method": "{RARE}", "params": ["{RARE}"]}}')
    assert "/v1/ask" in stream.getvalue()
    assert "/mcp" in stream.getvalue()
    assert RARE not in stream.getvalue()


@pytest.mark.parametrize("name", ["x.pdf", "x.docx", "x.eml", "x.json", "x.epub", "x.xlsx", "x.png"])
def test_no_line_has_words_of_a_file_that_cannot_be_read(tmp_path, name):
    with logged() as stream, serving(make_app(tmp_path)) as client:
        upload(client, name, f"%PDF-1.7 {{{RARE}")
    assert [line["route"] for line in requests_of(stream)] == ["/v1/sources"]
    assert RARE not in stream.getvalue()


@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_no_line_has_what_a_language_model_says_of_a_question(tmp_path, status):
    with endpoint() as script, logged() as stream:
        script.gives(status, f"No: {QUESTION}")
        with serving(make_app(tmp_path, chat_url=script.url, chat_model="m")) as client:
            finished_job(client, upload(client, "vestoe.txt", DOCUMENT))
            client.post("/v1/ask", json={"question": QUESTION})
    assert script.requests
    assert "language model" in stream.getvalue()
    assert RARE not in stream.getvalue()


def test_each_request_has_one_line_with_its_route_and_never_its_address(tmp_path):
    with logged() as stream, serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "vestoe.txt", DOCUMENT))
        wanted = list(ask_by_every_door(client))
    by_id = {line["request_id"]: line for line in requests_of(stream)}
    assert len(by_id) == len(requests_of(stream))
    for route, response in wanted:
        line = by_id[response.headers["X-Request-ID"]]
        assert (line["method"], line["route"]) == (response.request.method, route)
        assert (line["status"], line["bytes"]) == (response.status_code, len(response.content))
        assert (line["logger"], line["level"]) == ("service.hosting.observing", "info")
        assert line["duration_ms"] >= 0
        assert ("problem" in line) == (response.status_code >= 400)


def test_what_a_job_does_carries_the_id_of_the_request_that_asked_for_it(tmp_path):
    with logged() as stream, serving(make_app(tmp_path)) as client:
        response = upload(client, "vestoe.txt", DOCUMENT)
        finished_job(client, response)
    (line,) = (one for one in lines_of(stream) if one["message"].startswith("vestoe.txt: added"))
    assert line["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("method", "path", "door", "route"),
    [
        ("GET", "/v1/sources", "http", "/v1/sources"),
        ("GET", "/v1/models", "chat", "/v1/models"),
        ("GET", "/library", "web", "/library"),
        ("GET", "/mcp", "mcp", "/mcp"),
        ("GET", "/static/dossier.css", "web", "/static/{path:path}"),
    ],
)
def test_a_line_names_the_door_and_the_key_also_of_who_is_turned_away(tmp_path, method, path, door, route):
    _, key = KeyStore(tmp_path).create("anna = editor", [KeyScope.edit])
    with logged() as stream, serving(make_app(tmp_path)) as client:
        client.request(method, path, headers={"Authorization": f"Bearer {key}"})
        client.request(method, path)
    with_key, without = (line for line in requests_of(stream) if line["route"] == route)
    assert (with_key["door"], without["door"]) == (door, door)
    if not path.startswith("/static"):
        assert (with_key["key"], without["status"]) == ("anna = editor", 401)
        assert without["problem"] == "unauthorized"
    assert "key" not in without
    assert key not in stream.getvalue()


def test_a_problem_tells_the_id_of_its_request_wherever_it_arose(tmp_path):
    with serving(make_app(tmp_path, max_body_bytes=1_000)) as client:
        for response in (
            client.get("/nope"),
            client.get("/v1/sources/nope"),
            client.get("/v1/sources", headers={"Host": "rebound.example"}),
            client.post("/v1/ask", content=b"x" * 2_000),
            client.post("/v1/ask", json={}),
            client.post("/v1/ask", json={"question": ""}),
        ):
            assert problem_of(response)["request_id"] == response.headers["X-Request-ID"]


def test_a_stream_that_fails_tells_the_id_too(tmp_path, monkeypatch):
    app = make_app(tmp_path)
    with logged() as stream, serving(app) as client:
        finished_job(client, upload(client, "vestoe.txt", DOCUMENT))
        answerer = app.state.service.main.dossier().answerer
        stream_whole = answerer.stream

        def stream_broken_off(*args, **kwargs):
            yield next(stream_whole(*args, **kwargs))
            raise ZeroDivisionError

        monkeypatch.setattr(answerer, "stream", stream_broken_off)
        response = client.post("/v1/ask", json={"question": QUESTION, "stream": True})
    name, problem = events_of(response.text)[-1]
    assert name == "error"
    assert problem["request_id"] == problem["error_id"] == response.headers["X-Request-ID"]
    failed = next(line for line in lines_of(stream) if line["level"] == "error")
    assert failed["request_id"] == problem["request_id"]
    assert "ZeroDivisionError" in failed["exception"]
    (line,) = (one for one in requests_of(stream) if one["route"] == "/v1/ask")
    assert line["problem"] == "internal-server-error"


def test_a_browser_gets_a_fault_as_a_page_with_its_id(tmp_path):
    app = make_app(tmp_path)

    @app.get("/fault")
    def fault():
        raise ZeroDivisionError(RARE)

    with serving(app, headers={"Accept": "text/html"}) as client:
        response = client.get("/fault")
    assert (response.status_code, RARE in response.text) == (500, False)
    assert "<h1>The server failed</h1>" in response.text
    assert response.headers["X-Request-ID"] in response.text


def test_the_openai_form_of_a_fault_still_has_its_id_in_the_header_and_the_log(tmp_path):
    app = make_app(tmp_path)

    @app.get("/v1/fault")
    def fault():
        raise ZeroDivisionError

    with logged() as stream, serving(app) as client:
        response = client.get("/v1/fault")
    assert response.json()["error"]["type"] == "server_error"
    (line,) = requests_of(stream)
    assert (line["request_id"], line["status"]) == (response.headers["X-Request-ID"], 500)


def test_text_lines_show_where_each_value_ends_and_escape_what_would_begin_a_line(tmp_path):
    with logged("text") as stream:
        logging.getLogger("service").info(
            "read %s", "a\nFORGED line", extra={"fields": {"key": "anna = editor", "status": 200}}
        )
    (line,) = stream.getvalue().splitlines()
    assert line.endswith('INFO service: read a\\x0aFORGED line key="anna = editor" status=200')


def test_the_level_is_a_setting(tmp_path):
    with logged(level="warning") as stream, serving(make_app(tmp_path)) as client:
        client.get("/v1/sources")
    assert stream.getvalue() == ""
    with logged(level="debug") as stream, serving(make_app(tmp_path)) as client:
        client.get("/health/live")
    assert "/health/live" in {line["route"] for line in requests_of(stream)}
