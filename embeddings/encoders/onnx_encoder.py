"""The fast CPU runtime: the same weights as an ONNX graph, without torch and without transformers."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

from embeddings.encoders.batching import BatchLimits, available_cores
from embeddings.encoders.encoder import EncoderError
from embeddings.encoders.word_piece_encoder import WordPieceEncoder
from embeddings.encoders.word_pieces import read_word_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from embeddings.encoders.batching import Batch
    from embeddings.encoders.encoder import FloatArray
    from embeddings.encoders.model_files import ModelFiles

GRAPH_FILE = "graph.onnx"
TOKENIZER_FILE = "tokenizer.json"
SETTINGS_FILE = "encoder.json"
INPUTS = ("token_ids", "attention")
OUTPUTS = ("vectors", "token_vectors")

# With passes of 512, 1,024, 2,048 and 4,096 tokens one core encodes 5,800, 5,400, 4,600 and 4,100 tokens a
# second. 2,048 was chosen by hand before that was measured; another number changes the vectors' last bits.
_LIMITS = BatchLimits(tokens=2_048)


class OnnxEncoder(WordPieceEncoder):
    """Encodes with a graph that ``embeddings.encoders.onnx_export`` made. Safe to use from many threads.

    One pass takes one core, whatever its size; bulk work runs ``threads`` passes at once
    (``None``: as many as there are cores). So a question costs the same on a busy machine, and a
    batch gives the same vectors however many cores there are.

    Raises:
        EncoderError: the folder does not hold a whole graph, or onnxruntime is not installed.
    """

    def __init__(self, model_files: ModelFiles, graph_folder: Path, *, threads: int | None = None) -> None:
        self._threads = threads or available_cores()
        self._session = _open_session(graph_folder / GRAPH_FILE)
        settings = _read_settings(graph_folder / SETTINGS_FILE)
        super().__init__(
            model_files,
            read_word_pieces(graph_folder, padding_id=settings["padding_id"]),
            max_tokens=settings["max_tokens"],
            dimension=settings["dimension"],
            limits=_LIMITS,
        )

    def _run_all(
        self, batches: Sequence[Batch], *, with_tokens: bool
    ) -> Iterator[tuple[Batch, list[FloatArray]]]:
        outputs = OUTPUTS if with_tokens else OUTPUTS[:1]

        def run(batch: Batch) -> list[FloatArray]:
            inputs = dict(zip(INPUTS, (batch.token_ids, batch.attention), strict=True))
            return cast("list[FloatArray]", self._session.run(outputs, inputs))

        if len(batches) == 1 or self._threads == 1:
            yield from ((batch, run(batch)) for batch in batches)
            return
        with ThreadPoolExecutor(self._threads, thread_name_prefix="encode") as pool:
            yield from zip(batches, pool.map(run, batches), strict=True)


def _open_session(path: Path) -> Any:  # noqa: ANN401 - onnxruntime ships no types
    try:
        import onnxruntime
    except ImportError as error:
        raise EncoderError("The ONNX runtime is missing: install onnxruntime.") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its exceptions share no base but Exception
        raise EncoderError(
            f"{path} is not a graph ONNX Runtime can load: delete its folder and index again."
        ) from error


def _read_settings(path: Path) -> dict[str, int]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        return {name: int(settings[name]) for name in ("max_tokens", "padding_id", "dimension")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"{path} is missing or damaged: delete its folder and index again.") from error
