"""ONNX Runtime, which tells nobody that it runs."""

from __future__ import annotations

import os
from typing import Any

from embeddings.encoders.encoder import EncoderError


def onnx_runtime() -> Any:  # noqa: ANN401 - it ships no types
    """Return the module ``onnxruntime``, to be imported by this and nothing else.

    Its releases write an id of the device into the home folder and send events of use to Microsoft unless a
    variable says otherwise before it is first imported (its ``Privacy.md``). What is set stays.

    Raises:
        EncoderError: it is not installed.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ImportError as error:
        raise EncoderError("The ONNX runtime is missing: install onnxruntime.") from error
    return onnxruntime
