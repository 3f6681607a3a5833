"""Passages are searched alike on this machine, in Qdrant's client, and in the code of its engine."""

import multiprocessing
import shutil
import signal

import numpy as np
import pytest
from encoders import TranslatingEncoder, WordHashEncoder
from fillings import ENGINES, FILLINGS, SILENCE, Filling
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import CHUNKING, make_source, now, prepare_by_hand, write_by_hand
from killed_synchronising import SLOW_MODULES, change, run_and_die
from qdrant_client import models

from chunker.documents import DocumentDate, DocumentMetadata
from embeddings.distributed.engine import NotOursError, connect
from embeddings.distributed.engine_passages import engine_passages
from embeddings.errors import EngineError
from embeddings.indexing.preparing import Recipe
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import local_passages
from embeddings.search import Filters
from embeddings.store.connections import Store
from embeddings.store.snapshot import Snapshot

pytestmark = SILENCE

ENVOY = "The envoy closed the Straits."
COTTON = "Cotton prices were rising."
WOOL = "Wool prices were falling."
PAPERS = {"envoy.txt": ENVOY, "cotton.txt": COTTON, "wool.txt": WOOL}
LONG = " ".join(f"Telegram {number} spoke of the harbour and of cotton {number % 7}." for number in range(90))


@pytest.fixture(params=FILLINGS)
def filling(request, tmp_path):
    filling = Filling(request.param, tmp_path)
    yield filling
    filling.leave()


@pytest.fixture(params=ENGINES)
def engine_filling(request, tmp_path):
    filling = Filling(request.param, tmp_path)
    yield filling
    filling.leave()


def add(index, papers=PAPERS):
    index.add([make_source(name, text) for name, text in papers.items()])


def texts(snapshot, hits):
    return [place.passage.text for place in snapshot.places([key for key, _ in hits])]


def vector_of(text):
    return WordHashEncoder().encode([text])[0]


def seen(index):
    """The texts of all passages, as each search sees them; all must see the same."""
    with index.snapshot() as snapshot:
        dense = texts(snapshot, snapshot.dense_search(vector_of("prices"), limit=10_000))
        stems = texts(snapshot, snapshot.lexical_search("envoy prices telegram", limit=10_000))
        ngrams = texts(
            snapshot, snapshot.lexical_search("envoy prices telegram", field="ngrams", limit=10_000)
        )
        assert sorted(dense) == sorted(stems) == sorted(ngrams)
        assert len(dense) == snapshot.info().passages
    assert index.search_problems() == []
    return set(dense)


def test_searches_find_what_is_there_through_additions_replacements_and_deletions(filling):
    with filling.open() as index:
        assert seen(index) == set()
        add(index)
        assert seen(index) == {ENVOY, COTTON, WOOL}
        index.add_source(make_source("wool.txt", "Wool and cotton prices were rising."))
        index.delete(now(index).source("cotton.txt").id)
        assert seen(index) == {ENVOY, "Wool and cotton prices were rising."}
        with index.snapshot() as snapshot:
            assert texts(snapshot, snapshot.dense_search(vector_of("envoy closed"), limit=1)) == [ENVOY]
            assert texts(snapshot, snapshot.lexical_search("the envoys", limit=9)) == [ENVOY]
            assert texts(snapshot, snapshot.lexical_search("envoi", field="ngrams", limit=9)) == [ENVOY]
            assert len(snapshot.lexical_search("envoy", field="document", limit=9)) == 1
    with filling.open() as index:
        assert seen(index) == {ENVOY, "Wool and cotton prices were rising."}


@pytest.mark.parametrize("query", ["", "?!", '"', "a OR NOT", "\ud800", "\0", "🙂", "unheard"])
def test_any_text_is_a_safe_query(filling, query):
    with filling.open() as index:
        add(index)
        for field in ("passage", "ngrams", "document"):
            assert now(index).lexical_search(query, field=field, limit=5) == []
            assert now(index).lexical_search(query, field=field, limit=0) == []


def test_what_an_engine_finds_is_what_this_machine_finds(engine_filling):
    local = Filling("local", engine_filling.folder)
    engine_filling.open().close()
    with engine_filling.open() as there, local.open("here") as here:
        for index in (there, here):
            add(index, {**PAPERS, "long.txt": LONG})
        for limit in (1, 3, 7, 100):
            dense = [now(index).dense_search(vector_of("cotton"), limit=limit) for index in (there, here)]
            assert dense[0] == dense[1]
            for query in ("telegram cotton 3", "harbour", "rising prices of the envoy"):
                for field in ("passage", "ngrams", "document"):
                    one, other = (
                        now(index).lexical_search(query, field=field, limit=100) for index in (there, here)
                    )
                    assert {key for key, _ in one} == {key for key, _ in other}
        keys = [key for key, _ in dense[0]]
        assert now(there).cosines(vector_of("envoy"), keys) == now(here).cosines(vector_of("envoy"), keys)


