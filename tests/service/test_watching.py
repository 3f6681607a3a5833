"""A folder that is watched: what is whole is read, what is gone is deleted where that was asked for."""

import os
import signal
from pathlib import Path

import pytest
from command_process import command_process
from service_support import wait_until

from embeddings.store.catalogue import Catalogue
from embeddings.store.connections import Store
from embeddings.store.data_folder import STORE_NAME
from service.library.watching import REST_SECONDS, FolderWatch

NOTE = "The treaty of Kars was signed on 13 October 1921."


class Clock:
    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds

    def rest(self):
        self.seconds += REST_SECONDS


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def letters(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    return folder


def names(files):
    return [file.name for file in files]


def test_a_file_is_ready_once_neither_its_size_nor_its_time_has_changed_for_a_while(letters, clock):
    watched = FolderWatch([letters], now=clock)
    (letters / "a.txt").write_text("The trea")
    assert watched.look() == []
    clock.rest()
    (letters / "a.txt").write_text(NOTE)
    assert watched.look() == []
    clock.seconds += REST_SECONDS / 2
    assert watched.look() == []
    assert watched.is_waiting
    clock.seconds += REST_SECONDS / 2
    (file,) = watched.look()
    assert (file.name, file.path) == ("a.txt", letters / "a.txt")
    watched.settle(file)
    assert watched.look() == []
    assert not watched.is_waiting


def test_what_was_tried_is_tried_again_when_it_or_what_describes_it_changes_and_not_before(letters, clock):
    watched = FolderWatch([letters], now=clock)
    path = letters / "a.pdf"
    path.write_bytes(b"%PDF-1.7 broken")
    for change in (lambda: path.write_bytes(b"%PDF-1.7 mended"), lambda: os.utime(path, (1, 1))):
        watched.look()
        clock.rest()
        (file,) = watched.look()
        watched.settle(file)
        clock.rest()
        assert watched.look() == []
        change()
    (letters / "a.pdf.toml").write_text("title = 'A'")
    watched.look()
    clock.rest()
    assert names(watched.look()) == ["a.pdf"]


def test_a_file_that_changes_between_the_look_and_the_reading_is_not_as_seen(letters, clock):
    watched = FolderWatch([letters], now=clock)
    (letters / "a.txt").write_text(NOTE)
    watched.look()
    clock.rest()
    (file,) = watched.look()
    assert watched.is_as_seen(file)
    (letters / "a.txt").write_text(NOTE + NOTE)
    assert not watched.is_as_seen(file)
    (letters / "a.txt").unlink()
    assert not watched.is_as_seen(file)


def gone(watched, clock, *paths):
    """Return which paths are gone, looked at twice."""
    known = list(map(str, paths))
    watched.look()
    first = watched.gone(known)
    clock.rest()
    watched.look()
    assert first == []
    return [Path(path).name for path in watched.gone(known)]


def test_a_file_is_gone_once_it_has_been_missing_for_a_while(letters, clock):
    watched = FolderWatch([letters], now=clock)
    for name in ("a.txt", "b.txt", "c.jpg"):
        (letters / name).write_text(NOTE)
    elsewhere = letters.parent / "elsewhere" / "d.txt"
    known = [letters / "a.txt", letters / "b.txt", letters / "c.jpg", elsewhere]
    assert gone(watched, clock, *known) == []
    (letters / "b.txt").unlink()
    assert gone(watched, clock, *known) == ["b.txt"]


@pytest.mark.parametrize("how", ["emptied", "removed", "unmounted"])
def test_of_a_whole_folder_that_is_gone_nothing_is(letters, clock, how):
    watched = FolderWatch([letters], now=clock)
    (letters / "a.txt").write_text(NOTE)
    assert gone(watched, clock, letters / "a.txt") == []
    (letters / "a.txt").unlink()
    if how != "emptied":
        letters.rmdir()
    if how == "unmounted":
        letters.mkdir()
    assert gone(watched, clock, letters / "a.txt") == []


def test_what_stands_in_a_shut_folder_is_not_gone(letters, clock, monkeypatch):
    (letters / "box").mkdir()
    (letters / "a.txt").write_text(NOTE)
    (letters / "box" / "cafe\u0301.txt").write_text(NOTE)  # known as it is written composed
    watched, look = FolderWatch([letters], now=clock), os.scandir

    def shut(path):
        if Path(path).name == "box":
            raise PermissionError(13, "Permission denied")
        return look(path)

    known = [letters / "a.txt", letters / "box" / "caf\u00e9.txt"]
    assert gone(watched, clock, *known) == []
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", shut)
        assert gone(watched, clock, *known) == []
    (letters / "box" / "cafe\u0301.txt").unlink()
    assert gone(watched, clock, *known) == ["caf\u00e9.txt"]


def indexed_names(folder):
    store = Store(folder / "data" / STORE_NAME, read_only=True)
    try:
        with store.reading() as connection:
            return [one.name for one in Catalogue(connection).sources()]
    finally:
        store.close()


def test_the_command_follows_a_folder_until_it_is_told_to_stop(letters):
    folder = letters.parent
    (letters / "a.txt").write_text(NOTE)
    (letters / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    (letters / "copy.txt").write_text(NOTE + " It held.")
    with command_process("watch", letters, "--delete", folder=folder) as (process, lines):
        wait_until(lambda: "added copy.txt: one document, one passage" in lines)
        (letters / "b.txt").write_text(NOTE.replace("Kars", "Moscow"))
        (letters / "a.txt").write_text(NOTE.replace("Kars", "Batum"))
        (letters / "copy.txt").unlink()
        wait_until(lambda: f"deleted {letters / 'copy.txt'}" in lines)
        wait_until(lambda: "replaced a.txt: one document, one passage" in lines)
        wait_until(lambda: "added b.txt: one document, one passage" in lines)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert lines[0] == f"watching {letters}"
    assert lines[-1] == "stopped"
    assert len([line for line in lines if "broken.pdf" in line]) == 1
    assert indexed_names(folder) == ["a.txt", "b.txt"]


def test_without_being_asked_to_it_deletes_nothing_and_after_a_kill_it_goes_on(letters):
    folder = letters.parent
    (letters / "a.txt").write_text(NOTE)
    (letters / "b.txt").write_text(NOTE + " It held.")
    with command_process("watch", letters, folder=folder) as (process, lines):
        wait_until(lambda: "added b.txt: one document, one passage" in lines)
        process.kill()
    (letters / "a.txt").unlink()
    (letters / "c.txt").write_text(NOTE + " It ended.")
    with command_process("watch", letters, "--sweep", "1", folder=folder) as (process, lines):
        wait_until(lambda: "added c.txt: one document, one passage" in lines)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert lines == [f"watching {letters}", "added c.txt: one document, one passage", "stopped"]
    assert indexed_names(folder) == ["a.txt", "b.txt", "c.txt"]


def test_a_folder_with_the_index_in_it_is_not_watched(run, tmp_path):
    (tmp_path / "letters").mkdir()
    for folder in (".", "data/letters", "nowhere"):
        (tmp_path / "data" / "letters").mkdir(parents=True, exist_ok=True)
        code, _, err = run("watch", folder)
        assert code == 2
        assert len(err) == 1
        assert err[0].startswith(f"dossier: {folder} ")
