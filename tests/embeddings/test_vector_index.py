"""Dense search finds what comparing with every vector finds, and its file is believed only when right."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_support import write_passages

from embeddings.errors import IndexDamagedError
from embeddings.indexing.writing import delete_source, new_generation
from embeddings.store import vector_block, vector_file, vector_index
from embeddings.store.connections import Store

DIMENSION = 4


def unit(vectors):
    """Return vectors of length 1, but for what half precision, in which they are kept, takes away."""
    vectors = np.asarray(vectors, dtype=np.float32)
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float16).astype(np.float32)


def random_units(count, *, seed=0, dimension=DIMENSION):
    return unit(np.random.default_rng(seed).standard_normal((count, dimension)))


def index_of(keys, vectors):
    """Return an index with these vectors in both its blocks, and one in the first that has gone."""
    keys, half = np.asarray(keys, dtype=np.int64), len(keys) // 2
    base, later = vector_block.empty(vectors.shape[1]), vector_block.empty(vectors.shape[1])
    base.add(np.array([-1]), 99 * np.ones((1, vectors.shape[1]), dtype=np.float32))
    base.add(keys[:half], vectors[:half])
    later.add(keys[half:], vectors[half:])
    return vector_index.VectorIndex(vector_index.Generation(1, "token"), base, later, base.keys >= 0)


def by_brute_force(keys, vectors, query, *, limit, allowed=None):
    cosines = np.round(vectors @ query, 6)
    hits = [
        (key, float(cosine))
        for key, cosine in zip(keys, cosines, strict=True)
        if allowed is None or key in allowed
    ]
    hits.sort(key=lambda hit: (-hit[1], hit[0]))
    if not hits:
        return []
    return [hit for hit in hits if hit[1] >= hits[min(limit, len(hits)) - 1][1]]


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "index.sqlite")
    yield store
    store.close()


def fresh(store):
    with store.reading() as connection:
        return vector_index.brought_up_to_date(vector_index.empty(DIMENSION), connection, dimension=DIMENSION)


def brought_up_to_date(index, store):
    with store.reading() as connection:
        return vector_index.brought_up_to_date(index, connection, dimension=DIMENSION)


def everything(index):
    block = index.merged().base
    assert index.keys.tolist() == block.keys.tolist()
    return dict(zip(block.keys.tolist(), map(tuple, block.vectors_of(block.keys).tolist()), strict=True))


@given(
    count=st.integers(1, 60),
    limit=st.integers(1, 70),
    distinct=st.integers(1, 60),
    seed=st.integers(0, 1000),
    allowed=st.none() | st.sets(st.integers(0, 120)),
)
def test_a_search_finds_what_comparing_with_every_vector_finds(count, limit, distinct, seed, allowed):
    # few distinct vectors give many equal scores; products of small whole numbers are exact in any order
    draw = np.random.default_rng(seed)
    vectors = draw.integers(-9, 10, (distinct, DIMENSION)).astype(np.float32)[np.arange(count) % distinct]
    keys = [2 * number for number in range(count)]
    query = draw.integers(-9, 10, DIMENSION).astype(np.float32)
    found = index_of(keys, vectors).search(
        query, limit=limit, allowed=None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    )
    expected = by_brute_force(keys, vectors, query, limit=limit, allowed=allowed)
    assert [key for key, _ in found] == [key for key, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=2e-6)


def test_cosines_of_given_passages_are_those_of_the_search():
    vectors = random_units(20)
    index = index_of(range(20), vectors)
    query = random_units(1, seed=9)[0]
    found = dict(index.search(query, limit=20))
    assert index.cosines(query, [3, 17, 0]) == pytest.approx([found[3], found[17], found[0]], abs=2e-6)
    assert index.cosines(query, []) == []


def test_an_empty_index_finds_nothing():
    index = vector_index.empty(DIMENSION)
    assert index.search(random_units(1)[0], limit=5) == []
    assert len(index) == 0


def test_no_limit_below_one_finds_anything():
    assert index_of(range(3), random_units(3)).search(random_units(1)[0], limit=0) == []


def test_a_vector_of_another_dimension_is_refused():
    with pytest.raises(ValueError, match=r"shape \(5,\), not \(4,\)"):
        vector_index.empty(DIMENSION).search(np.ones(5, dtype=np.float32), limit=1)


def test_the_index_holds_the_vectors_of_the_store_under_the_passages_keys(store):
    vectors = random_units(3)
    write_passages(store, ["a", "b", "c"], vectors=vectors)
    assert everything(fresh(store)) == {1: tuple(vectors[0]), 2: tuple(vectors[1]), 3: tuple(vectors[2])}


@settings(max_examples=15, deadline=None)
@given(changes=st.lists(st.tuples(st.booleans(), st.integers(0, 5)), max_size=8))
def test_catching_up_gives_what_starting_anew_gives(tmp_path_factory, changes):
    store = Store(tmp_path_factory.mktemp("store") / "index.sqlite")
    index, present = fresh(store), []
    for number, (is_addition, choice) in enumerate(changes):
        if is_addition or not present:
            bodies = [f"{number}.{n}" for n in range(choice)]
            vectors = random_units(choice, seed=number)
            name = f"{number}.txt"
            present += write_passages(store, bodies, title=name, name=name, vectors=vectors)
        else:
            with store.writing() as connection:
                new_generation(connection)
                delete_source(connection, present.pop(choice % len(present)))
        if choice % 2:
            index = brought_up_to_date(index, store)
    index = brought_up_to_date(index, store)
    assert everything(index) == everything(fresh(store))
    store.close()


def test_catching_up_leaves_the_old_index_as_it_was(store):
    (key,) = write_passages(store, ["a", "b"])
    old = fresh(store)
    before = everything(old)
    with store.writing() as connection:
        new_generation(connection)
        delete_source(connection, key)
    new = brought_up_to_date(old, store)
    assert everything(old) == before
    assert everything(new) == {}


def test_a_small_change_reads_and_copies_only_what_changed(store):
    (first,) = write_passages(store, [f"passage {n}" for n in range(200)])
    (small,) = write_passages(store, ["a", "b"], name="small.txt")
    old = fresh(store)
    write_passages(store, ["c"], name="other.txt")
    with store.writing() as connection:
        new_generation(connection)
        delete_source(connection, small)
        # what is not read cannot be missed
        connection.execute("DELETE FROM vectors WHERE passage_key < 100")
    new = brought_up_to_date(old, store)
    assert new.base is old.base
    assert new.keys.tolist() == [*range(1, 201), 203]
    assert len(new) == 201
    with store.writing() as connection:
        new_generation(connection)
        delete_source(connection, first)
    assert brought_up_to_date(new, store).keys.tolist() == [203]


def test_what_no_removal_tells_of_is_seen_by_the_number_of_passages(store):
    write_passages(store, ["a"])
    (key,) = write_passages(store, ["b", "c"], name="b.txt")
    old = fresh(store)
    with store.writing() as connection:
        new_generation(connection)
        delete_source(connection, key)
        connection.execute("DELETE FROM removals")
    assert brought_up_to_date(old, store).keys.tolist() == [1]


def test_what_is_up_to_date_is_kept(store):
    write_passages(store, ["a"])
    index = fresh(store)
    assert brought_up_to_date(index, store) is index


def test_vectors_of_another_history_are_not_mixed_in(store, tmp_path):
    """A restored backup that has since grown to the same number of changes has other passages."""
    other = Store(tmp_path / "other.sqlite")
    write_passages(other, ["a"], vectors=[[1, 0, 0, 0]])
    write_passages(store, ["b"], vectors=[[0, 1, 0, 0]])
    index = brought_up_to_date(fresh(other), store)
    assert everything(index) == {1: (0.0, 1.0, 0.0, 0.0)}
    other.close()


def test_a_passage_without_a_vector_is_damage(store):
    write_passages(store, ["a", "b"])
    with store.writing() as connection:
        connection.execute("DELETE FROM vectors WHERE passage_key = 1")
    with pytest.raises(IndexDamagedError, match="--rebuild"):
        fresh(store)


def test_a_saved_index_comes_back_whole(store, tmp_path):
    write_passages(store, ["a", "b", "c"], vectors=random_units(3))
    index = fresh(store)
    vector_file.save(index, tmp_path / "vectors.faiss")
    loaded = vector_file.load(tmp_path / "vectors.faiss")
    assert loaded.generation == index.generation
    assert everything(loaded) == everything(index)
    assert brought_up_to_date(loaded, store) is loaded
    assert sorted(file.name for file in tmp_path.glob("*vectors*")) == ["vectors.faiss"]


def test_a_saved_index_stays_in_its_file_and_outlives_it(tmp_path):
    index = index_of(range(50), random_units(50))
    vector_file.save(index, tmp_path / "vectors.faiss")
    loaded = vector_file.load(tmp_path / "vectors.faiss")
    vector_file.save(index_of(range(5), random_units(5, seed=1)), tmp_path / "vectors.faiss")
    (tmp_path / "vectors.faiss").unlink()
    assert not loaded.base.index.codes.is_owned
    assert everything(loaded) == everything(index)


def test_a_saved_index_that_is_behind_is_caught_up_not_made_anew(store, tmp_path):
    write_passages(store, ["a"], vectors=[[1, 0, 0, 0]])
    vector_file.save(fresh(store), tmp_path / "vectors.faiss")
    write_passages(store, ["b"], name="b.txt", vectors=[[0, 1, 0, 0]])
    with store.writing() as connection:
        connection.execute("DELETE FROM vectors WHERE passage_key = 1")  # so that it could not be read again
    loaded = vector_file.load(tmp_path / "vectors.faiss")
    assert everything(brought_up_to_date(loaded, store)) == {1: (1.0, 0, 0, 0), 2: (0, 1.0, 0, 0)}


@settings(max_examples=40)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_single_changed_bit_is_believed(tmp_path_factory, place, bit):
    path = tmp_path_factory.mktemp("file") / "vectors.faiss"
    index = index_of(range(5), random_units(5))
    vector_file.save(index, path)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1 << bit
    path.write_bytes(content)
    loaded = vector_file.load(path)
    # a change inside the generation's own name is seen by comparing with the store
    assert loaded is None or loaded.generation != index.generation


@pytest.mark.parametrize("length", [0, 5, 30, 200])
def test_a_file_cut_short_is_not_believed(tmp_path, length):
    path = tmp_path / "vectors.faiss"
    vector_file.save(index_of(range(50), random_units(50)), path)
    path.write_bytes(path.read_bytes()[:length])
    assert vector_file.load(path) is None


def test_no_file_is_no_index(tmp_path):
    assert vector_file.load(tmp_path / "vectors.faiss") is None
