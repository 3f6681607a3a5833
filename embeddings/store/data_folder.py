"""A data folder: what its files are called, and the lock that one writer of it has at a time.

index.sqlite      everything but the files that were read; must be kept
index.sqlite.seal its checksums while nobody changes it (embeddings.store.seal); may be deleted at any time
originals/        those files, as they came: for downloads, pictures of their pages, and to be read again
recognitions/     what OCR read in their pages; may be deleted at any time
pictures/         pages of the originals as they look; may be deleted at any time
vectors.faiss     saves making the vector index again; may be deleted at any time
encoded_ahead.sqlite  what was encoded for passages that are not in the store yet; may be deleted
uploads/          files that came in and are to be indexed
jobs.sqlite       what is to be done with them, and what became of the others
pages.sqlite      what servers know fetched pages by; may be deleted at any time
jobs.lock         held by the one process that does it
synchronising.lock  held while passages are sent to an engine
indexing.lock     held while a source is indexed
backup.lock       held while a backup is made, and while originals that none needs are removed
collections/      a data folder for each other collection (service.collections); nothing here looks into it
indexing.log      the causes of what went wrong at single files; may be deleted at any time
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from embeddings.errors import IndexBusyError, IndexStoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORE_NAME = "index.sqlite"
VECTORS_NAME = "vectors.faiss"
ORIGINALS_NAME = "originals"
PICTURES_NAME = "pictures"
RECOGNITIONS_NAME = "recognitions"
ENCODED_AHEAD_NAME = "encoded_ahead.sqlite"
JOBS_NAME = "jobs.sqlite"
LOCK_NAME = "indexing.lock"
BACKUP_LOCK_NAME = "backup.lock"

LOCK_TIMEOUT_SECONDS = 10.0  # one source takes seconds: longer than that, and another run is at work


def make_folder(folder: Path) -> None:
    """Make a data folder where it is missing.

    Raises:
        IndexStoreError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IndexStoreError(
            f"The data folder {folder} cannot be made ({error.strerror}): choose another."
        ) from error


def size_bytes(folder: Path, name: str) -> int:
    """Return what a file of a data folder takes, with what stands beside it under its name; 0: nothing."""
    try:
        return sum(path.stat().st_size for path in folder.glob(f"{name}*"))
    except OSError:  # removed meanwhile, or not to be read
        return 0


@contextmanager
def writers_lock(folder: Path, *, timeout_seconds: float) -> Iterator[None]:
    """Hold the lock that one writer of a data folder has at a time, in whatever process.

    Raises:
        IndexBusyError: another writer has held it for ``timeout_seconds``.
        IndexStoreError: it cannot be written.
    """
    told = f"Another indexing run is at work on {folder}: wait until it is done, then try again."
    with held_lock(folder / LOCK_NAME, told, timeout_seconds=timeout_seconds):
        yield


@contextmanager
def originals_lock(folder: Path, *, timeout_seconds: float) -> Iterator[None]:
    """Hold the lock of who needs all originals to stay, or removes some; raises as :func:`writers_lock`."""
    told = f"A backup of {folder} is being made: wait until it is done, then try again."
    with held_lock(folder / BACKUP_LOCK_NAME, told, timeout_seconds=timeout_seconds):
        yield


@contextmanager
def held_lock(path: Path, told: str, *, timeout_seconds: float) -> Iterator[None]:
    """Hold a lock that the operating system releases when its holder dies.

    Raises:
        IndexBusyError: another has held it for ``timeout_seconds``, as is ``told``.
        IndexStoreError: it cannot be written.
    """
    lock = FileLock(path, timeout=timeout_seconds, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise IndexBusyError(told) from error
    except OSError as error:
        raise IndexStoreError(
            f"{path} cannot be written ({error.strerror}): check its permissions."
        ) from error
    try:
        yield
    finally:
        lock.release()


def synchronise(folder: Path) -> None:
    """Make sure that what was renamed in a folder is so on the disk; Windows neither can nor need be told."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
