"""Token vectors in a thirty-second of their size, and compared with a question without unpacking them.

Product quantisation (Jégou, Douze and Schmid, 2011): a vector is cut into equal parts, and of each part
only the number of the nearest of 256 known ones is kept, one byte. A question is not quantised: its
products with all known parts are looked up and added ("asymmetric distance").
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from embeddings.encoder import EncoderError

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.encoder import FloatArray

CodeArray = npt.NDArray[np.uint8]

CENTROIDS = 256
_PACKAGED = "token_codebooks.npz"
_ROWS_AT_A_TIME = 4_096  # what the tables of one run take stays within the processor's cache
# Beneath this k-means has too little to choose from; 39 points a centroid is what faiss asks for.
MIN_TRAINING_VECTORS = 39 * CENTROIDS


@dataclass(frozen=True, slots=True, eq=False)
class TokenCodec:
    """Turns token vectors into bytes, and compares a question's vectors with these.

    ``codebooks`` has shape ``(bytes_per_token, 256, part)``, where ``part`` times ``bytes_per_token``
    is the vectors' dimension. Safe to use from many threads.
    """

    codebooks: FloatArray

    @property
    def name(self) -> str:
        """What an index made with this codec records: codes of another one mean something else."""
        digest = hashlib.sha256(np.ascontiguousarray(self.codebooks, dtype="<f4").tobytes())
        return f"pq{self.bytes_per_token}-{digest.hexdigest()[:12]}"

    @property
    def bytes_per_token(self) -> int:
        """The size of one token's code."""
        return int(self.codebooks.shape[0])

    @property
    def dimension(self) -> int:
        """The length of the vectors it encodes."""
        return int(self.codebooks.shape[0] * self.codebooks.shape[2])

    def encode(self, vectors: FloatArray) -> CodeArray:
        """Return the codes of ``vectors``, shape ``(tokens, dimension)``: ``(tokens, bytes_per_token)``.

        Raises:
            ValueError: the vectors have another dimension.
        """
        parts = self._parts(vectors)
        codes = np.empty(parts.shape[:2], dtype=np.uint8)
        for start in range(0, len(parts), _ROWS_AT_A_TIME):
            rows = slice(start, start + _ROWS_AT_A_TIME)
            for number, known in enumerate(self.codebooks):
                # |x - c|^2 without |x|^2, which is the same for every c
                distances = (known**2).sum(axis=1) - 2 * (parts[rows, number] @ known.T)
                codes[rows, number] = distances.argmin(axis=1)
        return codes

    def decode(self, codes: CodeArray) -> FloatArray:
        """Return what the codes keep of their vectors: shape ``(tokens, dimension)``, not of length 1."""
        parts = np.arange(self.bytes_per_token)
        return np.asarray(self.codebooks[parts, codes].reshape(len(codes), self.dimension))

    def similarities(self, question_vectors: FloatArray, codes: CodeArray) -> FloatArray:
        """Return the inner product of each vector of a question with each token behind ``codes``.

        ``question_vectors`` has shape ``(question tokens, dimension)``, ``codes`` ``(tokens,
        bytes_per_token)``; the result has shape ``(question tokens, tokens)``.

        Raises:
            ValueError: the vectors have another dimension.
        """
        tables = self.codebooks @ self._parts(question_vectors).transpose(1, 2, 0)
        similarities = np.empty((len(question_vectors), len(codes)), dtype=np.float32)
        for start in range(0, len(codes), _ROWS_AT_A_TIME):
            columns = codes[start : start + _ROWS_AT_A_TIME].T.astype(np.intp, order="C")
            total = np.take(tables[0], columns[0], axis=0)
            looked_up = np.empty_like(total)
            for table, column in zip(tables[1:], columns[1:], strict=True):
                # A byte is never out of bounds; "clip" only saves numpy a copy that "raise" needs.
                np.take(table, column, axis=0, out=looked_up, mode="clip")
                total += looked_up
            similarities[:, start : start + _ROWS_AT_A_TIME] = total.T
        return similarities

    def _parts(self, vectors: FloatArray) -> FloatArray:
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ValueError(f"vectors of shape {vectors.shape} for a codec of dimension {self.dimension}")
        return np.asarray(vectors, dtype=np.float32).reshape(len(vectors), self.bytes_per_token, -1)


@lru_cache(maxsize=1)
def _packaged() -> tuple[frozenset[str], TokenCodec]:
    with as_file(files("embeddings") / "data" / _PACKAGED) as path:
        return _read(path)


def packaged_codec(model_revision: str) -> TokenCodec | None:
    """Return the codec that comes with this program, or ``None`` where it was not made for the model.

    It was learnt on general text, so small collections need no training and codes are the same
    everywhere. ``bench/token_codebooks.py`` makes it.

    Raises:
        EncoderError: the codec's file is damaged.
    """
    revisions, codec = _packaged()
    return codec if model_revision in revisions else None


def _read(path: Path) -> tuple[frozenset[str], TokenCodec]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            codebooks = stored["codebooks"].astype(np.float32)
            revisions = frozenset(str(revision) for revision in stored["model_revisions"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise EncoderError(f"{path} is missing or damaged: install dossier again.") from error
    return revisions, TokenCodec(codebooks)


def write_codec(path: Path, codec: TokenCodec, *, model_revisions: list[str]) -> None:
    """Write ``codec`` and the revisions of the models it is for, in half precision."""
    np.savez_compressed(
        path, codebooks=codec.codebooks.astype(np.float16), model_revisions=np.array(model_revisions)
    )


def train_codec(vectors: FloatArray, *, bytes_per_token: int = 48, seed: int = 1) -> TokenCodec:
    """Learn a codec from token vectors of shape ``(tokens, dimension)``; the same ones give the same codec.

    Raises:
        ValueError: there are fewer than ``MIN_TRAINING_VECTORS``, or ``bytes_per_token`` does not divide
            their dimension.
    """
    import faiss

    if len(vectors) < MIN_TRAINING_VECTORS or vectors.shape[1] % bytes_per_token:
        raise ValueError(f"vectors of shape {vectors.shape} cannot train a codec of {bytes_per_token} bytes")
    parts = np.asarray(vectors, dtype=np.float32).reshape(len(vectors), bytes_per_token, -1)
    codebooks = np.empty((bytes_per_token, CENTROIDS, parts.shape[2]), dtype=np.float32)
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # the order of additions is then the same everywhere
    try:
        for number in range(bytes_per_token):
            means = faiss.Kmeans(parts.shape[2], CENTROIDS, niter=15, seed=seed, max_points_per_centroid=512)
            means.train(np.ascontiguousarray(parts[:, number]))
            codebooks[number] = means.centroids
    finally:
        faiss.omp_set_num_threads(threads)
    return TokenCodec(codebooks.astype(np.float16).astype(np.float32))
