"""The files that sources were read from, kept as they came: ``originals/ab/ab12…``, named by their SHA-256.

The sidecar of each is kept beside it. What was made of a file, pictures of its pages and what OCR read in
them, goes with it.

A row of the table ``originals`` says which file a source was read from. A row without a source says that a
file may be there that none needs: it is written before the file is, and left by a source that goes, and the
next change of the store removes both, unless a backup is being made. So whatever is killed when, no file is
there without a row, and none is missing that a source was read from.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from chunker.errors import UnreadableSourceError
from chunker.readers.sidecar import sidecar_of
from embeddings.errors import IndexStoreError, StorageFullError
from embeddings.store.data_folder import (
    ORIGINALS_NAME,
    PICTURES_NAME,
    RECOGNITIONS_NAME,
    originals_lock,
    synchronise,
)
from embeddings.store.integrity import REMOVE, Finding

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from chunker.documents import Source
    from embeddings.store.connections import Store

logger = logging.getLogger(__name__)

COPIED_BYTES = 1 << 20  # of a file in memory at a time
_ABANDONED_SECONDS = 24 * 60 * 60  # no file is read for a day. Chosen by hand
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Originals:
    """The originals of one data folder; only who holds the writer's lock may change them."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder / ORIGINALS_NAME
        self._store = store

    def path(self, digest: str) -> Path:
        """Return where the file of these bytes is, if it is kept."""
        return self._folder / digest[:2] / digest

    def is_whole(self, digest: str) -> bool:
        """Return whether the file is there and has those bytes; it is read to see it."""
        try:
            with self.path(digest).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest
        except OSError:
            return False

    def keep(self, path: Path, source: Source, *, with_sidecar: bool) -> None:
        """Put a copy of the file at ``path``, from which ``source`` was read, where it outlives a power cut.

        ``with_sidecar``: what stands beside it is what counts, also where that is nothing.

        Raises:
            UnreadableSourceError: it is not what was read, or no longer.
            StorageFullError: the disk is full.
            IndexStoreError: the copy cannot be written.
        """
        kept = self.path(source.digest)
        if kept.is_file() and kept.stat().st_size == source.size_bytes:
            if with_sidecar:
                self._keep_sidecar(path, kept, name=source.name)
            return
        with self._store.writing() as connection:
            connection.execute("INSERT INTO originals (digest) VALUES (?)", (source.digest,))
        part = _part_of(kept)
        is_new_folder = not kept.parent.is_dir()
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            digest = _copied(path, part, name=source.name)
            if digest != source.digest:
                raise UnreadableSourceError(f"{source.name}: changed while it was read; add it again")
            part.replace(kept)
            for folder in (kept.parent, *((self._folder, self._folder.parent) if is_new_folder else ())):
                synchronise(folder)
        except OSError as error:
            raise _not_kept(source.name, self._folder, error) from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        if with_sidecar:
            self._keep_sidecar(path, kept, name=source.name)

    def _keep_sidecar(self, path: Path, kept: Path, *, name: str) -> None:
        beside, copy = sidecar_of(path), sidecar_of(kept)
        try:
            if beside == copy:
                return
            if beside.is_file():
                part = _part_of(copy)
                shutil.copyfile(beside, part)
                part.replace(copy)
            else:
                copy.unlink(missing_ok=True)
        except OSError as error:
            raise _not_kept(name, self._folder, error) from error

    def discard_unneeded(self) -> None:
        """Remove the files that no source needs; what cannot be removed now is left for the next change."""
        try:
            with self._store.reading() as connection:
                rows = connection.execute("SELECT DISTINCT digest FROM originals WHERE source_key IS NULL")
                loose = [digest for (digest,) in rows]
                needed = {digest for digest in loose if _is_needed(connection, digest)}
            if not loose:
                return
            with originals_lock(self._folder.parent, timeout_seconds=0):
                for digest in loose:
                    if digest not in needed:
                        self._remove(digest)
                with self._store.writing() as connection:
                    connection.execute("DELETE FROM originals WHERE source_key IS NULL")
        except (OSError, IndexStoreError) as error:
            logger.warning("originals that no source needs are left for now: %s", error)

    def discard_abandoned(self) -> None:
        """Remove what OCR read, a day ago or longer, in files that no source came of."""
        made = self._folder.with_name(RECOGNITIONS_NAME)
        try:
            folders = list(made.iterdir()) if made.is_dir() else []
            with self._store.reading() as connection:
                for folder in folders:
                    is_old = time.time() - folder.stat().st_mtime > _ABANDONED_SECONDS
                    if is_old and not _is_needed(connection, folder.name):
                        shutil.rmtree(folder, ignore_errors=True)
        except OSError as error:
            logger.warning("what OCR read in files that are not there is left for now: %s", error)

    def problems(self) -> Iterator[Finding]:
        """Yield what is wrong with them, having read them all."""
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT s.id, o.digest FROM originals o JOIN sources s ON s.key = o.source_key"
            ).fetchall()
        for source_id, digest in rows:
            if not self.is_whole(digest):
                how = "has changed" if self.path(digest).is_file() else "is missing"
                what = f"source {source_id}: its original {self.path(digest)} {how}"
                yield Finding(what, "add the file again, or restore a backup")
        if orphans := self._orphans():
            what = f"{ORIGINALS_NAME}: {len(orphans)} files that no source needs"
            yield Finding(what, REMOVE)

    def discard_orphans(self) -> None:
        """Remove the files that no row tells of; they come from elsewhere, or from an index that is gone.

        Raises:
            IndexBusyError: a backup is being made.
        """
        with originals_lock(self._folder.parent, timeout_seconds=0):
            for path in self._orphans():
                path.unlink(missing_ok=True)

    def _orphans(self) -> list[Path]:
        with self._store.reading() as connection:
            digests = {digest for (digest,) in connection.execute("SELECT digest FROM originals")}
        files = (path for path in self._folder.rglob("*") if path.is_file())
        return sorted(path for path in files if path.name.partition(".")[0] not in digests)

    def _remove(self, digest: str) -> None:
        path = self.path(digest)
        for one in (path, sidecar_of(path)):
            one.unlink(missing_ok=True)
            _part_of(one).unlink(missing_ok=True)
        for made in (PICTURES_NAME, RECOGNITIONS_NAME):
            shutil.rmtree(self._folder.with_name(made) / digest, ignore_errors=True)
        if path.parent.is_dir():
            synchronise(path.parent)


