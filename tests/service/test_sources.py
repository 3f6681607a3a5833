"""Uploads, jobs and deletions: what is reported done is done, and nothing is ever half done."""

import os
import time

import pytest
from encoders import PausingEncoder, WordHashEncoder
from harmful_files import swelling_pdf
from service_support import (
    LETTER,
    SHORT_NOTE,
    finished_job,
    index_files,
    make_app,
    problem_of,
    serving,
    upload,
    wait_until,
)

from embeddings.encoders.encoder import EncoderError

TREATY = "The treaty of Kars was signed on 13 October 1921 by the envoys of three republics."


@pytest.fixture
def client(tmp_path):
    with serving(make_app(tmp_path)) as client:
        yield client


def names_of(client):
    return [source["name"] for source in client.get("/v1/sources").json()["sources"]]


def test_an_uploaded_file_is_indexed_listed_and_found(client):
    job = finished_job(client, upload(client, "treaty.txt", TREATY))
    assert job["status"] == "succeeded"
    assert job["change"] == {"status": "added", "documents": 1, "passages": 1, "tokens": 24, "copy_of": None}
    assert job["progress"] == {"passages_done": 1, "passages_total": 1, "pages_done": 0, "pages_total": None}
    listed = client.get("/v1/sources").json()
    assert listed["total"] == 1
    (source,) = listed["sources"]
    assert (source["id"], source["name"], source["characters"]) == (
        job["source_id"],
        "treaty.txt",
        len(TREATY),
    )
    assert client.get(f"/v1/sources/{source['id']}").json() == source
    found = client.post("/v1/search", json={"question": "Kars"}).json()["passages"]
    assert [passage["text"] for passage in found] == [TREATY]


def test_the_same_file_again_is_a_conflict_that_names_what_is_there(client):
    job = finished_job(client, upload(client, "treaty.txt", TREATY))
    response = upload(client, "treaty.txt", TREATY)
    assert response.status_code == 409
    assert problem_of(response)["existing_id"] == job["source_id"]


def texts_found(client, question):
    found = client.post("/v1/search", json={"question": question}).json()["passages"]
    return {passage["text"] for passage in found}


def test_other_bytes_under_the_same_name_stand_beside_what_was_there(client):
    texts = [TREATY, TREATY.replace("Kars", "Moscow"), TREATY.replace("Kars", "Batum")]
    jobs = [finished_job(client, upload(client, "treaty.txt", text)) for text in texts]
    assert [job["change"]["status"] for job in jobs] == ["added"] * 3
    assert [job["source_name"] for job in jobs] == ["treaty.txt", "treaty (2).txt", "treaty (3).txt"]
    assert set(names_of(client)) == {job["source_name"] for job in jobs}
    assert texts_found(client, "Kars or Moscow or Batum") == set(texts)
    again = finished_job(client, upload(client, "treaty.txt", texts[1]))
    assert (again["change"]["status"], again["source_name"]) == ("unchanged", "treaty (2).txt")


def test_where_it_is_asked_for_other_bytes_replace_what_was_there(client):
    moscow = TREATY.replace("Kars", "Moscow")
    finished_job(client, upload(client, "treaty.txt", TREATY))
    job = finished_job(client, upload(client, "treaty.txt", moscow, replace=True))
    assert job["change"]["status"] == "replaced"
    assert names_of(client) == ["treaty.txt"]
    assert texts_found(client, "Kars or Moscow") == {moscow}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_files_of_one_name_from_two_folders_are_two(client, order):
    given = [("box1/letter.txt", TREATY), ("box2\\letter.txt", TREATY.replace("Kars", "Moscow"))]
    for number in order:
        finished_job(client, upload(client, *given[number]))
    assert names_of(client) == ["box1/letter.txt", "box2/letter.txt"]
    assert texts_found(client, "Kars or Moscow") == {text for _, text in given}


