"""A backup is of one moment, and what is restored of it answers as before; what means harm is refused."""

import errno
import hashlib
import os
import shutil
import sqlite3
import tarfile
import threading
from contextlib import closing
from unittest import mock

import pytest
from crafted_archives import claiming, plain, special, written
from encoders import WordHashEncoder
from index_support import CHUNKING

from chunker.readers.reading import read_source
from embeddings.errors import (
    BackupError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    StorageFullError,
)
from embeddings.local_index import LocalIndex
from embeddings.store import backup as backups
from embeddings.store.backup import back_up
from embeddings.store.restoring import restore

QUESTIONS = ("telegram spoke of cotton", "wool", "source 3", "customs of the harbour")


def opened(folder):
    return LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING, keep_originals=True)


def add(index, folder, number, words="cotton"):
    path = folder / f"{number}.txt"
    path.write_text(" ".join(f"Telegram {n} of source {number} spoke of {words}." for n in range(20)))
    return index.add_source(read_source(path, name=path.name), original=path)


def answers(index):
    """Which passages each question finds, by both searches: ids, scores and texts in their order."""
    encoder = WordHashEncoder()
    found = []
    with index.snapshot() as snapshot:
        for question in QUESTIONS:
            for hits in (
                snapshot.dense_search(encoder.encode([question])[0], limit=20),
                snapshot.lexical_search(question, limit=20),
                snapshot.lexical_search(question, field="ngrams", limit=20),
            ):
                places = snapshot.places([key for key, _ in hits])
                found.append(
                    [
                        (p.passage.id, p.passage.text, score)
                        for p, (_, score) in zip(places, hits, strict=True)
                    ]
                )
        return found, [(one.id, one.name, one.added_at) for one in snapshot.sources()]


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    with opened(folder) as index:
        for number in range(5):
            add(index, tmp_path, number)
        add(index, tmp_path, 3, "wool")
    with closing(sqlite3.connect(folder / "keys.sqlite")) as keys, keys:
        keys.execute("CREATE TABLE keys (name TEXT)")
        keys.execute("INSERT INTO keys VALUES ('anna')")
    return folder


@pytest.mark.parametrize("name", ["archive.tar", "archive.tar.gz"])
def test_what_is_restored_answers_as_before(data, tmp_path, name):
    with opened(data) as index:
        before = answers(index)
    seen = []
    report = back_up(data, tmp_path / name, program="tests", on_progress=lambda *at: seen.append(at))
    assert (report.sources, report.originals, report.problems) == (5, 5, ())
    assert report.size_bytes == (tmp_path / name).stat().st_size
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    restored = restore(tmp_path / name, tmp_path / "restored")
    assert (restored.sources, restored.passages) == (5, report.passages)
    with opened(tmp_path / "restored") as index:
        assert index.problems() == []
        assert answers(index) == before
        with index.snapshot() as snapshot:
            kept = {one.name: index.original(one.id).read_bytes() for one in snapshot.sources()}
        assert kept["3.txt"] == (tmp_path / "3.txt").read_bytes()
        assert len(kept) == 5
    with closing(sqlite3.connect(tmp_path / "restored" / "keys.sqlite")) as keys:
        assert keys.execute("SELECT name FROM keys").fetchall() == [("anna",)]


def test_a_backup_is_read_by_tar_and_has_the_sums_of_all_its_files(data, tmp_path):
    back_up(data, tmp_path / "archive.tar", program="tests")
    with tarfile.open(tmp_path / "archive.tar") as archive:
        archive.extractall(tmp_path / "by hand", filter="data")
    lines = (tmp_path / "by hand" / "SHA256SUMS").read_text().splitlines()
    assert len(lines) == len([one for one in (tmp_path / "by hand").rglob("*") if one.is_file()]) - 1
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "by hand" / name).read_bytes()).hexdigest() == digest


