"""What Prometheus reads: few labels, true numbers."""

from prometheus_client.parser import text_string_to_metric_families
from service_support import SHORT_NOTE, index_files, make_app, serving, wait_until

from embeddings.errors import IndexDamagedError


def samples_of(client):
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(response.text)
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
        assert before["dossier_index_passages", ()] == 0
        (job,) = index_files(client, SHORT_NOTE)
        client.post("/v1/ask", json={"question": "What is written?"})
        client.post("/v1/search", json={"question": "What is written?"})
        after = samples_of(client)
    assert after["dossier_index_ready", ()] == 1
    assert after["dossier_index_passages", ()] == job["change"]["passages"] > 0
    assert after["dossier_index_generation", ()] == before["dossier_index_generation", ()] + 1
    assert after["dossier_ingest_jobs_total", (("status", "succeeded"),)] == 1
    assert after["dossier_ingest_jobs_waiting", ()] == 0
    assert after["dossier_questions_total", (("kind", "extractive"),)] == 1
    assert after["dossier_questions_total", (("kind", "search"),)] == 1
    assert after["dossier_stage_seconds_count", (("stage", "encode"),)] == 2


def test_an_index_that_breaks_is_seen_in_the_measurements(tmp_path):
    def open_dossier():
        raise IndexDamagedError("data/index.sqlite is damaged.")

    with serving(make_app(tmp_path, open_dossier=open_dossier), is_ready=False) as client:
        wait_until(lambda: "damaged" in client.get("/health/ready").text)
        assert samples_of(client)["dossier_index_ready", ()] == 0


def test_an_index_that_breaks_later_is_seen_too(tmp_path):
    with serving(make_app(tmp_path)) as client:
        assert samples_of(client)["dossier_index_ready", ()] == 1
        for path in tmp_path.glob("index.sqlite*"):
            path.write_bytes(b"no database " * (path.stat().st_size // 12))
        assert samples_of(client)["dossier_index_ready", ()] == 0
