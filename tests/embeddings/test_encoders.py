"""Whatever runs the model, it is the same encoder."""

import numpy as np
import pytest

from embeddings.encoders.model_files import find_model

pytestmark = pytest.mark.model

TEXTS = [
    "The Straits must be closed to warships of states outside the Black Sea.",
    "Who?",
    "",
    "A note from Ankara, 16 March 1921. " * 40,
    "Телеграмма из Анкары: café, 日本語 \ud800",
    "The Straits shall be shut to war vessels of powers not on the Black Sea.",
]


@pytest.fixture(params=["onnx_encoder", "fp32_encoder", "torch_encoder"])
def encoder(request):
    return request.getfixturevalue(request.param)


def test_both_runtimes_give_the_same_tokens_and_vectors(fp32_encoder, torch_encoder):
    np.testing.assert_allclose(fp32_encoder.encode(TEXTS), torch_encoder.encode(TEXTS), atol=5e-6)
    for one, other in zip(fp32_encoder.encode_tokens(TEXTS), torch_encoder.encode_tokens(TEXTS), strict=True):
        assert one.token_ids.tolist() == other.token_ids.tolist()
        np.testing.assert_allclose(one.token_vectors, other.token_vectors, atol=1e-5)
        np.testing.assert_allclose(one.vector, other.vector, atol=5e-6)


def test_int8_gives_the_same_tokens_and_nearly_the_same_vectors(onnx_encoder, fp32_encoder):
    assert (onnx_encoder.precision, fp32_encoder.precision) == ("int8", "fp32")
    for one, other in zip(onnx_encoder.encode_tokens(TEXTS), fp32_encoder.encode_tokens(TEXTS), strict=True):
        assert one.token_ids.tolist() == other.token_ids.tolist()
        assert one.vector @ other.vector > 0.97
        assert (one.token_vectors * other.token_vectors).sum(axis=1).min(initial=1.0) > 0.9


def test_in_int8_a_text_has_the_same_vectors_to_the_bit_whatever_stands_beside_it(onnx_encoder):
    together = list(onnx_encoder.encode_tokens(TEXTS))
    for text, encoding in zip(TEXTS, together, strict=True):
        (alone,) = onnx_encoder.encode_tokens([text])
        np.testing.assert_array_equal(alone.vector, encoding.vector)
        np.testing.assert_array_equal(alone.token_vectors, encoding.token_vectors)


def test_it_says_what_the_manifest_records(encoder):
    assert (encoder.name, encoder.dimension, encoder.max_tokens) == ("all-MiniLM-L6-v2", 384, 254)
    assert encoder.revision == find_model().revision
    assert encoder.count_tokens("peace " * 400) == 400


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder):
    together = encoder.encode(TEXTS)
    np.testing.assert_allclose(
        np.concatenate([encoder.encode([text]) for text in TEXTS]), together, atol=2e-6
    )
    np.testing.assert_array_equal(encoder.encode(TEXTS), together)


def test_what_means_the_same_is_nearest(encoder):
    vectors = encoder.encode(TEXTS)
    similarity = vectors @ vectors[0]
    assert similarity[0] == pytest.approx(1.0, abs=1e-5)
    assert int(np.argsort(similarity)[-2]) == 5


def test_the_window_is_the_one_it_states(encoder):
    at_the_limit = "peace " * encoder.max_tokens
    vectors = encoder.encode([at_the_limit, at_the_limit + "war war war", "peace " * 253])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=2e-6)
    assert np.abs(vectors[0] - vectors[2]).max() > 1e-5


def test_the_token_vectors_come_with_the_same_text_vector_and_for_what_carries_meaning(encoder):
    encodings = list(encoder.encode_tokens(TEXTS))
    np.testing.assert_allclose([one.vector for one in encodings], encoder.encode(TEXTS), atol=2e-6)
    for text, encoding in zip(TEXTS, encodings, strict=True):
        ids = encoder.tokenize(text).ids.tolist()
        assert encoding.token_ids.tolist() == ids[: len(encoding.token_ids)]
        assert len(encoding.token_ids) == len(ids) or encoder.count_tokens(text) > encoder.max_tokens
        assert encoding.token_vectors.shape == (len(encoding.token_ids), 384)
        np.testing.assert_allclose(np.linalg.norm(encoding.token_vectors, axis=1), 1.0, atol=1e-5)


def test_progress_ends_at_the_number_of_texts_and_nothing_has_no_vectors(encoder):
    finished: list[int] = []
    encoder.encode(TEXTS, on_progress=finished.append)
    assert finished == sorted(finished)
    assert finished[-1] == len(TEXTS)
    assert encoder.encode([]).shape == (0, 384)
    assert list(encoder.encode_tokens([])) == []


def test_token_vectors_are_held_for_a_few_hundred_texts_at_a_time(encoder):
    finished: list[int] = []
    list(encoder.encode_tokens(["Who?"] * 300, on_progress=finished.append))
    assert finished == [256, 300]