def test_composed_and_decomposed_letters_name_one_file(client):
    finished_job(client, upload(client, "caf\u00e9.txt", TREATY))
    assert upload(client, "cafe\u0301.txt", TREATY).status_code == 409
    assert names_of(client) == ["caf\u00e9.txt"]


def test_the_same_bytes_under_another_name_are_a_copy(client):
    finished_job(client, upload(client, "a.txt", TREATY))
    job = finished_job(client, upload(client, "b.txt", TREATY))
    assert (job["change"]["status"], job["change"]["copy_of"]) == ("copy", "a.txt")
    assert client.get("/v1/sources").json()["sources"][0]["copies"] == ["b.txt"]


def test_a_deleted_source_is_gone_from_everywhere(client):
    job = finished_job(client, upload(client, "treaty.txt", TREATY))
    address = f"/v1/sources/{job['source_id']}"
    response = client.delete(address)
    assert (response.status_code, response.content) == (204, b"")
    assert names_of(client) == []
    assert client.get("/v1/documents").json()["total"] == 0
    assert client.post("/v1/search", json={"question": "Kars"}).json()["passages"] == []
    for method in ("GET", "DELETE"):
        again = client.request(method, address)
        assert again.status_code == 404
        problem_of(again)


def test_sources_are_listed_in_parts(client):
    index_files(client, LETTER, SHORT_NOTE)
    parts = [client.get("/v1/sources", params={"offset": offset, "limit": 1}).json() for offset in (0, 1, 2)]
    assert [[one["name"] for one in part["sources"]] for part in parts] == [
        [SHORT_NOTE.name],
        [LETTER.name],
        [],
    ]
    assert {part["total"] for part in parts} == {2}


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("empty.txt", b"", 415),
        ("blank.txt", b" \n\n\t ", 415),
        ("program", b"\x7fELF" + bytes(200), 415),
        ("broken.pdf", b"%PDF-1.7\nnothing of the kind", 415),
        ("broken.docx", b"PK\x03\x04" + b"x" * 100, 415),
    ],
)
def test_what_cannot_be_read_is_refused_at_once_and_leaves_nothing(client, name, content, status):
    response = upload(client, name, content)
    assert response.status_code == status
    assert name in problem_of(response)["detail"]
    assert names_of(client) == []


@pytest.mark.parametrize("name", ["x" * 256 + ".txt", "/", ".", "..", "a/..", "\u202e.txt", "\u200b"])
def test_a_file_name_no_one_could_type_is_refused(client, name):
    response = upload(client, name, TREATY)
    assert response.status_code == 422
    problem_of(response)


@pytest.mark.parametrize("name", ["../../etc/treaty.txt", "C:\\letters\\treaty.txt", "/treaty.txt"])
def test_folders_in_a_file_name_are_dropped(client, name, tmp_path):
    assert finished_job(client, upload(client, name, TREATY))["source_name"] == "treaty.txt"
    assert names_of(client) == ["treaty.txt"]


def test_without_a_file_there_is_nothing_to_index(client):
    for response in (
        client.post("/v1/sources"),
        client.post("/v1/sources", data={"file": "text"}),
        client.post("/v1/sources", files={"other": ("a.txt", b"text")}),
        client.post(
            "/v1/sources", content=b"junk", headers={"Content-Type": "multipart/form-data; boundary=x"}
        ),
        client.post("/v1/sources", content=b"junk", headers={"Content-Type": "multipart/form-data"}),
    ):
        assert response.status_code in {400, 422}
        problem_of(response)


