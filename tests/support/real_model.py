"""The real model for tests: loaded once a process, and exported once a run, however many processes it has."""

import os

import pytest
from filelock import FileLock

from embeddings.encoders.model_files import find_model
from embeddings.encoders.onnx_export import ensure_exported, open_onnx_encoder
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder


@pytest.fixture(scope="session")
def graphs_folder(tmp_path_factory):
    """The folder of the exported graphs."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each worker's own folder lies in that of the run
    with FileLock(shared / "graphs.lock"):
        for precision in ("fp32", "int8"):
            ensure_exported(find_model(), shared / "graphs", precision=precision)
    return shared / "graphs"


@pytest.fixture(scope="session")
def onnx_encoder(graphs_folder):
    return open_onnx_encoder(graphs_folder=graphs_folder, threads=2)


@pytest.fixture(scope="session")
def fp32_encoder(graphs_folder):
    return open_onnx_encoder(graphs_folder=graphs_folder, precision="fp32", threads=2)


@pytest.fixture(scope="session")
def torch_encoder():
    return SentenceTransformerEncoder(threads=1)


def use_graphs(graphs_folder, data):
    """Let a new data folder use the exported graph instead of making its own."""
    data.mkdir()
    (data / "models").symlink_to(graphs_folder)
