"""Passages searched on this machine: vectors by FAISS, words by SQLite's full text."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from embeddings.store import integrity, lexical_index, vector_file, vector_index
from embeddings.store.data_folder import VECTORS_NAME

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from embeddings.encoders.encoder import FloatArray
    from embeddings.store.connections import Store
    from embeddings.store.filtering import Selection
    from embeddings.store.lexical_index import LexicalField
    from embeddings.store.vector_index import VectorIndex

logger = logging.getLogger(__name__)

# When less than this has changed since the vector file was written, or the full text merged, it is left: at
# the next start only what has changed is read. Chosen by hand; not measured.
_SAVED_SHARE = 0.05

# A filter that lets many passages through mostly lets enough of so many times as many near ones through, or
# of the third power as many; where it does not, all that it lets through are listed.
_LOOKED_BEYOND = 4


class LocalSearch:
    """A :class:`embeddings.store.passage_index.PassageSearch` of the generation that ``connection`` sees."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        vectors: VectorIndex,
        second: Callable[[], VectorIndex],
        scans: Executor,
    ) -> None:
        self._connection = connection
        self._vectors = vectors
        self._read_second = second
        self._scans = scans

    @cached_property
    def _second_vectors(self) -> VectorIndex:
        return self._read_second()

    def dense(
        self, vector: FloatArray, *, limit: int, selection: Selection | None, by_second: bool
    ) -> Callable[[], list[tuple[int, float]]]:
        """Scan the vectors in a thread beside, while words are looked for."""
        vectors = self._second_vectors if by_second else self._vectors
        listed = selection.listed("passages") if selection else None
        is_known = selection is None or listed is not None
        looked_at = limit if is_known else _LOOKED_BEYOND * limit
        first = self._scans.submit(vectors.search, vector, limit=looked_at, allowed=listed).result
        if selection is None or is_known:
            return first
        more = partial(vectors.search, vector, limit=_LOOKED_BEYOND**3 * limit)

        def those_that_pass() -> list[tuple[int, float]]:
            for found in (search() for search in (first, more)):
                passing = selection.among(key for key, _ in found)
                kept = [hit for hit in found if hit[0] in passing]
                if len(kept) >= limit:
                    return kept
            return vectors.search(vector, limit=limit, allowed=selection.all_passages())

        return those_that_pass

    def cosines(self, vector: FloatArray, keys: Sequence[int], *, by_second: bool) -> list[float]:
        """Multiply the stored vectors."""
        return (self._second_vectors if by_second else self._vectors).cosines(vector, keys)

    def lexical(
        self, query: str, *, field: LexicalField, limit: int, selection: Selection | None
    ) -> list[tuple[int, float]]:
        """Ask FTS5."""
        return lexical_index.search(self._connection, query, field=field, limit=limit, selection=selection)


class LocalPassages:
    """A :class:`embeddings.store.passage_index.PassageIndex` of one data folder."""

    def __init__(
        self, folder: Path, store: Store, *, dimension: int, second_dimension: int | None = None
    ) -> None:
        self._path = folder / VECTORS_NAME
        self._store = store
        self._refreshing = threading.Lock()
        self._scans = ThreadPoolExecutor(thread_name_prefix="scan")
        self._vectors = self._saved = vector_file.load(self._path) or vector_index.empty(dimension)
        self._dimension = dimension
        self._second_vectors = vector_index.empty(second_dimension) if second_dimension else None
        self._merged = self._current()

    def at(self, connection: sqlite3.Connection) -> LocalSearch:
        """Return what searches this generation: any that a connection can still see."""
        return LocalSearch(
            connection,
            self._vectors_for(connection),
            partial(self._second_vectors_for, connection),
            self._scans,
        )

    def changed(self) -> None:
        """Do nothing: the next search brings the vectors up to date."""

    def save(self, *, is_last: bool = False) -> None:
        """Save the vectors, and merge the full text at last, where more than a share of it has changed."""
        vectors = self._current()
        if is_last and vectors.changes_since(self._merged) > _SAVED_SHARE * len(vectors):
            lexical_index.merge_by_steps(self._store.writing)
            self._merged = vectors
        if vectors.changes_since(self._saved) > _SAVED_SHARE * len(vectors):
            self._write(vectors)

    def _write(self, vectors: VectorIndex) -> None:
        try:
            vector_file.save(vectors, self._path)
            self._saved = vectors
        except OSError as error:
            logger.warning("%s cannot be written (%s): the next start takes longer", VECTORS_NAME, error)

    def close(self) -> None:
        """Do nothing: only memory is held, and threads that end with it."""

    def problems(self, connection: sqlite3.Connection, *, repair: bool = False) -> Iterator[str]:
        """Yield which passages the vectors lack, have too many of, or have otherwise than the store."""
        vectors = self._vectors_for(connection)
        keys = vectors.keys

        def found(first: int, last: int | None) -> list[int]:
            end = len(keys) if last is None else np.searchsorted(keys, last, side="right")
            return keys[np.searchsorted(keys, first) : end].tolist()  # type: ignore[no-any-return]

        differences = [str(one) for one in integrity.key_differences(connection, found)]
        if not differences and (differing := vectors.differing(connection)):
            differences = [f"searched passages: the vectors of {differing:,} are not those of the store"]
        yield from differences
        if differences and repair:
            with self._refreshing:
                empty = vector_index.empty(self._dimension)
                self._vectors = vector_index.brought_up_to_date(empty, connection, dimension=self._dimension)
            self._write(self._vectors)

    def _current(self) -> VectorIndex:
        with self._store.reading() as connection:
            return self._vectors_for(connection)

    def _vectors_for(self, connection: sqlite3.Connection) -> VectorIndex:
        """Return the vector index of the very generation that ``connection`` sees."""
        generation = vector_index.current(connection)
        vectors = self._vectors
        if vectors.generation == generation:
            return vectors
        with self._refreshing:
            vectors = vector_index.brought_up_to_date(self._vectors, connection, dimension=self._dimension)
            # A reader that began earlier than the last refresh gets its own and leaves the newer in place.
            if vectors.generation.number >= self._vectors.generation.number:
                self._vectors = vectors
            return vectors

    def _second_vectors_for(self, connection: sqlite3.Connection) -> VectorIndex:
        """Return the second model's vectors as ``connection`` sees them; no file saves them."""
        with self._refreshing:
            old = self._second_vectors
            if old is None:
                raise ValueError("The index is opened without a second model.")
            vectors = vector_index.brought_up_to_date(
                old, connection, dimension=old.dimension, table="second_vectors"
            )
            if vectors.generation.number >= old.generation.number:
                self._second_vectors = vectors
            return vectors
