"""Pictures of pages that were drawn before, in the data folder, as many as are allowed."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING

from embeddings.store.data_folder import PICTURES_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

_PNG_END = b"IEND\xaeB`\x82"  # of a file that was written whole
_KEPT_SHARE = 0.8  # what is left of the allowed bytes when too many are there: so it is rarely done


class Pictures:
    """The pictures of one data folder, at most ``max_bytes`` of them; the ones looked at last are kept.

    ``pictures/<SHA-256 of the file>/<page>-<width>.png``. One that cannot be kept is drawn again.
    """

    def __init__(self, folder: Path, *, max_bytes: int = 0) -> None:
        self._folder = folder / PICTURES_NAME
        self._max_bytes = max_bytes
        self._bytes: int | None = None
        self._lock = threading.Lock()

    def get(self, digest: str, name: str) -> bytes | None:
        """Return a picture of a page of the file with these bytes, ``None`` where there is none."""
        path = self._folder / digest / name
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data if data.endswith(_PNG_END) else None

    def put(self, digest: str, name: str, data: bytes) -> None:
        """Keep a picture."""
        if len(data) > self._max_bytes:
            return
        path = self._folder / digest / name
        part = path.with_name(f"{name}.{threading.get_ident()}.part")
        with self._lock:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                part.write_bytes(data)
                part.replace(path)
                self._count(len(data))
            except OSError as error:
                logger.info("a picture is not kept: %s", error)

    def _count(self, added: int) -> None:
        self._bytes = sum(size for _, size, _ in self._kept()) if self._bytes is None else self._bytes + added
        if self._bytes <= self._max_bytes:
            return
        kept = sorted(self._kept())
        self._bytes = sum(size for _, size, _ in kept)
        for _, size, path in kept:
            if self._bytes <= _KEPT_SHARE * self._max_bytes:
                return
            path.unlink(missing_ok=True)
            self._bytes -= size

    def _kept(self) -> Iterator[tuple[float, int, Path]]:
        """Yield each picture with when it was looked at last, and its bytes."""
        for path in self._folder.glob("*/*"):
            status = path.stat()
            yield status.st_mtime, status.st_size, path
