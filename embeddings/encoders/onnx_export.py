"""A model as an ONNX graph, exported once, so that serving needs neither torch nor its start-up time."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.encoders.encoder import EncoderError
from embeddings.encoders.model_files import PACKAGED_MODEL, find_model
from embeddings.encoders.onnx_encoder import (
    CHECKSUMS_FILE,
    GRAPH_FILE,
    INPUTS,
    OUTPUTS,
    SETTINGS_FILE,
    TOKENIZER_FILE,
    OnnxEncoder,
    checksums_of,
)
from embeddings.encoders.onnx_runtime import onnx_runtime
from embeddings.encoders.sentence_transformer import SentenceTransformerEncoder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from embeddings.encoders.encoder import Precision
    from embeddings.encoders.model_files import ModelFiles

logger = logging.getLogger(__name__)

# Raised when what is exported changes, so that older folders are not mistaken for it.
_LAYOUT = 2
_OPSET = 17  # the first in which a layer normalisation is one node
# The least that the cosine of a text's vector, and of a token's, with the model's own may be. In fp32
# rounding alone stays under 1e-6. In int8 the least were .975 and .930, of the probes and of 96 windows of a
# book; a graph that lost something is far off.
_SMALLEST_COSINES: dict[Precision, tuple[float, float]] = {"fp32": (1 - 1e-4, 1 - 1e-4), "int8": (0.96, 0.8)}
_PROBES = (
    "",
    "Who?",
    "What did the harbour master ask for in return for the new rules?",
    "Minutes of the council of the town, 14 November 1940. " * 8,
    "Разные страны, café, 日本語, 1,234.5 % — and so on. " * 40,
)


def open_onnx_encoder(
    model: str = PACKAGED_MODEL,
    *,
    graphs_folder: Path,
    precision: Precision = "int8",
    threads: int | None = None,
) -> OnnxEncoder:
    """Return the fast encoder of ``model``, from its graph in ``graphs_folder``; torch runs only to make it.

    ``model`` and ``threads`` are those of the encoders.

    Raises:
        EncoderError: the model is missing, or its graph can be neither loaded nor made.
    """
    model_files = find_model(model)
    folder = ensure_exported(model_files, graphs_folder, precision=precision)
    return OnnxEncoder(model_files, folder, threads=threads)


def ensure_exported(model_files: ModelFiles, graphs_folder: Path, *, precision: Precision = "int8") -> Path:
    """Return the folder of the model's exported graph, made now if it is not there yet.

    The folder's name holds the model's revision and the precision. It is built beside its place and moved
    there whole: a crash leaves nothing half done, and of two processes that export at once one wins.

    Raises:
        EncoderError: the model cannot be exported, or the graph does not give the model's vectors.
    """
    name = model_files.name.replace("/", "--")
    target = graphs_folder / f"{name}-{model_files.revision}-{precision}-v{_LAYOUT}"
    if target.is_dir():
        return target
    logger.info("exporting %s to an ONNX graph", model_files.name)
    try:
        graphs_folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="export-", dir=graphs_folder) as unfinished:
            _export(model_files, Path(unfinished), precision)
            _move(Path(unfinished), target)
    except OSError as error:
        raise EncoderError(
            f"{graphs_folder} cannot take the model's graph ({error.strerror}): "
            "make room, or change its permissions."
        ) from error
    return target


def _export(model_files: ModelFiles, folder: Path, precision: Precision) -> None:
    # Plain attention gives a graph that ONNX Runtime fuses; torch's fused kernel gives one it cannot.
    encoder = SentenceTransformerEncoder(model_files, device="cpu", attention="eager")
    _write_graph(encoder.module, folder / GRAPH_FILE)
    if precision == "int8":
        _quantise(folder / GRAPH_FILE)
    (folder / TOKENIZER_FILE).write_text(encoder.word_pieces.definition, encoding="utf-8")
    settings = {
        "max_tokens": encoder.max_tokens,
        "padding_id": encoder.word_pieces.padding_id,
        "dimension": encoder.dimension,
        "precision": precision,
    }
    (folder / SETTINGS_FILE).write_text(json.dumps(settings), encoding="utf-8")
    (folder / CHECKSUMS_FILE).write_text(json.dumps(checksums_of(folder)), encoding="utf-8")
    _verify(OnnxEncoder(model_files, folder), encoder)


def _write_graph(module: SentenceTransformer, path: Path) -> None:
    import torch

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = module

        def forward(self, token_ids: torch.Tensor, attention: torch.Tensor) -> tuple[torch.Tensor, ...]:
            output = self.encoder({"input_ids": token_ids, "attention_mask": attention})
            return output["sentence_embedding"], output["token_embeddings"]

    token_ids = torch.arange(1_000, 1_014).reshape(2, 7)
    attention = torch.ones_like(token_ids)
    attention[1, 4:] = 0
    texts, tokens = {0: "texts"}, {0: "texts", 1: "tokens"}
    try:
        with torch.inference_mode(), warnings.catch_warnings():
            # What the tracer fears to have fixed for good is what the verification tries.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                # Else the exporter would put the model back into training mode, as it found the wrapper.
                Graph().eval(),
                (token_ids, attention),
                str(path),
                input_names=list(INPUTS),
                output_names=list(OUTPUTS),
                dynamic_axes={INPUTS[0]: tokens, INPUTS[1]: tokens, OUTPUTS[0]: texts, OUTPUTS[1]: tokens},
                opset_version=_OPSET,
                dynamo=False,
            )
    except Exception as error:  # the exporter raises whatever the traced code raises
        raise EncoderError(
            f"The model cannot be exported to ONNX ({type(error).__name__}): set DOSSIER_RUNTIME to torch."
        ) from error


def _quantise(path: Path) -> None:
    """Let the graph multiply its weights in int8 (dynamic quantisation, weights by channel).

    Weights take seven bits: with eight, processors without VNNI would overflow in pairs of products, and the
    same text would have other vectors there.
    """
    import onnx

    onnx_runtime()
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(path)
    # It warns of every graph that does not say it was prepared; this one needs no shapes.
    onnx.helper.set_model_props(graph, {"onnx.quant.pre_process": "onnxruntime.quant"})
    quantize_dynamic(
        graph,
        path,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
    )


def _verify(exported: OnnxEncoder, original: SentenceTransformerEncoder) -> None:
    """Compare both runtimes' sentence and token vectors, each text alone and beside longer ones."""
    smallest_cosines = _SMALLEST_COSINES[exported.precision]
    remedy = "DOSSIER_PRECISION to fp32" if exported.precision == "int8" else "DOSSIER_RUNTIME to torch"
    for texts in [*([probe] for probe in _PROBES), list(_PROBES)]:
        for mine, theirs in zip(exported.encode_tokens(texts), original.encode_tokens(texts), strict=True):
            pairs = [(mine.vector[None], theirs.vector[None]), (mine.token_vectors, theirs.token_vectors)]
            for (one, other), allowed in zip(pairs, smallest_cosines, strict=True):
                smallest = float((one * other).sum(axis=1).min(initial=1.0))
                if not smallest >= allowed:
                    raise EncoderError(
                        f"The ONNX graph of {original.name} strays from the model (cosine {smallest:.6f}): "
                        f"set {remedy}."
                    )


def _move(unfinished: Path, target: Path) -> None:
    finished = unfinished / "finished"
    finished.mkdir()
    for name in (GRAPH_FILE, TOKENIZER_FILE, SETTINGS_FILE, CHECKSUMS_FILE):
        shutil.move(unfinished / name, finished / name)
    try:
        finished.rename(target)
    except OSError:
        if not target.is_dir():
            raise
