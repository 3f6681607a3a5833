"""Grows an index of real text to a given size, by the product's own writers, with a fast stand-in encoder.

Real are the texts, their passages, dates and kinds, the full text, and the size of vectors and token codes.
The stand-in has the model's own tokens but random vectors, so that encoding takes next to nothing: what is
measured is the cost of searching, not what is found by meaning.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chunker.documents import Source, content_id
from embeddings.encoders.encoder import TextEncoding
from embeddings.encoders.token_vectors import TokenCodec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from embeddings.encoders.encoder import FloatArray, Precision, TokenEncoder, Tokens
    from embeddings.encoders.token_vectors import CodeArray
    from embeddings.local_index import LocalIndex

_KNOWN_TOKENS = 4_096  # different vectors of tokens; many of the 30,000 tokens share one


class StandIn:
    """An encoder with the tokens of another, under its name, that gives random vectors."""

    def __init__(self, real: TokenEncoder) -> None:
        self._real = real
        self.name, self.revision, self.dimension = real.name, real.revision, real.dimension
        self.max_tokens = real.max_tokens
        self.precision: Precision = real.precision
        self.known = _unit(np.random.default_rng(1).standard_normal((_KNOWN_TOKENS, real.dimension)))

    def count_tokens(self, text: str) -> int:
        """Return what the other encoder does."""
        return self._real.count_tokens(text)

    def tokenize(self, text: str) -> Tokens:
        """Return what the other encoder does."""
        return self._real.tokenize(text)

    def encode(self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None) -> FloatArray:
        """Return the mean vectors of the texts' tokens."""
        return np.stack([one.vector for one in self.encode_tokens(texts, on_progress=on_progress)])

    def encode_tokens(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> Iterator[TextEncoding]:
        """Yield the mean vector of each text, and the numbers of its tokens in the place of their vectors."""
        for done, text in enumerate(texts, start=1):
            ids = self._real.tokenize(text).ids[: self.max_tokens] % _KNOWN_TOKENS
            vector = _unit(self.known[ids].sum(axis=0, keepdims=True) + 1e-6)[0]
            yield TextEncoding(vector, ids, ids[:, None].astype(np.float32))
            if on_progress is not None:
                on_progress(done)


class StandInCodec(TokenCodec):
    """A codec that looks up what another makes of the vectors that :class:`StandIn` knows."""

    def __init__(self, real: TokenCodec, known: FloatArray) -> None:
        super().__init__(real.codebooks)
        object.__setattr__(self, "_codes", real.encode(known))

    def encode(self, vectors: FloatArray) -> CodeArray:
        """Return the codes of tokens, given by their numbers: ``(tokens, bytes_per_token)``."""
        codes: CodeArray = self.__dict__["_codes"][vectors[:, 0].astype(np.int64)]
        return codes


def _unit(vectors: FloatArray | np.ndarray) -> FloatArray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the collection; ``is_reused``: its sentences have been used before, in another order."""

    name: str
    text: str
    is_reused: bool


_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def texts(files: Sequence[Path]) -> Iterator[Text]:
    """Yield the text of each file, then again with its sentences in another order, without end."""
    for turn in itertools.count():
        for path in files:
            text = path.read_text("utf-8", errors="replace")
            if turn:
                sentences = _SENTENCE_END.split(text)
                seed = hashlib.sha256(f"{turn} {path}".encode()).digest()
                random.Random(seed).shuffle(sentences)  # noqa: S311 - nothing secret
                paragraphs = (sentences[at : at + 6] for at in range(0, len(sentences), 6))
                text = "\n\n".join(" ".join(some) for some in paragraphs)
            yield Text(f"{turn}/{path.name}", text, bool(turn))


def grow(
    index: LocalIndex, wanted: Iterator[Text], passages: int, on_progress: Callable[[int], None]
) -> tuple[int, int]:
    """Add texts until there are as many passages; return how many came, and how many of them reused."""
    added = reused = 0
    with index.snapshot() as snapshot:
        held = snapshot.info().passages
    while held < passages:
        one = next(wanted)
        size = len(one.text.encode())
        [change] = index.add([Source(content_id(one.text), one.name, "text/plain", one.text, size)])
        held += change.passages
        added += change.passages
        reused += change.passages * one.is_reused
        on_progress(held)
    return added, reused
