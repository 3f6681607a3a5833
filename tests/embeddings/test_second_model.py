"""A second model's vectors: kept with the passages, added to an older index, asked in other tongues only."""

from contextlib import closing

import numpy as np
import pytest
from encoders import TranslatingEncoder, WordHashEncoder, WordHashTokenEncoder, word_hash_codec
from index_support import CHUNKING, make_source, now

from embeddings.errors import EmbeddingsError, ManifestMismatchError
from embeddings.indexing import completing
from embeddings.indexing.completing import add_second_vectors
from embeddings.indexing.preparing import Recipe
from embeddings.indexing.rebuilding import rebuild
from embeddings.local_index import LocalIndex
from embeddings.ranking.asked_language import is_in_another_language
from embeddings.ranking.retriever import RetrievalSettings, Retriever
from embeddings.store.connections import Store
from embeddings.store.data_folder import STORE_NAME

PAPERS = {
    "straits.txt": "The envoy closed the Straits.",
    "cotton.txt": "Cotton prices were rising.",
    "garden.txt": "The garden is in bloom and the dog is well.",
}
RUSSIAN = "Посланник закрыл проливы?"
ENGLISH = "Who closed the Straits?"
RECIPE = Recipe(WordHashTokenEncoder(), CHUNKING, word_hash_codec())


def open_index(folder, **options):
    return LocalIndex.open(
        folder, encoder=RECIPE.encoder, chunking=RECIPE.chunking, codec=RECIPE.codec, **options
    )


def fill(folder, papers=PAPERS, **options):
    with open_index(folder, **options) as index:
        index.add([make_source(name, text) for name, text in papers.items()])


def second_vectors(folder):
    """The stored vectors of the second model, by the text of the passage; ``None``: it has none."""
    with closing(Store(folder / STORE_NAME)) as store, store.reading() as connection:
        rows = connection.execute(
            "SELECT p.text, v.vector FROM passages p LEFT JOIN second_vectors v ON v.passage_key = p.key"
        )
        return {text: vector and np.frombuffer(vector, dtype="<f2") for text, vector in rows}


def names(found):
    return [hit.place.source_name for hit in found.hits]


def retrieve(index, question):
    return Retriever(index, RECIPE.encoder, RetrievalSettings()).retrieve(question, top_k=3)


def test_each_passage_has_its_vector_by_each_model_through_additions_replacements_and_deletions(tmp_path):
    second = TranslatingEncoder()
    with open_index(tmp_path, second=second) as index:
        index.add([make_source(name, text) for name, text in PAPERS.items()])
        index.add([make_source("cotton.txt", "Cotton prices were falling.")])
        index.delete(now(index).source("garden.txt").id)
        assert index.problems() == []
        with index.snapshot() as snapshot:
            vector = second.encode_question("cotton falling")
            assert len(snapshot.dense_search(vector, limit=9, by_second=True)) == 2
            assert len(snapshot.dense_search(RECIPE.encoder.encode(["cotton"])[0], limit=9)) == 2
            found = snapshot.dense_search(vector, limit=1, by_second=True)
            assert snapshot.places([found[0][0]])[0].passage.text == "Cotton prices were falling."


def test_a_question_in_another_language_is_found_by_the_second_model_and_an_english_one_is_not_touched(
    tmp_path,
):
    fill(tmp_path / "one")
    fill(tmp_path / "two", second=TranslatingEncoder())
    with open_index(tmp_path / "one") as alone:
        english = retrieve(alone, ENGLISH)
        assert not retrieve(alone, RUSSIAN).is_by_second_model
    second = TranslatingEncoder()
    with open_index(tmp_path / "two", second=second) as both:
        found = retrieve(both, RUSSIAN)
        assert found.is_by_second_model
        assert names(found)[0] == "straits.txt"
        assert names(retrieve(both, "цены хлопка"))[0] == "cotton.txt"
        again = retrieve(both, ENGLISH)
    assert not again.is_by_second_model
    assert [(hit.place.passage.id, hit.score, hit.scores) for hit in again.hits] == [
        (hit.place.passage.id, hit.score, hit.scores) for hit in english.hits
    ]


def test_an_index_made_without_it_says_what_to_do_and_gets_what_it_lacks(tmp_path):
    fill(tmp_path)
    with pytest.raises(
        ManifestMismatchError, match="no vectors of the second model yet: run `dossier index`"
    ):
        open_index(tmp_path, second=TranslatingEncoder())
    assert add_second_vectors(tmp_path, RECIPE, TranslatingEncoder()) == 3
    assert add_second_vectors(tmp_path, RECIPE, TranslatingEncoder()) == 0
    fill(tmp_path / "whole", second=TranslatingEncoder())
    expected = second_vectors(tmp_path / "whole")
    assert {text: vector.tolist() for text, vector in second_vectors(tmp_path).items()} == {
        text: vector.tolist() for text, vector in expected.items()
    }
    with open_index(tmp_path, second=TranslatingEncoder()) as index:
        assert index.problems() == []
        assert names(retrieve(index, RUSSIAN))[0] == "straits.txt"


