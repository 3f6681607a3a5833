"""Re-ranking by a cross-encoder: a model that reads the question and a passage together.

Slower by far than comparing vectors, so only the best passages of the ranking are given to it. After
Nogueira and Cho, Passage Re-ranking with BERT (2019).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from embeddings.encoders.batching import available_cores
from embeddings.encoders.encoder import EncoderError
from embeddings.encoders.model_files import find_model
from embeddings.encoders.sentence_transformer import one_torch_pass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sentence_transformers import CrossEncoder

    from embeddings.encoders.encoder import FloatArray

_SETTING = "DOSSIER_RERANKER"
_BATCH_PAIRS = 32  # sentence-transformers' own default; a question has fewer pairs
# What models that score pairs say of themselves; the rest of a model's name is its family's.
_SCORING_ARCHITECTURES = ("ForSequenceClassification", "ForCausalLM")


class Reranker(Protocol):
    """Says how well each of a few texts answers a question."""

    def scores(self, question: str, texts: Sequence[str]) -> FloatArray:
        """Return a score for each text, of shape ``(len(texts),)``: higher is better, of any scale."""


class CrossEncoderReranker:
    """Scores with any cross-encoder sentence-transformers can load. Safe to use from many threads.

    ``model`` is a folder or an id on the hub; ``device`` is torch's name of one, ``None`` for the best
    there is; ``threads`` is the number of cores, ``None`` for all. The scores are the model's bare
    outputs, before a sigmoid makes the best of them alike. What is longer than the model's window is
    cut, the longer of question and text first.

    Raises:
        EncoderError: the model is missing, cannot be loaded, or does not score pairs.
    """

    def __init__(self, model: str, *, device: str | None = None, threads: int | None = None) -> None:
        self._folder = find_model(model, setting=_SETTING).folder
        self._model = _load(self._folder, device)
        self._threads = threads or available_cores()
        probe = self.scores("Who?", ["A text."])
        if probe.shape != (1,) or not np.isfinite(probe).all():
            raise _no_reranker(self._folder, "it gives no single score for a question and a text")

    def scores(self, question: str, texts: Sequence[str]) -> FloatArray:
        """Return a score for each text, of shape ``(len(texts),)``: higher is better."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        from torch.nn import Identity

        with one_torch_pass(self._threads):
            scores = self._model.predict(
                [(question, text) for text in texts],
                batch_size=_BATCH_PAIRS,
                show_progress_bar=False,
                activation_fn=Identity(),
            )
        return np.asarray(scores, dtype=np.float32)


def _load(folder: Path, device: str | None) -> CrossEncoder:
    if not _scores_pairs(folder):
        raise _no_reranker(folder, "its config.json names none")
    try:
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise EncoderError(f"{folder} needs torch to run: install sentence-transformers.") from error
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call] # it has no annotations
    try:
        model: CrossEncoder = CrossEncoder(str(folder), device=device, local_files_only=True)
    except Exception as error:  # loaders of weights and of configuration each raise their own kinds
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise _no_reranker(folder, reason) from error
    model.eval()
    return model


def _scores_pairs(folder: Path) -> bool:
    """Tell whether the model says that it scores pairs; any other would be given a head of random weights."""
    architectures = _read_json(folder / "config.json").get("architectures") or []
    kind = _read_json(folder / "config_sentence_transformers.json").get("model_type")
    return kind == "CrossEncoder" or any(str(one).endswith(_SCORING_ARCHITECTURES) for one in architectures)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _no_reranker(folder: Path, reason: str) -> EncoderError:
    return EncoderError(
        f"{folder} cannot be loaded as a cross-encoder ({reason}): set {_SETTING} to one, or unset it."
    )
