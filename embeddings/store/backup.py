"""A data folder in one file, made while it is served and written.

The databases are copied (:mod:`embeddings.store.copying`) before the first byte of the file is written, and
no original is removed meanwhile.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import BackupError, IndexMissingError, StorageFullError
from embeddings.store.archive import ArchiveError, ArchiveWriter
from embeddings.store.copying import Progress, copied
from embeddings.store.data_folder import LOCK_TIMEOUT_SECONDS, STORE_NAME, originals_lock, synchronise
from embeddings.store.seal import require_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from embeddings.store.copying import OnProgress

ABOUT_NAME = "backup.json"
FORMAT = 2
"""What is understood: 2 has data folders within the data folder, 1 has none."""
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
    folder: Path,
    path: Path,
    *,
    program: str,
    parts: Sequence[str] = (),
    on_progress: OnProgress = lambda _done, _of: None,
) -> BackupReport:
    """Write the data folder into the file ``path``, in the place of what was there; ``program`` is noted.

    ``parts`` are data folders within it, by their relative paths, which are written, too; each folder is of
    one moment. One of several may have no index yet. A name that ends in ``gz`` has it compressed.

    Raises:
        IndexMissingError: there is no index in ``folder``, and there are no ``parts``.
        IndexDamagedError: an index is damaged; what was at ``path`` stands.
        StorageFullError: there is no room; nothing is left behind.
        IndexBusyError: another backup is being made.
        BackupError: ``path`` cannot be written.
    """
    if not parts and not (folder / STORE_NAME).is_file():
        raise IndexMissingError(folder)
    places = ["", *(f"{part}/" for part in parts if (folder / part).is_dir())]
    for place in places:
        require_whole(folder / place)
    progress = Progress(on_progress)
    with ExitStack() as locks, _written_beside(path) as part:
        for place in places:
            locks.enter_context(originals_lock(folder / place, timeout_seconds=LOCK_TIMEOUT_SECONDS))
        copies = [
            copied(folder, place, part.parent / "copies" / place, progress, may_be_empty=bool(parts))
            for place in places
        ]
        sources, passages = sum(one.sources for one in copies), sum(one.passages for one in copies)
        about = _about(program, 2 if parts else 1, max(one.schema for one in copies), sources, passages)
        with part.open("wb") as file:
            with _compressed(file, path) as written:
                archive = ArchiveWriter(written, on_bytes=progress.more)
                archive.add(ABOUT_NAME, io.BytesIO(about), len(about))
                problems = [problem for one in copies for problem in one.added_to(archive)]
                archive.finish()
            file.flush()
            os.fsync(file.fileno())
        size_bytes = part.stat().st_size
    return BackupReport(sources, passages, sum(one.originals for one in copies), size_bytes, tuple(problems))


def _about(program: str, version: int, schema: int, sources: int, passages: int) -> bytes:
    about = {
        "format": version,
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
