"""The index of one data folder: the store, the vector index derived from it, and who may write."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from embeddings.errors import IndexMissingError, IndexStoreError
from embeddings.indexing import changes as indexing
from embeddings.indexing.preparing import Recipe
from embeddings.store import integrity, lexical_index, vector_file, vector_index
from embeddings.store.connections import Store
from embeddings.store.data_folder import (
    LOCK_TIMEOUT_SECONDS,
    STORE_NAME,
    VECTORS_NAME,
    make_folder,
    writers_lock,
)
from embeddings.store.manifest import Manifest, read_manifest, require_same, write_manifest
from embeddings.store.originals import Originals, original_of
from embeddings.store.snapshot import Snapshot

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import Self

    from chunker.chunking import ChunkingSettings
    from chunker.documents import Source
    from chunker.readers.sidecar import Description
    from embeddings.encoders.encoder import Encoder, SecondEncoder
    from embeddings.encoders.token_vectors import TokenCodec
    from embeddings.indexing.changes import SourceChange
    from embeddings.indexing.naming import Placing
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.store.vector_index import VectorIndex

logger = logging.getLogger(__name__)

# When less than this has changed since the vector file was written, or the full text merged, it is left: at
# the next start only what has changed is read. Chosen by hand; not measured.
_SAVED_SHARE = 0.05


class LocalIndex:
    """One data folder: takes changes, and gives snapshots to read and search.

    Safe to use from many threads, and beside other processes that use the folder.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        recipe: Recipe,
        *,
        lock_timeout_seconds: float,
        keep_originals: bool = False,
    ) -> None:
        self.folder = folder
        self._store = store
        self._recipe = recipe
        self._manifest = Manifest.of(recipe.encoder, recipe.chunking, recipe.codec, recipe.second)
        self._lock_timeout_seconds = lock_timeout_seconds
        self._keep_originals = keep_originals
        self._originals = Originals(folder, store)
        self._vectors = vector_index.empty(recipe.encoder.dimension)
        self._saved = self._merged = self._vectors
        self._second_vectors = vector_index.empty(recipe.second.dimension) if recipe.second else None
        self._refreshing = threading.Lock()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        encoder: Encoder,
        chunking: ChunkingSettings,
        codec: TokenCodec | None = None,
        second: SecondEncoder | None = None,
        read_only: bool = False,
        lock_timeout_seconds: float = LOCK_TIMEOUT_SECONDS,
        keep_originals: bool = False,
    ) -> LocalIndex:
        """Open the index in ``folder``; make an empty one where there is none, unless ``read_only``.

        With a ``codec`` the vectors of tokens are kept too, for late interaction, with a ``second`` encoder
        its vectors, for questions that the first does not read.
        ``lock_timeout_seconds`` is how long a change waits for one that another process or thread
        is making. With ``keep_originals`` the files that sources are read from are kept beside the store.

        Raises:
            IndexMissingError: ``read_only``, and there is no index.
            ManifestMismatchError: the index was made with another model or chunking.
            IndexStoreError: the folder or the store cannot be used.
        """
        if not read_only:
            make_folder(folder)
        store = Store(folder / STORE_NAME, read_only=read_only)
        try:
            index = cls(
                folder,
                store,
                Recipe(encoder, chunking, codec, second),
                lock_timeout_seconds=lock_timeout_seconds,
                keep_originals=keep_originals,
            )
            index._prepare()
        except BaseException:
            store.close()
            raise
        return index

    @property
    def recipe(self) -> Recipe:
        """How what is in this index was made."""
        return self._recipe

    def close(self) -> None:
        """Leave the index quick to open and to search where it has changed, and close the store.

        May be called twice.
        """
        if not self._store.is_closed and not self._store.read_only:
            try:
                self._merge_full_text(share=_SAVED_SHARE)
                self._save_vectors(share=0.0)
            except IndexStoreError as error:
                logger.warning("the vector index of %s is not saved: %s", self.folder, error)
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(
        self,
        sources: Iterable[Source],
        *,
        on_progress: Callable[[IndexingProgress], None] | None = None,
    ) -> list[SourceChange]:
        """Add sources, each in a transaction of its own, and return what that changed.

        When one fails, those before it have been added.
        """
        changes = [self.add_source(source, on_progress=on_progress) for source in sources]
        self._save_vectors(share=_SAVED_SHARE)
        return changes

    def add_source(
        self,
        source: Source,
        *,
        placing: Placing = "path",
        original: Path | None = None,
        on_progress: Callable[[IndexingProgress], None] | None = None,
    ) -> SourceChange:
        """Add a source, or put it in the place of the one that ``placing`` says: by default, of its path.

        ``original`` is the file that it was read from, of which a copy is kept where originals are.

        Raises:
            UnreadableSourceError: ``original`` is no longer what was read; nothing has changed.
            IndexBusyError: another indexing run is at work.
            StorageFullError: the disk is full; nothing has changed.
        """
        is_kept = self._keep_originals and original is not None
        with self._changing():
            if is_kept and original is not None:
                self._originals.keep(original, source)
            change = indexing.add_source(
                self._store,
                self._recipe,
                source,
                placing=placing,
                is_kept=is_kept,
                on_progress=on_progress,
            )
        logger.info("%s: %s, %d passages", change.name, change.status, change.passages)
        return change

    def describe(
        self,
        source_id: str,
        description: Description,
        *,
        on_progress: Callable[[IndexingProgress], None] | None = None,
    ) -> SourceChange | None:
        """Let ``description`` stand for what a source states of itself; ``None``: there is no such source."""
        with self._changing():
            return indexing.describe_source(
                self._store, self._recipe, source_id, description, on_progress=on_progress
            )

    def delete(self, source_id: str) -> bool:
        """Delete a source under all its names; return whether there was one."""
        with self._changing():
            return indexing.delete_source(self._store, self._recipe, source_id)

    def original(self, source_id: str) -> Path | None:
        """Return the kept file that a source was read from; ``None``: there is none, or no such source."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT key FROM sources WHERE id = ?", (source_id,)).fetchone()
            digest = original_of(connection, row[0]) if row else None
        path = self._originals.path(digest) if digest else None
        return path if path is not None and path.is_file() else None

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Give the index as it is now, for the length of a block.

        Raises:
            ManifestMismatchError: another process has made the index anew with other settings.
        """
        with self._store.reading() as connection:
            second = partial(self._second_vectors_for, connection) if self._recipe.second else None
            yield Snapshot(connection, self._vectors_for(connection), second)

    def problems(self) -> list[str]:
        """Return what is wrong with the store, one line each; see :mod:`embeddings.store.integrity`.

        Raises:
            IndexDamagedError: SQLite cannot even read it.
        """
        with self._store.trying() as connection:
            problems = list(integrity.problems(connection))
        return [*problems, *self._originals.problems()]

    def _prepare(self) -> None:
        with self._store.reading() as connection:
            is_new = read_manifest(connection) is None
        if is_new and not self._store.read_only:
            with self._store.writing() as connection:
                if read_manifest(connection) is None:
                    write_manifest(connection, self._manifest)
        with self._store.reading() as connection:
            self._require_same_manifest(connection)
        saved = vector_file.load(self.folder / VECTORS_NAME)
        if saved is not None:
            self._vectors = self._saved = saved
        if self._store.read_only:
            with self.snapshot():
                pass
        else:
            self._save_vectors(share=_SAVED_SHARE)
        self._merged = self._vectors

    def _require_same_manifest(self, connection: sqlite3.Connection) -> None:
        stored = read_manifest(connection)
        if stored is None:
            raise IndexMissingError(self.folder)
        require_same(stored, self._manifest, folder=self.folder)

    def _vectors_for(self, connection: sqlite3.Connection) -> VectorIndex:
        """Return the vector index of the very generation that ``connection`` sees."""
        generation = vector_index.current(connection)
        vectors = self._vectors
        if vectors.generation == generation:
            return vectors
        with self._refreshing:
            vectors = self._vectors
            if vectors.generation == generation:
                return vectors
            self._require_same_manifest(connection)
            vectors = vector_index.brought_up_to_date(
                vectors, connection, dimension=self._recipe.encoder.dimension
            )
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

    @contextmanager
    def _changing(self) -> Iterator[None]:
        if self._store.read_only:
            raise IndexStoreError(
                f"The index in {self.folder} is open for reading only: open it for writing."
            )
        with writers_lock(self.folder, timeout_seconds=self._lock_timeout_seconds):
            with self._store.reading() as connection:
                self._require_same_manifest(connection)
            try:
                yield
            finally:
                self._originals.discard_unneeded()

    def _merge_full_text(self, *, share: float) -> None:
        """Merge what was written to the full-text indexes where more than a ``share`` has changed here."""
        with self.snapshot() as snapshot:
            vectors = snapshot.vectors
        if vectors.changes_since(self._merged) > share * len(vectors):
            with self._store.writing() as connection:
                lexical_index.merge_segments(connection)
            self._merged = vectors

    def _save_vectors(self, *, share: float) -> None:
        """Bring the vector index up to date, and save it where more than a ``share`` of it has changed."""
        with self.snapshot() as snapshot:
            vectors = snapshot.vectors
        if vectors.changes_since(self._saved) <= share * len(vectors):
            return
        try:
            vector_file.save(vectors, self.folder / VECTORS_NAME)
            self._saved = vectors
        except OSError as error:
            logger.warning("%s cannot be written (%s): the next start takes longer", VECTORS_NAME, error)
