"""Jobs outlive the program: what was taken in is done, whoever dies meanwhile, and none is done for ever."""

import os
import time

import httpx
import pytest
from encoders import PausingEncoder
from paused_server import paused_server
from service_support import LETTER, finished_job, make_app, problem_of, serving, upload, wait_until

from embeddings.store.backup import back_up
from embeddings.store.restoring import restore
from service.jobs.job import AddFile, Describe, Progress
from service.jobs.store import JobStore
from service.jobs.uploads import UPLOADS

NOTE = "The treaty of Kars was signed on 13 October 1921."


def names_of(client):
    return [source["name"] for source in client.get("/v1/sources").json()["sources"]]


def states_of(client):
    return [(job["source_name"], job["status"]) for job in client.get("/v1/jobs").json()["jobs"]]


def all_finished(client):
    wait_until(lambda: all(job["finished_at"] for job in client.get("/v1/jobs").json()["jobs"]))


def test_a_server_that_is_killed_in_a_job_goes_on_with_it_and_with_what_waited(tmp_path):
    with paused_server(tmp_path) as (process, address):
        with httpx.Client(base_url=address) as client:
            running = upload(client, LETTER.name, LETTER.read_bytes())
            waiting = upload(client, "note.txt", NOTE)
            wait_until(lambda: client.get(running.json()["url"]).json()["progress"]["passages_done"] == 1)
            assert states_of(client) == [("note.txt", "queued"), (LETTER.name, "running")]
        process.kill()
    with serving(make_app(tmp_path)) as client:
        jobs = [finished_job(client, one) for one in (running, waiting)]
        assert [(job["status"], job["change"]["status"]) for job in jobs] == [("succeeded", "added")] * 2
        assert [job["attempts"] for job in jobs] == [2, 1]
        assert names_of(client) == [LETTER.name, "note.txt"]
        assert client.get(f"/v1/sources/{jobs[0]['source_id']}/original").content == LETTER.read_bytes()
    assert list((tmp_path / UPLOADS).iterdir()) == []


def test_a_server_that_is_stopped_in_a_job_goes_on_with_it_as_if_it_had_not_begun(tmp_path):
    encoder = PausingEncoder()
    with serving(make_app(tmp_path, encoder=encoder)) as client:
        running = upload(client, LETTER.name, LETTER.read_bytes())
        waiting = upload(client, "note.txt", NOTE)
        assert encoder.began.wait(10)
    with serving(make_app(tmp_path)) as client:
        jobs = [finished_job(client, one) for one in (running, waiting)]
        assert [(job["status"], job["attempts"]) for job in jobs] == [("succeeded", 1)] * 2
        assert names_of(client) == [LETTER.name, "note.txt"]


def killed_in(folder, *, times):
    """Leave a job as servers do that are killed in it so many times."""
    store = JobStore(folder, max_queued=10)
    upload_folder = folder / UPLOADS / "one"
    upload_folder.mkdir(parents=True)
    (upload_folder / "upload.txt").write_text(NOTE)
    job = store.add(AddFile("one/upload.txt", "note.txt", "beside"), source_id=None, source_name="note.txt")
    for attempt in range(times):
        claimed = store.claim()
        assert claimed.attempts == attempt + 1
        if attempt < times - 1:
            store.put_back(claimed, attempts=claimed.attempts)
    store.close()
    return job


def test_a_job_that_has_ended_three_servers_is_given_up_and_the_next_one_comes(tmp_path):
    job = killed_in(tmp_path, times=3)
    with serving(make_app(tmp_path)) as client:
        note = finished_job(client, upload(client, "other.txt", NOTE + " It was ratified."))
        assert note["status"] == "succeeded"
        given_up = client.get(f"/v1/jobs/{job.id}").json()
        assert (given_up["status"], given_up["attempts"]) == ("failed", 3)
        assert given_up["problem"]["type"] == "urn:dossier:problem:given-up"
        assert given_up["problem"]["detail"].startswith("note.txt: 3 times the service ended")
        assert names_of(client) == ["other.txt"]
    assert list((tmp_path / UPLOADS).iterdir()) == []


