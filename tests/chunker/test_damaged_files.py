"""Files whose bytes are damaged: each is read, or refused in one line that says what to do."""

import re

import pytest
from small_files import FILES

from bench.formats.damage import damaged, outcome_of
from chunker.errors import BrokenSourceError
from chunker.readers import reading
from chunker.readers.isolated import IsolatedReader

WHOLE = re.compile("May 1907|Ferry|envoy")


@pytest.fixture(scope="module")
def reader():
    with IsolatedReader() as opened:
        yield opened


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused_in_one_line(reader, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    assert WHOLE.search(reader.read(path, name=name).text)
    for data in damaged(FILES[name], seed=name, variants=40):
        path.write_bytes(data)
        what, fault = outcome_of(reader, path)
        assert not fault, (what, fault)


def test_a_part_of_a_zip_archive_that_is_damaged_where_its_type_is_told_is_refused(reader, tmp_path):
    path = tmp_path / "a.odt"
    path.write_bytes(
        FILES["a.odt"].replace(b"PK\x03\x04", b"PK\x03\x05", 2).replace(b"PK\x03\x05", b"PK\x03\x04", 1)
    )
    with pytest.raises(BrokenSourceError, match="damaged"):
        reader.read(path, name="a.odt")


def test_a_panic_of_a_library_is_a_damaged_file(monkeypatch):
    def panic(*_, **__):
        raise BaseException("index out of range")  # noqa: TRY002 - as those in Rust do

    monkeypatch.setitem(reading.READERS, "text/csv", panic)
    with pytest.raises(BrokenSourceError, match=r"^a\.csv: is damaged[^\n]*$"):
        reading.read_bytes(b"a,b", name="a.csv")
