"""The application around its routes: opening, errors, ids, and a description that holds."""

import threading

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING
from service_support import make_app, make_settings, problem_of, serving, wait_until

from embeddings.errors import IndexDamagedError
from embeddings.indexing.rebuilding import rebuild
from service.app import create_app
from service.dossier import Dossier


def test_it_is_alive_at_once_and_ready_when_the_index_is_open(tmp_path):
    may_open = threading.Event()

    def open_dossier(_settings):
        may_open.wait(10)
        return Dossier.open(settings=make_settings(tmp_path), encoder=WordHashEncoder())

    with serving(make_app(tmp_path, open_dossier=open_dossier), is_ready=False) as client:
        assert client.get("/health/live").json() == {"status": "live"}
        for response in (client.get("/health/ready"), client.post("/v1/ask", json={"question": "Who?"})):
            assert response.status_code == 503
            assert int(response.headers["Retry-After"]) > 0
            assert problem_of(response)["type"] == "urn:dossier:problem:not-ready"
        may_open.set()
        wait_until(lambda: client.get("/health/ready").status_code == 200)
        assert client.get("/health/ready").json() == {"status": "ready", "passages": 0}


def test_it_is_not_ready_while_the_index_is_broken_or_made_anew_and_says_why_to_an_admin_alone(tmp_path):
    admin = {"Authorization": "Bearer of-the-operator"}
    app = make_app(tmp_path, api_keys=["of-the-operator"], without_key="ask")
    reasons = []
    with serving(app) as client:
        rebuild(tmp_path, encoder=WordHashEncoder(name="other"), chunking=CHUNKING)
        for _ in range(2):
            assert client.get("/health/live").status_code == 200
            told, unknown = client.get("/health/ready", headers=admin), client.get("/health/ready")
            for response in (told, unknown):
                assert problem_of(response)["type"] == "urn:dossier:problem:not-ready"
                assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
            assert unknown.json()["detail"] == "The index cannot be asked now: an admin's key is told why."
            reasons.append(told.json()["detail"])
            (tmp_path / "index.sqlite").unlink(missing_ok=True)
    assert "model other, now word-hash" in reasons[0]
    assert "was deleted" in reasons[1]


def test_an_index_that_cannot_be_opened_is_told_wherever_it_is_needed(tmp_path):
    def open_dossier(_settings):
        raise IndexDamagedError("data/index.sqlite is damaged: restore it from a backup.")

    with serving(make_app(tmp_path, open_dossier=open_dossier), is_ready=False) as client:
        wait_until(lambda: "damaged" in client.get("/health/ready").text)
        response = client.post("/v1/ask", json={"question": "Who?"})
        assert response.status_code == 503
        assert problem_of(response)["detail"].endswith("restore it from a backup.")
        assert client.get("/health/live").status_code == 200


def test_a_fault_while_opening_is_logged_and_not_shown(tmp_path, caplog):
    def open_dossier(_settings):
        raise ZeroDivisionError("secret details")

    with serving(make_app(tmp_path, open_dossier=open_dossier), is_ready=False) as client:
        wait_until(lambda: "log" in client.get("/health/ready").text)
        assert "secret" not in client.get("/health/ready").text
    assert "secret details" in caplog.text


def test_an_index_made_with_other_settings_is_refused_with_the_remedy(tmp_path):
    Dossier.open(settings=make_settings(tmp_path), encoder=WordHashEncoder(revision="1")).close()
    with serving(make_app(tmp_path, encoder=WordHashEncoder(revision="2")), is_ready=False) as client:
        wait_until(lambda: "--rebuild" in client.get("/health/ready").text)


@pytest.mark.parametrize("path", ["/nope", "/health", "/v1/ask/x", "/v1/sources/x/y/z", "/%00"])
def test_an_unknown_address_is_a_problem_too(tmp_path, path):
    with serving(make_app(tmp_path)) as client:
        response = client.get(path)
    assert response.status_code == 404
    problem_of(response)


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/embeddings", "/v1/nope/x", "/v1/%2e%2e", "/chat/completions", "/responses"]
)
def test_where_clients_of_openai_look_an_unknown_address_is_told_as_they_read_errors(tmp_path, path):
    with serving(make_app(tmp_path)) as client:
        response = client.post(path, json={})
    assert response.status_code == 404
    assert path.partition("%")[0] in response.json()["error"]["message"]


