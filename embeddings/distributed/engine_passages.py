"""Passages searched in an engine: the filling of the seam for more than one machine can hold."""

from __future__ import annotations

import json
import logging
import threading
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock, Timeout

from embeddings.distributed import conditions, synchronising
from embeddings.distributed.engine import NotOursError
from embeddings.distributed.points import ENGINE_FIELDS, query_weights
from embeddings.errors import EngineError, IndexBusyError, IndexStoreError
from embeddings.store import lexical_index, vector_index
from embeddings.store.ties import in_order_of_ids
from embeddings.store.vector_block import DIGITS, from_stored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from qdrant_client.models import FieldCondition

    from embeddings.distributed.engine import Engine
    from embeddings.encoders.encoder import FloatArray
    from embeddings.indexing.preparing import Recipe
    from embeddings.store.connections import Store
    from embeddings.store.filtering import Selection
    from embeddings.store.lexical_index import LexicalField
    from embeddings.store.vector_index import Generation

logger = logging.getLogger(__name__)

_LOCK_NAME = "synchronising.lock"
_LOCK_TIMEOUT_SECONDS = 10.0  # a commit's passages take less than a second


class EngineSearch:
    """A :class:`embeddings.store.passage_index.PassageSearch` of one generation of an engine."""

    def __init__(self, engine: Engine, connection: sqlite3.Connection, generation: int) -> None:
        self._engine = engine
        self._connection = connection
        self._generation = generation
        self._conditions: dict[Selection | None, list[FieldCondition] | None] = {None: []}

    def dense(
        self, vector: FloatArray, *, limit: int, selection: Selection | None, by_second: bool
    ) -> Callable[[], list[tuple[int, float]]]:
        """Ask the engine which are nearest, and the store how near they are: an engine rounds vectors."""
        return partial(self._nearest, vector, limit, selection, by_second=by_second)

    def _nearest(
        self, vector: FloatArray, limit: int, selection: Selection | None, *, by_second: bool
    ) -> list[tuple[int, float]]:
        name = "second" if by_second else "first"
        found = self._best(selection, limit, partial(self._engine.nearest, vector, name=name))
        keys = [key for key, _ in found]
        cosines = self.cosines(vector, keys, by_second=by_second)
        return sorted(zip(keys, cosines, strict=True), key=lambda hit: -hit[1])

    def cosines(self, vector: FloatArray, keys: Sequence[int], *, by_second: bool) -> list[float]:
        """Multiply the vectors that the store has."""
        table = "second_vectors" if by_second else "vectors"
        rows = self._connection.execute(
            f"SELECT passage_key, vector FROM {table} WHERE passage_key IN (SELECT value FROM json_each(?))",  # noqa: S608 - a constant
            (json.dumps(list(keys)),),
        )
        stored = {key: from_stored(stored) for key, stored in rows}
        vectors = np.array([stored[key] for key in keys], dtype=np.float32).reshape(len(keys), len(vector))
        return [round(cosine, DIGITS) for cosine in (vectors @ vector).tolist()]

    def lexical(
        self, query: str, *, field: LexicalField, limit: int, selection: Selection | None
    ) -> list[tuple[int, float]]:
        """Ask the engine for terms of passages, the store for those of documents."""
        if field not in ENGINE_FIELDS:
            return lexical_index.search(
                self._connection, query, field=field, limit=limit, selection=selection
            )
        weights = query_weights(self._connection, query, field)
        if not weights:
            return []
        matching = partial(self._engine.matching, weights, field=field)
        found = self._best(selection, limit, matching)
        return in_order_of_ids(self._connection, found, table="passages")[:limit]

    def _best(
        self,
        selection: Selection | None,
        limit: int,
        search: Callable[..., list[tuple[int, float]]],
    ) -> list[tuple[int, float]]:
        """Return the ``limit`` best of those that pass, and all that are as good as the last one."""
        if selection not in self._conditions and selection is not None:
            more = conditions.payload_conditions(self._connection, selection.condition.filters)
            self._conditions[selection] = more
        more = self._conditions[selection]
        if more is None or limit < 1 or not self._generation:
            return []
        which = conditions.visible(self._generation, more)
        count = limit + 1
        while True:
            found = search(which=which, limit=count)
            if len(found) < count or found[-1][1] < found[limit - 1][1]:
                return [hit for hit in found if hit[1] >= found[min(limit, len(found)) - 1][1]]
            count *= 2


