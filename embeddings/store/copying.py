"""One data folder as it was at one moment, copied beside for a backup.

The databases are copied by SQLite's backup interface within one read transaction; of the originals those are
taken that this moment needs. What is derived or may be deleted (:mod:`embeddings.store.data_folder`) is left
out: the vectors are made again from the store.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.readers.sidecar import sidecar_of
from embeddings.errors import IndexDamagedError
from embeddings.store.connections import Store, schema_of, translated_errors
from embeddings.store.data_folder import ENCODED_AHEAD_NAME, JOBS_NAME, ORIGINALS_NAME, STORE_NAME
from embeddings.store.originals import needed_originals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from embeddings.store.archive import ArchiveWriter

    OnProgress = Callable[[int, int], None]
    """Is called with the bytes that are done, and how many there are in all."""

_NOT_COPIED = frozenset({STORE_NAME, ENCODED_AHEAD_NAME, JOBS_NAME})
_PAGES_A_STEP = 1024  # 4 MiB: how often progress is told


@dataclass(frozen=True, slots=True)
class Copied:
    """A data folder as a backup takes it: ``place`` is where in the backup it goes, ``files`` are whole."""

    place: str
    files: tuple[Path, ...]
    kept: _Originals
    originals: int = 0
    schema: int = 0
    sources: int = 0
    passages: int = 0

    def added_to(self, archive: ArchiveWriter) -> Iterator[str]:
        """Add all of it; yield what is wrong with originals, one line each."""
        for path in self.files:
            with path.open("rb") as content:
                archive.add(f"{self.place}{path.name}", content, path.stat().st_size)
        yield from self.kept.added_to(archive)


def copied(root: Path, place: str, work: Path, progress: Progress, *, may_be_empty: bool) -> Copied:
    """Copy the databases of the data folder at ``place`` below ``root`` into ``work``.

    Raises:
        IndexMissingError: there is no index in it, and it must have one.
        IndexDamagedError: its index is damaged.
    """
    folder = root / place
    work.mkdir(parents=True)
    files, digests, schema, counts = [work / STORE_NAME], tuple[str, ...](), 0, (0, 0)
    originals = _Originals(root, folder, digests)
    if may_be_empty and not (folder / STORE_NAME).exists():
        files.clear()
    else:
        with closing(Store(folder / STORE_NAME, read_only=True, of_any_schema=True)) as store:
            with store.reading() as connection:
                counts = connection.execute(
                    "SELECT (SELECT count(*) FROM sources), (SELECT count(*) FROM passages)"
                ).fetchone()
                schema, digests = schema_of(connection), tuple(needed_originals(connection))
                (store_bytes,) = connection.execute(
                    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
                ).fetchone()
                originals = _Originals(root, folder, digests)
                progress.expect(2 * store_bytes + originals.size_bytes)
                with translated_errors(files[0]):
                    _copy(connection, files[0], progress)
            _require_sound(files[0])
    for other in sorted(folder.glob("*.sqlite")):
        if other.name not in _NOT_COPIED:
            files.append(work / other.name)
            with translated_errors(other), closing(_opened(other)) as connection:
                _copy(connection, files[-1])
    files += sorted(folder.glob("*.toml"))
    return Copied(place, tuple(files), originals, len(digests), schema, *counts)


class _Originals:
    """The kept files of the ``digests`` in one data folder of ``root``, as a backup takes them."""

    def __init__(self, root: Path, folder: Path, digests: Sequence[str]) -> None:
        self._root = root
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
            return archive.add(path.relative_to(self._root).as_posix(), content, size_bytes)


class Progress:
    """Counts bytes, and tells how many are done."""

    def __init__(self, tell: OnProgress, total: int = 0) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def expect(self, count: int) -> None:
        """Say that there are more to come."""
        self._total += count

    @property
    def done(self) -> int:
        """How many are done."""
        return self._done

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

    before = progress.done if progress is not None else 0

    def tell(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress.at(before + (total - remaining) * page_bytes)

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
