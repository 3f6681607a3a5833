"""The seam between text and vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import numpy.typing as npt

from embeddings.errors import EmbeddingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Precision = Literal["int8", "fp32"]
"""What a model's weights are multiplied in; vectors by one are not compared with vectors by the other."""
FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int32]


class EncoderError(EmbeddingsError):
    """A model cannot be found, loaded or run; the message is one line that says what to do about it."""


class PassageEncoder(Protocol):
    """Turns passages into unit vectors."""

    @property
    def name(self) -> str:
        """The model's name, as the index's manifest records it."""

    @property
    def revision(self) -> str:
        """What distinguishes two models of the same name: a hash of the weights, a hub commit, a version."""

    @property
    def dimension(self) -> int:
        """The length of one vector."""

    def encode(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatArray:
        """Return the vectors of ``texts``: shape ``(len(texts), dimension)``, float32, rows of length 1.

        ``on_progress`` is called with the number of texts finished so far.
        """


class Encoder(PassageEncoder, Protocol):
    """Encodes questions as it does passages; the inner product of two vectors is their texts' similarity."""

    @property
    def precision(self) -> Precision:
        """What the weights are multiplied in."""

    @property
    def max_tokens(self) -> int:
        """The model's own tokens that one text may have before it is cut off, special tokens excluded."""

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's own tokens ``text`` has, special tokens excluded, uncut."""


class SecondEncoder(PassageEncoder, Protocol):
    """An encoder beside the first: for questions in languages that the first does not read.

    It may encode questions otherwise than passages; inner products are between the two.
    """

    def encode_question(self, question: str) -> FloatArray:
        """Return the vector of a question: shape ``(dimension,)``, float32, of length 1."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a text that carry meaning: no punctuation, no function words, nothing unknown.

    ``ids`` has shape ``(tokens,)``; ``offsets`` has shape ``(tokens, 2)``: each token's half-open
    range of characters, so that ``text[start:end]`` is where it stands.
    """

    ids: IntArray
    offsets: IntArray


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """A text's vector together with those of its tokens, of which only :class:`Tokens` are kept.

    ``vector`` has shape ``(dimension,)``; ``token_ids`` ``(tokens,)``; ``token_vectors``
    ``(tokens, token_dimension)``. All vectors have length 1. Tokens past the first ``max_tokens`` of the
    text are not there.
    """

    vector: FloatArray
    token_ids: IntArray
    token_vectors: FloatArray


class TokenEncoder(Encoder, Protocol):
    """An encoder that also gives away what it thinks of each token: what late interaction needs.

    Source of the method: Khattab and Zaharia, ColBERT (2020), here with an encoder not trained for it.
    """

    def tokenize(self, text: str) -> Tokens:
        """Return the tokens of ``text`` that carry meaning, uncut."""

    def encode_tokens(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> Iterator[TextEncoding]:
        """Yield the encoding of each text, in the order given, holding only a few hundred at a time.

        ``vector`` is what :meth:`encode` returns for the text, from the same pass through the model.
        ``on_progress`` is called with the number of texts finished so far.
        """
