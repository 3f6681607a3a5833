"""The index of a folder as a whole: against a model of it, between threads and between processes."""

import dataclasses
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest
from encoders import WordHashEncoder
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from index_support import CHUNKING, make_source, now

from chunker.chunking import ChunkingSettings
from chunker.documents import content_id
from embeddings.errors import (
    IndexBusyError,
    IndexMissingError,
    IndexStoreError,
    ManifestMismatchError,
    StorageFullError,
)
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex
from embeddings.search import Filters
from embeddings.store.data_folder import LOCK_NAME, VECTORS_NAME, writers_lock
from embeddings.store.schema import SCHEMA_VERSION

ENVOY = "The envoy closed the Straits."
FIELDS = ["passage", "document", "ngrams"]
COTTON = "Cotton prices were rising."
LONG = " ".join(f"Telegram {number} spoke of the harbour and of cotton." for number in range(30))


def open_index(folder, *, encoder=None, chunking=CHUNKING, **options):
    return LocalIndex.open(folder, encoder=encoder or WordHashEncoder(), chunking=chunking, **options)


def vector_of(text):
    return WordHashEncoder().encode([text])[0]


def passage_ids(index):
    """The ids of all passages, as dense search, lexical search and the store have them."""
    with index.snapshot() as snapshot:
        dense = [key for key, _ in snapshot.dense_search(vector_of("x"), limit=100_000)]
        stored = [
            passage.id
            for record in snapshot.documents(limit=100_000)[0]
            for passage in snapshot.passages_of(record.document.id)
        ]
        return sorted(place.passage.id for place in snapshot.places(dense)), sorted(stored)


class IndexAgainstModel(RuleBasedStateMachine):
    """Random changes of an index beside the same changes of a dictionary from names to texts."""

    names = Bundle("names")

    def __init__(self):
        super().__init__()
        self.folder = self.make_folder()
        self.index = open_index(self.folder)
        self.model = {}

    @rule(target=names, name=st.sampled_from([f"{n}.txt" for n in range(5)]))
    def name(self, name):
        return name

    @rule(name=names, text=st.sampled_from([ENVOY, COTTON, LONG, "", f"{COTTON}\n\n{ENVOY}"]))
    def add(self, name, text):
        known = {other for other, known_text in self.model.items() if known_text == text}
        change = self.index.add_source(make_source(name, text))
        if self.model.get(name) == text:
            assert change.status == ("unchanged" if name == min(known) else "copy")
        elif known:
            assert change.status == "copy"
            assert change.copy_of == min(known)
        else:
            assert change.status == ("replaced" if name in self.model else "added")
        self.model[name] = text

    @rule(name=names)
    def delete(self, name):
        text = self.model.get(name)
        assert self.index.delete(content_id(text) if text is not None else "nothing") == (text is not None)
        self.model = {other: known for other, known in self.model.items() if known != text}

    @rule()
    def open_again(self):
        self.index.close()
        self.index = open_index(self.folder)

    @rule()
    def lose_the_vector_file(self):
        (self.folder / VECTORS_NAME).unlink(missing_ok=True)

    @rule(query=st.sampled_from([ENVOY, "cotton telegram"]), limit=st.integers(1, 40), name=st.none() | names)
    def search(self, query, limit, name):
        filters = Filters(sources=() if name is None else (name,))
        vector = vector_of(query)
        with self.index.snapshot() as snapshot:
            found = snapshot.dense_search(vector, limit=limit, filters=filters)
            places = snapshot.places([key for key, _ in found])
            records = {record.id: record for record in snapshot.sources()}
            candidates = [
                (record.document, passage)
                for record in snapshot.documents(limit=1000)[0]
                for passage in snapshot.passages_of(record.document.id)
                if name is None
                or name
                in (records[record.document.source_id].name, *records[record.document.source_id].copies)
            ]
        header = {document.id: document.header for document, _ in candidates}
        texts = [f"{header[passage.document_id]}\n{passage.text}" for _, passage in candidates]
        # as the store keeps them
        stored = WordHashEncoder().encode(texts).astype(np.float16) if texts else np.zeros((0, len(vector)))
        cosines = stored.astype(np.float32) @ vector
        best = sorted(-round(float(cosine), 5) for cosine in cosines)[:limit]
        assert [score for _, score in found] == pytest.approx([-score for score in best], abs=2e-5)
        assert {place.passage.id for place in places} <= {passage.id for _, passage in candidates}

    @invariant()
    def holds_what_the_model_holds(self):
        by_text = {}
        for name in sorted(self.model):
            by_text.setdefault(self.model[name], []).append(name)
        listed = {now(self.index).source_text(s.id): [s.name, *s.copies] for s in now(self.index).sources()}
        assert listed == by_text
        dense, stored = passage_ids(self.index)
        assert dense == stored

    def teardown(self):
        assert self.index.problems() == []
        self.index.close()


