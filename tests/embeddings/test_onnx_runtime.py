"""ONNX Runtime reports its use by default: here it does not, whichever part of it is imported first."""

import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper


def small_graph(path):
    """Write a graph that multiplies its input by a matrix of ones."""
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8])],
        [numpy_helper.from_array(np.ones((8, 8), np.float32), "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


@pytest.mark.parametrize(
    "use",
    [
        "from embeddings.encoders.onnx_encoder import _open_session; _open_session(path)",
        "from embeddings.encoders.onnx_export import _quantise; _quantise(path)",
    ],
)
def test_it_writes_no_id_into_the_home_folder_and_so_reports_nothing(tmp_path, use):
    home = tmp_path / "home"
    home.mkdir()
    path = tmp_path / "small.onnx"
    small_graph(path)
    named = {"ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME"}
    environment = {name: value for name, value in os.environ.items() if name not in named}
    code = f"import pathlib; path = pathlib.Path({str(path)!r}); {use}"
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code],
        env={**environment, "HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert list(home.rglob("*onnxruntime*")) == []