def test_equal_passages_stand_in_the_order_of_their_ids_wherever_the_list_is_cut(filling):
    with filling.open() as index:
        add(index, {f"{n}.txt": f"{COTTON}\n\nPaper {'abcdefgh'[n]}." for n in range(8)})
        index.add([make_source(f"{n}0.txt", COTTON + " " * n) for n in range(6)])
        with index.snapshot() as snapshot:
            for search in (
                lambda limit: snapshot.dense_search(vector_of("cotton prices"), limit=limit),
                lambda limit: snapshot.lexical_search("cotton prices", limit=limit),
                lambda limit: snapshot.lexical_search("cotton prices", field="ngrams", limit=limit),
            ):
                whole = search(100)
                ids = [place.passage.id for place in snapshot.places([key for key, _ in whole])]
                scores = [score for _, score in whole]
                assert sorted(zip([-score for score in scores], ids, strict=True)) == list(
                    zip([-score for score in scores], ids, strict=True)
                )
                assert len(set(scores)) < len(scores)
                for limit in range(1, len(whole)):
                    assert search(limit) == whole[:limit]


days = st.sampled_from(["1920-12-22", "1921-01-01", "1939-05-09", "1940-11-14", "1940-11-15"])
metadata = st.builds(
    DocumentMetadata,
    date=st.none() | st.tuples(days, days).map(lambda pair: DocumentDate(min(pair), max(pair), "day")),
    kind=st.sampled_from(["telegram", "letter", None]),
    participants=st.lists(st.sampled_from(["V. M. Molotov", "Molotov", "Ünaydın"]), max_size=2).map(tuple),
)
filters = st.builds(
    Filters,
    sources=st.lists(st.sampled_from(["0.txt", "1.txt", "nowhere"]), max_size=2).map(tuple),
    kinds=st.lists(st.sampled_from(["telegram", "letter", "note", "\ud800"]), max_size=2).map(tuple),
    participants=st.lists(st.sampled_from(["molotov", "V. MOLOTOV", "ünaydın", "?"]), max_size=2).map(tuple),
    date_from=st.none() | days,
    date_to=st.none() | days,
)


@pytest.mark.parametrize("name", ENGINES)
@settings(max_examples=10, deadline=None)
@given(documents=st.lists(metadata, min_size=2, max_size=5), wanted=st.lists(filters, min_size=3, max_size=6))
def test_an_engine_lets_through_what_the_store_lets_through(tmp_path_factory, name, documents, wanted):
    folder = tmp_path_factory.mktemp("data")
    there, store = Filling(name, folder), Store(folder / "index.sqlite")
    parts = [
        prepare_by_hand(
            f"{number}.txt", [(f"{number} {n}", about, ["cotton", "wool"]) for n, about in enumerate(some)]
        )
        for number, some in enumerate((documents[:1], documents[1:]))
    ]
    write_by_hand(store, *parts)
    wanted.append(Filters(documents=(parts[1].chunked.documents[0].id,)))
    wanted.append(Filters(sources=(parts[0].chunked.source.id,), kinds=("telegram",)))
    recipe, vector = Recipe(WordHashEncoder(dimension=4), CHUNKING), np.eye(4, dtype=np.float32)[0]
    makers = (local_passages, there.passages())
    indexes = [make(folder, store, recipe) for make in makers]
    with store.reading() as connection:
        here, other = (Snapshot(connection, index.at(connection)) for index in indexes)
        for one in wanted:
            expected = {key for key, _ in here.dense_search(vector, limit=100, filters=one)}
            assert {key for key, _ in other.dense_search(vector, limit=100, filters=one)} == expected
            assert {key for key, _ in other.lexical_search("cotton wool", limit=100, filters=one)} == expected
    there.leave()
    store.close()


def test_a_snapshot_sees_its_own_generation_while_others_come(filling):
    with filling.open() as index:
        add(index)
        with index.snapshot() as before:
            index.delete(now(index).source("wool.txt").id)
            index.add_source(make_source("cotton.txt", "Cotton was scarce."))
            with index.snapshot() as after:
                for _ in range(2):
                    for snapshot, expected in (
                        (before, {ENVOY, COTTON, WOOL}),
                        (after, {ENVOY, "Cotton was scarce."}),
                    ):
                        dense = snapshot.dense_search(vector_of("cotton"), limit=9)
                        assert set(texts(snapshot, dense)) == expected
                        stems = snapshot.lexical_search("envoy cotton wool", limit=9)
                        assert set(texts(snapshot, stems)) == expected