@pytest.fixture(autouse=True)
def _folder_for_the_machine(tmp_path_factory):
    IndexAgainstModel.make_folder = staticmethod(lambda: tmp_path_factory.mktemp("machine"))


IndexAgainstModel.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestIndexAgainstModel = IndexAgainstModel.TestCase


def test_opening_makes_the_folder_and_an_empty_index(tmp_path):
    with open_index(tmp_path / "new" / "data") as index:
        assert dataclasses.astuple(now(index).info()) == (0, "word-hash", 0, 0, 0)
        assert now(index).dense_search(vector_of("x"), limit=5) == []
        assert now(index).lexical_search("x", limit=5) == []
        assert now(index).documents() == ([], 0)
        assert now(index).facets().kinds == ()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IndexStoreError, match=r"data folder .*file/data cannot be made"):
        open_index(tmp_path / "file" / "data")


def test_reading_only_makes_nothing(tmp_path):
    with pytest.raises(IndexMissingError):
        open_index(tmp_path, read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_an_index_open_for_reading_searches_but_takes_nothing(tmp_path):
    with open_index(tmp_path) as index:
        index.add([make_source("a.txt", ENVOY)])
    with open_index(tmp_path, read_only=True) as reader:
        assert len(now(reader).dense_search(vector_of("envoy"), limit=5)) == 1
        with pytest.raises(IndexStoreError, match="open for reading only"):
            reader.add_source(make_source("b.txt", COTTON))


class ForgetfulEncoder(WordHashEncoder):
    """Fails if asked to encode."""

    def encode(self, texts, *, on_progress=None):  # noqa: ARG002 - the seam's signature
        raise AssertionError("nothing was to be encoded")


def damage(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "harm", [lambda _path: None, lambda path: path.unlink(), damage, lambda path: path.write_bytes(b"")]
)
def test_the_vector_file_is_made_again_without_encoding(tmp_path, harm):
    with open_index(tmp_path) as index:
        index.add([make_source("a.txt", LONG)])
        expected = now(index).dense_search(vector_of("harbour"), limit=50)
    harm(tmp_path / VECTORS_NAME)
    for _ in range(2):
        with open_index(tmp_path, encoder=ForgetfulEncoder()) as index:
            assert now(index).dense_search(vector_of("harbour"), limit=50) == expected


def test_a_vector_file_from_before_the_last_change_is_caught_up(tmp_path):
    with open_index(tmp_path) as index:
        index.add([make_source("a.txt", LONG)])
    old = (tmp_path / VECTORS_NAME).read_bytes()
    with open_index(tmp_path) as index:
        index.add([make_source("a.txt", f"{COTTON} {ENVOY}"), make_source("b.txt", ENVOY)])
        expected = now(index).dense_search(vector_of("harbour"), limit=50)
    (tmp_path / VECTORS_NAME).write_bytes(old)
    with open_index(tmp_path, encoder=ForgetfulEncoder()) as index:
        assert now(index).dense_search(vector_of("harbour"), limit=50) == expected


def test_the_vector_file_is_written_again_only_where_a_share_has_changed(tmp_path):
    def add(name, sentence, times):
        text = "\n\n".join(f"{sentence} of the harbour and of what was due in May {n}." for n in range(times))
        with open_index(tmp_path) as index:
            index.add([make_source(name, text)])
        return (tmp_path / VECTORS_NAME).stat().st_ino

    first = add("many.txt", "The envoy wrote", 300)
    assert add("one.txt", "The consul wrote", 1) == first
    assert add("more.txt", "The captain wrote", 300) != first


def test_another_process_sees_each_change_at_its_next_search(tmp_path):
    """Two indexes on one folder share nothing in memory, as two processes do."""
    with open_index(tmp_path) as writer, open_index(tmp_path) as server:
        assert now(server).dense_search(vector_of("envoy"), limit=5) == []
        writer.add_source(make_source("a.txt", ENVOY))
        assert len(now(server).dense_search(vector_of("envoy"), limit=5)) == 1
        assert len(now(server).lexical_search("envoy", limit=5)) == 1
        writer.add_source(make_source("a.txt", COTTON))
        assert now(server).lexical_search("envoy", limit=5) == []
        assert passage_ids(server) == passage_ids(writer)
        writer.delete(content_id(COTTON))
        assert now(server).dense_search(vector_of("envoy"), limit=5) == []


def test_a_snapshot_stays_as_it_was_while_others_write(tmp_path):
    with open_index(tmp_path) as writer, open_index(tmp_path) as server:
        writer.add_source(make_source("a.txt", ENVOY))
        with server.snapshot() as snapshot:
            writer.add_source(make_source("a.txt", COTTON))
            assert len(now(server).lexical_search("cotton", limit=5)) == 1
            assert snapshot.lexical_search("cotton", limit=5) == []
            ((key, _),) = snapshot.dense_search(vector_of("envoy"), limit=5)
            (place,) = snapshot.places([key])
            assert place.passage.text == ENVOY
            assert snapshot.info().generation == 1
        assert now(server).info().generation == 2


def test_threads_search_one_state_while_another_writes(tmp_path):
    done = threading.Event()

    def search_until_done(index):
        states = set()
        while not done.is_set():
            with index.snapshot() as snapshot:
                number = snapshot.info().passages
                dense = [key for key, _ in snapshot.dense_search(vector_of("harbour"), limit=10_000)]
                lexical = [key for key, _ in snapshot.lexical_search("harbour", limit=10_000)]
                ngrams = [key for key, _ in snapshot.lexical_search("harbour", field="ngrams", limit=10_000)]
                places = snapshot.places(dense)
            assert len(dense) == len(places) == number
            assert sorted(dense) == sorted(lexical) == sorted(ngrams)
            states.add(number)
        return states

    with open_index(tmp_path) as index, ThreadPoolExecutor(max_workers=4) as threads:
        searches = [threads.submit(search_until_done, index) for _ in range(3)]
        try:
            for number in range(12):
                sentences = (
                    f"Harbour {number} telegram {n} spoke of the harbour." for n in range(number * 4)
                )
                text = " ".join(sentences)
                index.add_source(make_source(f"{number % 5}.txt", text))
                index.delete(content_id(text)) if number % 4 == 3 else None
        finally:
            done.set()  # else a failed write would leave the threads searching for good
        seen = set().union(*(search.result() for search in searches))
    assert len(seen) > 1


def test_a_second_indexing_run_waits_and_then_says_who_is_at_work(tmp_path):
    with open_index(tmp_path, lock_timeout_seconds=0.05) as index:
        with (
            writers_lock(tmp_path, timeout_seconds=1),
            pytest.raises(IndexBusyError, match="Another indexing run is at work"),
        ):
            index.add_source(make_source("a.txt", ENVOY))
        assert now(index).sources() == []
        assert index.add_source(make_source("a.txt", ENVOY)).status == "added"


def test_two_runs_at_once_lose_nothing(tmp_path):
    sources = [make_source(f"{n}.txt", f"{ENVOY} {n}") for n in range(12)]
    with (
        open_index(tmp_path, lock_timeout_seconds=60) as first,
        open_index(tmp_path, lock_timeout_seconds=60) as second,
        ThreadPoolExecutor(max_workers=2) as threads,
    ):
        list(threads.map(lambda job: job[0].add(job[1]), [(first, sources[:8]), (second, sources[4:])]))
        assert [source.name for source in now(first).sources()] == sorted(source.name for source in sources)
        assert now(first).info() == now(second).info()
        assert first.problems() == []


def test_a_full_disk_leaves_the_index_as_it_was(tmp_path):
    with open_index(tmp_path) as index:
        index.add_source(make_source("a.txt", ENVOY))
        with index._store.outside_transactions() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages + 5}")
        with pytest.raises(StorageFullError, match="No space left"):
            index.add_source(make_source("b.txt", LONG * 20))
        assert [source.name for source in now(index).sources()] == ["a.txt"]
        assert len(now(index).dense_search(vector_of("envoy"), limit=50)) == 1
        assert index.problems() == []


