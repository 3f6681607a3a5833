"""A file that is there as it would be read today is not read again; what readers changed since is."""

import shutil

import pytest
from encoders import WordHashEncoder

from chunker.readers import fingerprint, tesseract
from chunker.readers.extraction import ReadingLimits, RecognitionSettings
from chunker.readers.isolated import IsolatedReader
from service.dossier import Dossier
from tests.support.scans import COMMITTEE, file_of, needs_tesseract, page_of
from tests.support.service_support import make_settings


class CountingReader(IsolatedReader):
    """Reads files, and knows which."""

    def __init__(self, limits=None):
        super().__init__(limits=limits)
        self.files = []

    def read(self, path, *, name, **options):
        self.files.append(name)
        return super().read(path, name=name, **options)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "anna.txt").write_text("Anna wrote of the harbour.")
    (folder / "copy.txt").write_text("Anna wrote of the harbour.")
    (folder / "carl.html").write_text("<h1>Carl</h1><p>Carl answered on 3 May 1912.</p>")
    (folder / "torn.html").write_bytes(b"<p>The \x81 ink has run.</p>")
    return folder


def index_into(data, paths=(), *, again=(), limits=None, **settings):
    """What became of files, and which of them were read."""
    with Dossier.open(settings=make_settings(data, **settings), encoder=WordHashEncoder()) as dossier:
        dossier.reader.close()
        with CountingReader(limits) as reader:
            dossier.reader = reader
            outcomes = dossier.add(paths) if paths else list(dossier.add_files(dossier.kept_files()))
        return {one.name: one for one in outcomes}, reader.files, dossier.sources()


def test_what_is_unchanged_is_told_as_if_it_had_been_read(tmp_path, folder, monkeypatch):
    data = tmp_path / "data"
    _, read, _ = index_into(data, [folder])
    assert sorted(read) == ["anna.txt", "carl.html", "copy.txt", "torn.html"]
    again, read, _ = index_into(data, [folder])
    assert read == []
    monkeypatch.setattr(fingerprint, "_libraries", lambda: ["another"])
    fingerprint._readers.cache_clear()
    anew, read, _ = index_into(data, [folder])
    assert len(read) == 4
    assert again == anew
    assert [one.status for one in again.values()] == ["unchanged", "unchanged", "copy", "unchanged"]
    assert again["torn.html"].notices
    fingerprint._readers.cache_clear()


def test_other_bytes_another_sidecar_and_other_settings_are_read(tmp_path, folder):
    data = tmp_path / "data"
    index_into(data, [folder])
    (folder / "carl.html").write_text("<h1>Carl</h1><p>Carl answered on 4 May 1912.</p>")
    outcomes, read, _ = index_into(data, [folder])
    assert (read, outcomes["carl.html"].status) == (["carl.html"], "replaced")
    (folder / "anna.txt.toml").write_text('title = "Letters of Anna"')
    outcomes, read, sources = index_into(data, [folder])
    assert (read, outcomes["anna.txt"].status) == (["anna.txt"], "replaced")
    assert {one.title for one in sources if one.name == "anna.txt"} == {"Letters of Anna"}
    assert index_into(data, [folder])[1] == []
    (folder / "anna.txt.toml").unlink()
    assert index_into(data, [folder])[1] == ["anna.txt"]
    assert len(index_into(data, [folder], limits=ReadingLimits(max_pages=9))[1]) == 4


def test_a_file_of_which_no_original_was_kept_is_read_once_more(tmp_path, folder):
    data = tmp_path / "data"
    index_into(data, [folder], keep_originals=False)
    assert index_into(data, [folder], keep_originals=False)[1] == []
    assert len(index_into(data, [folder])[1]) == 3  # with Anna's the bytes of copy.txt are kept
    assert index_into(data, [folder])[1] == []


def test_kept_files_are_read_again_by_other_readers_with_their_names_and_sidecars(tmp_path, folder):
    data = tmp_path / "data"
    (folder / "anna.txt.toml").write_text('title = "Letters of Anna"')
    _, _, before = index_into(data, [folder])
    shutil.rmtree(folder)
    assert index_into(data)[1] == []
    outcomes, read, after = index_into(data, limits=ReadingLimits(max_pages=9))
    assert sorted(read) == ["anna.txt", "carl.html", "torn.html"]
    assert {one.status for one in outcomes.values()} == {"unchanged"}
    assert after == before


@needs_tesseract
def test_what_ocr_read_is_read_once_and_goes_with_its_file(tmp_path, monkeypatch):
    folder, data, runs = tmp_path / "scans", tmp_path / "data", tmp_path / "runs"
    folder.mkdir()
    program, counting = shutil.which("tesseract"), tmp_path / "bin" / "tesseract"
    counting.parent.mkdir()
    counting.write_text(f'#!/bin/sh\n[ "$1" = - ] && echo run >> {runs}\nexec {program} "$@"\n')
    counting.chmod(0o755)
    monkeypatch.setenv("PATH", f"{counting.parent}:/usr/bin:/bin")
    scan = folder / "minutes.png"
    scan.write_bytes(file_of(page_of((120, 200, COMMITTEE))))

    def indexed(seconds, languages="eng"):
        recognition = RecognitionSettings(languages, seconds, data / "recognitions")
        runs.write_text("")
        _, read, sources = index_into(data, [folder], limits=ReadingLimits(recognition=recognition))
        return len(read), len(runs.read_text().splitlines()), sources

    _, first, before = indexed(60)
    assert first > 0
    assert indexed(60) == (0, 0, before)
    assert indexed(70) == (1, 0, before)
    for kept in (data / "recognitions").rglob("*"):
        if kept.is_file():
            kept.write_bytes(b"damaged")
    assert indexed(60) == (1, first, before)
    if "deu" in tesseract.installed_languages():
        assert indexed(60, "deu")[1] > 0
    with Dossier.open(settings=make_settings(data), encoder=WordHashEncoder()) as dossier:
        assert len(list((data / "recognitions").iterdir())) == 1
        dossier.delete("minutes.png")
        assert list((data / "recognitions").iterdir()) == []


def test_every_process_tells_the_same_of_a_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Anna wrote of the harbour.")
    for seconds in (60, 60.0):
        limits = ReadingLimits(recognition=RecognitionSettings(seconds=seconds))
        with IsolatedReader(limits=limits) as reader:
            told = reader.read(path, name="a.txt").fingerprint
        assert told == fingerprint.fingerprint_of_file(path, limits)