def test_two_openings_of_one_folder_see_what_the_other_wrote(filling):
    with filling.open() as one, filling.open() as other:
        add(one)
        assert seen(other) == {ENVOY, COTTON, WOOL}
        other.delete(now(other).source("wool.txt").id)
        assert seen(one) == seen(other) == {ENVOY, COTTON}
    with filling.open(read_only=True) as reader:
        assert seen(reader) == {ENVOY, COTTON}


def test_the_second_model_has_vectors_of_its_own(filling):
    second = TranslatingEncoder()
    with filling.open(second=second) as index:
        add(index)
        found = now(index).dense_search(second.encode_question("Цены хлопка"), limit=1, by_second=True)
        assert texts(now(index), found) == [COTTON]


def test_an_index_made_anew_is_searched_as_it_is_now(filling):
    with filling.open() as index:
        add(index)
        index.delete(now(index).source("wool.txt").id)
    rebuild(filling.folder / "data", encoder=WordHashEncoder(name="other"), chunking=CHUNKING)
    with filling.open(encoder=WordHashEncoder(name="other")) as index:
        assert set(texts(now(index), now(index).lexical_search("prices envoy", limit=9))) == {ENVOY, COTTON}
        leftover = index.search_problems(repair=True)
        assert len(leftover) == (filling.name != "local")
        assert index.search_problems() == []


def test_what_is_lost_or_too_much_in_an_engine_is_told_by_ranges_and_put_right(engine_filling):
    with engine_filling.open() as index:
        add(index)
        client = engine_filling.client()
        lost = models.Filter(must=[models.FieldCondition(key="key", range=models.Range(gte=2, lte=2))])
        client.delete("papers-1", points_selector=models.FilterSelector(filter=lost), wait=True)
        stray = models.PointStruct(
            id=77, vector={"first": vector_of("x").tolist()}, payload={"key": 77, "added": 1}
        )
        client.upsert("papers-1", [stray], wait=True)
        told = ["searched passages 1 to 77: 1 missing, 1 too many"]
        assert index.search_problems() == told
        assert index.search_problems(repair=True) == told
        assert index.search_problems() == []
        assert seen(index) == {ENVOY, COTTON, WOOL}


def test_a_collection_of_another_index_is_refused_and_filled_anew_where_that_is_wished(engine_filling):
    with engine_filling.open("one") as index:
        add(index)
    shutil.copytree(engine_filling.folder / "one", engine_filling.folder / "backup")
    with engine_filling.open("two") as index:
        add(index, {"a.txt": ENVOY})
        with pytest.raises(NotOursError, match="another collection, or fill it anew"):
            now(index).info()
    with engine_filling.open("one") as index:
        index.delete(now(index).source("wool.txt").id)
    # the older state of the store that was put back is behind what the engine has
    with pytest.raises(NotOursError):
        engine_filling.open("backup")
    with engine_filling.open("backup", refill=True) as index:
        assert seen(index) == {ENVOY, COTTON, WOOL}


def test_what_cannot_be_sent_is_in_the_store_and_is_sent_later(engine_filling, caplog):
    with engine_filling.open() as index:
        client = engine_filling.client()
        upsert, client.upsert = client.upsert, raising(OSError)
        add(index)
        assert "What was indexed is in the store, and is sent later." in caplog.text
        with pytest.raises(EngineError, match="does not answer"):
            now(index).info()
        client.upsert = upsert
        assert seen(index) == {ENVOY, COTTON, WOOL}


def raising(error):
    def fail(*_, **__):
        raise error

    return fail


def test_an_engine_that_is_not_there_is_told_in_one_line(tmp_path):
    filling = Filling("local", tmp_path)
    with filling.open() as index:
        add(index)
    filling.passages = lambda: engine_passages(connect("qdrant://127.0.0.1:1/papers"))
    with pytest.raises(EngineError, match=r"^The engine at qdrant://127.0.0.1:1/papers does not answer: .+$"):
        filling.open()


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="needs a fork server")
def test_a_run_that_is_killed_while_it_sends_goes_on_where_it_was(engine_filling, tmp_path):
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(SLOW_MODULES)
    log = tmp_path / "log"

    def run(folder, die_at=None):
        process = processes.Process(target=run_and_die, args=(engine_filling.name, folder, die_at, log))
        process.start()
        process.join()
        assert process.exitcode == (0 if die_at is None else -signal.SIGKILL)

    run(tmp_path / "whole")
    requests = log.read_text().splitlines()
    filling = Filling(engine_filling.name, tmp_path / "whole")
    with filling.open() as index:
        whole = seen(index)
    filling.leave()
    for die_at in range(1, len(requests), len(requests) // 6):
        folder = tmp_path / f"killed-{die_at}"
        run(folder, die_at)
        filling = Filling(engine_filling.name, folder)
        with filling.open() as index:
            seen(index)
            change(index)
            assert seen(index) == whole
        filling.leave()