def test_a_file_larger_than_allowed_is_refused_and_leaves_nothing(tmp_path):
    with serving(make_app(tmp_path, max_upload_bytes=10_000)) as client:
        for size in (10_001, 60_000, 200_000):
            response = upload(client, "large.txt", b"word " * (size // 5) + b"x")
            assert response.status_code == 413
            problem_of(response)
        assert finished_job(client, upload(client, "fits.txt", b"word " * 2_000))["status"] == "succeeded"
    assert list((tmp_path / "uploads").iterdir()) == []


def test_where_an_upload_cannot_be_stored_the_server_says_so(tmp_path):
    (tmp_path / "uploads").write_text("in the way")
    with serving(make_app(tmp_path)) as client:
        response = upload(client, "treaty.txt", TREATY)
        assert response.status_code == 507
        assert "treaty.txt cannot be stored" in problem_of(response)["detail"]
        assert names_of(client) == []


def test_what_a_killed_process_left_of_an_upload_is_removed_and_one_in_progress_is_not(tmp_path):
    for name, age_seconds in (("left", 2 * 86_400), ("in-progress", 10)):
        place = tmp_path / "uploads" / name
        place.mkdir(parents=True)
        (place / "upload.txt").write_text("text")
        then = time.time() - age_seconds
        os.utime(place, (then, then))
    with serving(make_app(tmp_path)):
        wait_until(lambda: [place.name for place in (tmp_path / "uploads").iterdir()] == ["in-progress"])


class FailingEncoder(WordHashEncoder):
    """Fails for texts that say so."""

    def encode(self, texts, *, on_progress=None):
        if any("unbearable" in text for text in texts):
            raise EncoderError("The model met an unbearable text: leave it out.")
        if any("unforeseen" in text for text in texts):
            raise ZeroDivisionError("secret details")
        return super().encode(texts, on_progress=on_progress)


def test_a_job_that_fails_says_why_and_leaves_nothing(tmp_path):
    with serving(make_app(tmp_path, encoder=FailingEncoder())) as client:
        job = finished_job(client, upload(client, "bad.txt", "An unbearable text."))
        assert job["status"] == "failed"
        assert job["problem"]["detail"] == "The model met an unbearable text: leave it out."
        assert names_of(client) == []
        assert finished_job(client, upload(client, "good.txt", TREATY))["status"] == "succeeded"


def test_a_job_that_fails_unexpectedly_tells_the_id_of_its_log_entry_only(tmp_path, caplog):
    with serving(make_app(tmp_path, encoder=FailingEncoder())) as client:
        job = finished_job(client, upload(client, "bad.txt", "An unforeseen text."))
    assert job["status"] == "failed"
    assert job["problem"]["status"] == 500
    assert job["problem"]["error_id"] == job["id"]
    assert "secret details" not in str(job)
    assert job["id"] in caplog.text
    assert "secret details" in caplog.text
    assert "ZeroDivisionError: secret details" in (tmp_path / "indexing.log").read_text()


def test_questions_are_answered_while_a_file_is_being_indexed(tmp_path):
    encoder = PausingEncoder()
    with serving(make_app(tmp_path, encoder=encoder)) as client:
        finished_job(client, upload(client, "treaty.txt", TREATY))
        response = upload(client, LETTER.name, LETTER.read_bytes())
        wait_until(lambda: client.get(response.json()["url"]).json()["progress"]["passages_done"] == 1)
        job = client.get(response.json()["url"]).json()
        assert job["status"] == "running"
        assert job["progress"]["passages_total"] > 1
        assert names_of(client) == ["treaty.txt"]
        assert client.post("/v1/search", json={"question": "Kars"}).json()["index"]["passages"] == 1
        again = upload(client, LETTER.name, LETTER.read_bytes())
        assert again.status_code == 409
        assert response.json()["id"] in problem_of(again)["detail"]
        encoder.may_go_on.set()
        assert finished_job(client, response)["status"] == "succeeded"
        assert names_of(client) == [LETTER.name, "treaty.txt"]


def test_when_too_many_uploads_wait_the_next_is_told_to_come_back(tmp_path):
    encoder = PausingEncoder()
    with serving(make_app(tmp_path, encoder=encoder, max_queued_jobs=1)) as client:
        running = upload(client, LETTER.name, LETTER.read_bytes())
        assert encoder.began.wait(10)
        waiting = upload(client, "a.txt", TREATY)
        refused = upload(client, "b.txt", TREATY + " It was ratified.")
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        problem_of(refused)
        encoder.may_go_on.set()
        assert {finished_job(client, one)["status"] for one in (running, waiting)} == {"succeeded"}


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("treaty.html", "attachment; filename=\"treaty.html\"; filename*=UTF-8''treaty.html"),
        (
            "Żółw 100%.html",
            "attachment; filename=\"___w 100_.html\"; filename*=UTF-8''%C5%BB%C3%B3%C5%82w%20100%25.html",
        ),
    ],
)
def test_a_file_can_be_had_as_it_came_and_never_as_a_page(client, name, disposition):
    content = f"<h1>Treaty</h1><script>alert(1)</script><p>{TREATY}</p>".encode()
    job = finished_job(client, upload(client, name, content))
    source = client.get(f"/v1/sources/{job['source_id']}").json()
    response = client.get(source["original_url"])
    assert (response.status_code, response.content) == (200, content)
    assert response.headers["content-disposition"] == disposition
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    client.delete(f"/v1/sources/{job['source_id']}")
    assert client.get(source["original_url"]).status_code == 404


