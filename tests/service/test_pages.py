"""Pages of the web: fetched once, bounded, and never from the network that the service stands in."""

import gzip
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address

import pytest
from page_server import Page, page_server
from service_support import make_app, problem_of, serving, wait_until

from service.errors import FetchError, UrlError
from service.library.fetching import Fetcher, Validators, page_name, page_path
from service.library.network import is_public

HTML = {"Content-Type": "text/html; charset=utf-8"}
TREATY = "<html><title>Treaty</title><p>The treaty of Kars was signed on 13 October 1921.</p>"


def anywhere(_address):
    return True


def fetched(url, folder, **bounds):
    return Fetcher(**{"allows": anywhere, "seconds": 5, **bounds}).fetch(url, folder)


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),  # noqa: S104 - compared
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:7f00:1::", False),
        ("2002:a00:1::", False),
    ],
)
def test_which_addresses_are_of_the_internet(address, is_so):
    assert is_public(ip_address(address)) == is_so


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f.1", "2130706433"])
def test_nothing_is_fetched_from_this_machine_however_it_is_called(host, tmp_path):
    with pytest.raises(FetchError, match=r"is at (127\.0\.0\.1|::1), in this machine's own network"):
        Fetcher(seconds=5).fetch(f"http://{host}:1/", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_sends_on_to_another_network_is_not_followed_there(tmp_path):
    def allows(address):
        return str(address) == "127.0.0.1"

    with page_server({"/secret": Page(b"secret", headers=HTML)}, host="127.0.0.2") as (inner, asked):
        pages = {"/": Page(status=302, headers={"Location": f"{inner}/secret"})}
        with page_server(pages) as (address, _), pytest.raises(FetchError, match=r"is at 127\.0\.0\.2"):
            fetched(address, tmp_path, allows=allows)
    assert asked == []


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(tmp_path, monkeypatch):
    """A name that stands for another address when it is looked up again leads nowhere."""
    looked_up = []
    look_up = socket.getaddrinfo

    def rebinding(host, *arguments, **options):
        looked_up.append(host)
        if host == "rebound.example":
            host = "127.0.0.1" if looked_up.count(host) == 1 else "127.0.0.2"
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with page_server({"/": Page(TREATY.encode(), headers=HTML)}) as (address, asked):
        port = address.rpartition(":")[2]
        page = fetched(
            f"http://rebound.example:{port}/", tmp_path, allows=lambda one: str(one) == "127.0.0.1"
        )
    assert page.path.read_text() == TREATY
    assert looked_up.count("rebound.example") == 1
    assert asked[0][1]["Host"] == f"rebound.example:{port}"


def test_where_one_of_a_names_addresses_is_inside_none_is_connected_to(tmp_path, monkeypatch):
    def both(host, port, **_):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("93.184.215.14", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(FetchError, match=r"two\.example is at 10\.0\.0\.1"):
        Fetcher(seconds=5).fetch("http://two.example/", tmp_path)


def test_a_page_is_followed_where_it_went_and_not_for_ever(tmp_path):
    pages = {f"/{at}": Page(status=301, headers={"Location": f"/{at + 1}"}) for at in range(9)}
    pages["/5"] = Page(TREATY.encode(), headers=HTML)
    with page_server(pages) as (address, _):
        assert fetched(f"{address}/0", tmp_path).path.read_text() == TREATY
        pages["/5"] = Page(status=308, headers={"Location": f"{address}/6"})
        with pytest.raises(FetchError, match="sends on more than 5 times"):
            fetched(f"{address}/0", tmp_path)
        pages["/5"] = Page(status=307, headers={"Location": "file:///etc/passwd"})
        with pytest.raises(UrlError):
            fetched(f"{address}/0", tmp_path)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (Page(b"x" * 20_000, headers=HTML), "has more than 10,000 bytes"),
        (Page(b"x", headers={**HTML, "Content-Length": "99999999"}), "has more than 10,000 bytes"),
        (
            Page(headers=HTML, say=lambda file: [file.write(b"x" * 1_000) for _ in range(40)]),
            "more than 10,000",
        ),
        (Page(gzip.compress(bytes(10**7)), headers={**HTML, "Content-Encoding": "gzip"}), "more than 10,000"),
        (Page(b"no gzip", headers={**HTML, "Content-Encoding": "gzip"}), "not gzip"),
        (Page(b"x", headers={**HTML, "Content-Encoding": "br"}), "is packed as br"),
        (Page(b"x", headers={"Content-Type": "video/mp4"}), "is video/mp4, which no reader is for"),
        (Page(b"x", headers={"Content-Type": "application/zip"}), "is application/zip"),
        (Page(b"x", status=404, headers=HTML), "answers with status 404"),
        (Page(b"x", status=304, headers=HTML), "answers with status 304"),
        (Page(b"x", status=500, headers=HTML), "answers with status 500"),
        (Page(b"x", headers={**HTML, "Content-Length": "abc"}), "cannot be fetched"),
    ],
)
def test_what_is_too_large_of_no_readable_kind_or_not_there_is_told_in_one_line(page, told, tmp_path):
    with page_server({"/": page}) as (address, _), pytest.raises(FetchError, match=told) as raised:
        fetched(address, tmp_path, max_bytes=10_000)
    assert "\n" not in str(raised.value)


