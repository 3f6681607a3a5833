"""Filters in SQL let through what their definition lets through."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import prepare_by_hand, write_by_hand

from chunker.documents import DocumentDate, DocumentMetadata
from embeddings.search import Filters
from embeddings.store.connections import Store
from embeddings.store.filtering import Selection, condition_of, name_words

NAMES = ["V. M. Molotov", "J. V. Stalin", "Molotov", "Ali Fuad Pasha", "ali fuad", "Ünaydın", "S. Vinogradov"]
KINDS = ["telegram", "letter", None]
DAYS = ["1920-12-22", "1921-01-01", "1939-05-09", "1940-11-14", "1940-11-15"]

days = st.sampled_from(DAYS)
dates = st.none() | st.tuples(days, days).map(lambda pair: DocumentDate(min(pair), max(pair), "day"))
metadata = st.builds(
    DocumentMetadata,
    date=dates,
    kind=st.sampled_from(KINDS),
    participants=st.lists(st.sampled_from(NAMES), max_size=3).map(tuple),
)
filters = st.builds(
    Filters,
    sources=st.lists(st.sampled_from(["0.txt", "1.txt", "copy.txt", "nowhere"]), max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from(["telegram", "letter", "note"]), max_size=2).map(tuple),
    participants=st.lists(
        st.sampled_from(["molotov", "V. MOLOTOV", "fuad ali", "stalin", "ünaydın", "mol", "?"]), max_size=2
    ).map(tuple),
    date_from=st.none() | days,
    date_to=st.none() | days,
)


def lets_through(wanted, document, source_names):
    """Say what :class:`Filters` says, one document at a time."""
    about = document.metadata
    return (
        (not wanted.sources or bool({*source_names, document.source_id} & set(wanted.sources)))
        and (not wanted.documents or document.id in wanted.documents)
        and (not wanted.kinds or about.kind in wanted.kinds)
        and (
            not wanted.participants
            or any(
                name_words(name) and name_words(name) <= name_words(participant)
                for name in wanted.participants
                for participant in about.participants
            )
        )
        and (wanted.date_from is None or (about.date is not None and about.date.end >= wanted.date_from))
        and (wanted.date_to is None or (about.date is not None and about.date.start <= wanted.date_to))
    )


def passing(store, wanted):
    with store.reading() as connection:
        condition = condition_of(connection, wanted)
        if condition is None:
            return None
        selection = Selection(connection, condition)
        return set(selection.listed("documents").tolist()), selection.listed("passages").tolist()


@settings(max_examples=60, deadline=None)
@given(documents=st.lists(metadata, min_size=2, max_size=6), wanted=filters)
def test_filters_let_through_what_their_definition_says(tmp_path_factory, documents, wanted):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    parts = [
        prepare_by_hand(
            f"{number}.txt", [(f"{number} {n}", about, ["a", "b"]) for n, about in enumerate(some)]
        )
        for number, some in enumerate((documents[:1], documents[1:]))
    ]
    keys = write_by_hand(store, *parts)
    with store.writing() as connection:
        connection.execute(
            "INSERT INTO source_names (name, source_key, origin) VALUES ('copy.txt', ?, 'copy.txt')",
            keys[1:2],
        )
    names = [["0.txt"], ["1.txt", "copy.txt"]]
    expected = [
        number
        for number, (document, known_as) in enumerate(
            [(document, names[n]) for n, part in enumerate(parts) for document in part.chunked.documents],
            start=1,
        )
        if lets_through(wanted, document, known_as)
    ]
    found = passing(store, wanted)
    if found is None:
        assert wanted == Filters()
    else:
        assert found[0] == set(expected)
        assert found[1] == sorted(key for number in expected for key in (2 * number - 1, 2 * number))
    store.close()


def test_documents_and_sources_are_told_by_their_ids(tmp_path):
    store = Store(tmp_path / "index.sqlite")
    parts = prepare_by_hand("a.txt", [("one", DocumentMetadata(), ["x"]), ("two", DocumentMetadata(), ["y"])])
    other = prepare_by_hand("b.txt", [("three", DocumentMetadata(), ["z"])])
    write_by_hand(store, parts, other)
    assert passing(store, Filters(documents=(parts.chunked.documents[1].id,))) == ({2}, [2])
    assert passing(store, Filters(sources=(other.chunked.source.id,))) == ({3}, [3])
    store.close()


@pytest.mark.parametrize("value", ["'); DROP TABLE documents; --", "\0", "\ud800", '"', "🙂"])
def test_no_value_of_a_filter_can_do_harm(tmp_path, value):
    store = Store(tmp_path / "index.sqlite")
    write_by_hand(store, prepare_by_hand("a.txt", [("one", DocumentMetadata(kind="letter"), ["x"])]))
    everything = Filters(sources=(value,), documents=(value,), kinds=(value,), participants=(value,))
    assert passing(store, everything) == (set(), [])
    assert passing(store, Filters(kinds=(value, "letter"))) == ({1}, [1])
    store.close()
