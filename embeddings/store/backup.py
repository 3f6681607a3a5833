"""A data folder in one file, made while it is served and written.

The databases are copied by SQLite's backup interface within one read transaction, so of one moment; of the
originals those are taken that this moment needs, and none is removed meanwhile. What is derived or may be
deleted (:mod:`embeddings.store.data_folder`) is left out: the vectors are made again from the store.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from chunker.readers.sidecar import sidecar_of
from embeddings.errors import BackupError, IndexDamagedError, StorageFullError
from embeddings.store.archive import ArchiveError, ArchiveWriter
from embeddings.store.connections import Store, schema_of, translated_errors
from embeddings.store.data_folder import (
    ENCODED_AHEAD_NAME,
    JOBS_NAME,
    LOCK_TIMEOUT_SECONDS,
    ORIGINALS_NAME,
    STORE_NAME,
    originals_lock,
    synchronise,
)
from embeddings.store.originals import needed_originals
from embeddings.store.seal import require_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    OnProgress = Callable[[int, int], None]
    """Is called with the bytes that are done, and how many there are in all."""

ABOUT_NAME = "backup.json"
FORMAT = 1
_NOT_BACKED_UP = frozenset({STORE_NAME, ENCODED_AHEAD_NAME, JOBS_NAME})
_PAGES_A_STEP = 1024  # 4 MiB: how often progress is told
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds; ``problems`` are originals that it could not take as they were, one line each."""

    sources: int
    passages: int
    originals: int
    size_bytes: int
    problems: tuple[str, ...]


def back_up(
    folder: Path, path: Path, *, program: str, on_progress: OnProgress = lambda _done, _of: None
) -> BackupReport:
    """Write the data folder into the file ``path``, in the place of what was there; ``program`` is noted.

    A name that ends in ``gz`` has it compressed.

    Raises:
        IndexMissingError: there is no index in ``folder``.
        IndexDamagedError: the index is damaged; what was at ``path`` stands.
        StorageFullError: there is no room; nothing is left behind.
        IndexBusyError: another backup is being made.
        BackupError: ``path`` cannot be written.
    """
    require_whole(folder)
    with (
        closing(Store(folder / STORE_NAME, read_only=True, of_any_schema=True)) as store,
        originals_lock(folder, timeout_seconds=LOCK_TIMEOUT_SECONDS),
        _written_beside(path) as part,
    ):
        databases = [part.with_name(STORE_NAME)]
        with store.reading() as connection:
            counts = connection.execute(
                "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM passages)"
            ).fetchone()
            schema, digests = schema_of(connection), needed_originals(connection)
            (store_bytes,) = connection.execute(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            ).fetchone()
            originals = _Originals(folder, digests)
            progress = Progress(2 * store_bytes + originals.size_bytes, on_progress)
            with translated_errors(databases[0]):
                _copy(connection, databases[0], progress)
        _require_sound(databases[0])
        for other in sorted(folder.glob("*.sqlite")):
            if other.name not in _NOT_BACKED_UP:
                databases.append(part.with_name(other.name))
                with translated_errors(other), closing(_opened(other)) as connection:
                    _copy(connection, databases[-1])
        about = _about(program, schema, counts)
        with part.open("wb") as file:
            with _compressed(file, path) as written:
                archive = ArchiveWriter(written, on_bytes=progress.more)
                archive.add(ABOUT_NAME, io.BytesIO(about), len(about))
                for database in databases:
                    with database.open("rb") as content:
                        archive.add(database.name, content, database.stat().st_size)
                problems = tuple(originals.added_to(archive))
                archive.finish()
            file.flush()
            os.fsync(file.fileno())
        size_bytes = part.stat().st_size
    return BackupReport(counts[0], counts[1], len(digests), size_bytes, problems)


class _Originals:
    """The kept files of the ``digests``, as a backup takes them."""

    def __init__(self, folder: Path, digests: Sequence[str]) -> None:
        self._folder = folder
        self._paths = {digest: folder / ORIGINALS_NAME / digest[:2] / digest for digest in digests}
        self.size_bytes = sum(path.stat().st_size for path in self._paths.values() if path.is_file())

    def added_to(self, archive: ArchiveWriter) -> Iterator[str]:
        """Add each and what stands beside it; yield what is wrong, one line each."""
        for digest, path in self._paths.items():
            found = self._add(archive, path)
            if found != digest:
                how = "has changed" if found else "is missing"
                yield f"the original {path} {how}: add the file again"
            self._add(archive, sidecar_of(path))

    def _add(self, archive: ArchiveWriter, path: Path) -> str | None:
        try:
            content = path.open("rb")
        except FileNotFoundError:
            return None
        with content:
            size_bytes = os.fstat(content.fileno()).st_size
            return archive.add(path.relative_to(self._folder).as_posix(), content, size_bytes)


class Progress:
    """Counts bytes, and tells how many are done."""

    def __init__(self, total: int, tell: OnProgress) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def more(self, count: int) -> None:
        """Count more."""
        self.at(self._done + count)

    def at(self, done: int) -> None:
        """Say how many there are by now."""
        self._done = done
        self._tell(min(done, self._total), self._total)


def _copy(connection: sqlite3.Connection, path: Path, progress: Progress | None = None) -> None:
    """Copy a database as its connection sees it."""
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()

    def tell(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress.at((total - remaining) * page_bytes)

    with closing(sqlite3.connect(path)) as copy:
        copy.execute("PRAGMA synchronous = OFF")  # it is the archive that is to last
        connection.backup(copy, pages=_PAGES_A_STEP, progress=tell)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _require_sound(database: Path) -> None:
    """Let no damaged index take the place of a sound backup."""
    with translated_errors(database), closing(_opened(database)) as connection:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise IndexDamagedError(
            f"The index is damaged and was not backed up ({found}): see `dossier doctor`; "
            "earlier backups stand."
        )


def _about(program: str, schema: int, counts: tuple[int, int]) -> bytes:
    sources, passages = counts
    about = {
        "format": FORMAT,
        "program": program,
        "schema": schema,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sources": sources,
        "passages": passages,
    }
    return json.dumps(about, indent=2).encode()


@contextmanager
def _written_beside(path: Path) -> Iterator[Path]:
    """Give, in a folder to work in, the file that takes the place of ``path`` at the end."""
    with told_errors(path, path.parent):
        if path.is_dir():
            raise BackupError(f"{path} is a folder: name the file that the backup is to be.")
        prefix = f".{path.name}.part."
        for left in path.parent.glob(f"{prefix}*"):  # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=prefix) as work:
            part = Path(work) / path.name
            yield part
            part.replace(path)
            synchronise(path.parent)


@contextmanager
def _compressed(file: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    if not path.name.endswith("gz"):
        yield file
        return
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1) as written:
        yield written  # type: ignore[misc]  # has what is used of one


@contextmanager
def told_errors(path: Path, folder: Path) -> Iterator[None]:
    """Say in one line what went wrong with the backup at ``path``, or in the ``folder`` that is written."""
    try:
        yield
    except ArchiveError as error:
        raise BackupError(f"{path} cannot be used: {error}. Take another backup.") from error
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullError(
                f"No space left in {folder}: free some; nothing was left there."
            ) from error
        raise BackupError(
            f"{error.filename or path} cannot be used ({error.strerror or error}): "
            "check its name and permissions."
        ) from error
