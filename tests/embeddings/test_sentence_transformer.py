"""The packaged model behind the encoder's seam, and what happens where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.encoders.batching import length_batches, unit_rows
from embeddings.encoders.encoder import EncoderError
from embeddings.encoders.model_files import PACKAGED_MODEL, find_model
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder
from embeddings.encoders.word_pieces import WordPieces, read_word_pieces

TEXTS = [
    "The Straits must be closed to warships of states outside the Black Sea.",
    "Who?",
    "",
    "A note from Ankara, 16 March 1921. " * 20,
    "Telegram of the chairman of the council.",
    "The Straits shall be shut to war vessels of powers not on the Black Sea.",
]


@pytest.fixture(scope="module")
def word_pieces() -> WordPieces:
    return read_word_pieces(find_model().folder)


def test_the_packaged_model_has_the_same_revision_every_time():
    assert find_model() == find_model(PACKAGED_MODEL)
    assert len(find_model().revision) == 16


def test_a_change_of_one_weight_or_of_the_tokenizer_changes_the_revision(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "tokenizer.json").write_text("{}")
    first = find_model(str(tmp_path))
    (tmp_path / "README.md").write_text("no part of the model")
    assert find_model(str(tmp_path)) == first
    (tmp_path / "tokenizer.json").write_text("{ }")
    second = find_model(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"weightz")
    assert len({first.revision, second.revision, find_model(str(tmp_path)).revision}) == 3
    assert first.name == tmp_path.name


@pytest.mark.parametrize("model", ["/no/such/folder", "./neither", "~/nor/this", "a/b/c"])
def test_a_folder_that_is_not_there_is_refused_with_the_remedy(model):
    with pytest.raises(EncoderError, match="set DOSSIER_MODEL"):
        find_model(model)


def test_a_folder_without_weights_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EncoderError, match="holds no weights"):
        find_model(str(tmp_path))


def test_a_hub_id_that_is_not_cached_is_refused_when_offline():
    script = (
        "from embeddings.encoders.model_files import find_model\n"
        "from embeddings.encoders.encoder import EncoderError\n"
        "try:\n    find_model('nobody/nothing')\n"
        "except EncoderError as error:\n    print(error)\n"
    )
    output = _python(script, HF_HUB_OFFLINE="1")
    assert "nobody/nothing is neither a folder nor to be had from the hub" in output


def test_a_model_that_does_not_load_is_refused_with_its_folder(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(EncoderError, match=f"{tmp_path} cannot be loaded as a model"):
        SentenceTransformerEncoder(str(tmp_path))


def test_a_missing_tokenizer_is_refused(tmp_path):
    with pytest.raises(EncoderError, match="missing or not a tokenizer"):
        read_word_pieces(tmp_path)


def test_tokens_are_counted_past_the_window_and_without_special_tokens(word_pieces):
    assert word_pieces.count("the " * 1_000) == 1_000
    assert word_pieces.count("") == 0
    assert word_pieces.special_tokens == 2


def test_each_token_that_carries_meaning_stands_where_its_offsets_say(word_pieces):
    text = "The Straits, of the café — \ud800 don't İnönü in 1921."
    tokens = word_pieces.tokenize(text)
    found = [text[start:end] for start, end in tokens.offsets]
    assert found[:2] == ["Straits", "café"]
    assert "".join(found[2:-1]) == "donİnönü"
    assert len(found) == len(tokens.ids) > 5
    assert found[-1] == "1921"


def test_what_the_model_reads_is_cut_between_its_special_tokens(word_pieces):
    [read] = word_pieces.model_inputs(["Peace, of war and more"], max_tokens=4)
    whole = word_pieces.model_inputs(["Peace, of war"], max_tokens=99)[0]
    assert read == whole
    assert read.is_content == [False, True, False, False, True, False]


@settings(deadline=None)
@given(text=st.text(), max_tokens=st.integers(1, 9))
def test_what_is_kept_of_a_text_begins_as_its_tokens_do(word_pieces, text, max_tokens):
    [read] = word_pieces.model_inputs([text], max_tokens=max_tokens)
    kept = [token for token, content in zip(read.ids, read.is_content, strict=True) if content]
    assert kept == word_pieces.tokenize(text).ids.tolist()[: len(kept)]
    assert len(read.ids) == min(word_pieces.count(text), max_tokens) + word_pieces.special_tokens


def test_every_text_is_in_one_batch_and_no_batch_is_over_its_budget(word_pieces):
    texts = [f"{'word ' * (number * 7 % 23)}{number}" for number in range(50)]
    seen: list[int] = []
    for batches in length_batches(
        texts, word_pieces=word_pieces, max_tokens=15, max_tokens_a_pass=60, texts_at_a_time=20
    ):
        lengths = [int(batch.attention.sum(axis=1).max()) for batch in batches]
        assert lengths == sorted(lengths, reverse=True)
        assert all(batch.token_ids.size <= 60 or len(batch.positions) == 1 for batch in batches)
        seen += [position for batch in batches for position in batch.positions]
    assert sorted(seen) == list(range(50))


def test_a_row_of_zeros_stays_one_when_scaled():
    rows = unit_rows(np.array([[0.0, 0.0], [3.0, 4.0]], dtype=np.float32))
    assert rows.tolist() == [[0.0, 0.0], [pytest.approx(0.6), pytest.approx(0.8)]]


@pytest.mark.model
def test_the_vectors_are_those_of_sentence_transformers(torch_encoder):
    expected = torch_encoder.module.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(torch_encoder.encode(TEXTS), expected, atol=2e-6)


@pytest.mark.model
def test_the_model_reads_what_transformers_gives_it(torch_encoder):
    for text, read in zip(TEXTS, torch_encoder.word_pieces.model_inputs(TEXTS, max_tokens=254), strict=True):
        assert read.ids == torch_encoder.module.tokenizer(text, truncation=True, max_length=256)["input_ids"]


def test_importing_the_encoders_imports_nothing_heavy():
    script = "import sys\n"
    script += "from embeddings.encoders import sentence_transformer, model_files, word_pieces\n"
    script += (
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'tokenizers'} & set(sys.modules)))"
    )
    assert _python(script).strip() == "[]"


def _python(script: str, **environment: str) -> str:
    return subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
    ).stdout
