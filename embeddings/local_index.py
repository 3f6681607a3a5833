"""The index of one data folder: the store, what its passages are searched in, and who may write."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from chunker.readers.file_names import upwards
from chunker.readers.finding import FoundFile
from embeddings.errors import IndexMissingError, IndexStoreError
from embeddings.indexing import changes as indexing
from embeddings.indexing import naming
from embeddings.indexing.encoding_ahead import EncodedAhead, encode_ahead
from embeddings.indexing.naming import Origin
from embeddings.indexing.preparing import Recipe, storable, storable_text
from embeddings.store import integrity, vector_index
from embeddings.store.connections import Store
from embeddings.store.data_folder import (
    LOCK_TIMEOUT_SECONDS,
    STORE_NAME,
    make_folder,
    writers_lock,
)
from embeddings.store.local_passages import LocalPassages
from embeddings.store.manifest import Manifest, read_manifest, require_same, write_manifest
from embeddings.store.originals import Originals, original_of, originals_by_name
from embeddings.store.seal import require_whole, seal
from embeddings.store.snapshot import Kept, Snapshot

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path
    from typing import Self

    from chunker.chunking import ChunkingSettings
    from chunker.documents import Source
    from chunker.readers.sidecar import Description
    from embeddings.encoders.encoder import Encoder, SecondEncoder
    from embeddings.encoders.token_vectors import TokenCodec
    from embeddings.indexing.changes import SourceChange
    from embeddings.indexing.encoding_ahead import BulkEncoder
    from embeddings.indexing.naming import Placing
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.store.integrity import Finding
    from embeddings.store.passage_index import PassageIndex
    from embeddings.store.vector_index import Generation

logger = logging.getLogger(__name__)


def local_passages(folder: Path, store: Store, recipe: Recipe) -> PassageIndex:
    """Return what searches passages on this machine."""
    second = recipe.second.dimension if recipe.second else None
    return LocalPassages(folder, store, dimension=recipe.encoder.dimension, second_dimension=second)


class LocalIndex:
    """One data folder: takes changes, and gives snapshots to read and search.

    Safe to use from many threads, and beside other processes that use the folder.
    """

    def __init__(
        self,
        folder: Path,
        store: Store,
        recipe: Recipe,
        passages: PassageIndex,
        *,
        lock_timeout_seconds: float,
        keep_originals: bool = False,
    ) -> None:
        self.folder = folder
        self._store = store
        self._recipe = recipe
        self._manifest = _manifest_of(recipe)
        self._passages = passages
        self._lock_timeout_seconds = lock_timeout_seconds
        self._keep_originals = keep_originals
        self._originals = Originals(folder, store)
        self._checked: tuple[Generation | None, Kept] = None, Kept()
        self._ahead: EncodedAhead | None = None

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
        passages: Callable[[Path, Store, Recipe], PassageIndex] = local_passages,
    ) -> LocalIndex:
        """Open the index in ``folder``; make an empty one where there is none, unless ``read_only``.

        With a ``codec`` the vectors of tokens are kept too, for late interaction, with a ``second`` encoder
        its vectors, for questions that the first does not read.
        ``lock_timeout_seconds`` is how long a change waits for one that another process or thread
        is making. With ``keep_originals`` the files that sources are read from are kept beside the store.
        ``passages`` makes what passages are searched in.

        Raises:
            IndexMissingError: ``read_only``, and there is no index.
            ManifestMismatchError: the index was made with another model or chunking.
            IndexDamagedError: the store is not what it was when it was closed.
            IndexStoreError: the folder or the store cannot be used.
        """
        if not read_only:
            make_folder(folder)
        recipe = Recipe(encoder, chunking, codec, second)
        require_whole(folder)
        store = Store(folder / STORE_NAME, read_only=read_only)
        try:
            _require_manifest(folder, store, _manifest_of(recipe))
            index = cls(
                folder,
                store,
                recipe,
                passages(folder, store, recipe),
                lock_timeout_seconds=lock_timeout_seconds,
                keep_originals=keep_originals,
            )
            with index.snapshot():  # what cannot be searched is told at once
                pass
            if not read_only:
                index._passages.save()
                index._originals.discard_abandoned()
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
                with self.snapshot():  # another process may have made it anew, with other settings
                    pass
                self._passages.save(is_last=True)
                seal(self.folder)
            except IndexStoreError as error:
                logger.warning("the vector index of %s is not saved: %s", self.folder, error)
        if self._ahead is not None:
            self._ahead.close()
        self._passages.close()
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
        self._passages.save()
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
                with self._store.reading() as connection:
                    counts = naming.counts(connection, storable(source), placing)
                self._originals.keep(original, source, with_sidecar=counts)
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

    def unchanged(self, path: str, name: str, fingerprint: str) -> SourceChange | None:
        """Return what adding the file at ``path``, called ``name``, comes to, if that is known to be nothing.

        So it is where it was read by what reads today, as its ``fingerprint`` tells
        (:mod:`chunker.readers.fingerprint`), and is kept where originals are.
        """
        if not fingerprint:
            return None
        origin = Origin(storable_text(path), name.count("/") + 1)
        with self._store.reading() as connection:
            return indexing.unchanged(connection, origin, fingerprint, is_kept=self._keep_originals)

    def kept_files(self) -> list[FoundFile]:
        """Return the kept file of each source that has one, to be read again as what it was.

        One that is damaged is left out: what was read of it before stands.
        """
        with self._store.reading() as connection:
            originals = originals_by_name(connection)
        kept = []
        for digest, name, origin in originals:
            if self._originals.is_whole(digest):
                kept.append(FoundFile(self._originals.path(digest), name, upwards(origin)))
            else:
                logger.warning("%s: its original is damaged or gone, and is not read again", name)
        return kept

    def encode_ahead(self, sources: Collection[Source], encode: BulkEncoder) -> None:
        """Have encoded what :meth:`add_source` would encode of ``sources``, which are then to be added.

        What had been encoded when a run was broken off waits for the next; without ``sources`` it is
        forgotten.

        Raises:
            EncoderError: ``encode`` failed; what it had done waits.
        """
        if self._ahead is None:
            self._ahead = EncodedAhead(self.folder, self._recipe)
            self._recipe = replace(self._recipe, encoded_ahead=self._ahead.get)
        encode_ahead(self._store, self._recipe, self._ahead, sources, encode)

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

    def delete(self, source_id: str, *, path: str | None = None) -> bool:
        """Delete a source under all its names, or from one path; return whether it was there.

        It goes with the last of its paths.
        """
        with self._changing():
            return indexing.delete_source(self._store, self._recipe, source_id, path=path)

    def original(self, source_id: str, *, is_checked: bool = False) -> Path | None:
        """Return the kept file that a source was read from; ``None``: there is none, or no such source.

        ``is_checked``: it is read, and counts only if it is what it was.
        """
        with self._store.reading() as connection:
            row = connection.execute("SELECT key FROM sources WHERE id = ?", (source_id,)).fetchone()
            digest = original_of(connection, row[0]) if row else None
        if digest is None or (is_checked and not self._originals.is_whole(digest)):
            return None
        path = self._originals.path(digest)
        return path if path.is_file() else None

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Give the index as it is now, for the length of a block.

        Raises:
            ManifestMismatchError: another process has made the index anew with other settings.
        """
        while True:
            with self._store.reading() as connection:
                generation = vector_index.current(connection)
                checked, kept = self._checked
                if generation != checked:
                    _require_same_manifest(connection, self._manifest, self.folder)
                    kept = Kept()
                    self._checked = generation, kept
                passages = self._passages.at(connection)
                if passages is not None:
                    yield Snapshot(connection, passages, kept)
                    return

    def problems(self) -> list[str]:
        """Return what is wrong with the store and the originals, one line each (:func:`examine_store`).

        Raises:
            IndexDamagedError: SQLite cannot even read it.
        """
        return [str(finding) for finding in examine_store(self.folder, self._store)]

    def search_problems(self, *, repair: bool = False) -> list[str]:
        """Return where searches do not see the passages of the store, one line each; ``repair`` mends it.

        Raises:
            EngineError: the engine that is searched does not answer.
        """
        with self._store.reading() as connection:
            return list(self._passages.problems(connection, repair=repair))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        if self._store.read_only:
            raise IndexStoreError(
                f"The index in {self.folder} is open for reading only: open it for writing."
            )
        with writers_lock(self.folder, timeout_seconds=self._lock_timeout_seconds):
            with self._store.reading() as connection:
                _require_same_manifest(connection, self._manifest, self.folder)
            try:
                yield
            finally:
                self._originals.discard_unneeded()
            self._passages.changed()


def examine_store(folder: Path, store: Store) -> list[Finding]:
    """Return what is wrong with the store and the originals of a data folder.

    Raises:
        IndexDamagedError: SQLite cannot even read it.
    """
    with store.trying() as connection:
        findings = list(integrity.problems(connection))
    return [*findings, *Originals(folder, store).problems()]


def _manifest_of(recipe: Recipe) -> Manifest:
    return Manifest.of(recipe.encoder, recipe.chunking, recipe.codec, recipe.second)


def _require_manifest(folder: Path, store: Store, manifest: Manifest) -> None:
    """Write ``manifest`` into a new store; raise where an old one has another."""
    with store.reading() as connection:
        is_new = read_manifest(connection) is None
    if is_new and not store.read_only:
        with store.writing() as connection:
            if read_manifest(connection) is None:
                write_manifest(connection, manifest)
    with store.reading() as connection:
        _require_same_manifest(connection, manifest, folder)


def _require_same_manifest(connection: sqlite3.Connection, manifest: Manifest, folder: Path) -> None:
    stored = read_manifest(connection)
    if stored is None:
        raise IndexMissingError(folder)
    require_same(stored, manifest, folder=folder)
