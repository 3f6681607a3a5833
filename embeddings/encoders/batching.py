"""Batches of texts of like length, so that little is computed on padding."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders.encoder import TextEncoding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from embeddings.encoders.encoder import FloatArray
    from embeddings.encoders.word_pieces import ModelInput, WordPieces


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """How much goes through a model at a time.

    ``tokens`` is what one pass may have, padding included. ``texts`` are sorted by length together, and
    ``texts_with_tokens`` where their tokens' vectors are kept too, which take a hundred times the room: the
    more, the less padding and the more memory. These two are chosen by hand; not measured.
    """

    tokens: int
    texts: int = 1_024
    texts_with_tokens: int = 256


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts that go through the model together, padded on the right to the longest.

    ``positions`` are the texts' places in the sequence they came from. ``token_ids``, ``attention``
    (1 for what is not padding) and ``is_content`` (true for tokens that carry meaning) have shape
    ``(texts, tokens)``.
    """

    positions: tuple[int, ...]
    token_ids: npt.NDArray[np.int64]
    attention: npt.NDArray[np.int64]
    is_content: npt.NDArray[np.bool_]


def available_cores() -> int:
    """Return the number of cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def length_batches(
    texts: Sequence[str],
    *,
    word_pieces: WordPieces,
    max_tokens: int,
    max_tokens_a_pass: int,
    texts_at_a_time: int,
) -> Iterator[list[Batch]]:
    """Yield, for each run of ``texts_at_a_time`` texts, its batches, the longest texts first.

    A batch has at most ``max_tokens_a_pass`` tokens, padding included, or a single text. Longest
    first: a batch too large for the memory fails at once, not after an hour.
    """
    for start in range(0, len(texts), texts_at_a_time):
        inputs = word_pieces.model_inputs(texts[start : start + texts_at_a_time], max_tokens=max_tokens)
        order = sorted(range(len(inputs)), key=lambda position: -len(inputs[position].ids))
        batches, batch = [], list[int]()
        for position in order:
            if batch and (len(batch) + 1) * len(inputs[batch[0]].ids) > max_tokens_a_pass:
                batches.append(batch)
                batch = []
            batch.append(position)
        batches.append(batch)
        yield [_padded(batch, inputs, start, word_pieces.padding_id) for batch in batches]


def _padded(batch: list[int], inputs: list[ModelInput], start: int, padding_id: int) -> Batch:
    shape = (len(batch), len(inputs[batch[0]].ids))
    token_ids = np.full(shape, padding_id, dtype=np.int64)
    attention = np.zeros(shape, dtype=np.int64)
    is_content = np.zeros(shape, dtype=np.bool_)
    for row, position in enumerate(batch):
        text = inputs[position]
        token_ids[row, : len(text.ids)] = text.ids
        attention[row, : len(text.ids)] = 1
        is_content[row, : len(text.ids)] = text.is_content
    positions = tuple(start + position for position in batch)
    return Batch(positions, token_ids, attention, is_content)


def text_encodings(batch: Batch, vectors: FloatArray, token_vectors: FloatArray) -> dict[int, TextEncoding]:
    """Take one batch's output apart: each text's encoding by its position.

    ``vectors`` has shape ``(texts, dimension)``, ``token_vectors`` ``(texts, tokens, token_dimension)``,
    neither need be of length 1.
    """
    vectors = unit_rows(vectors)
    encodings = {}
    for row, position in enumerate(batch.positions):
        chosen = batch.is_content[row]
        encodings[position] = TextEncoding(
            vector=vectors[row],
            token_ids=batch.token_ids[row, chosen].astype(np.int32),
            token_vectors=unit_rows(token_vectors[row, chosen]),
        )
    return encodings


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Return ``vectors`` with each row scaled to length 1; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
