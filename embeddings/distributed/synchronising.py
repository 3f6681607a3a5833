"""Bringing an engine to the generation that a connection sees, from where it was, however that ended.

Passages are sent by ascending keys, which are never used twice, and after each batch the last key is written
down in the engine itself: a run that was killed goes on there. What is sent twice is the same again. Only
when all is sent and what went is marked, the new generation is written down. A passage is stamped with the
generation that brings it, not with the one it was written in: none between is ever searched
(:meth:`embeddings.distributed.engine_passages.EnginePassages.at`).
"""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from embeddings.distributed import conditions
from embeddings.distributed.engine import Checkpoint, NotOursError
from embeddings.distributed.points import read_points
from embeddings.store import integrity, vector_index

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from embeddings.distributed.engine import Engine

logger = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 256  # points: some 5 MB of JSON. Chosen by hand
_RANGES_AT_ONCE = 100
# How many generations back what went is kept, for readers that began before. A question takes a second and
# a commit a tenth of one at least. Chosen by hand.
_GENERATIONS_KEPT = 64


def bring_up(engine: Engine, connection: sqlite3.Connection, *, dimensions: dict[str, int]) -> int:
    """Bring ``engine``, the collection of this history, to the generation that ``connection`` sees.

    Return the number of the generation where it is then: a greater one where it had gone beyond. Only one
    may do this at a time.

    Raises:
        EngineError: it does not answer.
        NotOursError: it holds another index, or another time of it.
    """
    generation = vector_index.current(connection)
    vectors = ", ".join(f"{name} {size}" for name, size in sorted(dimensions.items()))
    fresh = Checkpoint(_history(connection), vectors)
    at = engine.checkpoint()
    if at is None:
        engine.drop()  # one that was begun and not finished
        engine.make(dimensions)
        engine.set_checkpoint(at := fresh)
    _require_ours(engine, at, fresh, connection)
    if at.number == generation.number or at.sending > generation.number:
        return at.sending
    logger.info("%s: from generation %d to %d", engine.collection, at.number, generation.number)
    engine.set_checkpoint(at := replace(at, sending=generation.number))
    for keys in _batches(_keys_after(connection, at.last_key), BATCH):
        points = read_points(connection, keys, has_second="second" in dimensions)
        engine.put(points, added=generation.number)
        at = replace(at, last_key=keys[-1])
        engine.set_checkpoint(at)
    for ranges in _batches(_removed_after(connection, at.number), _RANGES_AT_ONCE):
        engine.set_removed(conditions.with_keys(ranges), removed=generation.number)
    engine.set_checkpoint(replace(at, number=generation.number, token=generation.token))
    if generation.number > _GENERATIONS_KEPT:
        engine.delete(conditions.removed_by(generation.number - _GENERATIONS_KEPT))
    return generation.number


def differences(
    engine: Engine, connection: sqlite3.Connection, *, dimensions: dict[str, int], repair: bool = False
) -> Iterator[str]:
    """Yield in which ranges of keys the engine lacks passages of the store, or has others, one line each.

    It must have been brought up (:func:`bring_up`). With ``repair`` they are sent, or deleted.
    """
    generation = vector_index.current(connection).number

    def found(first: int, last: int | None) -> list[int]:
        return engine.keys(conditions.visible(generation, conditions.key_range(first, last)))

    for difference in integrity.key_differences(connection, found):
        yield str(difference)
        if repair:
            for keys in _batches(sorted(difference.missing), BATCH):
                points = read_points(connection, keys, has_second="second" in dimensions)
                engine.put(points, added=generation)
            for keys in _batches(sorted(difference.others), _RANGES_AT_ONCE):
                engine.delete(conditions.with_keys([(key, key) for key in keys]))


def first_generation(connection: sqlite3.Connection) -> int:
    """Return the number of the generation that the history of this store began with, 0 before any."""
    row = connection.execute("SELECT coalesce(min(number), 0) FROM generations").fetchone()
    return int(row[0])


def _history(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT token FROM generations ORDER BY number LIMIT 1").fetchone()
    return str(row[0])


def _require_ours(engine: Engine, at: Checkpoint, fresh: Checkpoint, connection: sqlite3.Connection) -> None:
    known = connection.execute(
        "SELECT 1 FROM generations WHERE (number = ? AND token = ?) OR ? = 0",
        (at.number, at.token, at.number),
    ).fetchone()
    (last,) = connection.execute("SELECT max(number) FROM generations").fetchone()
    # what is newer than this connection sees cannot be told from another history by its token
    if at.history == fresh.history and at.vectors == fresh.vectors and (known or at.sending > last):
        return
    raise NotOursError(engine)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _keys_after(connection: sqlite3.Connection, last: int) -> Iterator[int]:
    return chain.from_iterable(
        connection.execute("SELECT key FROM passages WHERE key > ? ORDER BY key", (last,))
    )


def _removed_after(connection: sqlite3.Connection, generation: int) -> Iterator[tuple[int, int]]:
    statement = "SELECT first_key, last_key FROM removals WHERE generation > ?"
    yield from connection.execute(statement, (generation,))
