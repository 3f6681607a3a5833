"""Making an index anew from its own sources, for another model, other chunking or another schema.

The new index is made beside the old one and takes its place in one transaction: whoever reads goes on
reading the old one until the commit, and a crash before it leaves the old one as it was. Chunking and
encoding come first and wait in a temporary table, so the transaction is short and memory is bounded.
"""

from __future__ import annotations

import logging
import pickle
from functools import partial
from typing import TYPE_CHECKING

from chunker.segmenting.boilerplate import edge_lines
from embeddings.errors import IndexMissingError
from embeddings.indexing import writing as store_writing
from embeddings.indexing.changes import stored_encoding
from embeddings.indexing.naming import complete
from embeddings.indexing.preparing import Recipe, prepare_source
from embeddings.indexing.repetition import repeated_in, write_edges
from embeddings.store.catalogue import Catalogue
from embeddings.store.connections import (
    Store,
    drop_derived_tables,
    make_derived_tables,
    make_source_tables,
    transaction,
)
from embeddings.store.data_folder import LOCK_TIMEOUT_SECONDS, STORE_NAME, VECTORS_NAME, writers_lock
from embeddings.store.lexical_index import merge_segments
from embeddings.store.manifest import Manifest, read_manifest, write_manifest
from embeddings.store.names import settle_names
from embeddings.store.records import read_source
from embeddings.store.seal import require_whole
from embeddings.store.source_texts import cut_whole_texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path

    from chunker.chunking import ChunkingSettings
    from chunker.documents import Span
    from embeddings.encoders.encoder import Encoder, SecondEncoder
    from embeddings.encoders.token_vectors import TokenCodec
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.store.records import IndexInfo

logger = logging.getLogger(__name__)


def rebuild(
    folder: Path,
    *,
    encoder: Encoder,
    chunking: ChunkingSettings,
    codec: TokenCodec | None = None,
    second: SecondEncoder | None = None,
    lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> IndexInfo:
    """Make the index in ``folder`` anew with ``encoder`` and ``chunking``; the files are not needed.

    A running server goes on with the old index until the swap; then it refuses to search until it is
    started with the new settings. Vectors are made again only for another model.

    Raises:
        IndexMissingError: there is no index.
        IndexBusyError: another indexing run is at work.
        StorageFullError: the disk is full; the old index stands.
    """
    recipe = Recipe(encoder, chunking, codec, second)
    manifest = Manifest.of(encoder, chunking, codec, second)
    store_path = folder / STORE_NAME
    if not store_path.is_file():
        raise IndexMissingError(folder)
    require_whole(folder)
    with writers_lock(folder, timeout_seconds=lock_timeout_seconds):
        store = Store(store_path, of_any_schema=True)
        try:
            with store.outside_transactions() as connection:
                make_source_tables(connection)
                cut_whole_texts(connection)
                complete(connection)
                _stage(store, connection, recipe, manifest, on_progress)
                _swap(connection, manifest)
                info = Catalogue(connection).info()
        finally:
            store.close()
    (folder / VECTORS_NAME).unlink(missing_ok=True)
    logger.info("index made anew: %d sources, %d passages", info.sources, info.passages)
    return info


def _stage(
    store: Store,
    connection: sqlite3.Connection,
    recipe: Recipe,
    manifest: Manifest,
    on_progress: Callable[[IndexingProgress], None] | None,
) -> None:
    """Chunk and encode every source into a temporary table."""
    old = read_manifest(connection)
    is_reusable = old is not None and manifest.has_vectors_of(old)
    reusable = (
        partial(stored_encoding, connection, with_second=bool(recipe.second)) if is_reusable else _no_encoding
    )
    connection.execute("CREATE TEMP TABLE staged (source_key INTEGER PRIMARY KEY, prepared BLOB)")
    for key, repeated in _repeated_by_source(store).items():
        source = read_source(connection, key)
        prepared = prepare_source(source, recipe, repeated, stored_encoding=reusable, on_progress=on_progress)
        connection.execute("INSERT INTO staged VALUES (?, ?)", (key, pickle.dumps(prepared)))


def _repeated_by_source(store: Store) -> dict[int, tuple[Span, ...]]:
    """Return what sites repeat in each source, by the rules of today's chunker."""
    with store.trying() as connection:
        drop_derived_tables(connection)
        make_derived_tables(connection)
        keys = [key for (key,) in connection.execute("SELECT key FROM sources ORDER BY key").fetchall()]
        for key in keys:
            write_edges(connection, key, edge_lines(read_source(connection, key).text))
        return {key: repeated_in(connection, read_source(connection, key).text) for key in keys}


def _no_encoding(_text_hash: bytes) -> None:
    return None


def _swap(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Put what was staged in the place of the old index."""
    # Tables that refer to one another are dropped and made anew in one transaction.
    connection.execute("PRAGMA foreign_keys = OFF")
    with transaction(connection):
        number = Catalogue(connection).info().generation
        drop_derived_tables(connection)
        make_derived_tables(connection)
        write_manifest(connection, manifest)
        store_writing.new_generation(connection, after=number)
        for key, prepared in connection.execute(
            "SELECT source_key, prepared FROM staged ORDER BY source_key"
        ):
            parts = pickle.loads(prepared)  # noqa: S301 - written a moment ago by this very connection
            store_writing.insert_derived(connection, key, parts)
        settle_names(connection)
        merge_segments(connection)
    connection.execute("DROP TABLE staged")
