"""The names that stand in the texts, as the store keeps them: right after each change."""

import pytest
from encoders import WordHashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import CHUNKING, make_source

from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex
from embeddings.store import names

LETTERS = {
    "a.txt": "Linz, 2 April 1911\n\nDear Karl,\n\nMr Josef Brandt came from Graz with Mr Hofer.\n",
    "b.txt": "It was told that J. Brandt stays in Linz, and that comrade Brandt is ill.\n",
    "c.txt": "Herr Karl Weber and Frau Anna Weber are in Graz, and Hofer with them.\n",
    "e.txt": "It was Hans Ritter whom we met, and Hans Ritter spoke.\n",
    "f.txt": "Dear Hans,\n\nwe shall come.\n",
    "d.txt": "Anna Weber stays in Graz, and so does Mr Weber. V. M. Petrov saw Petrova's house.\n",
}


def opened(folder):
    return LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING)


def seen(index):
    with index.snapshot() as snapshot:
        found = [one for kind in ("person", "place") for one in snapshot.mentioned(kind, limit=1_000)]
        return sorted(found, key=lambda one: (one.kind, one.name))


def made_of(folder, kept):
    with opened(folder) as index:
        index.add([make_source(name, LETTERS[name]) for name in sorted(kept)])
        return seen(index)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """What names there are in some of the letters, as an index that has held nothing else tells them."""
    known = {}

    def names_of(kept):
        if kept not in known:
            known[kept] = made_of(tmp_path_factory.mktemp("data"), kept)
        return known[kept]

    return names_of


def test_names_come_with_their_forms_and_the_number_of_their_documents(expected):
    found = {(one.kind, one.name): (one.forms, one.documents) for one in expected(frozenset(LETTERS))}
    assert found == {
        ("person", "Josef Brandt"): (("Brandt", "J. Brandt", "Josef Brandt"), 2),
        ("person", "Anna Weber"): (("Anna Weber",), 2),
        ("person", "Karl Weber"): (("Karl Weber",), 1),
        ("person", "Weber"): (("Weber",), 1),
        ("person", "Karl"): (("Karl",), 1),
        ("person", "Hans"): (("Hans",), 1),
        ("person", "Hans Ritter"): (("Hans Ritter",), 1),
        ("person", "Hofer"): (("Hofer",), 2),
        ("person", "V. M. Petrov"): (("Petrova", "V. M. Petrov"), 1),
        ("place", "Graz"): (("Graz",), 3),
        ("place", "Linz"): (("Linz",), 2),
    }


def test_a_first_name_may_be_shown_by_another_document(expected):
    assert [one.name for one in expected(frozenset({"e.txt"}))] == []
    assert [one.name for one in expected(frozenset({"e.txt", "f.txt"}))] == ["Hans", "Hans Ritter"]


def test_persons_stand_under_their_surnames(tmp_path):
    made_of(tmp_path, frozenset(LETTERS))
    with opened(tmp_path) as index, index.snapshot() as snapshot:
        every = [one.name for one in snapshot.mentioned("person", limit=100)]
        rest = [one.name for one in snapshot.mentioned("person", after="Hofer", limit=100)]
    assert every == [
        *("Josef Brandt", "Hans", "Hofer", "Karl", "V. M. Petrov", "Hans Ritter"),
        *("Anna Weber", "Karl Weber", "Weber"),
    ]
    assert rest == every[3:]


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.sampled_from(sorted(LETTERS)), max_size=8))
def test_whatever_came_and_went_the_names_are_those_of_what_is_there(steps, expected, tmp_path_factory):
    kept = set()
    with opened(tmp_path_factory.mktemp("data")) as index:
        for name in steps:
            source = make_source(name, LETTERS[name])
            index.delete(source.id) if name in kept else index.add([source])
            kept ^= {name}
        assert seen(index) == expected(frozenset(kept))


def test_a_rebuilt_index_has_the_same_names(tmp_path, expected):
    with opened(tmp_path) as index:
        index.add([make_source(name, text) for name, text in LETTERS.items()])
    rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING)
    with opened(tmp_path) as index:
        assert seen(index) == expected(frozenset(LETTERS))


def test_of_a_name_in_very_many_documents_the_least_number_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(names, "_COUNTED", 2)
    found = {one.name: one for one in made_of(tmp_path, frozenset(LETTERS))}
    assert (found["Josef Brandt"].documents, found["Josef Brandt"].is_exact) == (1, False)
    assert (found["Graz"].documents, found["Graz"].is_exact) == (3, True)
