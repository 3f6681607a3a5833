"""The fast CPU runtime: the same weights as an ONNX graph, without torch and without transformers."""

from __future__ import annotations

import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypedDict, cast

from embeddings.encoders.batching import BatchLimits, available_cores
from embeddings.encoders.encoder import EncoderError, Precision
from embeddings.encoders.onnx_runtime import onnx_runtime
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
CHECKSUMS_FILE = "checksums.json"
INPUTS = ("token_ids", "attention")
OUTPUTS = ("vectors", "token_vectors")

# A text goes through the graph by itself: in int8 its neighbours would decide how its numbers are rounded, in
# fp32 their last bits. It costs nothing either: passages side by side only wait for the memory.
_LIMITS = BatchLimits(tokens=1)


class OnnxEncoder(WordPieceEncoder):
    """Encodes with a graph that ``embeddings.encoders.onnx_export`` made. Safe to use from many threads.

    A pass takes one text and one core; bulk work runs ``threads`` passes at once (``None``: as many as
    there are cores). So a question costs the same on a busy machine, and a text has the same vectors
    whatever is encoded beside it.

    Raises:
        EncoderError: the folder does not hold a whole graph, or onnxruntime is not installed.
    """

    def __init__(self, model_files: ModelFiles, graph_folder: Path, *, threads: int | None = None) -> None:
        _require_whole(graph_folder)
        self._threads = threads or available_cores()
        self._session = _open_session(graph_folder / GRAPH_FILE)
        settings = _read_settings(graph_folder / SETTINGS_FILE)
        self.precision = settings["precision"]
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


def checksums_of(folder: Path) -> dict[str, int]:
    """Return the CRC-32 of each file of a graph."""
    names = (GRAPH_FILE, TOKENIZER_FILE, SETTINGS_FILE)
    return {name: zlib.crc32((folder / name).read_bytes()) for name in names}


def _require_whole(folder: Path) -> None:
    """See that a graph is what was made: other weights would give other vectors, and nobody would see why.

    Folders of earlier releases have no checksums.
    """
    path = folder / CHECKSUMS_FILE
    try:
        is_whole = not path.exists() or json.loads(path.read_bytes()) == checksums_of(folder)
    except (OSError, ValueError):
        is_whole = False
    if not is_whole:
        raise EncoderError(f"{folder} is damaged: delete this folder and index again.")


def _open_session(path: Path) -> Any:  # noqa: ANN401 - onnxruntime ships no types
    onnxruntime = onnx_runtime()
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


class GraphSettings(TypedDict):
    """What stands beside a graph."""

    max_tokens: int
    padding_id: int
    dimension: int
    precision: Precision


def _read_settings(path: Path) -> GraphSettings:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        return GraphSettings(
            max_tokens=int(settings["max_tokens"]),
            padding_id=int(settings["padding_id"]),
            dimension=int(settings["dimension"]),
            precision="int8" if settings["precision"] == "int8" else "fp32",
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"{path} is missing or damaged: delete its folder and index again.") from error
