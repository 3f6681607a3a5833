"""Dense search: exact inner products with FAISS, over vectors that the store holds.

The index is derived: it can always be made again from the store, without encoding. A :class:`VectorIndex`
never changes; a change of the store makes a new one, which shares the great part with the old. Searches that
have begun go on with the one they have.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from embeddings.errors import IndexDamagedError
from embeddings.store import vector_block
from embeddings.store.vector_block import DIGITS, VECTOR_TYPE, VectorBlock

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from embeddings.encoders.encoder import FloatArray
    from embeddings.store.vector_block import BoolArray, KeyArray

logger = logging.getLogger(__name__)

VectorTable = Literal["vectors", "second_vectors"]

_ROWS_AT_ONCE = 8192  # 6 MB of vectors of 384 numbers
# When more of the base has gone, or more has come beside it, a new base is made: copying it then costs each
# change what copying some 20 vectors does. Chosen by hand; not measured.
_LATER_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Generation:
    """A state of the store: its number, and a token that no other state of any store has."""

    number: int
    token: str


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """The vectors of one generation of the store, by passage key.

    ``base`` is shared by many generations, ``later`` has what came since it was made, and ``present``, of
    shape ``(len(base),)``, tells which of its vectors are still there (``None``: all).
    """

    generation: Generation
    base: VectorBlock
    later: VectorBlock
    present: BoolArray | None = None

    def __len__(self) -> int:
        return len(self.later) + (len(self.base) if self.present is None else int(self.present.sum()))

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""
        return self.base.dimension

    @property
    def keys(self) -> KeyArray:
        """The keys of the passages in the index, ascending."""
        kept = self.base.keys if self.present is None else self.base.keys[self.present]
        return np.concatenate([kept, self.later.keys])

    @property
    def last_key(self) -> int:
        """A key that no passage's is greater than, 0 where there is none."""
        return int(max((block.keys[-1] for block in (self.base, self.later) if len(block)), default=0))

    def search(
        self, vector: FloatArray, *, limit: int, allowed: KeyArray | None = None
    ) -> list[tuple[int, float]]:
        """Return the keys of the nearest passages with their cosines, best first.

        Equal cosines stand in the order of their keys; all that are equal to the last one come too,
        so there may be more than ``limit``. ``allowed`` are the keys to choose from (``None``: all).

        Raises:
            ValueError: ``vector`` is not of shape ``(dimension,)``.
        """
        if vector.shape != (self.dimension,):
            raise ValueError(f"The query's vector has shape {vector.shape}, not ({self.dimension},).")
        if limit < 1:
            return []
        blocks = [(self.base, self.present), (self.later, None)]
        if allowed is not None:
            blocks = [(block, _both(kept, block.holds(allowed))) for block, kept in blocks]
        # one more than asked for tells whether the last one has equals outside
        count = limit + 1
        found = _nearest(blocks, vector, count)
        while len(found) == count and found[-1][1] == found[limit - 1][1]:
            count *= 2
            found = _nearest(blocks, vector, count)
        return [hit for hit in found if hit[1] >= found[min(limit, len(found)) - 1][1]]

    def cosines(self, vector: FloatArray, keys: Sequence[int]) -> list[float]:
        """Return the cosine of each of these passages, which must be in the index, to ``vector``."""
        return [
            round(cosine, DIGITS)
            for cosine in (self.vectors_of(np.asarray(keys, dtype=np.int64)) @ vector).tolist()
        ]

    def vectors_of(self, keys: KeyArray) -> FloatArray:
        """Return the vectors of passages, which must be in the index: shape ``(len(keys), dimension)``."""
        vectors = np.zeros((len(keys), self.dimension), dtype=np.float32)
        for block in (self.base, self.later):
            here = block.has(keys)
            vectors[here] = block.vectors_of(keys[here])
        return vectors

    def differing(self, connection: sqlite3.Connection) -> int:
        """Return how many vectors are not those of the store, which must have the same keys."""
        keys, count = self.keys, 0
        for start in range(0, len(keys), _ROWS_AT_ONCE):
            some = keys[start : start + _ROWS_AT_ONCE]
            stored = _vectors(connection, some, dimension=self.dimension, table="vectors")
            count += int((stored != self.vectors_of(some)).any(axis=1).sum())
        return count

    def changes_since(self, earlier: VectorIndex) -> int:
        """Return how many vectors have come and gone since an earlier state of the same index.

        No key is used twice, so what came has greater ones.
        """
        last, present = earlier.last_key, slice(None) if self.present is None else self.present
        came = sum(int((keys > last).sum()) for keys in (self.base.keys[present], self.later.keys))
        return came + len(earlier) - (len(self) - came)

    def merged(self) -> VectorIndex:
        """Return the same vectors, all in one block."""
        if self.present is None and not len(self.later):
            return self
        if not len(self.base):
            return VectorIndex(self.generation, self.later, self.base)
        return VectorIndex(
            self.generation,
            self.base.merged(self.present, self.later),
            vector_block.empty(self.dimension),
        )


