"""The checksums of a store at rest: SQLite has none of its pages, and would take other bytes for the truth.

``index.sqlite.seal`` is written when an index that has changed is closed, and deleted before the next change
is committed; while it is there, nobody has changed the store, so that whatever differs from it is damage. An
index whose process was killed has none until it is closed again: only `dossier doctor` can tell damage then.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

from embeddings.errors import IndexDamagedError, IndexStoreError
from embeddings.store.data_folder import STORE_NAME, synchronise, writers_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

_NAME = f"{STORE_NAME}.seal"
_BLOCK_BYTES = 1 << 24  # of one checksum; each is made in a thread of its own


def seal(folder: Path) -> None:
    """Write the checksums of the store in ``folder``, unless they are there, or somebody uses it."""
    path = folder / STORE_NAME
    if _read(folder) is not None:
        return
    address = f"{path.absolute().as_uri()}?mode=rw"
    try:
        with (
            writers_lock(folder, timeout_seconds=0),
            closing(sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)) as connection,
        ):
            (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute("BEGIN IMMEDIATE")  # nobody commits meanwhile
            if not is_busy and not _has_log(path):
                _write(folder, list(_checksums(path)))
            connection.execute("ROLLBACK")
    except (sqlite3.Error, OSError, IndexStoreError) as error:
        logger.info("%s is not sealed: %s", path, error)


def break_seal(folder: Path) -> None:
    """Delete the checksums, before a change that the caller alone can make now is committed."""
    try:
        _path(folder).unlink()
    except FileNotFoundError:
        return
    synchronise(folder)


def require_whole(folder: Path) -> None:
    """See that the store is what it was when it was sealed, if it is sealed.

    It is read once, a gigabyte in about a second.

    Raises:
        IndexDamagedError: it is not, or it is missing.
    """
    path = folder / STORE_NAME
    known = _read(folder)
    if known is None or _has_log(path):
        return
    try:
        found = list(_checksums(path))
    except FileNotFoundError:
        found = []
    # while it was read somebody may have begun to change it
    if found != known and _read(folder) == known:
        raise IndexDamagedError(
            f"{path} is damaged, or another file: restore a backup into a new folder with `dossier restore`"
            f" (if you have put another file there, delete {_NAME})."
        )


def _path(folder: Path) -> Path:
    return folder / _NAME


def _has_log(path: Path) -> bool:
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _checksums(path: Path) -> Iterator[int]:
    """Yield the CRC-32 of each block of a file, and at last its size."""
    size_bytes = path.stat().st_size

    def checksum(start: int) -> int:
        with path.open("rb") as file:
            file.seek(start)
            return zlib.crc32(file.read(_BLOCK_BYTES))

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from threads.map(checksum, range(0, size_bytes, _BLOCK_BYTES))
    yield size_bytes


def _write(folder: Path, checksums: list[int]) -> None:
    told = json.dumps(checksums).encode()
    part = folder / f".{_NAME}.part"
    with part.open("wb") as file:
        file.write(b"%d %s" % (zlib.crc32(told), told))
        file.flush()
        os.fsync(file.fileno())
    part.replace(_path(folder))
    synchronise(folder)


def _read(folder: Path) -> list[int] | None:
    """Return the checksums; ``None``: there are none, or these are damaged themselves."""
    try:
        checksum, told = _path(folder).read_bytes().split(b" ", 1)
        if zlib.crc32(told) == int(checksum):
            return list(json.loads(told))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        logger.debug("%s: %s", _path(folder), error)
    logger.warning("%s is damaged: it is made again when the index is closed", _path(folder))
    return None
