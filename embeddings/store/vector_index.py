"""Dense search: exact inner products with FAISS, over vectors that the store holds.

The index is derived: it can always be made again from the store, without encoding. The file beside
the store saves only that work, and is believed only if its checksum holds and its generation is part
of the store's own history.

A :class:`VectorIndex` never changes; a change of the store makes a new one. Searches that have begun
go on with the one they have.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from embeddings.errors import IndexDamagedError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from embeddings.encoders.encoder import FloatArray

logger = logging.getLogger(__name__)

KeyArray = npt.NDArray[np.int64]
VectorTable = Literal["vectors", "second_vectors"]

_MAGIC = b"dossier vectors 1"
_ROWS_AT_ONCE = 8192  # 12 MB of vectors of 384 numbers
_DECIMALS = 6  # of a cosine: what comes after may depend on where in the index a vector stands


@dataclass(frozen=True, slots=True)
class Generation:
    """A state of the store: its number, and a token that no other state of any store has."""

    number: int
    token: str


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """The vectors of one generation of the store, by passage key.

    ``index`` is a FAISS ``IndexIDMap2`` over an ``IndexFlatIP``.
    """

    generation: Generation
    index: Any  # faiss.Index, whose stubs lack what the subclass has

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def keys(self) -> KeyArray:
        """The keys of the passages in the index, ascending."""
        import faiss

        return np.sort(faiss.vector_to_array(self.index.id_map))

    def search(
        self, vector: FloatArray, *, limit: int, allowed: KeyArray | None = None
    ) -> list[tuple[int, float]]:
        """Return the keys of the nearest passages with their cosines, best first.

        Equal cosines stand in the order of their keys; all that are equal to the last one come too,
        so there may be more than ``limit``. ``allowed`` are the keys to choose from (``None``: all).

        Raises:
            ValueError: ``vector`` is not of shape ``(dimension,)``.
        """
        if vector.shape != (self.index.d,):
            raise ValueError(f"The query's vector has shape {vector.shape}, not ({self.index.d},).")
        available = len(self) if allowed is None else min(len(self), len(allowed))
        if available == 0 or limit < 1:
            return []
        # one more than asked for tells whether the last one has equals outside
        count = limit + 1
        found = self._nearest(vector, count=min(count, available), allowed=allowed)
        while len(found) == count and found[-1][1] == found[limit - 1][1]:
            count *= 2
            found = self._nearest(vector, count=min(count, available), allowed=allowed)
        wanted = [hit for hit in found if hit[1] >= found[min(limit, len(found)) - 1][1]]
        return sorted(wanted, key=lambda hit: (-hit[1], hit[0]))

    def _nearest(
        self, vector: FloatArray, *, count: int, allowed: KeyArray | None
    ) -> list[tuple[int, float]]:
        import faiss

        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters()
            selector = faiss.IDSelectorBatch(allowed)  # named, so that it outlives the search
            parameters.sel = selector
        scores, keys = self.index.search(
            np.ascontiguousarray(vector[None, :], dtype=np.float32), count, params=parameters
        )
        return [
            (key, round(score, _DECIMALS))
            for key, score in zip(keys[0].tolist(), scores[0].tolist(), strict=True)
            if key >= 0
        ]

    def cosines(self, vector: FloatArray, keys: Sequence[int]) -> list[float]:
        """Return the cosine of each of these passages, which must be in the index, to ``vector``."""
        if not keys:
            return []
        stored = self.index.reconstruct_batch(np.asarray(keys, dtype=np.int64))
        return [round(cosine, _DECIMALS) for cosine in (stored @ vector).tolist()]

    def changes_since(self, other: VectorIndex) -> int:
        """Return how many vectors one of the two has and the other has not."""
        return len(np.setxor1d(self.keys, other.keys, assume_unique=True))

    def save(self, path: Path) -> None:
        """Write the index to ``path`` in one step: a reader finds the old file or the new one."""
        import faiss

        payload = faiss.serialize_index(self.index).data
        header = {
            "generation": self.generation.number,
            "token": self.generation.token,
            "bytes": len(payload),
            "crc32": zlib.crc32(payload),
        }
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + b"\n" + json.dumps(header).encode() + b"\n")
                file.write(payload)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def load(path: Path) -> VectorIndex | None:
    """Read a saved index; ``None`` where there is none, or a damaged one."""
    import faiss

    try:
        content = path.read_bytes()
        magic, header_line, payload = content.split(b"\n", 2)
        header = json.loads(header_line)
        if (magic, len(payload), zlib.crc32(payload)) != (_MAGIC, header["bytes"], header["crc32"]):
            logger.warning("%s is damaged: it is made again from the store", path)
            return None
        index = faiss.deserialize_index(np.frombuffer(payload, dtype=np.uint8))
        return VectorIndex(Generation(header["generation"], header["token"]), index)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        logger.warning("%s is unusable (%s): it is made again from the store", path, error)
        return None


def empty(dimension: int) -> VectorIndex:
    """Return an index without vectors, of no generation."""
    import faiss

    return VectorIndex(Generation(0, ""), faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)))


def current(connection: sqlite3.Connection) -> Generation:
    """Return the generation that ``connection`` sees."""
    row = connection.execute("SELECT number, token FROM generations ORDER BY number DESC LIMIT 1").fetchone()
    return Generation(0, "") if row is None else Generation(*row)


def brought_up_to_date(
    old: VectorIndex, connection: sqlite3.Connection, *, dimension: int, table: VectorTable = "vectors"
) -> VectorIndex:
    """Return the index of the generation that ``connection`` sees, in a read transaction.

    What ``old`` has is kept where it stems from the same history; only the rest is read.
    """
    import faiss

    generation = current(connection)
    if old.generation == generation:
        return old
    if not _is_ancestor(old.generation, connection) or old.index.d != dimension:
        old = empty(dimension)
    keys = _passage_keys(connection)
    old_keys = old.keys
    removed = np.setdiff1d(old_keys, keys, assume_unique=True)
    added = np.setdiff1d(keys, old_keys, assume_unique=True)
    index = faiss.clone_index(old.index)
    if len(removed):
        index.remove_ids(faiss.IDSelectorBatch(removed))
    for start in range(0, len(added), _ROWS_AT_ONCE):
        some = added[start : start + _ROWS_AT_ONCE]
        index.add_with_ids(_vectors(connection, some, dimension=dimension, table=table), some)
    logger.info("vector index at generation %d: %d vectors", generation.number, index.ntotal)
    return VectorIndex(generation, index)


def _is_ancestor(generation: Generation, connection: sqlite3.Connection) -> bool:
    return (
        connection.execute(
            "SELECT 1 FROM generations WHERE number = ? AND token = ?", (generation.number, generation.token)
        ).fetchone()
        is not None
    )


def _passage_keys(connection: sqlite3.Connection) -> KeyArray:
    # the smallest index has all keys; the table itself would mean reading all texts
    rows = connection.execute("SELECT key FROM passages INDEXED BY passages_by_document")
    return np.sort(np.fromiter((key for (key,) in rows), dtype=np.int64))


def _vectors(
    connection: sqlite3.Connection, keys: KeyArray, *, dimension: int, table: VectorTable
) -> FloatArray:
    """Return the stored vectors of ``keys``, which ascend: shape ``(len(keys), dimension)``."""
    rows = connection.execute(
        f"SELECT vector FROM {table} WHERE passage_key IN (SELECT value FROM json_each(?))"  # noqa: S608 - a constant
        " ORDER BY passage_key",
        (json.dumps(keys.tolist()),),
    )
    joined = b"".join(vector for (vector,) in rows)
    if len(joined) != 4 * len(keys) * dimension:
        raise IndexDamagedError(
            "The store lacks the vectors of some passages: make it anew with `dossier index --rebuild`."
        )
    return np.frombuffer(joined, dtype="<f4").reshape(len(keys), dimension).astype(np.float32, copy=False)
