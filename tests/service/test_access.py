"""Who may ask: keys, other web sites' pages, and callers who ask too often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_support import make_app, problem_of, serving

from service.hosting.limits import TokenBuckets

KEYS = ("first-key", "second-key")


@pytest.fixture
def guarded(tmp_path):
    with serving(make_app(tmp_path, api_keys=KEYS)) as client:
        yield client


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        "Bearer first-keyx",
        "first-key",
        "Basic Og==",
        "Basic !",
        "Basic wqk=",
    ],
)
def test_without_a_right_key_nothing_is_told(guarded, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}
    for path in ("/v1/sources", "/metrics", "/docs", "/openapi.json", "/nope"):
        response = guarded.get(path, headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        problem_of(response)


@pytest.mark.parametrize("key", KEYS)
def test_each_key_opens(guarded, key):
    assert guarded.get("/v1/sources", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert guarded.get("/v1/sources", headers={"Authorization": f"bearer  {key}"}).status_code == 200


def test_a_browsers_login_window_takes_the_key_as_the_password(guarded):
    assert guarded.get("/v1/sources", auth=("anybody", "second-key")).status_code == 200
    assert guarded.get("/v1/sources", auth=("second-key", "anybody")).status_code == 401


@pytest.mark.parametrize("header", ["X-API-Key", "API-Key"])
def test_a_key_in_a_header_of_its_own_opens_too(guarded, header):
    assert guarded.get("/v1/sources", headers={header: "first-key"}).status_code == 200
    assert guarded.get("/v1/sources", headers={header: "wrong-key"}).status_code == 401


def test_health_needs_no_key(guarded):
    assert guarded.get("/health/live").status_code == 200
    assert guarded.get("/health/ready").status_code == 200


def test_without_keys_everybody_may_ask(tmp_path):
    with serving(make_app(tmp_path)) as client:
        assert client.get("/v1/sources").status_code == 200


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with serving(
        make_app(tmp_path_factory.mktemp("data"), cors_origins=("https://archive.example",))
    ) as client:
        yield client


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://other.archive.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://archive.example"},
    ],
)
def test_another_sites_page_can_neither_ask_nor_change(shared, headers):
    for response in (
        shared.post("/v1/search", json={"question": "x"}, headers=headers),
        shared.post("/v1/sources", files={"file": ("a.txt", b"text")}, headers=headers),
        shared.delete("/v1/sources/x", headers=headers),
    ):
        assert response.status_code == 403
        problem_of(response)


def test_our_own_page_other_programs_and_allowed_sites_may(shared):
    own = {"Origin": str(shared.base_url).rstrip("/")}
    for headers in (
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        own,
        {"Origin": "https://archive.example", "Sec-Fetch-Site": "cross-site"},
    ):
        response = shared.post("/v1/search", json={"question": "x"}, headers=headers)
        assert response.status_code == 200, headers


def test_an_allowed_site_may_read_answers_and_another_may_not(shared):
    allowed = shared.get("/v1/sources", headers={"Origin": "https://archive.example"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://archive.example"
    other = shared.get("/v1/sources", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/ask", "/mcp"])
@pytest.mark.parametrize("header", ["x-stainless-lang", "mcp-protocol-version", "x-of-tomorrow"])
def test_an_allowed_sites_clients_may_send_headers_of_their_own(shared, path, header):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": header}
    allowed = shared.options(path, headers={"Origin": "https://archive.example", **asked})
    assert allowed.status_code == 200
    assert header in allowed.headers["Access-Control-Allow-Headers"]
    foreign = shared.options(path, headers={"Origin": "https://evil.example", **asked})
    assert "Access-Control-Allow-Origin" not in foreign.headers


EVERYWHERE = ["/", "/library", "/docs", "/v1/sources", "/mcp", "/static/dossier.css", "/health/live", "/nope"]


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    app = make_app(folder, public_url="https://Archive.example/papers", allowed_hosts=("reading-room",))
    with serving(app) as client:
        yield client


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "localhost.evil.example", "evil.example@localhost", "", "a b"),
        *("127.0.0.1.evil.example", "archive.example.evil", "reading-room:port", "[::1", "localhost/evil"),
    ],
)
def test_a_name_that_is_not_the_services_own_is_refused_everywhere(named, path, host):
    response = named.get(path, headers={"Host": host})
    if response.headers.get("content-type", "").startswith("text/plain"):  # too malformed for the server
        assert response.status_code == 400
        return
    assert response.status_code == 421
    problem_of(response)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST:8000", "localhost.", "dossier.localhost", "127.0.0.1:1", "[::1]:8000"),
        *("192.168.1.20", "archive.example", "ARCHIVE.example:443", "reading-room:8000"),
    ],
)
def test_names_of_the_machine_its_addresses_and_its_public_name_are_answered(named, host):
    assert named.get("/v1/sources", headers={"Host": host}).status_code == 200


def test_whoever_says_so_is_answered_under_any_name(tmp_path):
    with serving(make_app(tmp_path, allowed_hosts=("*",))) as client:
        assert client.get("/v1/sources", headers={"Host": "whatever.example"}).status_code == 200


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_response_tells_the_browser_to_do_no_more_than_show_it(named, path):
    for response in (named.get(path), named.get(path, headers={"Host": "evil.example"}), named.put(path)):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["Referrer-Policy"] == "same-origin"


def test_a_preflight_is_answered_even_where_keys_are_needed(tmp_path):
    app = make_app(tmp_path, api_keys=KEYS, cors_origins=("https://archive.example",))
    with serving(app) as client:
        preflight = {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        }
        response = client.options("/v1/ask", headers={"Origin": "https://archive.example", **preflight})
        assert response.status_code == 200
        refused = client.post(
            "/v1/ask", json={"question": "x"}, headers={"Origin": "https://archive.example"}
        )
        assert refused.status_code == 401
        assert refused.headers["Access-Control-Allow-Origin"] == "https://archive.example"


def test_who_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up(tmp_path):
    app = make_app(tmp_path, api_keys=KEYS, requests_per_minute=3)
    with serving(app) as client:
        first, second = ({"Authorization": f"Bearer {key}"} for key in KEYS)
        assert [client.get("/v1/sources", headers=first).status_code for _ in range(3)] == [200] * 3
        refused = client.get("/v1/sources", headers=first)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 21
        problem_of(refused)
        assert client.get("/v1/sources", headers=second).status_code == 200
        assert client.get("/health/ready", headers=first).status_code == 200


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_after_the_wait_that_was_told_one_request_is_allowed():
    clock = Clock()
    buckets = TokenBuckets(6, clock=clock)
    assert [buckets.seconds_to_wait("a") for _ in range(6)] == [0] * 6
    wait = buckets.seconds_to_wait("a")
    assert wait == pytest.approx(10)
    clock.now += wait
    assert buckets.seconds_to_wait("a") == 0
    assert buckets.seconds_to_wait("a") > 0


@given(st.integers(1, 20), st.lists(st.floats(0, 30), max_size=80))
def test_no_caller_ever_gets_more_than_a_bucket_and_what_flowed_in_since(per_minute, pauses):
    clock = Clock()
    buckets = TokenBuckets(per_minute, clock=clock)
    allowed = 0
    for pause in pauses:
        clock.now += pause
        allowed += buckets.seconds_to_wait("a") == 0
    assert allowed <= per_minute + clock.now * per_minute / 60 + 1e-6
