"""Callers who keep connections open and send little or nothing: raw sockets against the real server."""

import gzip
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import anyio.to_thread
import httpx
import pytest
from service_support import make_app, problem_of, serving, wait_until

from service.hosting.connections import PromptProtocol

HEAD = (
    b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n"
)


class Hasty(PromptProtocol):
    seconds = 0.5


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serving(make_app(tmp_path_factory.mktemp("slow"), max_connections=8), http=Hasty) as client:
        yield client.base_url.host, client.base_url.port


@contextmanager
def connected(address, sent=b""):
    with socket.create_connection(address, timeout=30) as one:
        one.sendall(sent)
        yield one


def told_at_the_end(one):
    """Return all that the server sends until it closes the connection."""
    told = b""
    try:
        while some := one.recv(4096):
            told += some
    except ConnectionResetError:
        pass
    return told


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /health/live HT",
        b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Half: ",
        HEAD % 100 + b'{"question": "Wh',
        b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_who_keeps_a_request_back_is_not_waited_for(address, sent):
    with connected(address, sent) as one:
        told_at_the_end(one)


def test_who_sends_byte_by_byte_has_no_more_time(address):
    with connected(address, HEAD % 1_000) as one:
        one.settimeout(0.05)
        told = None
        for _ in range(600):
            with suppress(TimeoutError):
                told = one.recv(4096)
                break
            one.sendall(b" ")
    assert told is not None
    assert b"408" in told


def test_who_is_quick_enough_has_the_time_it_takes(address):
    body = b'{"question": "Who?"' + b" " * 1_000
    with connected(address, HEAD % (len(body) + 1) + body) as one:
        time.sleep(1)  # twice as long as a short request may take
        one.sendall(b"}")
        assert one.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_head_without_end_is_refused(address):
    with connected(address, b"GET / HTTP/1.1\r\nHost: localhost\r\n") as one:
        try:
            one.sendall(b"X: " + b"a" * 200_000)
        except OSError:
            return
        assert told_at_the_end(one).startswith(b"HTTP/1.1 431")


def test_many_who_wait_do_not_keep_a_request_out(tmp_path):
    class Patient(PromptProtocol):
        seconds = 1_000

    with serving(make_app(tmp_path, max_connections=8), http=Patient) as client, ExitStack() as held:
        place = client.base_url.host, client.base_url.port
        for number in range(30):
            held.enter_context(connected(place, (b"", HEAD % 9)[number % 2]))
        wait_until(lambda: client.get("/health/live").status_code == 200, seconds=10)


def test_a_long_answer_is_not_cut_off(tmp_path):
    app = make_app(tmp_path)

    @app.get("/slow")
    def slow():
        time.sleep(1.5)

    with serving(app, http=Hasty) as client:
        assert client.get("/slow").status_code == 200


def test_requests_beyond_those_that_may_wait_are_asked_to_come_again(tmp_path):
    may_end = threading.Event()
    app = make_app(tmp_path, threads=1, max_waiting=1)

    @app.get("/held")
    def held():
        may_end.wait(30)

    @app.get("/health/waiting")
    async def waiting():
        return anyio.to_thread.current_default_thread_limiter().statistics().tasks_waiting

    with serving(app) as client, ThreadPoolExecutor(3) as others:
        asked = [others.submit(client.get, "/held") for _ in range(2)]
        wait_until(lambda: client.get("/health/waiting").json() == 1)
        refused = client.get("/v1/documents")
        may_end.set()
        assert [one.result().status_code for one in asked] == [200, 200]
        assert client.get("/library").status_code == 200
    assert problem_of(refused)["type"] == "urn:dossier:problem:busy"
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions", "/v1/sources", "/turn", "/mcp"])
def test_a_packed_body_is_refused_before_it_is_unpacked(address, path):
    response = httpx.post(
        f"http://{address[0]}:{address[1]}{path}",
        content=gzip.compress(b" " * 1_000_000),
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
    )
    assert response.status_code == 415
    assert response.headers["Accept-Encoding"] == "identity"
