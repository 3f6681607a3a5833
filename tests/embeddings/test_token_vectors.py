"""Token vectors kept as codes are nearly what they were, and compare as their decoded selves do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoders.encoder import EncoderError
from embeddings.encoders.model_files import find_model
from embeddings.encoders.token_vectors import (
    MIN_TRAINING_VECTORS,
    TokenCodec,
    TrainingSettings,
    _read,
    packaged_codec,
    train_codec,
    write_codec,
)


def some_codec(seed: int = 0, *, parts: int = 3, part: int = 4) -> TokenCodec:
    return TokenCodec(np.random.default_rng(seed).standard_normal((parts, 256, part), dtype=np.float32))


def vectors_of(seed: int, count: int, dimension: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, dimension), dtype=np.float32)


@settings(deadline=None)
@given(seed=st.integers(0, 10_000), tokens=st.integers(0, 40), asked=st.integers(0, 35))
def test_similarities_are_the_inner_products_with_the_decoded_vectors(seed, tokens, asked):
    codec = some_codec(seed)
    codes = codec.encode(vectors_of(seed + 1, tokens))
    question = vectors_of(seed + 2, asked)
    expected = question @ codec.decode(codes).T
    np.testing.assert_allclose(codec.similarities(question, codes), expected, atol=0.01)


def test_similarities_are_the_same_for_more_tokens_than_are_looked_up_at_a_time():
    codec = some_codec()
    codes = codec.encode(vectors_of(1, 9_000))
    question = vectors_of(2, 5)
    np.testing.assert_allclose(
        codec.similarities(question, codes), question @ codec.decode(codes).T, atol=0.01
    )


@settings(deadline=None)
@given(seed=st.integers(0, 10_000))
def test_each_part_is_kept_as_the_nearest_known_one(seed):
    codec, vectors = some_codec(seed), vectors_of(seed + 1, 7)
    parts = vectors.reshape(7, 3, 1, 4)
    nearest = ((parts - codec.codebooks[None]) ** 2).sum(axis=-1).min(axis=2).sum(axis=1)
    kept = ((vectors - codec.decode(codec.encode(vectors))) ** 2).sum(axis=1)
    np.testing.assert_allclose(kept, nearest, rtol=1e-4)


def test_what_the_codec_knows_already_comes_back_whole():
    codec = some_codec()
    known = codec.codebooks[:, 17].reshape(1, 12)
    assert codec.encode(known).tolist() == [[17, 17, 17]]
    np.testing.assert_array_equal(codec.decode(codec.encode(known)), known)


def test_codecs_have_a_name_that_tells_them_apart():
    assert some_codec(1).name == some_codec(1).name
    assert some_codec(1).name.startswith("pq3-")
    assert some_codec(1).name != some_codec(2).name


@pytest.mark.parametrize("wrong", [np.zeros((2, 8), np.float32), np.zeros(12, np.float32)])
def test_vectors_of_another_shape_are_refused(wrong):
    codec = some_codec()
    with pytest.raises(ValueError, match="codec of dimension 12"):
        codec.encode(wrong)
    with pytest.raises(ValueError, match="codec of dimension 12"):
        codec.similarities(wrong, np.zeros((1, 3), np.uint8))


def test_the_same_vectors_train_the_same_codec_which_keeps_more_than_a_random_one():
    vectors = vectors_of(0, MIN_TRAINING_VECTORS)
    training = TrainingSettings(bytes_per_token=3)
    trained = train_codec(vectors, training)
    np.testing.assert_array_equal(trained.codebooks, train_codec(vectors, training).codebooks)

    def lost(codec: TokenCodec) -> float:
        return float(((vectors - codec.decode(codec.encode(vectors))) ** 2).mean())

    assert lost(trained) < 0.8 * lost(some_codec())


@pytest.mark.parametrize(("count", "size"), [(MIN_TRAINING_VECTORS - 1, 3), (MIN_TRAINING_VECTORS, 5)])
def test_too_few_vectors_or_an_uneven_cut_train_nothing(count, size):
    with pytest.raises(ValueError, match="cannot train"):
        train_codec(np.zeros((count, 12), np.float32), TrainingSettings(bytes_per_token=size))


def test_a_written_codec_is_read_back_with_the_models_it_is_for(tmp_path):
    codec = TokenCodec(some_codec().codebooks.astype(np.float16).astype(np.float32))
    write_codec(tmp_path / "codec.npz", codec, model_revisions=["one", "two"])
    revisions, read = _read(tmp_path / "codec.npz")
    assert revisions == {"one", "two"}
    assert read.name == codec.name


@pytest.mark.parametrize("content", [None, b"", b"not an archive", b"PK\x03\x04 cut short"])
def test_a_damaged_codec_is_refused_with_the_remedy(tmp_path, content):
    path = tmp_path / "codec.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EncoderError, match="install dossier again"):
        _read(path)


def test_the_packaged_codec_is_for_the_packaged_model_only():
    codec = packaged_codec(find_model().revision)
    assert codec is not None
    assert (codec.dimension, codec.bytes_per_token) == (384, 48)
    assert packaged_codec("another") is None


@pytest.mark.model
def test_the_packaged_codec_finds_the_passage_that_whole_vectors_find(onnx_encoder):
    codec = packaged_codec(onnx_encoder.revision)
    passages = [
        "The Persian government asks for the withdrawal of the troops from Gilan.",
        "Notes were exchanged on the sale of cotton and of dried fruit.",
        "The commissar spoke of warships that pass the Straits in time of war.",
        "A new consul was named in Tabriz, and the old one recalled.",
    ]
    [question] = onnx_encoder.encode_tokens(["May warships pass through the Straits?"])
    whole, kept = [], []
    for passage in onnx_encoder.encode_tokens(passages):
        whole.append((question.token_vectors @ passage.token_vectors.T).max(axis=1).mean())
        codes = codec.encode(passage.token_vectors)
        assert codes.nbytes == 48 * len(passage.token_ids)
        kept.append(codec.similarities(question.token_vectors, codes).max(axis=1).mean())
    assert np.argmax(kept) == np.argmax(whole) == 2
    assert np.corrcoef(kept, whole)[0, 1] > 0.95
