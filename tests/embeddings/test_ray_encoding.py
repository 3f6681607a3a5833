"""Bulk encoding on a Ray cluster of two workers: the same index, and nothing is encoded twice."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from ray_run import SOURCES, make_recipe

from embeddings.encoders.encoder import EncoderError
from embeddings.local_index import LocalIndex
from embeddings.store.data_folder import ENCODED_AHEAD_NAME

ray = pytest.importorskip("ray", reason="the extra ray is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own

SUPPORT = Path(__file__).parents[1] / "support"
PATHS = os.pathsep.join([str(SUPPORT), str(SUPPORT.parents[1]), os.environ.get("PYTHONPATH", "")])


@pytest.fixture(scope="module")
def cluster():
    ray.init(
        num_cpus=2,
        log_to_driver=False,
        include_dashboard=False,
        runtime_env={"env_vars": {"PYTHONPATH": PATHS}},
    )
    yield
    ray.shutdown()


def open_index(folder):
    recipe = make_recipe()
    return LocalIndex.open(folder, encoder=recipe.encoder, chunking=recipe.chunking, codec=recipe.codec)


def content(folder):
    with closing(sqlite3.connect(folder / "index.sqlite")) as connection:
        return connection.execute(
            "SELECT p.key, p.id, p.text, v.vector, v.token_codes FROM passages p"
            " JOIN vectors v ON v.passage_key = p.key ORDER BY p.key"
        ).fetchall()


@pytest.mark.usefixtures("cluster")
def test_two_workers_make_the_same_index(tmp_path):
    from embeddings.distributed.ray_encoding import encode_on_ray

    with open_index(tmp_path / "usual") as index:
        index.add(SOURCES)
    with open_index(tmp_path / "ray") as index:
        index.encode_ahead(SOURCES, encode_on_ray(index.recipe, make_recipe))
        index.add(SOURCES)
        assert index.recipe.encoder.encoded_texts == []
    assert content(tmp_path / "ray") == content(tmp_path / "usual")


@pytest.mark.usefixtures("cluster")
def test_workers_with_another_model_are_refused(tmp_path):
    from embeddings.distributed.ray_encoding import encode_on_ray

    recipe = make_recipe()
    recipe.encoder.revision = "2"
    encode = encode_on_ray(recipe, make_recipe)
    with (
        open_index(tmp_path) as index,
        pytest.raises(EncoderError, match="A worker has the model word"),
    ):
        index.encode_ahead(SOURCES, encode)


def test_what_was_encoded_before_a_kill_is_not_encoded_again(tmp_path):
    environment = {
        **os.environ,
        "PYTHONPATH": PATHS,
        "ENCODED_TEXTS": str(tmp_path / "log"),
    }
    command = [sys.executable, "-m", "ray_run", str(tmp_path / "data")]
    waiting = tmp_path / "data" / ENCODED_AHEAD_NAME
    with subprocess.Popen(command, env=environment, start_new_session=True) as run:  # noqa: S603 - our own program
        before = set()
        deadline = time.monotonic() + 120
        while len(before) < 100 and time.monotonic() < deadline and run.poll() is None:
            time.sleep(0.1)
            before = _waiting(waiting)
        os.killpg(run.pid, signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    before = _waiting(waiting)
    assert len(before) >= 100
    (tmp_path / "log").unlink()
    subprocess.run(command, env=environment, check=True)  # noqa: S603 - our own program
    encoded = (tmp_path / "log").read_text().splitlines()
    assert encoded
    assert not before & set(encoded)
    with open_index(tmp_path / "usual") as index:
        index.add(SOURCES)
    assert content(tmp_path / "data") == content(tmp_path / "usual")


def _waiting(path):
    """The hashes of the texts that were encoded and wait for their passages."""
    if not path.is_file():
        return set()
    try:
        with closing(sqlite3.connect(path)) as connection:
            return {text_hash.hex() for (text_hash,) in connection.execute("SELECT hash FROM encodings")}
    except sqlite3.OperationalError:  # it is just being made
        return set()