def test_a_file_that_was_not_kept_is_kept_when_it_comes_again(tmp_path):
    with serving(make_app(tmp_path, keep_originals=False)) as client:
        job = finished_job(client, upload(client, "treaty.txt", TREATY))
        address = f"/v1/sources/{job['source_id']}"
        assert client.get(address).json()["original_url"] is None
        response = client.get(f"{address}/original")
        assert response.status_code == 404
        assert "DOSSIER_KEEP_ORIGINALS" in problem_of(response)["detail"]
        assert upload(client, "treaty.txt", TREATY).status_code == 409
    with serving(make_app(tmp_path)) as client:
        assert finished_job(client, upload(client, "treaty.txt", TREATY))["change"]["status"] == "unchanged"
        assert client.get(f"{address}/original").text == TREATY
        assert upload(client, "treaty.txt", TREATY).status_code == 409
    assert list((tmp_path / "uploads").iterdir()) == []


def test_an_original_needs_a_key_like_everything_else(tmp_path):
    with serving(make_app(tmp_path, api_keys=("12345678",))) as client:
        assert client.get("/v1/sources/x/original").status_code == 401


def test_a_person_says_what_a_source_is_and_takes_it_back(tmp_path):
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "scan1.txt", "The harbour is full of ice."))
        (source,) = client.get("/v1/sources").json()["sources"]
        address = f"/v1/sources/{source['id']}"
        assert (source["title"], source["authors"], source["edited"]) == (None, [], [])
        said = {"title": "Letters from the coast", "authors": ["Anna Weber"], "place": "Trieste"}
        job = finished_job(client, client.patch(address, json=said))
        assert job["change"]["status"] == "replaced"
        known = client.get(address).json()
        assert {name: known[name] for name in said} == said
        assert sorted(known["edited"]) == ["authors", "place", "title"]
        answer = client.post("/v1/ask", json={"question": "What is the harbour full of?"}).json()
        assert answer["passages"][0]["citation"]["source_title"] == "Letters from the coast"
        finished_job(client, client.patch(address, json={"title": None, "authors": None, "place": None}))
        assert client.get(address).json() == source


def test_what_nobody_can_say_of_a_source_is_refused(tmp_path):
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "scan1.txt", "The harbour is full of ice."))
        (source,) = client.get("/v1/sources").json()["sources"]
        address = f"/v1/sources/{source['id']}"
        for body in ({"date": "1931"}, {"title": 7}, {"authors": ["x"] * 101}, {"title": "x" * 1001}):
            assert client.patch(address, json=body).status_code == 422
        assert client.patch("/v1/sources/unknown", json={"title": "x"}).status_code == 404


