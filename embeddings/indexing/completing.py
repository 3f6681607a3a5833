"""Adding a second model's vectors to an index that was made without it, a few passages a transaction.

Until each passage has one, the index is what it was: only then, in one transaction, does the manifest name
the second model. What a run that was broken off has encoded is kept for the next.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from chunker.chunking import indexed_text
from embeddings.indexing.preparing import IndexingProgress, encode_second
from embeddings.indexing.writing import write_second_vector
from embeddings.store.catalogue import Catalogue
from embeddings.store.connections import Store
from embeddings.store.data_folder import LOCK_TIMEOUT_SECONDS, STORE_NAME, writers_lock
from embeddings.store.manifest import Manifest, read_manifest, require_same, second_model, write_manifest
from embeddings.store.schema import SECOND_VECTORS
from embeddings.store.seal import require_whole

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from embeddings.encoders.encoder import SecondEncoder
    from embeddings.indexing.preparing import Recipe

_PASSAGES_A_COMMIT = 64  # what a run that is broken off loses: half a minute's work. Chosen by hand


def add_second_vectors(
    folder: Path,
    recipe: Recipe,
    second: SecondEncoder,
    *,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> int:
    """Encode with ``second`` what it has not encoded in ``folder`` yet; return how many passages that was.

    ``recipe`` is the one that the index was made with. Where there is no index, or it has them all, nothing
    changes.

    Raises:
        ManifestMismatchError: the index was made with another recipe, or has another second model.
        IndexBusyError: another indexing run is at work.
        StorageFullError: the disk is full; what was encoded before stands.
    """
    wanted = Manifest.of(recipe.encoder, recipe.chunking, recipe.codec, second)
    path = folder / STORE_NAME
    if not path.is_file():
        return 0
    require_whole(folder)
    with (
        writers_lock(folder, timeout_seconds=lock_timeout_seconds),
        closing(Store(path)) as store,
    ):
        with store.reading() as connection:
            stored = read_manifest(connection)
        if stored is None or stored.second_model == wanted.second_model:
            return 0
        differs_elsewhere = stored.second_model is not None
        require_same(stored, wanted if differs_elsewhere else wanted.without_second_model, folder=folder)
        with store.writing() as connection:
            connection.execute(SECOND_VECTORS)
            connection.execute("DELETE FROM second_vectors WHERE model <> ?", (second_model(second),))
            missing = _missing(connection)
        for start in range(0, len(missing), _PASSAGES_A_COMMIT):
            _encode(store, recipe, second, missing[start : start + _PASSAGES_A_COMMIT])
            if on_progress is not None:
                done = min(start + _PASSAGES_A_COMMIT, len(missing))
                on_progress(IndexingProgress(second.name, done, len(missing)))
        with store.writing() as connection:
            write_manifest(connection, wanted)
    return len(missing)


def _missing(connection: sqlite3.Connection) -> list[int]:
    rows = connection.execute(
        "SELECT key FROM passages WHERE key NOT IN (SELECT passage_key FROM second_vectors) ORDER BY key"
    )
    return [key for (key,) in rows]


def _encode(store: Store, recipe: Recipe, second: SecondEncoder, keys: list[int]) -> None:
    """Encode passages with their headers, as the first encoder has them, and write the vectors."""
    with store.reading() as connection:
        places = Catalogue(connection).places(keys)
    texts = [indexed_text(recipe.header(place.document), place.passage) for place in places]
    vectors = encode_second(second, texts)
    with store.writing() as connection:
        for key, vector in zip(keys, vectors, strict=True):
            write_second_vector(connection, key, second_model(second), vector)
