"""What a test run makes once, in however many processes it runs."""

import os

import pytest
from filelock import FileLock


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder that all processes of this run see; whoever makes something in it holds a lock meanwhile."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def graphs_folder(shared_folder):
    """The folder with the real model's graph; the ``models`` of a data folder may be a link to it."""
    from embeddings.encoders.model_files import find_model
    from embeddings.encoders.onnx_export import ensure_exported

    with FileLock(shared_folder / "graphs.lock"):
        ensure_exported(find_model(), shared_folder / "graphs")
    return shared_folder / "graphs"