def test_a_page_that_drips_is_left_after_its_time(tmp_path):
    may_end = threading.Event()

    def drip(file):
        with suppress(OSError):
            while not may_end.wait(0.05):
                file.write(b"x")
                file.flush()

    with page_server({"/": Page(headers=HTML, say=drip)}) as (address, _):
        try:
            with pytest.raises(FetchError, match=r"not within 0\.5 s"):
                fetched(address, tmp_path, seconds=0.5)
        finally:
            may_end.set()


def test_packed_pages_are_unpacked_and_files_are_called_after_their_kind(tmp_path):
    packed = {"Content-Encoding": "gzip", "ETag": '"1"', "Last-Modified": "Mon, 01 Mar 2027 09:00:00 GMT"}
    pages = {
        "/a": Page(gzip.compress(TREATY.encode()), headers={**HTML, **packed}),
        "/b.php": Page(TREATY.encode(), headers={"Content-Type": "Application/XHTML+xml"}),
        "/c.csv": Page(b"a,b\n1,2", headers={"Content-Type": "application/octet-stream"}),
        "/d.md": Page(b"# Title", headers={"Content-Type": "text/plain"}),
        "/e.markdown": Page(b"# Title", headers={"Content-Type": "text/markdown"}),
    }
    with page_server(pages) as (address, _):
        first = fetched(f"{address}/a", tmp_path)
        assert first.path.read_text() == TREATY
        assert first.validators == Validators('"1"', "Mon, 01 Mar 2027 09:00:00 GMT")
        suffixes = [fetched(f"{address}{path}", tmp_path).path.suffix for path in pages]
    assert suffixes == [".html", ".html", ".csv", ".txt", ".markdown"]


