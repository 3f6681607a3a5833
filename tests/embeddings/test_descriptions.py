"""What a person says of a source stands: when the file is read again, is replaced, and is made anew."""

from contextlib import contextmanager

from encoders import WordHashEncoder
from index_support import CHUNKING, make_source

from chunker.documents import Bibliography
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex

FIRST = make_source(
    "letters.txt", "The harbour is full of ice.", title="Scan 1", bibliography=Bibliography(("X",))
)
SECOND = make_source("letters.txt", "The harbour is full of ships.", title="Scan 2")
SAID = {"title": "Letters from the coast", "authors": ("Anna Weber",), "year": "1931"}


@contextmanager
def index_in(folder):
    with LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        yield index


def known(index):
    with index.snapshot() as snapshot:
        (record,) = snapshot.sources()
        (document,), _ = snapshot.documents()
    return record.title, record.bibliography, set(record.edited), document.document.title


DESCRIBED = (
    "Letters from the coast",
    Bibliography(("Anna Weber",), year="1931"),
    set(SAID),
    "Letters from the coast",
)


def test_a_file_read_again_keeps_what_a_person_said(tmp_path):
    with index_in(tmp_path) as index:
        index.add([FIRST])
        assert known(index) == ("Scan 1", Bibliography(("X",)), set(), "Scan 1")
        assert index.describe(FIRST.id, SAID).status == "replaced"
        assert known(index) == DESCRIBED
        (change,) = index.add([FIRST])
        assert change.status == "unchanged"
        assert known(index) == DESCRIBED


def test_another_version_of_the_file_keeps_it(tmp_path):
    with index_in(tmp_path) as index:
        index.add([FIRST])
        index.describe(FIRST.id, SAID)
        index.add([SECOND])
        assert known(index) == DESCRIBED


def test_an_index_made_anew_keeps_it(tmp_path):
    with index_in(tmp_path) as index:
        index.add([FIRST])
        index.describe(FIRST.id, SAID)
    rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING)
    with index_in(tmp_path) as index:
        assert known(index) == DESCRIBED


def test_taken_back_what_the_file_states_stands_again(tmp_path):
    with index_in(tmp_path) as index:
        index.add([FIRST])
        index.describe(FIRST.id, SAID)
        index.describe(FIRST.id, {"title": None, "authors": None})
        assert known(index) == ("Scan 1", Bibliography(("X",), year="1931"), {"year"}, "Scan 1")


def test_nobody_can_describe_what_is_not_there(tmp_path):
    with index_in(tmp_path) as index:
        assert index.describe("unknown", SAID) is None


def test_hits_know_what_their_source_is_called(tmp_path):
    with index_in(tmp_path) as index:
        index.add([FIRST])
        index.describe(FIRST.id, SAID)
        with index.snapshot() as snapshot:
            (document,), _ = snapshot.documents()
            (passage,) = snapshot.passages_of(document.document.id)
            (place,) = snapshot.places([passage.id])
    assert place.source_title == "Letters from the coast"
