"""Vectors in one FAISS index, each in half precision, by ascending keys.

The store keeps half precision too (:data:`VECTOR_TYPE`), so that both hold the same numbers. Among a million
vectors of 384 numbers the same 200 are nearest as in single precision, in half the bytes and half the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import faiss

    from embeddings.encoders.encoder import FloatArray

KeyArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

VECTOR_TYPE = np.dtype("<f2")
"""Part of the schema: how the store keeps the numbers of a vector."""
DIGITS = 6
"""Of a cosine: what comes after may depend on where in the index a vector stands."""


@dataclass(slots=True)
class VectorBlock:
    """Vectors by their ``keys``, which ascend: the position of a key is that of its vector in ``index``.

    ``index`` is a FAISS ``IndexScalarQuantizer`` of ``QT_fp16`` with inner products; its vectors may lie in a
    file that is mapped into memory, and then none can be added.
    """

    keys: KeyArray
    index: Any  # faiss.Index, whose stubs lack what the subclass has

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return int(self.index.d)

    def add(self, keys: KeyArray, vectors: FloatArray) -> None:
        """Add vectors, of shape ``(len(keys), dimension)``; only for who has just made the block."""
        self.index.add(vectors)
        self.keys = np.concatenate([self.keys, keys])

    def holds(self, keys: KeyArray) -> BoolArray:
        """Return for each vector whether its key is one of ``keys``, in any order: ``(len(self),)``."""
        held = np.zeros(len(self.keys), dtype=bool)
        places = np.searchsorted(self.keys, keys)
        within = places < len(self.keys)
        places, keys = places[within], keys[within]
        held[places[self.keys[places] == keys]] = True
        return held

    def has(self, keys: KeyArray) -> BoolArray:
        """Return for each of ``keys`` whether there is a vector of it: ``(len(keys),)``."""
        places = np.searchsorted(self.keys, keys)
        within = places < len(self.keys)
        within[within] = self.keys[places[within]] == keys[within]
        return within

    def nearest(
        self, vector: FloatArray, count: int, allowed: BoolArray | None = None
    ) -> list[tuple[int, float]]:
        """Return the keys of up to ``count`` nearest of the ``allowed`` vectors with their cosines."""
        import faiss

        count = min(count, len(self) if allowed is None else int(allowed.sum()))
        if not count:
            return []
        parameters = None
        if allowed is not None:
            # named, so that both outlive the search
            bits = np.packbits(allowed, bitorder="little")
            selector = _selector(bits)
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        # Of this thread alone. More than one a question would fight those of the others for the cores.
        faiss.omp_set_num_threads(1)
        row = np.ascontiguousarray(vector[None, :], dtype=np.float32)
        scores, positions = self.index.search(row, count, params=parameters)
        keys = self.keys[positions[0]].tolist()
        return [(key, round(score, DIGITS)) for key, score in zip(keys, scores[0].tolist(), strict=True)]

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """The vectors as FAISS keeps them, ``(len(self), bytes of each)``; good as long as this block is."""
        import faiss

        if not len(self):
            return np.zeros((0, self.index.code_size), dtype=np.uint8)
        codes = faiss.rev_swig_ptr(self.index.codes.data(), len(self) * self.index.code_size)
        return codes.reshape(len(self), -1)

    def vectors_of(self, keys: KeyArray) -> FloatArray:
        """Return the vectors of ``keys``, which must be here: shape ``(len(keys), dimension)``."""
        if not len(keys):
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors: FloatArray = self.index.reconstruct_batch(np.searchsorted(self.keys, keys))
        return vectors

    def without(self, removed: KeyArray) -> VectorBlock:
        """Return a copy that lacks the ``removed`` keys."""
        return self.merged(~self.holds(removed), empty(self.dimension))

    def merged(self, present: BoolArray | None, other: VectorBlock) -> VectorBlock:
        """Return a copy of what is ``present`` here (None: all), and after it ``other``, of greater keys."""
        kept = slice(None) if present is None else present
        block = empty(self.dimension)
        for codes in (self.codes[kept], other.codes):
            block.index.add_sa_codes(codes)
        block.keys = np.concatenate([self.keys[kept], other.keys])
        return block


def stored_form(vector: FloatArray) -> bytes:
    """Return a vector as the store keeps it."""
    return vector.astype(VECTOR_TYPE).tobytes()


def from_stored(stored: bytes) -> FloatArray:
    """Return the vector of what :func:`stored_form` gave."""
    return np.frombuffer(stored, VECTOR_TYPE).astype(np.float32)


def _selector(bits: npt.NDArray[np.uint8]) -> faiss.IDSelector:
    """Return what selects the positions whose bit is set; ``bits`` must outlive it."""
    import faiss

    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg, arg-type]  # takes the array too


def empty(dimension: int) -> VectorBlock:
    """Return a block without vectors."""
    import faiss

    quantizer = faiss.ScalarQuantizer.QT_fp16
    index = faiss.IndexScalarQuantizer(dimension, quantizer, faiss.METRIC_INNER_PRODUCT)
    return VectorBlock(np.zeros(0, dtype=np.int64), index)
