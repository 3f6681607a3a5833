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
from embeddings.encoders.onnx_encoder import (
    CHECKSUMS_FILE,
    GRAPH_FILE,
    SETTINGS_FILE,
    TOKENIZER_FILE,
    OnnxEncoder,
)
from embeddings.encoders.onnx_export import ensure_exported, open_onnx_encoder

pytestmark = pytest.mark.model


def test_the_number_of_threads_changes_nothing(onnx_encoder, graphs_folder):
    single = open_onnx_encoder(graphs_folder=graphs_folder, threads=1)
    texts = [f"Article {number}. {'The parties agree. ' * (number % 20)}" for number in range(60)]
    np.testing.assert_array_equal(onnx_encoder.encode(texts), single.encode(texts))


def test_many_threads_may_ask_at_once(onnx_encoder):
    texts = ["Who?", "", "A note from Ankara, 16 March 1921. " * 10]
    expected = onnx_encoder.encode(texts)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(onnx_encoder.encode, [texts] * 12):
            np.testing.assert_array_equal(vectors, expected)


def test_what_is_exported_already_is_not_exported_again(onnx_encoder, graphs_folder):
    for precision in ("int8", "fp32"):
        [folder] = graphs_folder.glob(f"*-{precision}-*")
        before = (folder / GRAPH_FILE).stat().st_mtime_ns
        assert ensure_exported(find_model(), graphs_folder, precision=precision) == folder
        assert (folder / GRAPH_FILE).stat().st_mtime_ns == before


def test_answering_a_question_imports_no_torch_and_no_transformers(onnx_encoder, graphs_folder):
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
def test_a_damaged_graph_is_refused_with_the_remedy(onnx_encoder, graphs_folder, tmp_path, damage):
    [whole] = graphs_folder.glob("*-int8-*")
    folder = Path(shutil.copytree(whole, tmp_path / "graph"))
    if damage == "cut":
        (folder / GRAPH_FILE).write_bytes((folder / GRAPH_FILE).read_bytes()[:100_000])
    else:
        (folder / SETTINGS_FILE).write_text("{" if damage == "not JSON" else json.dumps({"max_tokens": 254}))
    for remedy in ("delete this folder and index again", "delete its folder and index again"):
        with pytest.raises(EncoderError, match=remedy):
            OnnxEncoder(find_model(), folder)
        (folder / CHECKSUMS_FILE).unlink(missing_ok=True)  # as in a folder that an earlier release made


@pytest.mark.parametrize("name", [GRAPH_FILE, TOKENIZER_FILE, SETTINGS_FILE, CHECKSUMS_FILE])
def test_a_graph_with_one_wrong_byte_is_refused(onnx_encoder, graphs_folder, tmp_path, name):
    [whole] = graphs_folder.glob("*-int8-*")
    folder = Path(shutil.copytree(whole, tmp_path / "graph"))
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(EncoderError, match="is damaged: delete this folder and index again"):
        OnnxEncoder(find_model(), folder)


def test_a_folder_that_cannot_be_written_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "graphs").write_text("a file where the folder should be")
    with pytest.raises(EncoderError, match="cannot take the model's graph"):
        ensure_exported(find_model(), tmp_path / "graphs")
