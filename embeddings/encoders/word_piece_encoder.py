"""What encoders with word pieces do alike, whatever runs the model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoders.batching import length_batches, text_encodings, unit_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from embeddings.encoders.batching import Batch, BatchLimits
    from embeddings.encoders.encoder import FloatArray, Precision, TextEncoding, Tokens
    from embeddings.encoders.model_files import ModelFiles
    from embeddings.encoders.word_pieces import WordPieces


class WordPieceEncoder(ABC):
    """Cuts texts into batches and takes their vectors apart; a runtime fills in :meth:`_run_all`.

    ``max_tokens`` leaves room for special tokens; ``dimension`` is the length of a vector.
    """

    precision: Precision = "fp32"

    def __init__(
        self,
        model_files: ModelFiles,
        word_pieces: WordPieces,
        *,
        max_tokens: int,
        dimension: int,
        limits: BatchLimits,
    ) -> None:
        self._files = model_files
        self.word_pieces = word_pieces
        self.max_tokens = max_tokens
        self.dimension = dimension
        self._limits = limits

    @property
    def name(self) -> str:
        """The model's name, whatever runs it: ``all-MiniLM-L6-v2``, the folder's name, or the hub id."""
        return self._files.name

    @property
    def revision(self) -> str:
        """A hash of the model's files, or the hub's commit."""
        return self._files.revision

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's own tokens ``text`` has, special tokens excluded, uncut."""
        return self.word_pieces.count(text)

    def tokenize(self, text: str) -> Tokens:
        """Return the tokens of ``text`` that carry meaning, uncut."""
        return self.word_pieces.tokenize(text)

    def encode(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatArray:
        """Return the vectors of ``texts``: shape ``(len(texts), dimension)``, float32, rows of length 1."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        finished = 0
        for batches in self._batches(texts, self._limits.texts):
            for batch, output in self._run_all(batches, with_tokens=False):
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
        for batches in self._batches(texts, self._limits.texts_with_tokens):
            encodings: dict[int, TextEncoding] = {}
            for batch, output in self._run_all(batches, with_tokens=True):
                encodings |= text_encodings(batch, *output)
            for position in sorted(encodings):
                yield encodings[position]
            finished += len(encodings)
            if on_progress:
                on_progress(finished)

    def _batches(self, texts: Sequence[str], texts_at_a_time: int) -> Iterator[list[Batch]]:
        return length_batches(
            texts,
            word_pieces=self.word_pieces,
            max_tokens=self.max_tokens,
            max_tokens_a_pass=self._limits.tokens,
            texts_at_a_time=texts_at_a_time,
        )

    @abstractmethod
    def _run_all(
        self, batches: Sequence[Batch], *, with_tokens: bool
    ) -> Iterable[tuple[Batch, Sequence[FloatArray]]]:
        """Run the model: yield each batch with its sentence vectors and, where asked, its token vectors.

        Shapes ``(texts, dimension)`` and ``(texts, tokens, token_dimension)``; of any length.
        """