def test_a_backup_is_of_one_moment_while_sources_come_and_go(data, tmp_path):
    with opened(data) as index:
        is_over = threading.Event()

        def change():
            number = 10
            while not is_over.is_set():
                change = add(index, tmp_path, number)
                index.delete(change.source_id)
                number += 1

        writer = threading.Thread(target=change)
        writer.start()
        try:
            for number in range(5):
                report = back_up(data, tmp_path / f"{number}.tar", program="tests")
                assert report.problems == ()
        finally:
            is_over.set()
            writer.join()
        for number in range(5):
            restore(tmp_path / f"{number}.tar", tmp_path / f"restored-{number}")
            with opened(tmp_path / f"restored-{number}") as restored:
                assert restored.problems() == []
                with restored.snapshot() as snapshot:
                    assert {f"{n}.txt" for n in range(5)} <= {one.name for one in snapshot.sources()}
        index.delete("unknown")  # the next change removes what was left because of the backups
        with index.snapshot() as snapshot:
            kept = sorted(index.original(one.id) for one in snapshot.sources())
        assert sorted(path for path in (data / "originals").rglob("*") if path.is_file()) == kept


def test_an_original_that_is_wanting_is_told_and_stops_nothing(data, tmp_path):
    with opened(data) as index, index.snapshot() as snapshot:
        first, second = (index.original(one.id) for one in snapshot.sources()[:2])
    first.unlink()
    second.write_bytes(b"changed")
    report = back_up(data, tmp_path / "archive.tar", program="tests")
    assert set(report.problems) == {
        f"the original {first} is missing: add the file again",
        f"the original {second} has changed: add the file again",
    }
    assert restore(tmp_path / "archive.tar", tmp_path / "restored").sources == 5


def test_a_full_disk_is_one_line_and_leaves_the_earlier_backup_and_nothing_else(data, tmp_path):
    target = tmp_path / "backups" / "archive.tar"
    target.parent.mkdir()
    target.write_bytes(b"earlier")
    full = OSError(errno.ENOSPC, "No space left on device")
    with (
        mock.patch.object(os, "fsync", side_effect=full),
        pytest.raises(StorageFullError, match=r"No space left in .*backups") as raised,
    ):
        back_up(data, target, program="tests")
    assert "\n" not in str(raised.value)
    assert list(target.parent.iterdir()) == [target]
    assert target.read_bytes() == b"earlier"


def test_a_damaged_index_does_not_take_the_place_of_an_earlier_backup(data, tmp_path):
    target = tmp_path / "archive.tar"
    back_up(data, target, program="tests")
    earlier = target.read_bytes()
    with (data / "index.sqlite").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096 * 10)
    with pytest.raises(IndexDamagedError):
        back_up(data, target, program="tests")
    assert target.read_bytes() == earlier


def test_there_must_be_an_index_and_a_file_to_write(data, tmp_path):
    with pytest.raises(IndexMissingError):
        back_up(tmp_path / "nowhere", tmp_path / "archive.tar", program="tests")
    with pytest.raises(BackupError, match="is a folder"):
        back_up(data, tmp_path, program="tests")
    with pytest.raises(BackupError, match="No such file"):
        back_up(data, tmp_path / "nowhere" / "archive.tar", program="tests")


def test_what_a_killed_backup_left_goes_with_the_next(data, tmp_path):
    left = tmp_path / ".archive.tar.part.killed"
    left.mkdir()
    (left / "index.sqlite").write_bytes(b"half")
    back_up(data, tmp_path / "archive.tar", program="tests")
    assert not left.exists()


@pytest.mark.parametrize("is_mounted", [False, True])
def test_what_a_killed_restoring_left_goes_with_the_next(data, tmp_path, is_mounted):
    back_up(data, tmp_path / "archive.tar", program="tests")
    folder = tmp_path / "place" / "restored"
    left = (folder if is_mounted else folder.parent) / ".restored.restored.killed"
    left.mkdir(parents=True)
    (left / "index.sqlite").write_bytes(b"half")
    with mock.patch.object(type(folder), "is_mount", return_value=is_mounted):
        restore(tmp_path / "archive.tar", folder)
    assert list(folder.parent.iterdir()) == [folder]
    assert {one.name for one in folder.iterdir()} == {"index.sqlite", "keys.sqlite", "originals"}
    with opened(folder) as index:
        assert index.problems() == []