def upload_together(client, *files, **parameters):
    parts = [("files", file) for file in files]
    response = client.post("/v1/sources/batch", files=parts, params=parameters)
    assert response.status_code == 202, response.text
    wait_until(lambda: all(job["finished_at"] for job in client.get("/v1/jobs").json()["jobs"]))
    accepted = response.json()
    ended = [client.get(job["url"]).json() for job in accepted["jobs"]]
    return ended, {one["name"]: one["problem"] for one in accepted["refused"]}


def test_a_folder_is_uploaded_in_one_request_and_what_is_wrong_with_one_file_is_its_own(tmp_path):
    moscow = TREATY.replace("Kars", "Moscow")
    with serving(make_app(tmp_path, max_upload_bytes=10_000)) as client:
        finished_job(client, upload(client, "papers/known.txt", TREATY))
        jobs, refused = upload_together(
            client,
            ("papers/a/notes.txt", moscow),
            ("papers/b/notes.txt", TREATY.replace("Kars", "Batum")),
            ("papers/known.txt", TREATY),
            ("papers/again.txt", TREATY),
            ("papers/.DS_Store", b"Bud1"),
            ("papers/film.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(100)),
            ("papers/broken.pdf", b"%PDF-1.7\nnothing of the kind"),
            ("papers/..", b"x"),
        )
        assert [job["status"] for job in jobs] == ["succeeded"] * 3 + ["failed"]
        assert names_of(client) == ["a/notes.txt", "again.txt", "b/notes.txt"]
        assert client.get("/v1/sources").json()["sources"][1]["copies"] == ["known.txt"]
        assert jobs[3]["source_name"] == "papers/broken.pdf"
        assert jobs[3]["problem"]["status"] == 415
        assert {name: problem["status"] for name, problem in refused.items()} == {
            "papers/known.txt": 409,
            "papers/.DS_Store": 415,
            "papers/film.mp4": 415,
            "papers/..": 422,
        }
        assert refused["papers/film.mp4"]["detail"] == "papers/film.mp4: no reader for .mp4 files"
        assert texts_found(client, "Moscow") >= {moscow}
        jobs, refused = upload_together(client, ("papers/a/notes.txt", moscow + " It held."), replace=True)
        assert [job["change"]["status"] for job in jobs] == ["replaced"]
        large = ("x.txt", b"word " * 20_000)
        assert client.post("/v1/sources/batch", files=[("files", large)]).status_code == 413
        assert client.post("/v1/sources/batch").status_code == 422
    assert list((tmp_path / "uploads").iterdir()) == []


def test_of_several_files_those_that_find_the_queue_full_are_refused_and_leave_nothing(tmp_path):
    encoder = PausingEncoder()
    with serving(make_app(tmp_path, encoder=encoder, max_queued_jobs=2)) as client:
        running = upload(client, LETTER.name, LETTER.read_bytes())
        assert encoder.began.wait(10)
        files = [("files", (f"{at}.txt", f"The ice is {at} inches thick.")) for at in range(4)]
        accepted = client.post("/v1/sources/batch", files=files).json()
        assert [job["source_name"] for job in accepted["jobs"]] == ["0.txt", "1.txt"]
        assert [(one["name"], one["problem"]["status"]) for one in accepted["refused"]] == [
            ("2.txt", 503),
            ("3.txt", 503),
        ]
        assert len(list((tmp_path / "uploads").iterdir())) == 3
        encoder.may_go_on.set()
        assert finished_job(client, running)["status"] == "succeeded"


def test_a_file_that_would_take_all_memory_is_refused_and_the_service_goes_on(tmp_path):
    with serving(make_app(tmp_path, reading_memory_mib=256)) as client:
        refused = upload(client, "swelling.pdf", swelling_pdf(3_000_000))
        assert refused.status_code == 415
        assert problem_of(refused)["detail"].startswith("swelling.pdf: needs more than 256 MiB to read; ")
        finished = finished_job(client, upload(client, LETTER.name, LETTER.read_bytes()))
        assert finished["status"] == "succeeded"