def test_a_person_at_an_unknown_address_gets_a_page(tmp_path):
    with serving(make_app(tmp_path), headers={"Accept": "text/html,*/*;q=0.8"}) as client:
        unknown, unknown_id = client.get("/nope"), client.get("/v1/sources/nope")
    assert unknown.status_code == 404
    assert "<h1>Not found</h1>" in unknown.text
    assert "script-src 'self'" in unknown.headers["Content-Security-Policy"]
    problem_of(unknown_id)


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/v1/ask", "POST"), ("/v1/sources", "GET, HEAD, POST"), ("/v1/sources/x", "DELETE, GET, HEAD, PATCH")],
)
def test_a_method_that_is_not_possible_says_which_are(tmp_path, path, methods):
    with serving(make_app(tmp_path)) as client:
        response = client.put(path, json={})
    assert response.status_code == 405
    assert response.headers["Allow"] == methods
    problem_of(response)


@pytest.mark.parametrize(
    "path", ["/health/live", "/", "/v1/sources", "/library", "/metrics", "/static/dossier.css"]
)
def test_head_is_answered_as_get_without_a_body(tmp_path, path):
    with serving(make_app(tmp_path)) as client:
        head, got = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_an_unforeseen_fault_tells_the_id_of_its_log_entry_and_nothing_else(tmp_path, caplog):
    app = make_app(tmp_path)

    @app.get("/fault")
    def fault():
        raise ZeroDivisionError("secret details")

    with serving(app) as client:
        response = client.get("/fault")
    assert response.status_code == 500
    error_id = problem_of(response)["error_id"]
    assert error_id == response.headers["X-Request-ID"]
    assert "secret" not in response.text
    assert f"request {error_id} failed" in caplog.text
    assert "secret details" in caplog.text


def test_every_response_has_an_id_and_a_proxys_own_is_kept(tmp_path):
    with serving(make_app(tmp_path)) as client:
        first, second = client.get("/health/live"), client.get("/nope")
        assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
        kept = client.get("/health/live", headers={"X-Request-ID": "proxy-1"})
        assert kept.headers["X-Request-ID"] == "proxy-1"
        for bad in ("x" * 65, "a b", "<script>"):
            replaced = client.get("/health/live", headers={"X-Request-ID": bad})
            assert replaced.headers["X-Request-ID"] != bad


def test_nothing_is_opened_before_the_application_starts(tmp_path):
    def open_dossier(_settings):
        pytest.fail("opened too early")

    create_app(make_settings(tmp_path / "data"), open_dossier=open_dossier)
    assert not (tmp_path / "data").exists()


def test_two_applications_in_one_process_share_nothing(tmp_path):
    with serving(make_app(tmp_path / "a")) as first, serving(make_app(tmp_path / "b")) as second:
        first.get("/nope")
        assert 'route="unmatched"' in first.get("/metrics").text
        assert 'route="unmatched"' not in second.get("/metrics").text


@pytest.fixture(scope="module")
def description(tmp_path_factory):
    return make_app(tmp_path_factory.mktemp("data")).openapi()


def operations_of(description):
    return [operation for path in description["paths"].values() for operation in path.values()]


def test_every_operation_has_a_name_of_its_own_a_tag_and_a_summary(description):
    operations = operations_of(description)
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.islower() for name in names)
    known_tags = {tag["name"] for tag in description["tags"]}
    assert all(operation["tags"] and set(operation["tags"]) <= known_tags for operation in operations)
    assert all(operation["summary"] and operation["description"] for operation in operations)


def test_every_documented_error_is_a_problem(description):
    for operation in operations_of(description):
        if "chat" in operation["tags"]:  # its clients read errors in OpenAI's form
            continue
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], operation["operationId"]
                assert response["description"]


def test_a_key_is_described_where_one_is_needed_and_only_there(description, tmp_path):
    assert not any("security" in operation for operation in operations_of(description))
    guarded = make_app(tmp_path, api_keys=("a-long-key",)).openapi()
    assert guarded["paths"]["/v1/ask"]["post"]["security"] == [{"key": []}]
    assert "security" not in guarded["paths"]["/health/live"]["get"]


def test_every_reference_of_the_description_leads_somewhere(description):
    def references(part):
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for value in part.values():
                yield from references(value)
        elif isinstance(part, list):
            for value in part:
                yield from references(value)

    found = set(references(description))
    assert found
    for reference in found:
        at = description
        for step in reference.removeprefix("#/").split("/"):
            at = at[step]


def test_the_contracts_endpoints_are_there(description):
    paths = description["paths"].items()
    assert {(method.upper(), path) for path, methods in paths for method in methods} >= {
        ("POST", "/v1/ask"), ("POST", "/v1/search"), ("GET", "/v1/sources"), ("POST", "/v1/sources"),
        ("DELETE", "/v1/sources/{source_id}"), ("GET", "/v1/jobs/{job_id}"), ("GET", "/v1/documents"),
        ("GET", "/v1/documents/{document_id}"), ("GET", "/v1/documents/{document_id}/pages/{page}"),
        ("GET", "/health/live"), ("GET", "/health/ready"), ("GET", "/metrics"),
    }  # fmt: skip