def test_a_job_that_has_ended_two_servers_is_tried_once_more(tmp_path):
    job = killed_in(tmp_path, times=2)
    with serving(make_app(tmp_path)) as client:
        all_finished(client)
        done = client.get(f"/v1/jobs/{job.id}").json()
        assert (done["status"], done["attempts"], done["source_name"]) == ("succeeded", 3, "note.txt")
        assert done["source_id"] == client.get("/v1/sources").json()["sources"][0]["id"]


def test_a_job_that_was_done_and_not_told_is_done_again_and_changes_nothing(tmp_path):
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "note.txt", NOTE))
    job = killed_in(tmp_path, times=1)
    with serving(make_app(tmp_path)) as client:
        all_finished(client)
        assert client.get(f"/v1/jobs/{job.id}").json()["change"]["status"] == "unchanged"
        assert names_of(client) == ["note.txt"]


def test_what_a_job_waits_to_read_is_kept_however_old_it_is(tmp_path):
    job = killed_in(tmp_path, times=1)
    long_ago = time.time() - 30 * 86_400
    os.utime(tmp_path / UPLOADS / "one", (long_ago, long_ago))
    with serving(make_app(tmp_path)) as client:
        all_finished(client)
        assert client.get(f"/v1/jobs/{job.id}").json()["status"] == "succeeded"


def test_jobs_are_cancelled_whether_they_wait_or_run_and_leave_nothing(tmp_path):
    encoder = PausingEncoder()
    with serving(make_app(tmp_path, encoder=encoder)) as client:
        running = upload(client, LETTER.name, LETTER.read_bytes())
        waiting = upload(client, "note.txt", NOTE)
        assert encoder.began.wait(10)
        cancelled = client.delete(waiting.json()["url"])
        assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
        assert cancelled.json()["finished_at"] is not None
        stopping = client.delete(running.json()["url"])
        assert (stopping.json()["status"], stopping.json()["is_cancelling"]) == ("running", True)
        job = finished_job(client, running)
        assert (job["status"], job["change"], job["problem"]) == ("cancelled", None, None)
        assert names_of(client) == []
        assert list((tmp_path / UPLOADS).iterdir()) == []
        again = client.delete(running.json()["url"])
        assert again.status_code == 409
        assert problem_of(again)["detail"] == f"Job {job['id']} has ended: it was cancelled."
        encoder.may_go_on.set()
        assert finished_job(client, upload(client, "note.txt", NOTE))["status"] == "succeeded"


def test_a_cancelled_job_whose_server_was_killed_is_not_done(tmp_path):
    job = killed_in(tmp_path, times=1)
    store = JobStore(tmp_path, max_queued=10)
    assert store.cancel(job.id).status == "running"
    store.close()
    with serving(make_app(tmp_path)) as client:
        all_finished(client)
        assert client.get(f"/v1/jobs/{job.id}").json()["status"] == "cancelled"
        assert names_of(client) == []


def test_of_two_servers_over_one_folder_one_does_the_jobs_of_both_and_the_other_follows_it(tmp_path):
    encoders = [PausingEncoder(), PausingEncoder()]
    with (
        serving(make_app(tmp_path, encoder=encoders[1])) as second,
        serving(make_app(tmp_path, encoder=encoders[0])) as first,
    ):
        letter = upload(first, LETTER.name, LETTER.read_bytes())  # the second works: it came first
        note = upload(second, "note.txt", NOTE)
        assert encoders[1].began.wait(10)
        assert not encoders[0].began.is_set()
        assert states_of(first) == [("note.txt", "queued"), (LETTER.name, "running")]
        assert upload(second, LETTER.name, LETTER.read_bytes()).status_code == 409
        first.delete(note.json()["url"])
        encoders[1].may_go_on.set()
        assert finished_job(second, letter)["status"] == "succeeded"
        assert states_of(second) == [("note.txt", "cancelled"), (LETTER.name, "succeeded")]
        assert names_of(first) == [LETTER.name]


