"""A data folder made of a backup: nothing stands there before all of it has come and is seen to be right."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import BackupError, ManifestMismatchError
from embeddings.store.archive import ArchiveError, extract
from embeddings.store.backup import ABOUT_NAME, FORMAT, told_errors
from embeddings.store.copying import Progress
from embeddings.store.data_folder import ORIGINALS_NAME, STORE_NAME, held_lock, synchronise
from embeddings.store.schema import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.store.copying import OnProgress

_ALLOWED = re.compile(
    rf"{re.escape(ABOUT_NAME)}|([a-z]{{1,40}}/[a-z0-9_-]{{1,64}}/)?([a-z_]{{1,40}}\.(sqlite|toml)"
    rf"|{ORIGINALS_NAME}/([0-9a-f]{{2}})/\4[0-9a-f]{{62}}(\.[a-z.]{{1,20}})?)"
)
"""What a backup may hold: what it is, and of each data folder databases, settings, and originals with what
stands beside them."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a backup says of itself: how much it holds, and when it was made."""

    sources: int
    passages: int
    made_at: datetime


def restore(path: Path, folder: Path, *, on_progress: OnProgress = lambda _done, _of: None) -> Restored:
    """Make a data folder, which must be empty or missing, of a backup; return what that says of itself.

    Raises:
        BackupError: ``folder`` is not empty; ``path`` is no backup, damaged, or cannot be read.
        StorageFullError: there is no room; nothing is left behind.
        ManifestMismatchError: it was made by a newer version of this program.
    """
    # Nothing can be renamed to a folder that something is mounted on: then its files are, the index last.
    is_mounted = folder.is_mount()
    parent = folder if is_mounted else folder.absolute().parent
    prefix = f".{folder.name}.restored."
    if folder.is_dir() and any(not one.name.startswith(prefix) for one in folder.iterdir()):
        raise BackupError(f"{folder} is not empty: name a new folder, or move what is there away.")
    with told_errors(path, parent), _alone(parent, prefix):
        work = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
        try:
            about = _extracted(path, work, on_progress)
            if is_mounted:
                for one in sorted(work.iterdir(), key=lambda one: one.name == STORE_NAME):
                    one.rename(folder / one.name)
                work.rmdir()
            else:
                with suppress(FileNotFoundError):
                    folder.rmdir()
                work.rename(folder)
            synchronise(parent)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    return about


@contextmanager
def _alone(parent: Path, prefix: str) -> Iterator[None]:
    """Let nobody else restore the same folder, and remove what one that was killed left."""
    parent.mkdir(parents=True, exist_ok=True)
    lock = parent / f"{prefix}lock"
    with held_lock(lock, f"{parent}: another restoring is at work there: wait for it.", timeout_seconds=0):
        try:
            for left in parent.glob(f"{prefix}*"):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
            yield
        finally:
            lock.unlink(missing_ok=True)


def _extracted(path: Path, folder: Path, on_progress: OnProgress) -> Restored:
    """Write into ``folder`` what a backup holds, onto the disk, and return what it says of itself."""
    progress = Progress(on_progress, path.stat().st_size)
    extract(path, folder, allowed=_ALLOWED, room=shutil.disk_usage(folder).free, on_bytes=progress.more)
    about = _about(folder / ABOUT_NAME, path)
    (folder / ABOUT_NAME).unlink()
    if hasattr(os, "sync"):  # one call for all files
        os.sync()
    return about


def _about(file: Path, path: Path) -> Restored:
    try:
        told = json.loads(file.read_bytes())
        version, schema = int(told["format"]), int(told["schema"])
        made_at = datetime.fromisoformat(told["made_at"])
        about = Restored(int(told["sources"]), int(told["passages"]), made_at)
        if not any(file.parent.glob(f"**/{STORE_NAME}")):
            raise FileNotFoundError(STORE_NAME)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArchiveError("it is no backup of this program") from error
    if version > FORMAT or schema > SCHEMA_VERSION:
        raise ManifestMismatchError(f"{path} was made by a newer version of this program: update it.")
    return about
