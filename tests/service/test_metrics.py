"""What Prometheus reads: few labels, true numbers."""

import math
import os
import re
import socket
import subprocess
import sys

from encoders import PausingEncoder
from prometheus_client.parser import text_string_to_metric_families
from service_support import (
    LETTER,
    SHORT_NOTE,
    finished_job,
    index_files,
    make_app,
    serving,
    upload,
    wait_until,
)

from embeddings.errors import IndexDamagedError
from service.hosting.connections import PromptProtocol

OF_DEFAULT = ("collection", "default")


def families_of(client):
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    return list(text_string_to_metric_families(response.text))


def samples_of(client):
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families_of(client)
        for sample in family.samples
    }


def requests(samples, *, method, route, status):
    labels = tuple(sorted({"method": method, "route": route, "status": str(status)}.items()))
    return samples.get(("dossier_http_requests_total", labels), 0)


def test_requests_are_counted_by_route_template_and_never_by_address(tmp_path):
    with serving(make_app(tmp_path)) as client:
        for number in range(3):
            client.get(f"/v1/sources/secret-{number}")
            client.get(f"/unknown/secret-{number}")
        samples = samples_of(client)
        assert "secret" not in client.get("/metrics").text
    assert requests(samples, method="GET", route="/v1/sources/{source_id}", status=404) == 3
    assert requests(samples, method="GET", route="unmatched", status=404) == 3


def test_the_index_the_questions_and_the_jobs_are_counted(tmp_path):
    with serving(make_app(tmp_path)) as client:
        before = samples_of(client)
        assert before["dossier_index_passages", (OF_DEFAULT,)] == 0
        (job,) = index_files(client, SHORT_NOTE)
        client.post("/v1/ask", json={"question": "What is written?"})
        client.post("/v1/search", json={"question": "What is written?"})
        after = samples_of(client)
        stored = sum(path.stat().st_size for path in tmp_path.glob("index.sqlite*"))
    assert after["dossier_index_ready", (OF_DEFAULT,)] == 1
    assert after["dossier_index_passages", (OF_DEFAULT,)] == job["change"]["passages"] > 0
    assert (
        after["dossier_index_generation", (OF_DEFAULT,)]
        == before["dossier_index_generation", (OF_DEFAULT,)] + 1
    )
    assert after["dossier_ingest_jobs_total", (("status", "succeeded"),)] == 1
    states = {"queued": 0, "running": 0, "succeeded": 1, "failed": 0, "cancelled": 0}
    assert {state: after["dossier_jobs", (OF_DEFAULT, ("state", state))] for state in states} == states
    assert after["dossier_index_size_bytes", (OF_DEFAULT, ("part", "store"))] == stored
    assert after["dossier_questions_total", (("door", "http"), ("kind", "extractive"))] == 1
    assert after["dossier_questions_total", (("door", "http"), ("kind", "search"))] == 1
    assert after["dossier_questions_total", (("door", "mcp"), ("kind", "extractive"))] == 0
    assert after["dossier_question_seconds_count", (("door", "http"),)] == 2
    stages = {dict(labels)["stage"] for name, labels in after if name == "dossier_stage_seconds_count"}
    assert stages == {"read", "search", "encode", "rank", "answer"}
    assert after["dossier_stage_seconds_count", (("stage", "encode"),)] == 2


def test_jobs_that_wait_and_run_are_told_apart(tmp_path):
    encoder = PausingEncoder()
    with serving(make_app(tmp_path, encoder=encoder)) as client:
        jobs = [upload(client, LETTER.name, LETTER.read_bytes())]
        jobs += [upload(client, f"{at}.txt", f"The ice is {at} inches thick.") for at in range(2)]
        assert encoder.began.wait(10)
        samples = samples_of(client)
        assert samples["dossier_jobs", (OF_DEFAULT, ("state", "running"))] == 1
        assert samples["dossier_jobs", (OF_DEFAULT, ("state", "queued"))] == 2
        encoder.may_go_on.set()
        assert {finished_job(client, job)["status"] for job in jobs} == {"succeeded"}


def test_where_the_jobs_cannot_be_read_they_are_not_known_and_all_else_is(tmp_path):
    (tmp_path / "jobs.sqlite").write_bytes(b"no database " * 100)
    with serving(make_app(tmp_path)) as client:
        samples = samples_of(client)
    assert math.isnan(samples["dossier_jobs", (OF_DEFAULT, ("state", "queued"))])
    assert samples["dossier_index_ready", (OF_DEFAULT,)] == 1


def test_refused_answers_are_counted(tmp_path):
    with serving(make_app(tmp_path, answer_threshold=1.0)) as client:
        index_files(client, SHORT_NOTE)
        client.post("/v1/ask", json={"question": "What is written?"})
        assert samples_of(client)["dossier_questions_total", (("door", "http"), ("kind", "none"))] == 1


