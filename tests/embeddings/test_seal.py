"""A damaged file of the data folder is told in one line or made again, and nothing is answered from it."""

import pytest
from encoders import WordHashEncoder
from index_support import CHUNKING, make_source, now

from bench.chaos.damage import corruptions
from embeddings.errors import IndexDamagedError
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex
from embeddings.store.backup import back_up
from embeddings.store.connections import Store

SEAL = "index.sqlite.seal"


def opened(folder, **options):
    return LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING, **options)


def text_of(number, words):
    return " ".join(f"Telegram {n} of source {number} spoke of {words}." for n in range(40))


def filled(folder, words):
    with opened(folder) as index:
        index.add([make_source(f"{number}.txt", text_of(number, words)) for number in range(4)])
    return folder


def answers(index):
    question = WordHashEncoder().encode(["telegram 3 spoke of cotton"])[0]
    with index.snapshot() as snapshot:
        hits = [
            *snapshot.dense_search(question, limit=50),
            *snapshot.lexical_search("telegram 3 of source 2", limit=50),
            *snapshot.lexical_search("telegram", field="ngrams", limit=50),
        ]
        places = snapshot.places([key for key, _ in hits])
        return [(place, score) for place, (_, score) in zip(places, hits, strict=True)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A data folder, another one, and what the first answers."""
    folder = filled(tmp_path_factory.mktemp("whole") / "data", "cotton")
    other = filled(tmp_path_factory.mktemp("other") / "data", "wool")
    with opened(folder) as index:
        return folder, other, answers(index)


@pytest.mark.parametrize("name", ["index.sqlite", SEAL, "vectors.faiss"])
@pytest.mark.parametrize("read_only", [False, True])
def test_whatever_becomes_of_a_file_it_is_told_or_made_again(whole, tmp_path, name, read_only):
    folder, other, expected = whole
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert SEAL in files
    told = []
    for number, (how, content) in enumerate(corruptions(files[name], (other / name).read_bytes())):
        damaged = tmp_path / str(number)
        damaged.mkdir()
        for one, bytes_ in {**files, name: content}.items():
            if bytes_ is not None:
                (damaged / one).write_bytes(bytes_)
        try:
            with opened(damaged, read_only=read_only) as index:
                assert answers(index) == expected, how
        except IndexDamagedError as error:
            told.append(str(error))
    # that of another index is a whole seal, of another store: it cannot be known which of the two is wrong
    assert len(told) == {"index.sqlite": 20, SEAL: 1, "vectors.faiss": 0}[name]
    assert all("index.sqlite is damaged, or another file: restore a backup" in line for line in told)
    assert "\n" not in "".join(told)


def test_a_store_is_sealed_when_it_is_closed_and_not_while_it_changes(tmp_path):
    with opened(tmp_path) as index:
        index.add([make_source("0.txt", text_of(0, "cotton"))])
        assert not (tmp_path / SEAL).exists()
    first = (tmp_path / SEAL).read_bytes()
    with opened(tmp_path, read_only=True) as index:
        assert now(index).info().sources == 1
    with opened(tmp_path) as index:
        assert (tmp_path / SEAL).read_bytes() == first
        index.add([make_source("1.txt", text_of(1, "cotton"))])
        assert not (tmp_path / SEAL).exists()
        with opened(tmp_path) as beside:  # it closes while the other still reads and writes
            answers(beside)
        index.add([make_source("2.txt", text_of(2, "cotton"))])
    assert (tmp_path / SEAL).read_bytes() != first
    with opened(tmp_path) as index:
        assert now(index).info().sources == 3


def test_a_damaged_seal_is_made_again_when_the_index_is_closed(tmp_path):
    first = (filled(tmp_path, "cotton") / SEAL).read_bytes()
    (tmp_path / SEAL).write_bytes(first[:-1])
    opened(tmp_path, read_only=True).close()
    assert (tmp_path / SEAL).read_bytes() == first[:-1]
    opened(tmp_path).close()
    assert (tmp_path / SEAL).read_bytes() == first


def test_a_store_that_somebody_changes_is_not_sealed(
    tmp_path,
):
    filled(tmp_path, "cotton")
    index = opened(tmp_path)
    index.add([make_source("9.txt", text_of(9, "cotton"))])
    store = Store(tmp_path / "index.sqlite")
    with store.writing():
        index.close()
    assert not (tmp_path / SEAL).exists()
    store.close()
    opened(tmp_path).close()
    assert (tmp_path / SEAL).exists()


def test_a_damaged_store_is_neither_made_anew_nor_backed_up(tmp_path):
    folder = filled(tmp_path / "data", "cotton")
    path = folder / "index.sqlite"
    content = bytearray(path.read_bytes())
    place = content.index(b"Telegram 7 of source 2")
    content[place : place + 4] = b"Tele"[::-1]
    path.write_bytes(content)
    with pytest.raises(IndexDamagedError):
        rebuild(folder, encoder=WordHashEncoder(), chunking=CHUNKING)
    with pytest.raises(IndexDamagedError):
        back_up(folder, tmp_path / "archive.tar", program="tests")
    assert not (tmp_path / "archive.tar").exists()
    assert path.read_bytes() == content