def test_what_a_broken_run_has_encoded_is_kept_and_the_index_stays_as_it_was_until_all_is_there(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(completing, "_PASSAGES_A_COMMIT", 1)
    fill(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        add_second_vectors(tmp_path, RECIPE, TranslatingEncoder(fails_after=2))
    with open_index(tmp_path) as index:  # still an index without a second model, which may change
        index.add([make_source("late.txt", "A late letter came.")])
    second = TranslatingEncoder()
    assert add_second_vectors(tmp_path, RECIPE, second) == 2
    assert all(vector is not None for vector in second_vectors(tmp_path).values())
    fill(tmp_path / "other")
    with pytest.raises(KeyboardInterrupt):
        add_second_vectors(tmp_path / "other", RECIPE, TranslatingEncoder(fails_after=2))
    newer = TranslatingEncoder(revision="2")
    assert add_second_vectors(tmp_path / "other", RECIPE, newer) == 3


def test_neither_another_second_model_nor_none_is_used_on_an_index_that_has_one(tmp_path):
    fill(tmp_path, second=TranslatingEncoder())
    with pytest.raises(ManifestMismatchError, match="second model translating 1, now not set"):
        open_index(tmp_path)
    newer = TranslatingEncoder(revision="2")
    with pytest.raises(ManifestMismatchError, match="second model translating 1, now translating 2"):
        open_index(tmp_path, second=newer)
    with pytest.raises(ManifestMismatchError, match="translating 1, now translating 2"):
        add_second_vectors(tmp_path, RECIPE, newer)
    with pytest.raises(ManifestMismatchError, match="model word-hash, now other"):
        add_second_vectors(tmp_path, Recipe(WordHashEncoder(name="other"), CHUNKING), newer)


def test_a_rebuild_keeps_the_vectors_of_the_same_second_model_and_can_leave_it_out(tmp_path):
    fill(tmp_path, second=TranslatingEncoder())
    before = {text: vector.tolist() for text, vector in second_vectors(tmp_path).items()}
    second = TranslatingEncoder()
    recipe = {"encoder": RECIPE.encoder, "chunking": RECIPE.chunking, "codec": RECIPE.codec}
    rebuild(tmp_path, **recipe, second=second)
    assert second.encoded_texts == []
    assert {text: vector.tolist() for text, vector in second_vectors(tmp_path).items()} == before
    rebuild(tmp_path, **recipe)
    assert set(second_vectors(tmp_path).values()) == {None}
    with open_index(tmp_path) as index:
        assert index.problems() == []


def test_a_missing_vector_is_a_problem_of_the_index(tmp_path):
    fill(tmp_path, second=TranslatingEncoder())
    with closing(Store(tmp_path / STORE_NAME)) as store, store.writing() as connection:
        connection.execute("DELETE FROM second_vectors WHERE passage_key = 1")
    with open_index(tmp_path, second=TranslatingEncoder()) as index:
        (problem,) = index.problems()
        assert problem.startswith("second_vectors: 1 of the passages missing, 0 too many: run ")
        with pytest.raises(EmbeddingsError, match="lacks the vectors of some passages"):
            retrieve(index, RUSSIAN)


@pytest.mark.parametrize(
    ("question", "known", "respelt", "expected"),
    [
        ("Кто закрыл проливы?", (), (), True),
        ("Кто закрыл проливы?", ("кто", "закрыл", "проливы"), (), True),  # no script of the rules
        ("Was forderte Molotow in der Frage der Meerengen?", ("molotow",), (), True),
        ("Molotov Boğazlar konusunda ne istedi?", ("molotov",), (), True),
        ("What did Molotov demand in the matter of the Straits?", (), (), False),
        ("What did Molotov want?", ("molotov", "want"), (), False),
        ("Molotov straits 1940", ("molotov", "straits"), (), False),
        ("Montrex convension", (), ("montrex", "convension"), False),
        ("zeppelin", (), (), False),
        ("1940 ?", (), (), False),
        ("", (), (), False),
    ],
)
def test_a_question_is_in_another_language_where_most_of_its_words_are_not_read(
    question, known, respelt, expected
):
    assert is_in_another_language(question, dict.fromkeys(known, 1), respelt) is expected