def test_requests_that_are_rejected_are_counted_by_reason(tmp_path):
    settings = {"api_keys": ("a-key-for-tests",), "max_body_bytes": 1_000, "requests_per_minute": 1}
    with serving(make_app(tmp_path, **settings)) as client:
        client.get("/v1/sources")
        client.get("/v1/sources", headers={"Host": "rebound.example"})
        headers = {"Authorization": "Bearer a-key-for-tests"}
        client.post("/v1/ask", content=b"x" * 2_000, headers=headers)
        client.get("/v1/sources", headers=headers)
        client.post("/v1/ask", headers={"Origin": "https://evil.example"})
        samples = samples_of_keyed(client, headers)
    reasons = {
        dict(labels)["reason"]: count
        for (name, labels), count in samples.items()
        if name == "dossier_http_rejections_total"
    }
    reasons.pop("not-ready", None)  # how often it was asked until the index was open
    assert reasons == {
        "unauthorized": 1,
        "misdirected-request": 1,
        "body-too-large": 1,
        "too-many-requests": 1,
        "forbidden": 1,
    }


def samples_of_keyed(client, headers):
    client.headers.update(headers)
    return samples_of(client)


class Hasty(PromptProtocol):
    seconds = 0.5


def test_connections_that_are_refused_are_counted_too(tmp_path):
    app = make_app(tmp_path)
    with serving(app, http=Hasty) as client:
        with socket.create_connection((client.base_url.host, client.base_url.port)) as slow:
            slow.sendall(b"GET /health/live HT")
            assert slow.recv(100).startswith(b"HTTP/1.1 408")
        with socket.create_connection((client.base_url.host, client.base_url.port)) as endless:
            endless.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000)
            assert endless.recv(100).startswith(b"HTTP/1.1 431")
        samples = samples_of(client)
    assert samples["dossier_http_rejections_total", (("reason", "slow"),)] == 1
    assert samples["dossier_http_rejections_total", (("reason", "head-too-large"),)] == 1


def test_names_follow_the_conventions_of_prometheus(tmp_path):
    """The rules of promlint, which `promtool check metrics` goes by."""
    with serving(make_app(tmp_path)) as client:
        index_files(client, SHORT_NOTE)
        client.post("/v1/ask", json={"question": "What is written?"})
        client.get("/nope")
        families = [family for family in families_of(client) if family.name.startswith("dossier_")]
    assert {family.type for family in families} == {"counter", "gauge", "histogram"}
    for family in families:
        name = family.name
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
        assert family.documentation
        words = set(name.split("_"))
        assert not words & {"counter", "gauge", "histogram", "summary"}
        assert not words & {"ms", "msec", "milliseconds", "sec", "secs", "minutes", "kb", "kib", "mb", "mib"}
        if family.type == "histogram":
            assert name.endswith(("_seconds", "_bytes"))
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        for sample in family.samples:
            assert sample.name.endswith((*endings, "_created"))
            assert family.type == "histogram" or "le" not in sample.labels
            assert all(re.fullmatch(r"[a-z]+", label) for label in sample.labels)


def test_an_index_that_breaks_is_seen_in_the_measurements(tmp_path):
    def open_dossier(_settings):
        raise IndexDamagedError("data/index.sqlite is damaged.")

    with serving(make_app(tmp_path, open_dossier=open_dossier), is_ready=False) as client:
        wait_until(lambda: "damaged" in client.get("/health/ready").text)
        assert samples_of(client)["dossier_index_ready", (OF_DEFAULT,)] == 0


def test_an_index_that_breaks_later_is_seen_too(tmp_path):
    with serving(make_app(tmp_path)) as client:
        assert samples_of(client)["dossier_index_ready", (OF_DEFAULT,)] == 1
        for path in tmp_path.glob("index.sqlite*"):
            path.write_bytes(b"no database " * (path.stat().st_size // 12))
        assert samples_of(client)["dossier_index_ready", (OF_DEFAULT,)] == 0


def test_of_several_processes_whichever_answers_tells_what_all_have_counted(tmp_path):
    code = """
from service.answer import IndexState
from service.hosting.metrics import Metrics
metrics = Metrics()
metrics.follow(
    "default", index=lambda: IndexState(generation=7, model="m", passages=3), index_bytes={}, jobs=dict
)
metrics.request(method="GET", route="/", status=200, seconds=0.003)
print(metrics.exposition().decode())
"""
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for answered in (1, 2, 3):
        told = subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        ).stdout
        samples = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(told)
            for sample in family.samples
        }
        assert requests(samples, method="GET", route="/", status=200) == answered
        whole = (("le", "+Inf"), ("method", "GET"), ("route", "/"))
        assert samples["dossier_http_request_seconds_bucket", whole] == answered
        assert samples["dossier_index_generation", (OF_DEFAULT,)] == 7
        assert samples["dossier_index_ready", (OF_DEFAULT,)] == 1
