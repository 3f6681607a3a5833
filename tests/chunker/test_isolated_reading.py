"""Reading in another process: the same sources, and no file that harms more than itself."""

import logging
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harmful_files import swelling_pdf

from chunker.errors import BrokenSourceError, ReadingLimitError, UnreadableSourceError
from chunker.readers.extraction import ReadingLimits
from chunker.readers.isolated import IsolatedReader, ReadingBounds
from chunker.readers.reading import read_source

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture
def reader():
    with IsolatedReader(ReadingBounds(memory_mib=384, seconds=60)) as opened:
        yield opened


@pytest.fixture
def letter(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("The keeper left Trieste in 1904.", "utf-8")
    return path


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.txt")), ids=lambda path: path.name)
def test_a_source_is_what_reading_in_this_process_gives(reader, path):
    assert reader.read(path, name=f"folder/{path.name}") == read_source(path, name=f"folder/{path.name}")


def test_a_file_that_needs_more_memory_is_refused_in_one_line_and_the_next_is_read(reader, letter, tmp_path):
    path = tmp_path / "swelling.pdf"
    path.write_bytes(swelling_pdf(3_000_000))
    assert path.stat().st_size < 2_000
    with pytest.raises(ReadingLimitError, match=r"^swelling\.pdf: needs more than 384 MiB to read; [^\n]*$"):
        reader.read(path, name="swelling.pdf")
    assert reader.read(letter, name="letter.txt") == read_source(letter, name="letter.txt")


def test_a_file_that_takes_more_time_is_refused_in_one_line(letter, tmp_path):
    path = tmp_path / "swelling.pdf"
    path.write_bytes(swelling_pdf(3_000_000))
    with (
        IsolatedReader(ReadingBounds(memory_mib=8_192, seconds=0.3)) as reader,
        pytest.raises(ReadingLimitError, match=r"^swelling\.pdf: takes more than 0\.3 s to read; [^\n]*$"),
    ):
        reader.read(path, name="swelling.pdf")


def test_a_process_that_is_killed_while_it_waits_is_replaced(reader, letter):
    first = reader.read(letter, name="letter.txt")
    (worker,) = reader._idle
    os.kill(worker._process.pid, signal.SIGKILL)
    worker._process.wait()
    assert reader.read(letter, name="letter.txt") == first


def test_a_process_that_is_killed_while_it_reads_refuses_that_file_in_one_line(reader, letter):
    reader.read(letter, name="letter.txt")
    (worker,) = reader._idle
    os.kill(worker._process.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(reader.read, letter, name="a\nletter.txt")
        while worker._is_idle:
            time.sleep(0.01)
        os.kill(worker._process.pid, signal.SIGKILL)
        with pytest.raises(
            ReadingLimitError, match=r"^a letter\.txt: reading it broke off \(signal 9\)[^\n]*$"
        ):
            reading.result()
    assert reader.read(letter, name="letter.txt").text


def test_one_process_is_kept_for_all_files(reader, letter):
    reader.read(letter, name="letter.txt")
    (worker,) = reader._idle
    with pytest.raises(UnreadableSourceError):
        reader.read(letter.with_name("missing.txt"), name="missing.txt")
    reader.read(letter, name="letter.txt")
    assert reader._idle == [worker]
    reader.close()
    assert worker._process.returncode == 0


def test_files_are_read_at_the_same_time(reader, letter):
    with ThreadPoolExecutor(4) as pool:
        sources = list(pool.map(lambda name: reader.read(letter, name=name), "abcdefgh"))
    assert [source.name for source in sources] == list("abcdefgh")
    assert len(reader._idle) == 1


def test_errors_and_limits_are_those_of_the_readers(reader, tmp_path):
    path = tmp_path / "cut.pdf"
    path.write_bytes(swelling_pdf(10)[:-60])
    with pytest.raises(BrokenSourceError, match=r"^cut\.pdf: the PDF is cut short"):
        reader.read(path, name="cut.pdf")
    with pytest.raises(UnreadableSourceError, match="more than the limit of 4"):
        reader.read(path, name="cut.pdf", limits=ReadingLimits(max_bytes=4))


def test_what_a_reader_logs_comes_to_the_log_of_this_process(reader, letter, caplog):
    letter.with_name("letter.txt.toml").write_text("nothing = 1", "utf-8")
    with caplog.at_level(logging.WARNING, logger="chunker"):
        reader.read(letter, name="letter.txt")
    assert "letter.txt.toml is left out" in caplog.text


def test_the_process_that_reads_is_light():
    """It is started for a first file, and must not take the seconds that models take."""
    code = "import sys, chunker.readers.worker; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own
    assert {"chunker.readers.reading"} <= set(listed.split())
    assert not {"torch", "faiss", "numpy", "scipy", "onnxruntime"} & set(listed.split())
