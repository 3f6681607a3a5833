"""Who did what: each change once, under the name of who asked for it, and nothing of what is in a file."""

import json
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from encoders import WordHashEncoder
from service_support import SHORT_NOTE, finished_job, make_app, make_settings, problem_of, serving, upload

from embeddings.store.backup import back_up
from embeddings.store.restoring import restore
from service.audit import Actor, AuditLog, act_as, user_of_this_machine
from service.dossier import Dossier
from service.errors import AuditError
from service.hosting.key_store import KeyStore
from service.hosting.scopes import KeyScope

TEXT = "The zanzibar lamp was lit in 1904.\n"


def told(folder):
    """Return who did what to what, the oldest first."""
    entries, total = AuditLog(folder).newest(limit=1_000)
    assert [entry.number for entry in entries] == list(range(total, 0, -1))
    return [(one.actor.name, one.actor.door, one.action, one.subject) for one in reversed(entries)]


def open_dossier(folder):
    return Dossier.open(settings=make_settings(folder), encoder=WordHashEncoder())


def test_each_change_over_http_is_told_with_the_key_the_door_and_the_request(tmp_path):
    _, anna = KeyStore(tmp_path).create("anna", [KeyScope.edit])
    _, olga = KeyStore(tmp_path).create("olga", [KeyScope.admin])
    me = user_of_this_machine("python")
    with serving(make_app(tmp_path)) as client:
        client.headers["Authorization"] = f"Bearer {anna}"
        added = upload(client, "notes.txt", TEXT)
        job = finished_job(client, added)
        upload(client, "notes.txt", TEXT)
        replaced = finished_job(client, upload(client, "notes.txt", TEXT * 2, replace="true"))
        address = f"/v1/sources/{replaced['source_id']}"
        finished_job(client, client.patch(address, json={"title": "zanzibar lamps"}))
        assert client.delete(address).status_code == 204
        assert client.delete(address).status_code == 404
        assert client.get("/v1/audit").status_code == 403
        client.headers["Authorization"] = f"Bearer {olga}"
        listed = client.get("/v1/audit").json()
        part = client.get("/v1/audit", params={"offset": 1, "limit": 2}).json()
    assert told(tmp_path) == [
        (me.name, "python", "key made", "anna"),
        (me.name, "python", "key made", "olga"),
        ("anna", "http", "added", "notes.txt"),
        ("anna", "http", "replaced", "notes.txt"),
        ("anna", "http", "described", "notes.txt"),
        ("anna", "http", "deleted", "notes.txt"),
    ]
    assert listed["total"] == part["total"] == 6
    assert part["entries"] == listed["entries"][1:3]
    entry = listed["entries"][3]
    assert entry["request_id"] == added.headers["X-Request-ID"]
    assert entry["subject_id"] == job["source_id"]
    assert "zanzibar" not in json.dumps(listed)


def test_who_needs_no_key_is_anybody(tmp_path):
    with serving(make_app(tmp_path)) as client:
        finished_job(client, upload(client, "notes.txt", TEXT))
    assert told(tmp_path) == [("", "http", "added", "notes.txt")]


def test_from_python_each_file_is_told_unless_nothing_changed(tmp_path):
    folder, files = tmp_path / "data", tmp_path / "files"
    files.mkdir()
    (files / "a.txt").write_text(TEXT)
    (files / "b.txt").write_text(TEXT)
    (files / "bad.pdf").write_bytes(b"%PDF-nothing")
    with open_dossier(folder) as dossier:
        dossier.add([files])
        dossier.add([files])
        (files / "a.txt").write_text(TEXT * 3)
        dossier.add([files / "a.txt"])
    name = user_of_this_machine("python").name
    assert told(folder) == [
        (name, "python", "added", "a.txt"),
        (name, "python", "added", "b.txt"),
        (name, "python", "replaced", "a.txt"),
    ]


def test_entries_can_be_neither_changed_nor_removed(tmp_path):
    log = AuditLog(tmp_path)
    log.append("added", "notes.txt")
    with sqlite3.connect(log.path) as database:
        for change in ("UPDATE entries SET actor = 'x'", "DELETE FROM entries"):
            with pytest.raises(sqlite3.IntegrityError, match="only added"):
                database.execute(change)
    assert log.path.stat().st_mode & 0o077 == 0


def test_many_threads_add_entries_without_gaps(tmp_path):
    def append(number):
        act_as(Actor(f"key {number}", "http"))
        AuditLog(tmp_path).append("added", f"{number}.txt")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append, range(40)))
    assert sorted(told(tmp_path)) == sorted((f"key {n}", "http", "added", f"{n}.txt") for n in range(40))


def test_a_damaged_log_is_told_and_keeps_no_change_out(tmp_path, caplog):
    with open_dossier(tmp_path) as dossier:
        (tmp_path / "audit.sqlite").write_bytes(b"no database " * 1_000)
        dossier.add([SHORT_NOTE])
        assert dossier.info().sources == 1
    (record,) = (one for one in caplog.records if one.levelno == logging.ERROR)
    assert f"added {SHORT_NOTE.name}" in record.message
    for read in (lambda: AuditLog(tmp_path).newest(limit=1), AuditLog(tmp_path).require_whole):
        with pytest.raises(AuditError, match="restore it from a backup"):
            read()
    with serving(make_app(tmp_path)) as client:
        assert problem_of(client.get("/v1/audit"))["type"] == "urn:dossier:problem:audit-unusable"


def test_missing_entries_are_found(tmp_path):
    log = AuditLog(tmp_path)
    for number in range(3):
        log.append("added", f"{number}.txt")
    log.require_whole()
    with sqlite3.connect(log.path) as database:
        database.executescript("DROP TRIGGER never_removed; DELETE FROM entries WHERE number = 2")
    with pytest.raises(AuditError, match="entries are missing"):
        log.require_whole()


def test_the_log_answers_while_the_index_is_broken(tmp_path):
    AuditLog(tmp_path).append("added", "notes.txt")
    (tmp_path / "index.sqlite").write_bytes(b"no database " * 1_000)
    with serving(make_app(tmp_path), is_ready=False) as client:
        assert client.get("/v1/audit").json()["total"] == 1


def test_a_backup_holds_the_log(tmp_path):
    with open_dossier(tmp_path / "data") as dossier:
        dossier.add([SHORT_NOTE])
    back_up(tmp_path / "data", tmp_path / "b.tar", program="test")
    restore(tmp_path / "b.tar", tmp_path / "restored")
    assert told(tmp_path / "restored") == told(tmp_path / "data")
    assert Path(tmp_path / "restored" / "audit.sqlite").is_file()


def test_a_place_beyond_all_numbers_is_refused(tmp_path):
    with serving(make_app(tmp_path)) as client:
        assert client.get("/v1/audit", params={"offset": 2**63}).status_code == 422
