"""The fast CPU runtime: the same weights as an ONNX graph, without torch and without transformers."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from embeddings.batching import available_cores, length_batches, text_encodings, unit_rows
from embeddings.encoder import EncoderError
from embeddings.word_pieces import read_word_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from embeddings.batching import Batch
    from embeddings.encoder import FloatArray, TextEncoding, Tokens
    from embeddings.model_files import ModelFiles

GRAPH_FILE = "graph.onnx"
TOKENIZER_FILE = "tokenizer.json"
SETTINGS_FILE = "encoder.json"
INPUTS = ("token_ids", "attention")
OUTPUTS = ("vectors", "token_vectors")

_BATCH_TOKENS = 2_048


class OnnxEncoder:
    """Encodes with a graph that ``embeddings.onnx_export`` made. Safe to use from many threads.

    One pass takes one core, whatever its size; bulk work runs ``threads`` passes at once
    (``None``: as many as there are cores). So a question costs the same on a busy machine, and a
    batch gives the same vectors however many cores there are.

    Raises:
        EncoderError: the folder does not hold a whole graph, or onnxruntime is not installed.
    """

    def __init__(self, model_files: ModelFiles, graph_folder: Path, *, threads: int | None = None) -> None:
        self._files = model_files
        self._threads = threads or available_cores()
        self._session = _open_session(graph_folder / GRAPH_FILE)
        settings = _read_settings(graph_folder / SETTINGS_FILE)
        self.max_tokens = settings["max_tokens"]
        self.dimension = settings["dimension"]
        self._word_pieces = read_word_pieces(graph_folder, padding_id=settings["padding_id"])

    @property
    def name(self) -> str:
        """The model's name: that of the weights, whatever runs them."""
        return self._files.name

    @property
    def revision(self) -> str:
        """A hash of the model's files, or the hub's commit."""
        return self._files.revision

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's own tokens ``text`` has, special tokens excluded, uncut."""
        return self._word_pieces.count(text)

    def tokenize(self, text: str) -> Tokens:
        """Return the tokens of ``text`` that carry meaning, uncut."""
        return self._word_pieces.tokenize(text)

    def encode(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatArray:
        """Return the vectors of ``texts``: shape ``(len(texts), dimension)``, float32, rows of length 1."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        finished = 0
        for batches in self._batches(texts, texts_at_a_time=1_024):
            for batch, output in self._run_all(batches, OUTPUTS[:1]):
                vectors[list(batch.positions)] = unit_rows(output[0])
                finished += len(batch.positions)
                if on_progress:
                    on_progress(finished)
        return vectors

    def encode_tokens(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> Iterator[TextEncoding]:
        """Yield the encoding of each text with those of its tokens that carry meaning, in order."""
        finished = 0
        for batches in self._batches(texts, texts_at_a_time=256):
            encodings: dict[int, TextEncoding] = {}
            for batch, output in self._run_all(batches, OUTPUTS):
                encodings |= text_encodings(batch, *output)
            for position in sorted(encodings):
                yield encodings[position]
            finished += len(encodings)
            if on_progress:
                on_progress(finished)

    def _batches(self, texts: Sequence[str], *, texts_at_a_time: int) -> Iterator[list[Batch]]:
        return length_batches(
            texts,
            word_pieces=self._word_pieces,
            max_tokens=self.max_tokens,
            max_batch_tokens=_BATCH_TOKENS,
            texts_at_a_time=texts_at_a_time,
        )

    def _run_all(
        self, batches: list[Batch], outputs: Sequence[str]
    ) -> Iterator[tuple[Batch, list[FloatArray]]]:
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
