"""Keys that `dossier keys` makes: what each opens, from when, until when, and how a browser uses one."""

import itertools
import os
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from service_support import SHORT_NOTE, index_files, make_app, make_settings, problem_of, serving
from starlette.routing import Mount, Route

from service.app import ROUTES
from service.commands.serve import check_exposure, is_loopback
from service.errors import ConflictError, KeyStoreError, NotFoundError, SettingsError
from service.hosting.key_store import KeyStore, digest_of
from service.hosting.needs import needed_scopes, undeclared
from service.hosting.scopes import KeyScope, everything_in


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def store(tmp_path):
    return KeyStore(tmp_path)


@pytest.fixture
def keys(store):
    """A key for each scope alone."""
    return {scope: store.create(scope.value, [scope])[1] for scope in KeyScope}


def test_every_route_of_the_app_says_who_may_use_it(tmp_path):
    app = make_app(tmp_path)
    assert undeclared(app.routes) == []
    app.add_api_route("/v1/forgotten", lambda: None, methods=["DELETE"])
    app.router.routes.append(Route("/forgotten", print))
    app.router.routes.append(Mount("/pictures", FastAPI()))
    assert undeclared(app.routes) == [
        "DELETE /v1/forgotten",
        "* /forgotten",
        "* /pictures/{path:path}",
    ]


@pytest.mark.parametrize("held", [None, *KeyScope])
def test_a_key_opens_what_its_scope_includes_and_nothing_else(tmp_path, keys, held):
    allowed = everything_in([held] if held else [])
    with serving(make_app(tmp_path)) as client:
        for route, method in itertools.chain.from_iterable(
            ((route, method) for method in sorted(route.methods)) for route in ROUTES
        ):
            address = route.path.replace("{position}", "1").replace("{", "").replace("}", "")
            needed = needed_scopes({"type": "http", "method": method, "path": address})
            headers = bearer(keys[held]) if held else {}
            status = client.request(method, address, headers=headers).status_code
            refused = {401} if held is None else {403}
            assert (status in refused) == bool(needed and not needed & allowed), (method, address, status)


def test_what_changes_the_index_needs_more_than_asking_and_reading_does_not():
    """The table itself, so that a route in a wrong row is seen."""
    for route in ROUTES:
        for method in route.methods:
            needed = needed_scopes({"type": "http", "method": method, "path": route.path})
            is_change = route.path.startswith("/v1/sources") and method not in {"GET", "HEAD"}
            assert (needed == {KeyScope.edit}) == (is_change or route.path.startswith("/v1/jobs")), route.path


def test_a_revoked_key_is_refused_at_once_and_a_new_one_taken(tmp_path, store):
    _, first = store.create("first", [KeyScope.ask])
    with serving(make_app(tmp_path)) as client:
        assert client.get("/v1/sources", headers=bearer(first)).status_code == 200
        store.revoke("first")
        assert client.get("/v1/sources", headers=bearer(first)).status_code == 401
        _, second = store.create("second", [KeyScope.ask])
        assert client.get("/v1/sources", headers=bearer(second)).status_code == 200


def test_the_first_key_closes_a_service_that_runs_and_losing_them_opens_nothing(tmp_path, store):
    with serving(make_app(tmp_path)) as client:
        assert client.get("/v1/sources").status_code == 200
        store.create("first", [KeyScope.ask])
        assert client.get("/v1/sources").status_code == 401
        store.revoke("first")
        assert client.get("/v1/sources").status_code == 401
        store.path.unlink()
        assert client.get("/v1/sources").status_code == 401


def test_keys_that_cannot_be_read_open_nothing_and_are_told_to_the_log_alone(tmp_path, store):
    _, key = store.create("first", [KeyScope.ask])
    store.path.write_bytes(b"no database " * 1_000)
    with serving(make_app(tmp_path)) as client:
        refused = client.get("/v1/sources", headers=bearer(key))
        assert refused.status_code == 503
        assert str(tmp_path) not in problem_of(refused)["detail"]
        assert client.get("/health/live").status_code == 200
    with pytest.raises(KeyStoreError, match=r"keys\.sqlite cannot be used .*: restore it"):
        store.keys()


