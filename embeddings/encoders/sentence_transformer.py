"""The encoder as its authors run it: sentence-transformers on torch, with the GPU where there is one."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from embeddings.encoders.batching import BatchLimits, available_cores
from embeddings.encoders.encoder import EncoderError
from embeddings.encoders.model_files import PACKAGED_MODEL, ModelFiles, find_model
from embeddings.encoders.word_piece_encoder import WordPieceEncoder
from embeddings.encoders.word_pieces import WordPieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sentence_transformers import SentenceTransformer

    from embeddings.encoders.batching import Batch
    from embeddings.encoders.encoder import FloatArray

# A forward pass too small to be worth dividing, a handful of questions: on a busy machine two threads that
# wait for each other took 560 ms for one question, a single one 20 to 35.
_TOKENS_FOR_ONE_THREAD = 256
# torch's number of threads belongs to the process, so one pass at a time may set it.
_torch = threading.Lock()
# Chosen by hand. One core encodes 5,600, 4,900 and 3,900 tokens a second with 1,024, 4,096 and 16,384; what
# an accelerator does is not measured.
_LIMITS = {"cpu": BatchLimits(tokens=4_096), "accelerator": BatchLimits(tokens=65_536)}


class SentenceTransformerEncoder(WordPieceEncoder):
    """Encodes with any model sentence-transformers can load. Safe to use from many threads.

    ``model`` is ``all-MiniLM-L6-v2`` (packaged, offline), a folder, or a hub id, or files already
    found. ``device`` is torch's name of one, ``None`` for the best there is. ``threads`` is the
    number of cores for bulk work, ``None`` for all; a single question always takes one, since two
    that wait for each other on a busy machine are slower. ``attention`` is transformers' name of an
    implementation, ``None`` for its choice.

    Raises:
        EncoderError: the model is missing or cannot be loaded.
    """

    def __init__(
        self,
        model: str | ModelFiles = PACKAGED_MODEL,
        *,
        device: str | None = None,
        threads: int | None = None,
        attention: str | None = None,
    ) -> None:
        files = model if isinstance(model, ModelFiles) else find_model(model)
        self._model = _load(files, device, attention)
        self._threads = threads or available_cores()
        word_pieces = _word_pieces_of(self._model, files)
        super().__init__(
            files,
            word_pieces,
            max_tokens=_window(self._model) - word_pieces.special_tokens,
            dimension=_dimension(self._model, files),
            limits=_LIMITS["cpu" if self._model.device.type == "cpu" else "accelerator"],
        )

    @property
    def module(self) -> SentenceTransformer:
        """The torch module behind this encoder, for an export of its graph."""
        return self._model

    def _run_all(
        self, batches: Sequence[Batch], *, with_tokens: bool
    ) -> Iterator[tuple[Batch, tuple[FloatArray, FloatArray]]]:
        del with_tokens  # the model gives both
        return ((batch, self._run(batch)) for batch in batches)

    def _run(self, batch: Batch) -> tuple[FloatArray, FloatArray]:
        """Return the sentence vectors and the token vectors of a batch, as the model gives them."""
        import torch

        device = self._model.device
        features: dict[str, Any] = {
            "input_ids": torch.from_numpy(batch.token_ids).to(device),
            "attention_mask": torch.from_numpy(batch.attention).to(device),
        }
        threads = 1 if batch.token_ids.size <= _TOKENS_FOR_ONE_THREAD else self._threads
        with one_torch_pass(threads), torch.inference_mode():
            output = self._model(features)
            vectors, token_vectors = output["sentence_embedding"], output["token_embeddings"]
            return vectors.float().cpu().numpy(), token_vectors.float().cpu().numpy()


def _load(model_files: ModelFiles, device: str | None, attention: str | None) -> SentenceTransformer:
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise EncoderError(
            f"{model_files.name} needs torch to run: install sentence-transformers."
        ) from error
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call] # it has no annotations
    try:
        return SentenceTransformer(
            str(model_files.folder),
            device=device,
            local_files_only=True,
            model_kwargs={"attn_implementation": attention} if attention else None,
        ).eval()
    except Exception as error:  # loaders of weights and of configuration each raise their own kinds
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise EncoderError(
            f"{model_files.folder} cannot be loaded as a model ({reason}): set DOSSIER_MODEL to another."
        ) from error


def _word_pieces_of(model: SentenceTransformer, model_files: ModelFiles) -> WordPieces:
    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise EncoderError(f"{model_files.folder} has no fast tokenizer: set DOSSIER_MODEL to another model.")
    return WordPieces(backend.to_str(), padding_id=model.tokenizer.pad_token_id)


def _window(model: SentenceTransformer) -> int:
    return int(model.max_seq_length or model.tokenizer.model_max_length)


def _dimension(model: SentenceTransformer, model_files: ModelFiles) -> int:
    dimension = model.get_embedding_dimension()
    if dimension is None:
        raise EncoderError(f"{model_files.folder} gives no sentence vectors: set DOSSIER_MODEL to another.")
    return dimension


@contextmanager
def one_torch_pass(threads: int) -> Iterator[None]:
    """Run a block with that many of torch's threads, no other such block beside it."""
    import torch

    with _torch:
        before = torch.get_num_threads()
        if before != threads:
            torch.set_num_threads(threads)
        try:
            yield
        finally:
            if before != threads:
                torch.set_num_threads(before)