class EnginePassages:
    """A :class:`embeddings.store.passage_index.PassageIndex` in a collection of ``engine``.

    ``dimensions`` are those of the vectors, by name. With ``refill`` a collection that was filled from
    another index is filled anew from this one.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        engine: Engine,
        *,
        dimensions: dict[str, int],
        refill: bool = False,
        lock_timeout_seconds: float = _LOCK_TIMEOUT_SECONDS,
    ) -> None:
        self._lock_path = folder / _LOCK_NAME
        self._store = store
        self._engine = engine
        self._dimensions = dimensions
        self._refill = refill
        self._lock_timeout_seconds = lock_timeout_seconds
        self._synchronising = threading.Lock()
        self._at: tuple[Generation, Engine] | None = None

    def at(self, connection: sqlite3.Connection) -> EngineSearch | None:
        """Return what searches the generation that ``connection`` sees; ``None``: the engine is beyond it.

        An engine that has not come so far is brought there first. So whoever searches a generation does it in
        an engine that was just there, and what comes later marks only later generations.
        """
        generation = vector_index.current(connection)
        if not generation.number:
            return EngineSearch(self._engine, connection, 0)
        known = self._at
        if known is None or known[0] != generation:
            with self._synchronising, self._alone():
                engine = self._engine.of_history(synchronising.first_generation(connection))
                if self._brought_up(engine, connection) > generation.number:
                    return None
                self._at = known = (generation, engine)
        return EngineSearch(known[1], connection, generation.number)

    def changed(self) -> None:
        """Send what was committed; where that fails, whoever searches next tries again."""
        try:
            with self._store.reading() as connection:
                self.at(connection)
        except IndexStoreError as error:
            logger.warning("%s What was indexed is in the store, and is sent later.", error)

    def save(self, *, is_last: bool = False) -> None:
        """Do nothing: the engine keeps what it has."""

    def close(self) -> None:
        """Close the connection."""
        self._engine.close()

    def problems(self, connection: sqlite3.Connection, *, repair: bool = False) -> Iterator[str]:
        """Yield what the engine lacks of the store, or has too much, one line each."""
        if self.at(connection) is None or self._at is None:
            return
        _, engine = self._at
        first = synchronising.first_generation(connection)
        with self._synchronising, self._alone():
            yield from synchronising.differences(
                engine, connection, dimensions=self._dimensions, repair=repair
            )
            for earlier in self._engine.earlier(first):
                yield f"{earlier.collection}: has the passages of an index that was since made anew"
                if repair:
                    earlier.drop()

    def _brought_up(self, engine: Engine, connection: sqlite3.Connection) -> int:
        """Bring ``engine`` to the generation of ``connection`` at least; return the one that it is at."""
        try:
            number = synchronising.bring_up(engine, connection, dimensions=self._dimensions)
            with self._store.reading() as now:
                is_past = vector_index.current(now).number < number
            if is_past:  # an older state of the store was put back
                raise NotOursError(engine)  # noqa: TRY301 - handled as if the engine had told it
        except NotOursError:
            if not self._refill:
                raise
            engine.drop()
            return synchronising.bring_up(engine, connection, dimensions=self._dimensions)
        return number

    def _alone(self) -> AbstractContextManager[object]:
        """Hold the lock that one process has at a time while it brings the engine up."""
        lock = FileLock(self._lock_path, timeout=self._lock_timeout_seconds, thread_local=False)
        try:
            return lock.acquire()
        except Timeout as error:
            raise IndexBusyError(
                f"Another process is sending passages to {self._engine.address}: wait until it is done."
            ) from error
        except OSError as error:
            raise EngineError(
                f"{self._lock_path} cannot be written ({error.strerror}): check its permissions."
            ) from error


def engine_passages(
    engine: Engine, *, refill: bool = False
) -> Callable[[Path, Store, Recipe], EnginePassages]:
    """Return what makes a data folder's :class:`EnginePassages`, given its store and recipe too."""

    def made(folder: Path, store: Store, recipe: Recipe) -> EnginePassages:
        dimensions = {"first": recipe.encoder.dimension}
        if recipe.second:
            dimensions["second"] = recipe.second.dimension
        return EnginePassages(folder, store, engine, dimensions=dimensions, refill=refill)

    return made
