"""What lists and readers are told of one state of an index."""

from contextlib import contextmanager
from itertools import product
from unittest import mock

import pytest
from encoders import WordHashEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import CHUNKING, make_source, prepare_by_hand, write_by_hand

from chunker.documents import DocumentMetadata, Heading, Page, PageStart, Span
from chunker.readers.reading import read_bytes
from embeddings.local_index import LocalIndex
from embeddings.search import Filters
from embeddings.store import filtering, source_texts
from embeddings.store.catalogue import Catalogue
from embeddings.store.connections import Store

TELEGRAMS = " ".join(f"Telegram {number} spoke of the harbour and of cotton." for number in range(30))


@contextmanager
def snapshot_of(folder, *sources):
    with LocalIndex.open(folder, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(sources)
        with index.snapshot() as snapshot:
            yield snapshot


@contextmanager
def catalogue_of(folder, *prepared):
    store = Store(folder / "index.sqlite")
    write_by_hand(store, *prepared)
    with store.reading() as connection:
        yield Catalogue(connection)
    store.close()


def test_what_the_reader_knew_of_a_source_is_kept(tmp_path):
    text = "Chapter one\n\nThe envoy closed the Straits."
    source = make_source(
        "a.pdf",
        text,
        media_type="application/pdf",
        size_bytes=4711,
        title="Papers",
        headings=(Heading(0, 11, 1, "Chapter one"),),
        page_starts=(
            PageStart(0, front := Page("xii", "printed", position=14)),
            PageStart(13, first := Page("1", "printed")),
        ),
    )
    with snapshot_of(tmp_path, source) as snapshot:
        record = snapshot.source("a.pdf")
        assert record == snapshot.source(source.id)
        assert [record] == snapshot.sources()
        assert (record.id, record.media_type, record.size_bytes) == (source.id, "application/pdf", 4711)
        assert (record.title, record.characters) == ("Papers", len(text))
        assert snapshot.source_text(source.id) == text
        assert snapshot.page_map(source.id).at(0) == front
        assert snapshot.page_map(source.id).at(20) == first
        [[passage, *_], *_] = [snapshot.passages_of(d.document.id) for d in snapshot.documents()[0]]
        assert (passage.page, passage.page_end) == (front, first)


def test_of_a_source_that_is_not_there_nothing_is_known(tmp_path):
    with snapshot_of(tmp_path) as snapshot:
        assert snapshot.source("nowhere") is None
        assert snapshot.source_text("nowhere") is None
        assert snapshot.text("nowhere", 0, 1) is None
        assert snapshot.page_map("nowhere") is None
        assert snapshot.document("nowhere") is None
        assert snapshot.neighbours("nowhere") == (None, None)
        assert snapshot.passages_of("nowhere") == []
        assert snapshot.places([7, "nowhere"]) == []


@settings(max_examples=15, deadline=None)
@given(text=st.text(st.sampled_from("ab \n\0é日🙂"), max_size=12), block=st.sampled_from([1, 4, 16_384]))
def test_a_slice_of_a_text_is_that_of_the_whole_text(tmp_path_factory, text, block):
    source = make_source("a.txt", text)
    folder = tmp_path_factory.mktemp("slice")
    with mock.patch.object(source_texts, "BLOCK_CHARACTERS", block), snapshot_of(folder, source) as snapshot:
        assert snapshot.source_text(source.id) == text
        for start, end in product(range(15), repeat=2):
            assert snapshot.text(source.id, start, end) == text[start:end]


def test_the_pages_of_a_part_are_those_of_the_whole(tmp_path):
    paged = "".join(f"[page {number}]\n\nThe envoy spoke of {number} ships.\n\n" for number in range(11, 17))
    source = read_bytes(paged.encode(), name="a.txt")
    with snapshot_of(tmp_path, source) as snapshot:
        whole = snapshot.page_map(source.id)
        assert len(whole.starts) == 6
        for start, end in product(range(0, len(source.text) + 30, 7), repeat=2):
            part = snapshot.page_map(source.id, Span(start, end))
            assert [part.at(at) for at in range(start, end)] == [whole.at(at) for at in range(start, end)]
            assert len(part.starts) <= 2 + max(0, end - start) // 40


def test_it_is_known_whether_any_document_is_of_a_time(tmp_path):
    dated = make_source("a.txt", "# Note on the harbour\n\nMay 2, 1939\n\nThe envoy spoke.", title="Note")
    with snapshot_of(tmp_path, dated) as snapshot:
        (record,), _ = snapshot.documents()
        assert record.document.metadata.date.start == "1939-05-02"
        assert snapshot.has_documents_of("1939-05-02", "1939-05-02")
        assert snapshot.has_documents_of("1930-01-01", "1939-12-31")
        assert not snapshot.has_documents_of("1939-05-03", "1999-12-31")
        assert not snapshot.has_documents_of("1900-01-01", "1939-05-01")


def test_documents_are_listed_filtered_and_paged(tmp_path):
    texts = {
        "b.txt": "The envoy closed the Straits.",
        "a.txt": "Cotton prices were rising.",
        "c.txt": TELEGRAMS,
    }
    sources = [make_source(name, text, title=f"Papers {name}") for name, text in texts.items()]
    with snapshot_of(tmp_path, *sources) as snapshot:
        records, total = snapshot.documents()
        assert ([record.source_name for record in records], total) == (["a.txt", "b.txt", "c.txt"], 3)
        assert records[0].passages == 1
        assert records[2].passages == len(snapshot.passages_of(records[2].document.id)) > 1
        assert snapshot.documents(offset=1, limit=1) == (records[1:2], 3)
        assert snapshot.documents(filters=Filters(sources=("c.txt",))) == (records[2:], 1)
        assert snapshot.documents(title_contains="no such title %_") == ([], 0)
        assert snapshot.documents(title_contains=records[1].document.title.upper()) == (records[1:2], 1)
        assert snapshot.document(records[1].document.id) == records[1]


def test_neighbours_are_whole_documents_of_the_same_source(tmp_path):
    papers = [(title, DocumentMetadata(kind="letter"), ["text"]) for title in ("One", "Two", "Three")]
    other = prepare_by_hand("b.txt", [("Other", DocumentMetadata(), ["text"])])
    with catalogue_of(tmp_path, prepare_by_hand("a.txt", papers), other) as catalogue:
        [one, two, three, alone], _ = catalogue.documents()
        assert two.document.metadata.kind == "letter"
        expected = {one: (None, two), two: (one, three), three: (two, None), alone: (None, None)}
        assert {record: catalogue.neighbours(record.document.id) for record in expected} == expected


def test_facets_count_documents_by_what_they_can_be_filtered_by(tmp_path):
    papers = [
        ("One", DocumentMetadata(kind="letter", participants=("Molotov", "Eden")), []),
        ("Two", DocumentMetadata(kind="note", participants=("Molotov",)), []),
        ("Three", DocumentMetadata(kind="note"), []),
    ]
    with catalogue_of(tmp_path, prepare_by_hand("a.txt", papers)) as catalogue:
        facets = catalogue.facets()
    assert facets.kinds == (("note", 2), ("letter", 1))
    assert facets.participants == (("Molotov", 2), ("Eden", 1))
    assert (facets.years, facets.undated) == ((), 3)


def test_facets_are_counted_once_for_each_state(tmp_path):
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add_source(make_source("a.txt", "# Note\n\nMay 2, 1939\n\nThe envoy spoke."))
        with index.snapshot() as first, index.snapshot() as second:
            counted = first.facets()
            assert second.facets() is counted
            assert counted.years == ((1939, 1),)
            index.add_source(make_source("b.txt", "# Note\n\nMay 2, 1940\n\nThe envoy left."))
            assert first.facets() is counted
            with index.snapshot() as third:
                assert third.facets().years == ((1939, 1), (1940, 1))
            assert second.facets() is counted


def test_passages_are_found_by_key_or_id_in_the_order_asked_for(tmp_path):
    with snapshot_of(tmp_path, make_source("a.txt", TELEGRAMS)) as snapshot:
        [record], _ = snapshot.documents()
        passages = snapshot.passages_of(record.document.id)
        assert [passage.ordinal for passage in passages] == list(range(len(passages)))
        ids = [passages[2].id, "unknown", passages[0].id]
        assert [place.passage for place in snapshot.places(ids)] == [passages[2], passages[0]]
        keys = snapshot.passage_keys(record.document.id)
        by_key = snapshot.places(keys)
        assert [place.passage for place in by_key] == passages
        assert snapshot.places([place.passage.id for place in by_key]) == by_key
        assert all(place.document == record.document and place.source_name == "a.txt" for place in by_key)


def test_around_a_passage_stand_its_document_and_its_neighbours(tmp_path):
    with snapshot_of(tmp_path, make_source("a.txt", TELEGRAMS)) as snapshot:
        [record], _ = snapshot.documents()
        keys = snapshot.passage_keys(record.document.id)
        document = snapshot.documents_of(keys[:1])[keys[0]]
        assert document.days is None
        assert snapshot.surroundings(keys) == {
            key: (document.key, before, after)
            for before, key, after in zip([None, *keys], keys, [*keys[1:], None], strict=False)
        }


@pytest.mark.parametrize("limit", [1, 3, 10, 200])
@pytest.mark.parametrize("every", [1, 2, 7, 60, 100])
def test_a_filter_finds_the_same_whether_what_it_lets_through_is_listed_or_looked_up(
    tmp_path, monkeypatch, every, limit
):
    sources = [make_source(f"{n}.txt", f"Letter {n}: cotton {'wool ' * (n % 9)}and silk.") for n in range(60)]
    wanted = Filters(sources=tuple(f"{n}.txt" for n in range(0, 60, every)))
    if every == 100:
        wanted = Filters(sources=("nowhere.txt",))
    question = WordHashEncoder().encode(["cotton and wool"])[0]
    with LocalIndex.open(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING) as index:
        index.add(sources)
        found = []
        for listed in (1_000, 20, 0):
            monkeypatch.setattr(filtering, "_LISTED", listed)
            with index.snapshot() as snapshot:
                searches = [snapshot.dense_search(question, limit=limit, filters=wanted)]
                searches += [
                    snapshot.lexical_search("cotton wool", field=field, limit=limit, filters=wanted)
                    for field in ("passage", "document", "ngrams")
                ]
            found.append(searches)
        with index.snapshot() as snapshot:
            everywhere = snapshot.dense_search(question, limit=60)
            places = {key: snapshot.places([key])[0].source_name for key, _ in everywhere}
        nearest = [hit for hit in everywhere if places[hit[0]] in wanted.sources]
    assert found[0] == found[1] == found[2]
    assert found[0][0] == nearest[:limit]
    assert all(len(search) == min(limit, len(nearest)) for search in found[0])
