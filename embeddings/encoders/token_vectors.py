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

from embeddings.encoders.encoder import EncoderError

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.encoders.encoder import FloatArray

CodeArray = npt.NDArray[np.uint8]

CENTROIDS = 256  # what one byte can number
_PACKAGED = "token_codebooks.npz"
# What one step works on stays within the processor's cache.
_ENCODED_AT_A_TIME = 512
_ADDED_AT_A_TIME = 8_192
_LANES = 16  # question tokens added up side by side: 16 of two bytes are what numpy copies fastest
_LARGEST_SUM = 32_000  # of the 32,767 that two bytes hold: rounding adds half a step a byte at most
# Beneath this k-means has too little to choose from; 39 points a centroid is what faiss asks for.
MIN_TRAINING_VECTORS = 39 * CENTROIDS


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a codec is learnt.

    48 ``bytes_per_token`` keep 384 numbers, eight a byte; ``iterations`` of k-means and the
    ``points_per_centroid`` it looks at bound its time. Chosen by hand; how far each stands from its best is
    not measured. ``seed`` makes the same vectors give the same codec.
    """

    bytes_per_token: int = 48
    iterations: int = 15
    points_per_centroid: int = 512
    seed: int = 1


DEFAULT_TRAINING = TrainingSettings()


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
        for number, known in enumerate(self.codebooks):
            half_squares = (known**2).sum(axis=1) / 2
            for start in range(0, len(parts), _ENCODED_AT_A_TIME):
                rows = slice(start, start + _ENCODED_AT_A_TIME)
                # |x - c|^2 is least where x.c - |c|^2 / 2 is greatest
                nearness = parts[rows, number] @ known.T
                nearness -= half_squares
                codes[rows, number] = nearness.argmax(axis=1)
        return codes

    def decode(self, codes: CodeArray) -> FloatArray:
        """Return what the codes keep of their vectors: shape ``(tokens, dimension)``, not of length 1."""
        # The codebooks as one, since numpy takes rows six times as fast as it indexes by two arrays.
        rows = codes + np.arange(self.bytes_per_token) * CENTROIDS
        known = self.codebooks.reshape(-1, self.codebooks.shape[2])
        return known.take(rows, axis=0).reshape(len(codes), self.dimension)

    def similarities(self, question_vectors: FloatArray, codes: CodeArray) -> FloatArray:
        """Return the inner product of each vector of a question with each token behind ``codes``.

        ``question_vectors`` has shape ``(question tokens, dimension)``, ``codes`` ``(tokens,
        bytes_per_token)``; the result has shape ``(question tokens, tokens)``. What the codes lost makes
        it about a sixth less than the cosine, for all tokens alike.

        Raises:
            ValueError: the vectors have another dimension.
        """
        tables = self._parts(question_vectors).transpose(1, 0, 2) @ self.codebooks.transpose(0, 2, 1)
        similarities = np.empty((len(question_vectors), len(codes)), dtype=np.float32)
        if similarities.size:
            for first in range(0, len(similarities), _LANES):
                few = slice(first, first + _LANES)
                _add_up(tables[:, few], codes, similarities[few])
        return similarities

    def _parts(self, vectors: FloatArray) -> FloatArray:
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ValueError(f"vectors of shape {vectors.shape} for a codec of dimension {self.dimension}")
        return np.asarray(vectors, dtype=np.float32).reshape(len(vectors), *self.codebooks.shape[::2])


def _add_up(tables: FloatArray, codes: CodeArray, similarities: FloatArray) -> None:
    """Write the sums of what ``codes`` stand for in ``tables``, of shape ``(bytes, question tokens, 256)``.

    It is done in whole numbers of two bytes: half the memory to go through, for an error of about a
    thousandth (André, Kermarrec and Le Scouarnec, 2015, go on to single bytes).
    """
    wanted = len(similarities)
    largest_sum = np.abs(tables).max(axis=2).sum(axis=0).max()
    scale = _LARGEST_SUM / max(float(largest_sum), 1e-12)
    lanes = 8 if wanted <= 8 else _LANES
    steps = np.zeros((len(tables), CENTROIDS, lanes), dtype=np.int16)
    steps[:, :, :wanted] = np.rint(tables * scale).transpose(0, 2, 1)
    for start in range(0, len(codes), _ADDED_AT_A_TIME):
        columns = codes[start : start + _ADDED_AT_A_TIME].T.astype(np.intp, order="C")
        total = np.take(steps[0], columns[0], axis=0)
        looked_up = np.empty_like(total)
        for table, column in zip(steps[1:], columns[1:], strict=True):
            # A byte is never out of bounds; "clip" only saves numpy a copy that "raise" needs.
            np.take(table, column, axis=0, out=looked_up, mode="clip")
            total += looked_up
        similarities[:, start : start + _ADDED_AT_A_TIME] = total.T[:wanted]
    similarities /= scale


@lru_cache(maxsize=1)
def _packaged() -> tuple[frozenset[str], TokenCodec]:
    with as_file(files("embeddings") / "data" / _PACKAGED) as path:
        return _read(path)


def packaged_codec(model_revision: str) -> TokenCodec | None:
    """Return the codec that comes with this program, or ``None`` where it was not made for the model.

    It was learnt on general text, so small collections need no training and codes are the same
    everywhere. ``eval/studies/token_codebooks.py`` makes it.

    Raises:
        EncoderError: the codec's file is damaged.
    """
    revisions, codec = _packaged()
    return codec if model_revision in revisions else None


def _read(path: Path) -> tuple[frozenset[str], TokenCodec]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
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


def train_codec(vectors: FloatArray, settings: TrainingSettings = DEFAULT_TRAINING) -> TokenCodec:
    """Learn a codec from token vectors of shape ``(tokens, dimension)``; the same ones give the same codec.

    Raises:
        ValueError: there are fewer than ``MIN_TRAINING_VECTORS``, or the bytes of a token do not divide
            their dimension.
    """
    import faiss

    bytes_per_token = settings.bytes_per_token
    if len(vectors) < MIN_TRAINING_VECTORS or vectors.shape[1] % bytes_per_token:
        raise ValueError(f"vectors of shape {vectors.shape} cannot train a codec of {bytes_per_token} bytes")
    parts = np.asarray(vectors, dtype=np.float32).reshape(len(vectors), bytes_per_token, -1)
    codebooks = np.empty((bytes_per_token, CENTROIDS, parts.shape[2]), dtype=np.float32)
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)  # the order of additions is then the same everywhere
    try:
        for number in range(bytes_per_token):
            means = faiss.Kmeans(
                parts.shape[2],
                CENTROIDS,
                niter=settings.iterations,
                seed=settings.seed,
                max_points_per_centroid=settings.points_per_centroid,
            )
            means.train(np.ascontiguousarray(parts[:, number]))
            codebooks[number] = means.centroids
    finally:
        faiss.omp_set_num_threads(threads)
    return TokenCodec(codebooks.astype(np.float16).astype(np.float32))