@pytest.mark.parametrize(
    ("encoder", "chunking"),
    [
        (WordHashEncoder(name="other"), CHUNKING),
        (WordHashEncoder(dimension=8), CHUNKING),
        (WordHashEncoder(), ChunkingSettings(max_tokens=77)),
    ],
)
def test_an_index_refuses_another_model_or_chunking(tmp_path, encoder, chunking):
    with open_index(tmp_path) as index:
        index.add_source(make_source("a.txt", ENVOY))
    with pytest.raises(ManifestMismatchError, match="dossier index --rebuild"):
        open_index(tmp_path, encoder=encoder, chunking=chunking)
    with open_index(tmp_path) as index:
        assert now(index).info().passages == 1


class TestRebuilding:
    def test_the_files_are_not_needed_and_the_result_is_that_of_indexing_anew(self, tmp_path):
        sources = [make_source(f"{n}.txt", text) for n, text in enumerate((ENVOY, COTTON, LONG))]
        encoder, chunking = WordHashEncoder(name="other", dimension=16), ChunkingSettings(max_tokens=20)
        with open_index(tmp_path / "old") as index:
            index.add(sources)
        info = rebuild(tmp_path / "old", encoder=encoder, chunking=chunking)
        with (
            open_index(tmp_path / "old", encoder=encoder, chunking=chunking) as rebuilt,
            open_index(tmp_path / "new", encoder=encoder, chunking=chunking) as anew,
        ):
            anew.add(sources)
            assert rebuilt.problems() == []
            assert now(rebuilt).info() == info
            assert info.generation == 4
            assert now(rebuilt).documents() == now(anew).documents()
            for query in ("envoy", "harbour cotton"):
                results = []
                for index in (rebuilt, anew):
                    found = now(index).dense_search(encoder.encode([query])[0], limit=20)
                    results.append(
                        [
                            (p.passage.id, s)
                            for p, (_, s) in zip(now(index).places([k for k, _ in found]), found, strict=True)
                        ]
                    )
                    found = now(index).lexical_search(query, limit=20)
                    results[-1] += [
                        (p.passage.id, s)
                        for p, (_, s) in zip(now(index).places([k for k, _ in found]), found, strict=True)
                    ]
                assert results[0] == results[1]

    def test_other_chunking_encodes_only_new_texts(self, tmp_path):
        with open_index(tmp_path) as index:
            index.add_source(make_source("a.txt", ENVOY))
            index.add_source(make_source("b.txt", LONG))
        encoder = WordHashEncoder()
        rebuild(tmp_path, encoder=encoder, chunking=ChunkingSettings(max_tokens=20))
        assert encoder.encoded_texts
        assert not [text for text in encoder.encoded_texts if "envoy" in text]

    def test_a_running_index_serves_the_old_until_the_swap_and_then_refuses(self, tmp_path):
        with open_index(tmp_path) as server:
            server.add_source(make_source("a.txt", LONG))
            expected = now(server).dense_search(vector_of("harbour"), limit=50)
            while_encoding = []

            class WatchedEncoder(WordHashEncoder):
                def encode(self, texts, *, on_progress=None):
                    while_encoding.append(now(server).dense_search(vector_of("harbour"), limit=50))
                    return super().encode(texts, on_progress=on_progress)

            rebuild(tmp_path, encoder=WatchedEncoder(name="other"), chunking=CHUNKING)
            assert while_encoding == [expected]
            with pytest.raises(ManifestMismatchError, match="model other, now word-hash"):
                now(server).dense_search(vector_of("harbour"), limit=5)
            with pytest.raises(ManifestMismatchError):
                server.add_source(make_source("b.txt", ENVOY))

    def test_a_running_index_with_the_same_settings_goes_on_with_the_new_one(self, tmp_path):
        with open_index(tmp_path) as server:
            server.add_source(make_source("a.txt", LONG))
            before = now(server).dense_search(vector_of("harbour"), limit=50)
            rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING)
            assert now(server).dense_search(vector_of("harbour"), limit=50) == before
            assert now(server).info().generation == 2
            assert passage_ids(server)[0] == passage_ids(server)[1]

    def test_a_rebuilding_that_fails_leaves_the_old_index(self, tmp_path):
        with open_index(tmp_path) as index:
            index.add_source(make_source("a.txt", LONG))
            before = now(index).dense_search(vector_of("harbour"), limit=50)
        with pytest.raises(AssertionError, match="nothing was to be encoded"):
            rebuild(tmp_path, encoder=ForgetfulEncoder(name="other"), chunking=CHUNKING)
        with open_index(tmp_path) as index:
            assert now(index).dense_search(vector_of("harbour"), limit=50) == before
            assert index.problems() == []

    def test_an_index_of_an_older_schema_is_made_anew(self, tmp_path):
        with open_index(tmp_path) as index:
            index.add_source(make_source("a.txt", LONG))
            expected = now(index).documents()
            with index._store.writing() as connection:
                connection.execute("UPDATE manifest SET value = '0' WHERE name = 'schema version'")
                connection.execute("DROP TABLE vectors")
                connection.execute("UPDATE source_texts SET text = ?", (LONG,))  # before there were blocks
                connection.execute("DROP TABLE source_blocks")
                connection.execute("CREATE TABLE of_the_old_schema (key INTEGER REFERENCES passages (key))")
                connection.execute("PRAGMA user_version = 0")
        with pytest.raises(
            ManifestMismatchError, match=rf"\(schema 0, now {SCHEMA_VERSION}\): run `dossier index --rebuild`"
        ):
            open_index(tmp_path)
        rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING)
        with open_index(tmp_path) as index:
            assert now(index).documents() == expected
            assert [now(index).source_text(one.id) for one in now(index).sources()] == [LONG]
            assert index.problems() == []

    def test_there_must_be_an_index(self, tmp_path):
        with pytest.raises(IndexMissingError):
            rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING)
        assert list(tmp_path.iterdir()) == []

    def test_nobody_else_may_be_writing(self, tmp_path):
        with open_index(tmp_path) as index:
            index.add_source(make_source("a.txt", ENVOY))
        with writers_lock(tmp_path, timeout_seconds=1), pytest.raises(IndexBusyError):
            rebuild(tmp_path, encoder=WordHashEncoder(), chunking=CHUNKING, lock_timeout_seconds=0.05)