def test_when_the_server_that_works_ends_another_takes_over(tmp_path):
    with paused_server(tmp_path) as (process, address), serving(make_app(tmp_path)) as client:
        with httpx.Client(base_url=address) as other:
            letter = upload(other, LETTER.name, LETTER.read_bytes())
        wait_until(lambda: client.get(letter.json()["url"]).json()["status"] == "running")
        process.kill()
        job = finished_job(client, letter)
        assert (job["status"], job["attempts"]) == ("succeeded", 2)


@pytest.mark.parametrize("damage", [b"no database " * 100, b""])
def test_a_file_of_jobs_that_is_no_database_stops_no_answer(tmp_path, damage):
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "note.txt", NOTE))
    (tmp_path / "jobs.sqlite").write_bytes(damage)
    with serving(make_app(tmp_path)) as client:
        listed = client.get("/v1/jobs")
        if damage:
            assert listed.status_code == 503
            assert "jobs.sqlite cannot be used (file is not a database)" in problem_of(listed)["detail"]
            assert upload(client, "other.txt", NOTE + " It was ratified.").status_code == 503
            assert list((tmp_path / UPLOADS).iterdir()) == []
        else:
            assert listed.json()["jobs"] == []
        assert client.post("/v1/search", json={"question": "Kars"}).json()["passages"][0]["text"] == NOTE
        (tmp_path / "jobs.sqlite").unlink()
        if damage:
            assert finished_job(client, upload(client, "c.txt", NOTE + " It held."))["status"] == "succeeded"


def test_a_job_comes_back_from_the_file_as_it_was_written(tmp_path):
    store = JobStore(tmp_path, max_queued=10)
    described = Describe({"title": "Letters", "authors": ["Anna Weber"], "year": None})
    job = store.add(described, source_id="a1", source_name="note.txt")
    store.claim()
    assert not store.report(job.id, Progress(3, 7))
    store.close()
    again = JobStore(tmp_path, max_queued=10)
    read = again.get(job.id)
    again.close()
    assert (read.task, read.actor, read.created_at) == (described, job.actor, job.created_at)
    assert (read.status, read.progress, read.attempts) == ("running", Progress(3, 7), 1)


def test_a_backup_leaves_jobs_out_and_takes_what_they_came_to(tmp_path):
    with serving(make_app(tmp_path / "data")) as client:
        finished_job(client, upload(client, "note.txt", NOTE))
        back_up(tmp_path / "data", tmp_path / "b.tar", program="test")
    restore(tmp_path / "b.tar", tmp_path / "restored")
    with serving(make_app(tmp_path / "restored")) as client:
        assert names_of(client) == ["note.txt"]
        assert client.get("/v1/jobs").json()["total"] == 0


def test_a_job_nobody_knows_is_not_found(tmp_path):
    with serving(make_app(tmp_path)) as client:
        for method in ("GET", "DELETE"):
            response = client.request(method, "/v1/jobs/0123456789abcdef")
            assert response.status_code == 404
            assert "0123456789abcdef" in problem_of(response)["detail"]


def test_jobs_are_listed_the_newest_first_and_in_parts(tmp_path):
    with serving(make_app(tmp_path)) as client:
        assert client.get("/v1/jobs").json() == {"jobs": [], "total": 0, "offset": 0, "limit": 100}
        texts = ("The ice is thin.", "The piano is sold.", "The bells rang.")
        jobs = [finished_job(client, upload(client, f"{at}.txt", text)) for at, text in enumerate(texts)]
        assert client.get("/v1/jobs").json()["jobs"] == jobs[::-1]
        part = client.get("/v1/jobs", params={"offset": 1, "limit": 1}).json()
        assert part == {"jobs": [jobs[1]], "total": 3, "offset": 1, "limit": 1}
        assert client.get("/v1/jobs", params={"limit": 0}).status_code == 422
    with serving(make_app(tmp_path)) as client:
        assert client.get("/v1/jobs").json()["jobs"] == jobs[::-1]
