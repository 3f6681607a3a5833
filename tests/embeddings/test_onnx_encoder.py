"""The exported graph gives the model's vectors, and needs no torch to do so."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoders.encoder import EncoderError
from embeddings.encoders.model_files import find_model
from embeddings.encoders.onnx_encoder import GRAPH_FILE, SETTINGS_FILE, OnnxEncoder
from embeddings.encoders.onnx_export import ensure_exported, open_onnx_encoder
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder

pytestmark = pytest.mark.model

TEXTS = [
    "The Straits must be closed to warships of states outside the Black Sea.",
    "Who?",
    "",
    "A note from Ankara, 16 March 1921. " * 40,
    "Телеграмма из Анкары: café, 日本語 \ud800",
    "Telegram of the chairman of the council.",
]


@pytest.fixture(scope="module")
def graphs_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="module")
def encoder(graphs_folder: Path) -> OnnxEncoder:
    return open_onnx_encoder(graphs_folder=graphs_folder, threads=2)


@pytest.fixture(scope="module")
def torch_encoder() -> SentenceTransformerEncoder:
    return SentenceTransformerEncoder(threads=1)


def test_both_runtimes_give_the_same_vectors(encoder, torch_encoder):
    np.testing.assert_allclose(encoder.encode(TEXTS), torch_encoder.encode(TEXTS), atol=5e-6)


def test_both_runtimes_give_the_same_tokens_and_token_vectors(encoder, torch_encoder):
    for mine, theirs in zip(encoder.encode_tokens(TEXTS), torch_encoder.encode_tokens(TEXTS), strict=True):
        assert mine.token_ids.tolist() == theirs.token_ids.tolist()
        np.testing.assert_allclose(mine.token_vectors, theirs.token_vectors, atol=1e-5)
        np.testing.assert_allclose(mine.vector, theirs.vector, atol=5e-6)


def test_both_runtimes_are_one_model_to_the_manifest(encoder, torch_encoder):
    assert [(e.name, e.revision, e.dimension, e.max_tokens) for e in (encoder, torch_encoder)] == [
        ("all-MiniLM-L6-v2", find_model().revision, 384, 254)
    ] * 2
    assert encoder.count_tokens("peace " * 400) == torch_encoder.count_tokens("peace " * 400) == 400


def test_the_number_of_threads_changes_nothing(encoder, graphs_folder):
    single = open_onnx_encoder(graphs_folder=graphs_folder, threads=1)
    texts = [f"Article {number}. {'The parties agree. ' * (number % 50)}" for number in range(150)]
    np.testing.assert_array_equal(encoder.encode(texts), single.encode(texts))


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder):
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    np.testing.assert_allclose(encoder.encode(TEXTS), alone, atol=2e-6)


def test_many_threads_may_ask_at_once(encoder):
    expected = encoder.encode(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(encoder.encode, [TEXTS] * 12):
            np.testing.assert_array_equal(vectors, expected)


def test_progress_ends_at_the_number_of_texts_and_nothing_has_no_vectors(encoder):
    finished: list[int] = []
    list(encoder.encode_tokens(TEXTS * 50, on_progress=finished.append))
    assert finished == [256, 300]
    assert encoder.encode([]).shape == (0, 384)
    assert list(encoder.encode_tokens([])) == []


def test_what_is_exported_already_is_not_exported_again(encoder, graphs_folder):
    [folder] = graphs_folder.iterdir()
    before = (folder / GRAPH_FILE).stat().st_mtime_ns
    assert ensure_exported(find_model(), graphs_folder) == folder
    assert (folder / GRAPH_FILE).stat().st_mtime_ns == before


def test_answering_a_question_imports_no_torch_and_no_transformers(encoder, graphs_folder):
    script = (
        "import sys, pathlib\n"
        "from embeddings.encoders.onnx_export import open_onnx_encoder\n"
        "encoder = open_onnx_encoder(graphs_folder=pathlib.Path(sys.argv[1]))\n"
        "print(encoder.encode(['What did Molotov want?']).shape)\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))\n"
    )
    output = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", script, str(graphs_folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    ).stdout
    assert output.splitlines() == ["(1, 384)", "[]"]


@pytest.mark.parametrize("damage", ["cut", "not JSON", "a value missing"])
def test_a_damaged_graph_is_refused_with_the_remedy(encoder, graphs_folder, tmp_path, damage):
    [whole] = graphs_folder.iterdir()
    folder = Path(shutil.copytree(whole, tmp_path / "graph"))
    if damage == "cut":
        (folder / GRAPH_FILE).write_bytes((folder / GRAPH_FILE).read_bytes()[:100_000])
    else:
        (folder / SETTINGS_FILE).write_text("{" if damage == "not JSON" else json.dumps({"max_tokens": 254}))
    with pytest.raises(EncoderError, match="delete its folder and index again"):
        OnnxEncoder(find_model(), folder)


def test_a_folder_that_cannot_be_written_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "graphs").write_text("a file where the folder should be")
    with pytest.raises(EncoderError, match="cannot take the model's graph"):
        ensure_exported(find_model(), tmp_path / "graphs")