def test_a_vector_of_another_dimension_is_refused(tmp_path):
    with open_index(tmp_path) as index:
        index.add_source(make_source("a.txt", ENVOY))
        with pytest.raises(ValueError, match="shape"):
            now(index).dense_search(np.ones(7, dtype=np.float32), limit=1)


def test_a_lock_left_by_a_dead_process_holds_nobody_up(tmp_path):
    (tmp_path / LOCK_NAME).write_text("")
    with open_index(tmp_path, lock_timeout_seconds=0.05) as index:
        assert index.add_source(make_source("a.txt", ENVOY)).status == "added"


def segments_of(folder):
    """Return how many segments each full-text index has."""
    with closing(sqlite3.connect(folder / "index.sqlite")) as connection:
        return [
            connection.execute(f"SELECT count(DISTINCT segid) FROM {table}_idx").fetchone()[0]  # noqa: S608 - a constant
            for table in ("passage_text", "document_text", "passage_ngrams")
        ]


def test_closing_merges_what_many_changes_left_and_finds_the_same(tmp_path):
    with open_index(tmp_path) as index:
        index.add([make_source(f"{number}.txt", f"{ENVOY} Letter {number}.") for number in range(3)])
        assert min(segments_of(tmp_path)) == 3
        before = [now(index).lexical_search("envoy letter 2", field=kind, limit=9) for kind in FIELDS]
        generation = now(index).info().generation
    assert segments_of(tmp_path) == [1, 1, 1]
    with open_index(tmp_path) as index:
        assert [now(index).lexical_search("envoy letter 2", field=kind, limit=9) for kind in FIELDS] == before
        assert now(index).info().generation == generation
        assert index.problems() == []


def test_a_rebuilt_index_is_merged(tmp_path):
    with open_index(tmp_path) as index:
        index.add([make_source(f"{number}.txt", f"{ENVOY} Letter {number}.") for number in range(3)])
    rebuild(tmp_path, encoder=WordHashEncoder(), chunking=ChunkingSettings(max_tokens=20))
    assert segments_of(tmp_path) == [1, 1, 1]