def test_a_key_ends_when_it_was_said_to(tmp_path):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    store = KeyStore(tmp_path, now=lambda: now)
    key, text = store.create("short", [KeyScope.ask], expires_at=now + timedelta(days=1))
    digest = digest_of(text)
    assert store.find(digest, key_id=key.id)
    now += timedelta(days=1)
    assert store.find(digest, key_id=key.id) is None


def test_nothing_in_the_file_opens_anything(tmp_path, store):
    _, key = store.create("first", [KeyScope.admin])
    session = store.open_session(b"digest of a key")
    kept = store.path.read_bytes()
    assert key.encode() not in kept
    assert key.rpartition("_")[2].encode() not in kept
    assert session.encode() not in kept
    assert os.name == "nt" or store.path.stat().st_mode & 0o077 == 0


def test_names_are_taken_once_and_only_what_is_there_is_revoked(store):
    key, _ = store.create("first", [KeyScope.ask])
    with pytest.raises(ConflictError):
        store.create("first", [KeyScope.ask])
    assert store.revoke(key.id).name == "first"
    with pytest.raises(NotFoundError):
        store.revoke("first")


def test_when_a_key_was_used_is_known_to_the_hour(tmp_path, store):
    _, text = store.create("first", [KeyScope.ask])
    assert store.keys()[0].used_at is None
    with serving(make_app(tmp_path)) as client:
        client.get("/v1/sources", headers=bearer(text))
    used = store.keys()[0].used_at
    assert used is not None
    assert datetime.now(UTC) - used < timedelta(minutes=5)


def test_who_tries_keys_has_to_wait_and_who_has_one_that_was_made_here_does_not(tmp_path, store):
    _, made = store.create("first", [KeyScope.ask])
    with serving(make_app(tmp_path, api_keys=("thought-of",))) as client:
        answers = [client.get("/v1/sources", headers={"X-API-Key": f"guess {n}"}) for n in range(12)]
        assert [one.status_code for one in answers] == [401] * 10 + [429] * 2
        assert int(answers[-1].headers["Retry-After"]) <= 7
        problem_of(answers[-1])
        assert client.get("/v1/sources", headers=bearer("thought-of")).status_code == 429
        assert client.get("/v1/sources", headers=bearer(made)).status_code == 200
        assert client.get("/health/live", headers=bearer("guess")).status_code == 200


@pytest.mark.parametrize(
    ("without_key", "asks", "edits"),
    [("nothing", 401, 401), ("ask", 200, 401), ("edit", 200, 404), ("admin", 200, 404)],
)
def test_what_may_be_done_without_a_key_is_a_setting(tmp_path, store, without_key, asks, edits):
    store.create("first", [KeyScope.ask])
    with serving(make_app(tmp_path, without_key=without_key)) as client:
        assert client.get("/v1/sources").status_code == asks
        assert client.delete("/v1/sources/x").status_code == edits


def test_a_service_without_keys_takes_whatever_a_client_has_to_send(tmp_path):
    with serving(make_app(tmp_path)) as client:
        assert client.get("/v1/models", headers=bearer("sk-none")).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "archive.example", ""])  # noqa: S104