def test_nothing_is_restored_over_what_is_there(data, tmp_path):
    back_up(data, tmp_path / "archive.tar", program="tests")
    before = sorted(data.rglob("*"))
    with pytest.raises(BackupError, match="is not empty"):
        restore(tmp_path / "archive.tar", data)
    assert sorted(data.rglob("*")) == before


def test_a_backup_with_any_byte_wrong_or_missing_is_refused_and_leaves_nothing(data, tmp_path):
    path = tmp_path / "archive.tar"
    back_up(data, path, program="tests")
    whole = path.read_bytes()
    end = whole.rindex(b"SHA256SUMS") + 512
    (tmp_path / "place").mkdir()
    for place in [*range(0, end, end // 40), end]:
        for damaged in (
            whole[:place],
            whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :],
        ):
            path.write_bytes(damaged)
            try:
                restore(path, tmp_path / "place" / "restored")
            except BackupError as error:
                assert "\n" not in str(error)  # noqa: PT017 - some bytes of a header mean nothing
                assert list((tmp_path / "place").iterdir()) == []
            else:
                assert place % 512 == 0 or whole[place] == 0
                with opened(tmp_path / "place" / "restored") as index:
                    assert index.problems() == []
                shutil.rmtree(tmp_path / "place" / "restored")


@pytest.mark.parametrize(
    ("member", "told"),
    [
        (plain("/etc/passwd"), "/etc/passwd"),
        (plain("../index.sqlite"), "no backup holds"),
        (plain("originals/../../x.sqlite"), "no backup holds"),
        (plain("originals/ab/cd"), "no backup holds"),
        (plain("index.sqlite\x00.txt/../x"), "is not what was backed up"),
        (plain("backup.json"), "not twice"),
        (special("index.sqlite", tarfile.SYMTYPE, "/etc/passwd"), "no plain file"),
        (special("index.sqlite", tarfile.LNKTYPE, "backup.json"), "no plain file"),
        (special("originals", tarfile.DIRTYPE), "no plain file"),
        (special("index.sqlite", tarfile.CHRTYPE), "no plain file"),
        (special("index.sqlite", tarfile.FIFOTYPE), "no plain file"),
        (special("index.sqlite", tarfile.GNUTYPE_SPARSE), "no plain file"),
        (claiming("index.sqlite", 1 << 50), "more than there is room for"),
        (claiming("index.sqlite", 1 << 20), "cut short"),
        (special("x", tarfile.XHDTYPE), "no plain file"),
        (special("x", tarfile.GNUTYPE_LONGNAME), "no plain file"),
    ],
)
def test_an_archive_that_means_harm_is_refused_and_leaves_nothing(tmp_path, member, told):
    path = written(tmp_path / "harm.tar", member)
    (tmp_path / "place").mkdir()
    with pytest.raises(BackupError, match=told):
        restore(path, tmp_path / "place" / "restored")
    assert list((tmp_path / "place").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"no archive", bytes(10_240), b"\x1f\x8bdamaged"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(BackupError, match="Take another backup"):
        restore(tmp_path / "x.tar", tmp_path / "restored")


def test_an_archive_without_an_index_is_no_backup(tmp_path):
    with pytest.raises(BackupError, match="no backup of this program"):
        restore(written(tmp_path / "x.tar"), tmp_path / "restored")


def test_two_backups_do_not_run_at_once(data, tmp_path):
    with (
        mock.patch.object(backups, "LOCK_TIMEOUT_SECONDS", 0),
        backups.originals_lock(data, timeout_seconds=0),
        pytest.raises(IndexBusyError, match="is being made"),
    ):
        back_up(data, tmp_path / "archive.tar", program="tests")