def empty(dimension: int) -> VectorIndex:
    """Return an index without vectors, of no generation."""
    return VectorIndex(Generation(0, ""), vector_block.empty(dimension), vector_block.empty(dimension))


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
    generation = current(connection)
    if old.generation == generation:
        return old
    if not _is_ancestor(old.generation, connection) or old.dimension != dimension:
        old = empty(dimension)
    removed, added = _changes(old, connection)
    later = old.later.without(removed)
    for start in range(0, len(added), _ROWS_AT_ONCE):
        some = added[start : start + _ROWS_AT_ONCE]
        later.add(some, _vectors(connection, some, dimension=dimension, table=table))
    present = old.present
    gone = old.base.holds(removed)
    if gone.any():
        present = _both(present, ~gone)
    index = replace(old, generation=generation, later=later, present=present)
    changed = len(later) + (0 if present is None else int((~present).sum()))
    if changed > _LATER_SHARE * len(old.base):
        index = index.merged()
    logger.info("vector index at generation %d: %d vectors", generation.number, len(index))
    return index


def _nearest(
    blocks: Sequence[tuple[VectorBlock, BoolArray | None]], vector: FloatArray, count: int
) -> list[tuple[int, float]]:
    found = [hit for block, allowed in blocks for hit in block.nearest(vector, count, allowed)]
    return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:count]


def _both(one: BoolArray | None, other: BoolArray) -> BoolArray:
    return other if one is None else one & other


def _is_ancestor(generation: Generation, connection: sqlite3.Connection) -> bool:
    return (
        connection.execute(
            "SELECT 1 FROM generations WHERE number = ? AND token = ?", (generation.number, generation.token)
        ).fetchone()
        is not None
    )


def _changes(old: VectorIndex, connection: sqlite3.Connection) -> tuple[KeyArray, KeyArray]:
    """Return the keys of passages that ``old`` has and the store has not, and the other way round.

    Since no key is used twice, what came has a greater one than all before, and what went stands in
    ``removals``. Only where that does not give as many as there are, all keys are compared.
    """
    old_keys = old.keys
    (passages,) = connection.execute(
        "SELECT passages FROM generations ORDER BY number DESC LIMIT 1"
    ).fetchone() or (0,)
    added = _keys(
        connection,
        "SELECT key FROM passages WHERE key > ? ORDER BY key",
        old.last_key,
    )
    ranges = connection.execute(
        "SELECT first_key, last_key FROM removals WHERE generation > ?", (old.generation.number,)
    )
    is_removed = np.zeros(len(old_keys), dtype=bool)
    for first, last in ranges:
        is_removed[np.searchsorted(old_keys, first) : np.searchsorted(old_keys, last, side="right")] = True
    removed = old_keys[is_removed]
    if len(old_keys) - len(removed) + len(added) == passages:
        return removed, added
    # the smallest index has all keys; the table itself would mean reading all texts
    keys = np.sort(_keys(connection, "SELECT key FROM passages INDEXED BY passages_by_document"))
    return (
        np.setdiff1d(old_keys, keys, assume_unique=True),
        np.setdiff1d(keys, old_keys, assume_unique=True),
    )


def _keys(connection: sqlite3.Connection, statement: str, *parameters: int) -> KeyArray:
    return np.fromiter((key for (key,) in connection.execute(statement, parameters)), dtype=np.int64)


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
    if len(joined) != VECTOR_TYPE.itemsize * len(keys) * dimension:
        raise IndexDamagedError(
            "The store lacks the vectors of some passages: make it anew with `dossier index --rebuild`."
        )
    return np.frombuffer(joined, VECTOR_TYPE).reshape(len(keys), dimension).astype(np.float32)