def test_without_keys_nothing_is_opened_to_other_machines_unless_somebody_says_so(tmp_path, host):
    assert not is_loopback(host)
    settings = make_settings(tmp_path, host=host or "*")
    with pytest.raises(SettingsError, match=r"dossier keys create .* --without-key ask"):
        check_exposure(settings)
    check_exposure(settings.model_copy(update={"without_key": "ask"}))
    check_exposure(make_settings(tmp_path, host="0.0.0.0", api_keys=("thought-of",)))  # noqa: S104
    KeyStore(tmp_path).create("first", [KeyScope.ask])
    check_exposure(settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST."])
def test_this_machine_alone_needs_no_keys(tmp_path, host):
    check_exposure(make_settings(tmp_path, host=host))


PAGE = {"Accept": "text/html,*/*"}


def test_a_person_is_asked_for_a_key_once_and_gets_what_was_wanted(tmp_path, store):
    _, key = store.create("anna", [KeyScope.ask])
    with serving(make_app(tmp_path)) as client:
        asked = client.get("/library?title=a%26b", headers=PAGE)
        assert asked.status_code == 303
        form = client.get(asked.headers["Location"])
        assert form.status_code == 200
        assert 'value="/library?title=a%26b"' in form.text
        assert client.get("/static/dossier.css").status_code == 200
        wanted = {"key": key, "next": "/library?title=a%26b"}
        signed = client.post("/sign-in", data=wanted)
        assert (signed.status_code, signed.headers["Location"]) == (303, "/library?title=a%26b")
        cookie = signed.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Secure" not in cookie
        assert key not in cookie
        assert "anna" in client.get("/library", headers=PAGE).text
        assert client.post("/v1/search", json={"question": "x"}).status_code == 200
        assert client.delete("/v1/sources/x").status_code == 403
        cookies = dict(client.cookies)
        assert client.post("/sign-out").status_code == 303
        client.cookies.update(cookies)
        assert client.get("/v1/sources").status_code == 401


def test_a_browser_is_signed_out_when_its_key_is_revoked(tmp_path, store):
    _, key = store.create("anna", [KeyScope.ask])
    with serving(make_app(tmp_path)) as client:
        client.post("/sign-in", data={"key": key})
        assert client.get("/v1/sources").status_code == 200
        store.revoke("anna")
        assert client.get("/v1/sources").status_code == 401


def test_a_wrong_key_signs_nobody_in_and_is_told_on_the_page(tmp_path, store):
    store.create("anna", [KeyScope.ask])
    with serving(make_app(tmp_path)) as client:
        refused = client.post("/sign-in", data={"key": "wrong", "next": "/library"})
        assert refused.status_code == 401
        assert "Set-Cookie" not in refused.headers
        assert 'role="alert"' in refused.text
        assert [client.post("/sign-in", data={"key": "wrong"}).status_code for _ in range(10)][-1] == 429


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "", "/a\nb"])
def test_signing_in_leads_to_no_other_site(tmp_path, store, wanted):
    _, key = store.create("anna", [KeyScope.ask])
    with serving(make_app(tmp_path)) as client:
        signed = client.post("/sign-in", data={"key": key, "next": wanted})
        assert signed.headers["Location"] == "/"


def test_where_readers_come_by_https_the_cookie_never_goes_without(tmp_path, store):
    _, key = store.create("anna", [KeyScope.ask])
    with serving(make_app(tmp_path, public_url="https://archive.example")) as client:
        assert "Secure" in client.post("/sign-in", data={"key": key}).headers["Set-Cookie"]


def test_nobody_acts_in_the_name_of_who_is_signed_in(tmp_path, store):
    """A site that is allowed to call the API does so with a key of its own."""
    _, key = store.create("anna", [KeyScope.edit])
    with serving(make_app(tmp_path, cors_origins=("https://other.example",))) as client:
        foreign = {"Origin": "https://other.example", "Sec-Fetch-Site": "same-site"}
        client.post("/sign-in", data={"key": key})
        assert client.delete("/v1/sources/x").status_code == 404
        assert client.delete("/v1/sources/x", headers=foreign).status_code == 401
        assert client.delete("/v1/sources/x", headers={**foreign, **bearer(key)}).status_code == 404
        evil = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert client.post("/sign-in", data={"key": key}, headers=evil).status_code == 403


@pytest.mark.parametrize(("scope", "is_shown"), [(KeyScope.ask, False), (KeyScope.edit, True)])
def test_the_library_offers_what_its_reader_may_do(tmp_path, scope, is_shown):
    with serving(make_app(tmp_path)) as client:
        index_files(client, SHORT_NOTE)
        _, key = KeyStore(tmp_path).create("anna", [scope])
        shown = client.get("/library", headers=bearer(key)).text
        assert ("Add documents" in shown) == ("data-delete" in shown) == is_shown