@pytest.mark.parametrize(
    "url",
    [
        "", "treaty.html", "ftp://archive.example/a", "file:///etc/passwd", "http://", "https:///a",
        "http://anna:secret@archive.example/", "http://archive.example:99999/", "http://a\nb.example/",
        "javascript:alert(1)", "http://[::1", f"http://archive.example/{'x' * 2_000}",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_told_so(url):
    with pytest.raises(UrlError) as raised:
        page_path(url)
    assert "\n" not in str(raised.value)
    assert "secret" not in str(raised.value)


def test_a_page_is_called_as_people_write_its_address():
    assert page_name("https://Archive.example/letters/a%20b.html#top") == "archive.example/letters/a b.html"
    assert page_name("https://archive.example/") == "archive.example"
    assert page_name("http://archive.example:8080/x?id=7") == "archive.example:8080/x?id=7"
    assert page_path("https://ru.example/wiki/%D0%9C%D0%B8%D1%80") == "https://ru.example/wiki/Мир"


def add(client, *urls):
    """Have pages indexed; return their jobs as they ended, and what was refused."""
    response = client.post("/v1/sources/urls", json={"urls": list(urls)})
    assert response.status_code == 202, response.text
    jobs = [job["url"] for job in response.json()["jobs"]]
    wait_until(lambda: all(client.get(job).json()["finished_at"] for job in jobs))
    return [client.get(job).json() for job in jobs], response.json()["refused"]


def test_a_page_is_indexed_and_fetched_again_only_where_it_has_changed(tmp_path):
    pages = {"/treaty": Page(TREATY.encode(), headers={**HTML, "ETag": '"1"'})}
    with page_server(pages) as (address, asked), serving(make_app(tmp_path, private_urls=True)) as client:
        url, name = f"{address}/treaty", f"{address}/treaty".removeprefix("http://")
        (job,), refused = add(client, url)
        assert (job["status"], job["change"]["status"], job["source_name"]) == ("succeeded", "added", name)
        assert refused == []
        found = client.post("/v1/search", json={"question": "Kars"}).json()["passages"][0]
        assert found["citation"]["source"] == name
        assert "If-None-Match" not in asked[0][1]

        (job,), _ = add(client, f"{url}#part")
        assert (job["change"]["status"], job["change"]["passages"]) == ("unchanged", 1)
        assert asked[1][1]["If-None-Match"] == '"1"'

        pages["/treaty"] = Page(TREATY.replace("Kars", "Moscow").encode(), headers={**HTML, "ETag": '"2"'})
        (job,), _ = add(client, url)
        assert job["change"]["status"] == "replaced"
        assert client.get("/v1/sources").json()["total"] == 1

        client.delete(f"/v1/sources/{job['source_id']}")
        (job,), _ = add(client, url)
        assert job["change"]["status"] == "added"
        assert "If-None-Match" not in asked[3][1]


def test_each_page_of_a_list_has_a_job_and_what_is_wrong_with_one_is_its_own(tmp_path):
    pages = {"/a": Page(TREATY.encode(), headers=HTML), "/b": Page(status=404, headers=HTML)}
    with page_server(pages) as (address, _), serving(make_app(tmp_path, private_urls=True)) as client:
        jobs, refused = add(client, f"{address}/a", "ftp://archive.example/x", f"{address}/b")
        assert [job["status"] for job in jobs] == ["succeeded", "failed"]
        problem = jobs[1]["problem"]
        assert (problem["status"], problem["type"]) == (502, "urn:dossier:problem:not-fetched")
        assert problem["detail"] == f"{address}/b: its server answers with status 404"
        assert [(one["name"], one["problem"]["status"]) for one in refused] == [
            ("ftp://archive.example/x", 422)
        ]
        for body in ({"urls": []}, {"urls": ["http://x/"] * 1_001}, {"urls": [7]}, {}):
            assert problem_of(client.post("/v1/sources/urls", json=body))["status"] == 422


def test_unless_it_is_allowed_no_page_is_fetched_from_the_services_own_network(tmp_path):
    page = Page(TREATY.encode(), headers=HTML)
    with page_server({"/": page}) as (address, asked), serving(make_app(tmp_path)) as client:
        (job,), _ = add(client, address)
        assert job["status"] == "failed"
        assert "127.0.0.1 is at 127.0.0.1, in this machine's own network" in job["problem"]["detail"]
        assert "DOSSIER_PRIVATE_URLS" in job["problem"]["detail"]
    assert asked == []


def test_the_command_line_indexes_pages_beside_files(run, tmp_path, monkeypatch):
    (tmp_path / "note.txt").write_text("The ferry of Sinop is closed.")
    pages = {
        "/a": Page(TREATY.encode(), headers={**HTML, "ETag": '"1"'}),
        "/b": Page(status=404, headers=HTML),
    }
    with page_server(pages) as (address, asked):
        (tmp_path / "list.txt").write_text(f"# pages\n{address}/b\n\n")
        code, _, err = run("index", "note.txt", f"{address}/a")
        assert code == 1
        assert err[0].startswith("dossier: 127.0.0.1 is at 127.0.0.1, in this machine's own network")
        assert asked == []
        monkeypatch.setenv("DOSSIER_PRIVATE_URLS", "yes")
        code, out, err = run("index", "note.txt", f"{address}/a", "--urls", "list.txt")
        assert (code, err) == (1, [f"dossier: {address}/b: its server answers with status 404"])
        assert out.splitlines()[0].startswith("files      1 added, 1 unchanged, 1 refused")
        code, out, _ = run("index", f"{address}/a")
        assert code == 0
        assert out.splitlines()[0].startswith("files      1 unchanged")
        assert asked[-1][1]["If-None-Match"] == '"1"'
