"""Folders that are watched: which files are new or have changed and are whole by now, and which have gone.

It compares what stands there with what stood there before; events only tell when to look. So nothing is
missed that events miss, on network drives and after a pause, and what is still being written is left alone.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.readers.finding import find_files, given_path
from chunker.readers.sidecar import sidecar_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from chunker.readers.finding import FoundFile

REST_SECONDS = 2.0
"""A file that has not changed for so long is whole; copying tells each second or sooner. Chosen by hand."""

Stamp = tuple[int, int, int, int]
"""Size and time of change of a file and of the sidecar beside it: what changes when they do."""


@dataclass(frozen=True, slots=True)
class _Seen:
    stamp: Stamp
    since: float


class FolderWatch:
    """What has to be done about the files below ``folders``, each time that somebody looks.

    ``now`` tells seconds of a clock that never goes back.
    """

    def __init__(self, folders: Sequence[Path], *, now: Callable[[], float] = time.monotonic) -> None:
        self._roots = {folder: given_path(folder, {}) for folder in folders}
        self._now = now
        self._seen: dict[str, _Seen] = {}
        self._settled: dict[str, Stamp] = {}
        self._missing: dict[str, float] = {}
        self._shut: set[str] = set()

    @property
    def roots(self) -> list[str]:
        """The whole paths of the folders."""
        return list(self._roots.values())

    @property
    def is_waiting(self) -> bool:
        """Whether something has changed that is to come to rest, or is not settled."""
        return bool(self._missing) or any(
            self._settled.get(origin) != seen.stamp for origin, seen in self._seen.items()
        )

    def look(self) -> list[FoundFile]:
        """Return the files that are at rest and have not been settled since they changed."""
        found, now = find_files(self._roots), self._now()
        self._shut = {os.path.abspath(one.path) for one in found.skipped if one.kind == "locked"}  # noqa: PTH100
        seen, ready = {}, []
        for file in found.files:
            stamp = _stamp(file.path)
            if stamp is None:
                continue
            before = self._seen.get(file.origin)
            since = before.since if before and before.stamp == stamp else now
            seen[file.origin] = _Seen(stamp, since)
            if self._settled.get(file.origin) != stamp and now - since >= REST_SECONDS:
                ready.append(file)
        self._seen = seen
        self._settled = {origin: stamp for origin, stamp in self._settled.items() if origin in seen}
        return ready

    def is_as_seen(self, file: FoundFile) -> bool:
        """Return whether a file has not changed since the last look."""
        seen = self._seen.get(file.origin)
        return seen is not None and _stamp(file.path) == seen.stamp

    def settle(self, file: FoundFile) -> None:
        """Leave a file alone, as it was at the last look, until it changes: it is read, or cannot be."""
        self._settled[file.origin] = self._seen[file.origin].stamp

    def gone(self, known: Iterable[str]) -> list[str]:
        """Return which of the ``known`` paths have had no file for long enough, and not for want of a look.

        A folder that is missing, shut or quite empty tells nothing: its disk may be gone.
        """
        now, standing = self._now(), [root for root in self.roots if self._has_files(root)]
        self._missing = {
            path: self._missing.get(path, now)
            for path in known
            if path not in self._seen and self._is_missing(path, standing)
        }
        return [path for path, since in self._missing.items() if now - since >= REST_SECONDS]

    def _has_files(self, root: str) -> bool:
        return any(path.startswith(f"{root}/") for path in self._seen)

    def _is_missing(self, path: str, standing: Sequence[str]) -> bool:
        if not any(path.startswith(f"{root}/") for root in standing):
            return False
        if any(path.startswith(f"{folder}/") for folder in self._shut):
            return False
        try:
            os.lstat(path)
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return False


def _stamp(path: Path) -> Stamp | None:
    """Return what changes when a file or its sidecar does; ``None``: it has gone, or cannot be looked at."""
    try:
        status = path.stat()
    except OSError:
        return None
    try:
        beside = sidecar_of(path).stat()
    except OSError:
        return (status.st_size, status.st_mtime_ns, 0, 0)
    return (status.st_size, status.st_mtime_ns, beside.st_size, beside.st_mtime_ns)
