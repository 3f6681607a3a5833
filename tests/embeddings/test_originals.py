"""The files that sources were read from: kept while one needs them, whole whatever is killed when."""

import errno
import multiprocessing
import os
import signal
from unittest import mock

import pytest
from crashing_indexer import SLOW_MODULES, run_and_die_at_files, run_originals
from encoders import WordHashEncoder
from index_support import CHUNKING

from chunker.errors import UnreadableSourceError
from chunker.readers.reading import read_source
from embeddings.errors import IndexStoreError, StorageFullError
from embeddings.local_index import LocalIndex


def opened(folder, **options):
    return LocalIndex.open(
        folder, encoder=WordHashEncoder(), chunking=CHUNKING, **{"keep_originals": True, **options}
    )


def add(index, path, name=None):
    return index.add_source(read_source(path, name=name or path.name), original=path)


def files_in(folder):
    originals = folder / "originals"
    return sorted(path for path in originals.rglob("*") if path.is_file()) if originals.is_dir() else []


def rows_of(index):
    with index._store.reading() as connection:
        return connection.execute("SELECT digest, source_key FROM originals").fetchall()


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("The envoy closed the Straits.")
    return path


def test_a_file_is_kept_byte_for_byte_whatever_becomes_of_it(tmp_path, letter):
    with opened(tmp_path / "data") as index:
        change = add(index, letter)
        data = letter.read_bytes()
        letter.unlink()
        assert index.original(change.source_id).read_bytes() == data
        assert index.problems() == []
        with index.snapshot() as snapshot:
            assert [one.is_kept for one in snapshot.sources()] == [True]


def test_without_the_setting_or_a_file_nothing_is_kept(tmp_path, letter):
    with opened(tmp_path / "data", keep_originals=False) as index:
        change = add(index, letter)
        assert index.original(change.source_id) is None
    with opened(tmp_path / "data") as index:
        index.add_source(read_source(letter, name="letter.txt"))
        assert index.original(change.source_id) is None
        assert index.original("unknown") is None
        assert files_in(tmp_path / "data") == []
        assert add(index, letter).status == "unchanged"
        assert index.original(change.source_id).read_bytes() == letter.read_bytes()


def test_a_file_goes_with_the_last_source_that_was_read_from_it(tmp_path, letter):
    with opened(tmp_path / "data") as index:
        first = add(index, letter)
        copy = add(index, letter, "copy.txt")
        assert len(files_in(tmp_path / "data")) == 1
        letter.write_text("The envoy asked for cotton.")
        other = add(index, letter)
        assert [index.original(one.source_id) is not None for one in (copy, other)] == [True, True]
        index.delete(other.source_id)
        assert [path.read_text() for path in files_in(tmp_path / "data")] == ["The envoy closed the Straits."]
        index.delete(first.source_id)
        assert files_in(tmp_path / "data") == []
        assert rows_of(index) == []


def test_a_file_that_changes_while_it_is_read_is_refused_and_leaves_nothing(tmp_path, letter):
    source = read_source(letter, name="letter.txt")
    letter.write_text("The envoy asked for cotton.")
    with opened(tmp_path / "data") as index:
        with pytest.raises(UnreadableSourceError, match=r"letter\.txt: changed while it was read"):
            index.add_source(source, original=letter)
        letter.unlink()
        with pytest.raises(UnreadableSourceError, match=r"letter\.txt: cannot be read any more"):
            index.add_source(source, original=letter)
        assert index.problems() == []
        assert (files_in(tmp_path / "data"), rows_of(index)) == ([], [])


@pytest.mark.parametrize(
    ("error", "told", "words"),
    [
        (OSError(errno.ENOSPC, "No space"), StorageFullError, "No space left to keep letter.txt"),
        (OSError(errno.EROFS, "Read-only"), IndexStoreError, r"letter\.txt cannot be kept in .*Read-only"),
    ],
)
def test_where_it_cannot_be_written_one_line_says_so_and_nothing_is_added(
    tmp_path, letter, error, told, words
):
    with opened(tmp_path / "data") as index:
        with (
            mock.patch.object(os, "fsync", side_effect=error),
            pytest.raises(told, match=words) as raised,
        ):
            add(index, letter)
        assert "DOSSIER_KEEP_ORIGINALS=no" in str(raised.value)
        assert "\n" not in str(raised.value)
        with index.snapshot() as snapshot:
            assert snapshot.sources() == []
        assert files_in(tmp_path / "data") == []
        assert add(index, letter).status == "added"
        assert len(rows_of(index)) == len(files_in(tmp_path / "data")) == 1


def test_an_original_that_is_gone_or_cut_short_is_a_problem_that_is_told(tmp_path, letter):
    with opened(tmp_path / "data") as index:
        change = add(index, letter)
        path = index.original(change.source_id)
        path.write_bytes(path.read_bytes()[:5])
        (problem,) = index.problems()
        assert change.source_id in problem
        assert add(index, letter).status == "unchanged"
        assert index.problems() == []
        path.unlink()
        assert index.original(change.source_id) is None
        assert len(index.problems()) == 1


def test_an_original_that_has_changed_is_neither_served_nor_read_again(tmp_path, letter):
    with opened(tmp_path / "data") as index:
        change = add(index, letter)
        assert [file.name for file in index.kept_files()] == [letter.name]
        path = index.original(change.source_id, is_checked=True)
        content = bytearray(path.read_bytes())
        content[0] ^= 1
        path.write_bytes(content)
        assert index.original(change.source_id, is_checked=True) is None
        assert index.kept_files() == []
        (problem,) = index.problems()
        assert problem.endswith("has changed: add the file again, or restore a backup")


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="needs a fork server")
def test_killed_at_any_step_no_file_is_too_many_and_none_is_missing(tmp_path):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(SLOW_MODULES)

    def run(folder, die_at):
        process = context.Process(target=run_and_die_at_files, args=(folder, die_at))
        process.start()
        process.join()
        assert process.exitcode == (0 if die_at is None else -signal.SIGKILL)

    run(tmp_path / "whole", None)
    steps = (tmp_path / "whole.log").read_text().splitlines()
    of_files = [number for number, step in enumerate(steps) if step not in {"COMMIT", "statement"}]
    points = {*of_files[::4], *(number + 1 for number in of_files[2::4]), steps.index("COMMIT", of_files[0])}
    assert len(points) > 10
    for point in sorted(points):
        folder = tmp_path / f"killed-{point}"
        run(folder, point)
        with opened(folder) as index:
            assert index.problems() == [], f"killed at step {point}"
            index.delete("unknown")  # the next change of whatever kind
            assert index.problems() == []
            with index.snapshot() as snapshot:
                kept = [index.original(one.id) for one in snapshot.sources()]
            assert None not in kept
            assert files_in(folder) == sorted(kept), f"killed at step {point}"
        run_originals(folder)  # and the run can be repeated to its end
        assert [path.read_text() for path in files_in(folder)] == ["Telegram 1 spoke of wool."]
