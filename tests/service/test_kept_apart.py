"""Nothing of one collection is shown, found, changed or told of in another, by whatever route."""

import json
import sqlite3
import threading
from contextlib import closing
from io import BytesIO

import pytest
from encoders import WordHashEncoder
from mcp_support import call, failure
from pdf_files import pages_pdf
from service_support import (
    finished_job,
    make_app,
    make_settings,
    problem_of,
    serving,
    upload,
    wait_until,
)

from service.app import ROUTES, create_app
from service.collections import FILE_NAME, create_collection
from service.dossier import Dossier
from service.errors import KeyScopeError
from service.hosting.key_store import KeyStore, digest_of
from service.hosting.needs import is_of_a_collection
from service.hosting.scopes import KeyScope
from service.jobs.job import AddFile
from service.jobs.store import JobStore
from service.jobs.uploads import store_upload

LETTER = "Letter of Anna to Karl\n\nTrieste, 3 May 1911\n\nI leave Trieste on Monday with the mail boat."
REPORT = "Report of the harbour office\n\nOdessa, 9 May 1921\n\nThe mail boat lies in the harbour of Odessa."
QUESTION = "When does the mail boat leave?"
SECRET = ("Trieste", "letter.txt", "Anna")
"""Words of the collection that is looked for from the other."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    create_collection(folder, "letters", title="Letters from the coast", description="Of Anna and Karl.")
    return folder


@pytest.fixture(scope="module")
def site(folder):
    """A client of a service with a report, and with a letter and a book of pictures in another collection."""
    with serving(make_app(folder)) as client:
        client.report = finished_job(client, upload(client, "report.txt", REPORT))
        client.letter = finished_job(client, upload_into(client, "letter.txt", LETTER))
        client.book = finished_job(client, upload_into(client, "book.pdf", pages_pdf()))
        listed = client.get("/c/letters/v1/documents", params={"source": "book.pdf"}).json()
        client.document = client.get(f"/c/letters/v1/documents/{listed['documents'][0]['id']}").json()
        yield client


def upload_into(client, name, content, collection="letters"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(f"/c/{collection}/v1/sources", files={"file": (name, content)})


NAMES_SOMETHING = "{"


def requests_for(client):
    """Return a request to every route of a collection that names something of the letters."""
    body = {"json": {"question": QUESTION}}
    known = {
        "source_id": client.book["source_id"],
        "position": "1",
        "job_id": client.letter["id"],
        "document_id": client.document["id"],
        "page": client.document["pages"][0]["label"],
        "period": "1911",
        "name": "Anna",
        "kind": "letter",
    }
    parameters = {
        "/v1/ask": body,
        "/v1/search": body,
        "/v1/chat/completions": {"json": {"messages": [{"role": "user", "content": QUESTION}]}},
        "/v1/sources/{source_id}/boxes": {"params": {"start": 0, "end": 9}},
        "/turn": {"params": {"q": QUESTION}, "json": {"answers": []}},
        "/": {"params": {"q": QUESTION}},
        "POST /basket": {"data": {"form": "csv", "items": known["document_id"]}},
        "/basket": {"params": {"items": known["document_id"]}},
        "PATCH": {"json": {"title": "Changed"}},
    }
    for route in ROUTES:
        for method in sorted(route.methods - {"HEAD"}):
            scope = {"type": "http", "method": method, "path": route.path}
            # models and uploads have tests of their own
            is_upload = method == "POST" and route.path.startswith("/v1/sources")
            if is_of_a_collection(scope) and not is_upload and not route.path.startswith("/v1/models"):
                path = route.path.replace(":path}", "}").replace("{plural}", "people")
                options = (
                    parameters.get(f"{method} {path}") or parameters.get(path) or parameters.get(method) or {}
                )
                yield method, path, path.format(**known), options


def test_every_route_of_a_collection_shows_nothing_of_another(site):
    tried = 0
    for method, template, path, options in requests_for(site):
        response = site.request(method, path, **options)
        if NAMES_SOMETHING in template:
            assert response.status_code == 404, (method, path)
        else:
            assert response.status_code == 200, (method, path, response.text)
            # what the caller itself has sent may come back
            assert not any(word in response.text for word in SECRET), (method, path)
        tried += 1
    assert tried > 20


def test_the_same_requests_within_the_collection_are_answered(site):
    """The other half of the proof: what is refused elsewhere is there."""
    for method, _, path, options in requests_for(site):
        if method in {"DELETE", "PATCH"}:
            continue
        for address in (f"/c/letters{path}", f"/v1/collections/letters{path.removeprefix('/v1')}"):
            if address.startswith("/v1") and not path.startswith("/v1/"):
                continue
            response = site.request(method, address, **options)
            assert response.status_code == 200, (method, address, response.text)
    assert [one["name"] for one in site.get("/c/letters/v1/sources").json()["sources"]] == [
        "book.pdf",
        "letter.txt",
    ]


def test_links_of_a_collection_point_into_it_and_open(site):
    for answer in (
        site.post("/c/letters/v1/ask", json={"question": QUESTION}).json(),
        site.post("/v1/ask", json={"question": QUESTION, "collection": "letters"}).json(),
    ):
        (passage,) = [one for one in answer["passages"] if one["citation"]["source"] == "letter.txt"]
        assert passage["citation"]["url"].startswith("/c/letters/read/")
        assert "I leave Trieste" in site.get(passage["citation"]["url"]).text
    streamed = site.post("/v1/ask", json={"question": QUESTION, "collection": "letters", "stream": True}).text
    assert "/c/letters/read/" in streamed
    assert '"/read/' not in streamed
    assert site.get(site.letter["url"]).json()["id"] == site.letter["id"]
    assert site.letter["url"].startswith("/c/letters/v1/jobs/")
    chat = site.post(
        "/v1/chat/completions",
        json={"model": "dossier/letters", "messages": [{"role": "user", "content": QUESTION}]},
    ).json()
    assert chat["model"] == "dossier/letters"
    assert chat["citations"][0].startswith(f"{site.base_url}/c/letters/read/")
    assert site.get(chat["citations"][0]).status_code == 200


def test_the_field_collection_asks_another_one_but_never_out_of_one(site):
    for path in ("/v1/ask", "/v1/search"):
        within = site.post(f"/c/letters{path}", json={"question": QUESTION, "collection": "letters"})
        assert within.status_code == 200
        for address, name in (
            (f"/c/letters{path}", "default"), (path, "nothing"), (f"/c/nothing{path}", None)
        ):  # fmt: skip
            response = site.post(address, json={"question": QUESTION, "collection": name})
            assert problem_of(response)["status"] == 404, address
    assert "Odessa" in site.post("/v1/ask", json={"question": QUESTION, "collection": "default"}).text
    assert site.post("/v1/ask", json={"question": QUESTION, "collection": "../x"}).status_code == 422


def test_collections_are_listed_and_within_one_there_is_no_other(site):
    listed = site.get("/v1/collections").json()["collections"]
    assert [(one["name"], one["is_default"], one["sources"], one["url"]) for one in listed] == [
        ("default", True, 1, "/"),
        ("letters", False, 2, "/c/letters/"),
    ]
    assert listed[1]["title"] == "Letters from the coast"
    assert site.get("/v1/collections/letters").json() == listed[1]
    assert [one["id"] for one in site.get("/v1/models").json()["data"]] == ["dossier", "dossier/letters"]
    assert [one["id"] for one in site.get("/c/letters/v1/models").json()["data"]] == ["dossier"]
    for outside in (
        "/c/letters/metrics",
        "/c/letters/health/ready",
        "/c/letters/v1/collections",
    ):
        assert site.get(outside).status_code == 404, outside


def test_agents_ask_each_collection_by_its_name(site):
    names = [one["name"] for one in call(site, "list_collections")["collections"]]
    assert names == ["default", "letters"]
    assert "Odessa" in json.dumps(call(site, "ask", question=QUESTION))
    of_letters = call(site, "ask", question=QUESTION, collection="letters")
    assert "Trieste" in json.dumps(of_letters)
    assert of_letters["passages"][0]["url"].startswith(f"{site.base_url}/c/letters/read/")
    assert "no document" in failure(site, "read_pages", document_id=site.document["id"])
    assert "no collection nothing" in failure(site, "ask", question=QUESTION, collection="nothing")


def test_metrics_tell_of_each_collection_by_its_name(site):
    site.get("/c/letters/v1/sources")
    lines = site.get("/metrics").text.splitlines()
    assert 'dossier_index_ready{collection="letters"} 1.0' in lines
    passages = {one["name"]: one["passages"] for one in site.get("/v1/collections").json()["collections"]}
    for name, count in passages.items():
        assert f'dossier_index_passages{{collection="{name}"}} {float(count)}' in lines


def test_the_same_file_in_two_collections_is_two_and_deleted_from_one_stays_in_the_other(tmp_path):
    for name in ("one", "two"):
        create_collection(tmp_path, name)
    with serving(make_app(tmp_path)) as client:
        for name in ("one", "two"):
            assert (
                finished_job(client, upload_into(client, "letter.txt", LETTER, name))["status"] == "succeeded"
            )
        (source,) = client.get("/c/one/v1/sources").json()["sources"]
        assert client.delete(f"/c/one/v1/sources/{source['id']}").status_code == 204
        assert client.get("/c/one/v1/sources").json()["total"] == 0
        assert client.get(f"/c/two/v1/sources/{source['id']}").json()["id"] == source["id"]
        assert client.get("/v1/sources").json()["total"] == 0
        subjects = {
            name: [(e["action"], e["subject"]) for e in client.get(f"{root}/v1/audit").json()["entries"]]
            for name, root in (("default", ""), ("one", "/c/one"), ("two", "/c/two"))
        }
        assert subjects == {
            "default": [("collection made", "two"), ("collection made", "one")],
            "one": [("deleted", "letter.txt"), ("added", "letter.txt")],
            "two": [("added", "letter.txt")],
        }


def test_a_collection_is_made_used_deleted_and_made_anew_while_it_runs(tmp_path):
    with serving(make_app(tmp_path)) as client:
        made = client.post("/v1/collections", json={"name": "letters", "title": "Letters"})
        assert (made.status_code, made.headers["location"]) == (201, "/v1/collections/letters")
        assert client.post("/v1/collections", json={"name": "letters"}).status_code == 409
        assert client.post("/v1/collections", json={"name": "Not one"}).status_code == 422
        finished_job(client, upload_into(client, "letter.txt", LETTER))
        assert client.delete("/v1/collections/letters").status_code == 204
        assert client.get("/c/letters/v1/sources").status_code == 404
        assert client.delete("/v1/collections/letters").status_code == 404
        assert client.delete("/v1/collections/default").status_code == 409
        assert 'collection="letters"' not in client.get("/metrics").text
        client.post("/v1/collections", json={"name": "letters"})
        assert client.get("/c/letters/v1/sources").json()["total"] == 0


def test_one_that_another_process_deleted_and_made_anew_is_opened_anew(tmp_path):
    from service.collections import delete_collection

    create_collection(tmp_path, "letters")
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload_into(client, "letter.txt", LETTER))
        delete_collection(tmp_path, "letters")
        assert client.get("/c/letters/v1/sources").status_code == 404
        create_collection(tmp_path, "letters")
        assert client.get("/c/letters/v1/sources").json()["total"] == 0


def test_as_many_are_held_as_the_settings_allow_and_the_longest_unused_is_closed(tmp_path):
    for name in ("one", "two", "three"):
        create_collection(tmp_path, name)
    app = make_app(tmp_path, open_collections=2)
    with serving(app) as client:
        for name in ("one", "two", "one", "three"):
            assert client.get(f"/c/{name}/v1/sources").status_code == 200
        metrics = client.get("/metrics").text
        held = {name for name in ("one", "two", "three") if f'ready{{collection="{name}"}}' in metrics}
        assert held == {"one", "three"}
        assert client.get("/c/two/v1/sources").status_code == 200


def test_one_that_is_in_use_is_closed_only_when_it_is_given_back(tmp_path):
    for name in ("one", "two"):
        create_collection(tmp_path, name)
    app = make_app(tmp_path, open_collections=1)
    with serving(app) as client:
        service = app.state.service
        with service.using("one") as state:
            assert client.get("/c/two/v1/sources").status_code == 200
            assert state.dossier().sources() == []
            client.delete("/v1/collections/one")
            assert client.get("/c/one/v1/sources").status_code == 404
        assert client.get("/health/ready").status_code == 200


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_for_a_key_that_is_held_to_a_collection_there_is_no_other(tmp_path):
    for name in ("letters", "diaries"):
        create_collection(tmp_path, name, title=name.title())
    store = KeyStore(tmp_path)
    _, anna = store.create("anna", [KeyScope.edit], collections=["letters"])
    _, olga = store.create("olga", [KeyScope.admin])
    with serving(make_app(tmp_path)) as client:
        client.headers.update(bearer(olga))
        diary = finished_job(client, upload_into(client, "diary.txt", REPORT, "diaries"))
        upload(client, "report.txt", REPORT)
        client.headers.update(bearer(anna))
        letter = finished_job(client, upload(client, "letter.txt", LETTER))
        assert letter["url"] == f"/c/letters/v1/jobs/{letter['id']}"
        assert [one["name"] for one in client.get("/v1/collections").json()["collections"]] == ["letters"]
        assert [one["id"] for one in client.get("/v1/models").json()["data"]] == ["dossier"]
        answer = client.post("/v1/ask", json={"question": QUESTION}).json()
        assert {one["citation"]["source"] for one in answer["passages"]} == {"letter.txt"}
        client.document, client.letter, client.book = (
            {"id": "0" * 16, "pages": [{"label": "1"}]},
            letter,
            letter,
        )
        for other in ("diaries", "default", "nothing"):
            for method, _, path, options in requests_for(client):
                if path == "/v1/audit":
                    continue
                response = client.request(method, f"/c/{other}{path}", **options)
                assert response.status_code == 404, (method, other, path)
                assert "Diaries" not in response.text
            told = client.get(f"/v1/collections/{other}")
            assert problem_of(told)["detail"].startswith(f"There is no collection {other}:")
            assert client.post("/v1/ask", json={"question": QUESTION, "collection": other}).status_code == 404
            model = {"model": f"dossier/{other}", "messages": [{"role": "user", "content": QUESTION}]}
            assert client.post("/v1/chat/completions", json=model).status_code == 404
        for method, path in (
            ("POST", "/v1/collections"), ("DELETE", "/v1/collections/letters"), ("GET", "/metrics"),
            ("GET", "/c/letters/v1/audit"),
        ):  # fmt: skip
            assert client.request(method, path, json={"name": "new"}).status_code == 403, path
        client.headers.update(bearer(olga))
        assert client.get(f"/c/diaries/v1/sources/{diary['source_id']}").status_code == 200
        assert len(client.get("/v1/collections").json()["collections"]) == 3


def test_a_browser_that_is_signed_in_with_such_a_key_is_held_to_it_too(tmp_path):
    create_collection(tmp_path, "letters")
    _, key = KeyStore(tmp_path).create("anna", [KeyScope.ask], collections=["letters"])
    with serving(make_app(tmp_path)) as client:
        signed_in = client.post("/sign-in", data={"key": key})
        assert signed_in.status_code == 303
        assert client.get("/c/letters/library").status_code == 200
        assert client.get("/c/default/library").status_code == 404


def test_a_key_for_what_is_of_all_collections_is_held_to_none(tmp_path):
    store = KeyStore(tmp_path)
    for scope in (KeyScope.admin, KeyScope.metrics):
        with pytest.raises(KeyScopeError, match=f"cannot have the scope {scope}"):
            store.create("anna", [KeyScope.ask, scope], collections=["letters"])
    assert store.keys() == []


def test_keys_made_before_there_were_collections_open_all_and_new_ones_are_added_to_them(tmp_path):
    store = KeyStore(tmp_path)
    _, old = store.create("old", [KeyScope.ask])
    with closing(sqlite3.connect(store.path)) as database, database:
        database.execute("ALTER TABLE keys DROP COLUMN collections")
    assert store.find(digest_of(old)).collections is None
    key, new = store.create("new", [KeyScope.ask], collections=["letters", "letters", "diaries"])
    assert store.find(digest_of(new), key_id=key.id).collections == ("letters", "diaries")
    kept = store.keys()
    assert {one.name: one.collections for one in kept} == {
        "old": None,
        "new": ("letters", "diaries"),
    }


def test_collections_with_the_same_model_share_one(tmp_path, monkeypatch):
    loaded = []

    def load(settings):
        loaded.append(settings.model)
        return WordHashEncoder()

    monkeypatch.setattr("service.assembly.load_encoder", load)
    for name, model in (("one", ""), ("two", ""), ("three", 'model = "another"')):
        (create_collection(tmp_path, name).folder / FILE_NAME).write_text(model)
    settings = make_settings(tmp_path)
    with serving(create_app(settings)) as client:
        for name in ("one", "two", "three"):
            assert client.get(f"/c/{name}/v1/sources").status_code == 200
    assert loaded == ["all-MiniLM-L6-v2", "another"]


def test_a_collection_that_cannot_be_opened_says_so_and_hinders_no_other(tmp_path):
    folder = create_collection(tmp_path, "broken").folder
    (folder / FILE_NAME).write_text("passage_tokens = 1")
    with serving(make_app(tmp_path)) as client:
        refused = client.get("/c/broken/v1/sources")
        assert (refused.status_code, str(tmp_path) in refused.text) == (503, False)
        assert [one["name"] for one in client.get("/v1/collections").json()["collections"]] == [
            "default",
            "broken",
        ]
        assert client.get("/v1/sources").status_code == 200
        (folder / FILE_NAME).write_text("passage_tokens = 100")
        assert client.get("/c/broken/v1/sources").status_code == 200


def test_a_service_of_one_named_collection_serves_no_other(tmp_path):
    for name in ("one", "two"):
        create_collection(tmp_path, name)
    with serving(make_app(tmp_path, collection="one")) as client:
        job = finished_job(client, upload(client, "letter.txt", LETTER))
        assert job["url"].startswith("/v1/jobs/")
        assert [one["name"] for one in client.get("/v1/collections").json()["collections"]] == ["one"]
        assert client.get("/c/one/v1/sources").json()["total"] == 1
        for other in ("two", "default"):
            assert client.get(f"/c/{other}/v1/sources").status_code == 404
    assert (tmp_path / "collections/one/index.sqlite").exists()
    assert not (tmp_path / "index.sqlite").exists()


def test_what_waits_in_a_collection_is_indexed_after_a_restart_though_nobody_asks_for_it(tmp_path):
    folder = create_collection(tmp_path, "letters").folder
    upload = store_upload(BytesIO(LETTER.encode()), "letter.txt", folder=folder, max_bytes=1_000)
    jobs = JobStore(folder, max_queued=9)
    job = jobs.add(AddFile(upload, "letter.txt", "beside"), source_id=None, source_name="letter.txt")
    with serving(make_app(tmp_path)):
        wait_until(lambda: jobs.get(job.id).is_finished)
    assert jobs.get(job.id).status == "succeeded"
    jobs.close()


def test_many_who_ask_for_a_collection_at_once_open_it_once(tmp_path):
    create_collection(tmp_path, "letters")
    opened, may_open = [], threading.Event()

    def open_dossier(settings):
        opened.append(settings.collection)
        assert settings.collection == "default" or may_open.wait(30)
        return Dossier.open(settings=settings, encoder=WordHashEncoder())

    statuses = []
    with serving(make_app(tmp_path, open_dossier=open_dossier)) as client:
        askers = [
            threading.Thread(target=lambda: statuses.append(client.get("/c/letters/v1/sources").status_code))
            for _ in range(6)
        ]
        for asker in askers:
            asker.start()
        wait_until(lambda: "letters" in opened)
        may_open.set()
        for asker in askers:
            asker.join()
    assert statuses == [200] * 6
    assert opened == ["default", "letters"]


def test_a_collection_that_cannot_be_opened_is_listed_among_the_others(tmp_path):
    create_collection(tmp_path, "letters")
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "report.txt", REPORT))
        (tmp_path / "collections" / "letters" / "index.sqlite").write_bytes(b"no index" * 1_000)
        listed = {one["name"]: one["passages"] for one in client.get("/v1/collections").json()["collections"]}
    assert listed == {"default": 1, "letters": None}


def test_what_is_said_of_a_collection_is_kept_without_what_cannot_be_shown(tmp_path):
    said = {"name": "letters", "title": "Let\x02ters", "description": "Of Anna\nand Karl\x1b"}
    with serving(make_app(tmp_path)) as client:
        assert client.post("/v1/collections", content=json.dumps(said)).status_code == 415
        made = client.post(
            "/v1/collections", content=json.dumps(said), headers={"Content-Type": "application/json"}
        ).json()
        assert client.get("/v1/collections/letters").json()["description"] == "Of Anna\nand Karl"
    assert (made["title"], made["description"]) == ("Letters", "Of Anna\nand Karl")
