"""The store: transactions, what readers see, and what its failures are called."""

import sqlite3

import pytest
from index_support import write_passages

from embeddings.errors import (
    IndexDamagedError,
    IndexMissingError,
    IndexStoreError,
    ManifestMismatchError,
    StorageFullError,
)
from embeddings.store.connections import Store
from embeddings.store.integrity import problems


@pytest.fixture
def path(tmp_path):
    return tmp_path / "index.sqlite"


@pytest.fixture
def store(path):
    store = Store(path)
    yield store
    store.close()


def names(connection):
    return [name for (name,) in connection.execute("SELECT name FROM source_names ORDER BY name")]


def all_problems(store):
    with store.trying() as connection:
        return list(map(str, problems(connection)))


def test_what_was_written_is_there_when_the_store_is_opened_again(store, path):
    write_passages(store, ["The Straits were closed."], name="a.txt")
    store.close()
    again = Store(path)
    with again.reading() as connection:
        assert names(connection) == ["a.txt"]
        assert connection.execute("SELECT text FROM passages").fetchall() == [("The Straits were closed.",)]
    again.close()


def test_a_write_that_fails_leaves_nothing(store):
    write_passages(store, ["First."], name="a.txt")
    with pytest.raises(sqlite3.IntegrityError), store.writing() as connection:
        connection.execute("INSERT INTO source_names (name, source_key) VALUES ('b.txt', 1), ('c.txt', 99)")
    with store.reading() as connection:
        assert names(connection) == ["a.txt"]
    assert all_problems(store) == []


def test_what_is_tried_is_taken_back(store):
    write_passages(store, ["First."], name="a.txt")
    with store.trying() as connection:
        connection.execute("DELETE FROM source_names")
        assert names(connection) == []
    with store.reading() as connection:
        assert names(connection) == ["a.txt"]


def test_a_reader_goes_on_seeing_what_it_first_saw(store):
    write_passages(store, ["First."], name="a.txt")
    with store.reading() as reader:
        assert names(reader) == ["a.txt"]
        write_passages(store, ["Second."], name="b.txt")
        assert names(reader) == ["a.txt"]
    with store.reading() as reader:
        assert names(reader) == ["a.txt", "b.txt"]


def test_a_commit_is_on_the_disk_before_it_is_reported(store):
    with store.reading() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_reading_only_needs_an_index(path):
    with pytest.raises(IndexMissingError, match="make one with `dossier index`"):
        Store(path, read_only=True)
    assert not path.exists()


def test_a_store_opened_for_reading_cannot_be_written(store, path):
    write_passages(store, ["First."])
    reader = Store(path, read_only=True)
    with reader.reading() as connection:
        assert names(connection) == ["a.txt"]
    with pytest.raises(IndexStoreError, match="cannot be opened"), reader.writing() as connection:
        connection.execute("DELETE FROM sources")
    reader.close()


def test_a_disk_that_takes_no_log_can_still_be_read(store, path):
    write_passages(store, ["First."])
    store.close()
    path.with_name("index.sqlite-shm").mkdir()  # what SQLite wants to make for the log cannot be made
    reader = Store(path, read_only=True)
    with reader.reading() as connection:
        assert names(connection) == ["a.txt"]
    reader.close()


def test_a_file_that_is_no_database_is_not_touched(path):
    path.write_text("Not a database, but somebody's notes. " * 100)
    before = path.read_bytes()
    with pytest.raises(IndexDamagedError, match="is damaged"):
        Store(path)
    assert path.read_bytes() == before


def test_a_damaged_text_is_not_repeated_in_the_error(store, path):
    write_passages(store, ["A secret of the archive."])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE passages SET text = CAST(x'73656372657420ff' AS TEXT)")
    connection.close()
    with pytest.raises(IndexDamagedError) as raised, store.reading() as connection:
        connection.execute("SELECT text FROM passages").fetchall()
    assert "secret" not in str(raised.value)


def test_the_database_of_another_program_is_not_touched(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(IndexDamagedError, match="choose another data folder"):
        Store(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    connection.close()


def test_a_store_of_a_newer_version_is_left_alone(store, path):
    with store.outside_transactions() as connection:
        connection.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(ManifestMismatchError, match="newer version"):
        Store(path)


def test_an_empty_file_becomes_a_store(path):
    path.touch()
    store = Store(path)
    write_passages(store, ["First."])
    assert all_problems(store) == []
    store.close()


def test_damage_is_named_with_the_file_and_the_remedy(store, path):
    write_passages(store, [f"Telegram {number} from Angora. " * 20 for number in range(200)])
    store.close()
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xa5" * (path.stat().st_size // 2 - 4096))
    damaged = Store(path)
    with (
        pytest.raises(IndexDamagedError, match=r"index\.sqlite is damaged .*restore it from a backup"),
        damaged.reading() as connection,
    ):
        connection.execute("SELECT text, vector FROM passages JOIN vectors ON passage_key = key").fetchall()
    damaged.close()


def test_a_full_disk_is_one_clear_error_and_loses_nothing(store):
    write_passages(store, ["First."], name="a.txt")
    with store.outside_transactions() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 8}")
    with pytest.raises(StorageFullError, match=r"No space left to write .*index\.sqlite"):
        write_passages(store, [f"Telegram {n} from Angora. " * 50 for n in range(500)], name="b.txt")
    with store.reading() as connection:
        assert names(connection) == ["a.txt"]
    assert all_problems(store) == []
    with store.outside_transactions() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    write_passages(store, [f"Telegram {n} from Angora. " * 50 for n in range(500)], name="b.txt")
    assert all_problems(store) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(IndexStoreError, match=r"nowhere.*check that the folder exists"):
        Store(tmp_path / "nowhere" / "index.sqlite")


@pytest.mark.parametrize("is_replaced", [False, True])
def test_nothing_is_read_or_written_where_the_file_is_no_longer_there(store, path, is_replaced):
    write_passages(store, ["First."])
    path.rename(path.with_name("moved"))
    if is_replaced:
        Store(path).close()
    for use in (store.reading, store.writing):
        with pytest.raises(IndexDamagedError, match="while it was open: start again"), use():
            pass


def test_a_closed_store_says_so(store):
    store.close()
    store.close()
    with pytest.raises(IndexStoreError, match="is closed"), store.reading():
        pass


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM vectors WHERE passage_key = 1", "vectors: 1 of the passages missing, 0 too many"),
        ("DELETE FROM passage_text WHERE rowid = 2", "passage_text: 1 of the passages missing, 0 too many"),
        ("UPDATE passages SET text = 'forged' WHERE key = 1", "its text is not what stands in its source"),
        ("UPDATE generations SET passages = 7", "(1, 1, 2) are there, (1, 1, 7) were counted"),
    ],
)
def test_every_disagreement_inside_the_store_is_found(store, damage, found):
    write_passages(store, ["First.", "Second."])
    assert all_problems(store) == []
    with store.writing() as connection:
        connection.execute(damage)
    assert [found in problem for problem in all_problems(store)] == [True]