def name_original(connection: sqlite3.Connection, source_id: str, digest: str) -> None:
    """Write, within a transaction of the caller's, which kept file a source was read from."""
    connection.execute("DELETE FROM originals WHERE digest = ? AND source_key IS NULL", (digest,))
    (key,) = connection.execute("SELECT key FROM sources WHERE id = ?", (source_id,)).fetchone()
    if original_of(connection, key) != digest:
        connection.execute("UPDATE originals SET source_key = NULL WHERE source_key = ?", (key,))
        connection.execute("INSERT INTO originals (digest, source_key) VALUES (?, ?)", (digest, key))


def original_of(connection: sqlite3.Connection, source_key: int) -> str | None:
    """Return the SHA-256 of the file a source was read from, ``None`` where it is not kept."""
    row = connection.execute("SELECT digest FROM originals WHERE source_key = ?", (source_key,)).fetchone()
    return row[0] if row else None


def originals_by_name(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return the SHA-256 of each source's file, and the source's name and path, that read upwards."""
    return connection.execute(
        "SELECT o.digest, n.name, n.origin FROM originals o JOIN source_names n USING (source_key)"
        " WHERE n.origin = (SELECT min(origin) FROM source_names WHERE source_key = o.source_key)"
        " ORDER BY n.name"
    ).fetchall()


def needed_originals(connection: sqlite3.Connection) -> list[str]:
    """Return the SHA-256 of each file that a source was read from."""
    rows = connection.execute("SELECT DISTINCT digest FROM originals WHERE source_key IS NOT NULL ORDER BY 1")
    return [digest for (digest,) in rows]


def _is_needed(connection: sqlite3.Connection, digest: str) -> bool:
    statement = "SELECT EXISTS (SELECT 1 FROM originals WHERE digest = ? AND source_key IS NOT NULL)"
    return bool(connection.execute(statement, (digest,)).fetchone()[0])


def _part_of(path: Path) -> Path:
    """Return where a file lies until it is whole."""
    return path.with_name(f"{path.name}.part")


def _copied(path: Path, copy: Path, *, name: str) -> str:
    """Copy a file, make sure that it is on the disk, and return the SHA-256 of what was copied."""
    try:
        source = path.open("rb")
    except OSError as error:
        raise UnreadableSourceError(
            f"{name}: cannot be read any more ({error.strerror}); add it again"
        ) from error
    digest = hashlib.sha256()
    with source, copy.open("wb") as written:
        while block := source.read(COPIED_BYTES):
            digest.update(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()


def _not_kept(name: str, folder: Path, error: OSError) -> IndexStoreError:
    how = "or set DOSSIER_KEEP_ORIGINALS=no"
    if error.errno in _FULL:
        return StorageFullError(f"No space left to keep {name} in {folder}: free some, {how}.")
    return IndexStoreError(
        f"{name} cannot be kept in {folder} ({error.strerror}): see that it is writable, {how}."
    )
