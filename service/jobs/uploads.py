"""Uploaded files between their arrival and the end of their jobs."""

from __future__ import annotations

import logging
import os
import re
import shutil
import tempfile
import time
import unicodedata
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from service.errors import UploadNameError, UploadNotStorableError, UploadTooLargeError

if TYPE_CHECKING:
    from collections.abc import Collection

logger = logging.getLogger(__name__)

UPLOADS = "uploads"
"""The folder, within the data folder, that uploads lie in until they are indexed."""

_MAX_NAME_CHARS = 255
"""The longest name that common file systems take."""
_MAX_PARTS = 64
"""More folders than anybody nests; chosen by hand."""
_DRIVE = re.compile(r"|\.{1,2}|[A-Za-z]:")
"""What says nothing of where a file stands in a collection."""
_COPIED_BYTES = 1 << 20
"""Bytes of an upload in memory at a time."""
_ABANDONED_SECONDS = 24 * 60 * 60
"""No upload takes a day to arrive and be queued: what is older was left by a process that was killed."""


def upload_path(filename: str | None) -> str:
    """Return the path that the client gave a file, without drives and ways up.

    Raises:
        UploadNameError: nothing a person could read or type is left of it.
    """
    given = unicodedata.normalize("NFC", (filename or "").replace("\\", "/"))
    every = [part.strip() for part in given.split("/")]
    parts = [part for part in every if not _DRIVE.fullmatch(part)]
    is_long = any(len(part) > _MAX_NAME_CHARS for part in parts) or len(parts) > _MAX_PARTS
    if every[-1] not in parts or is_long or not "".join(parts).isprintable():
        raise UploadNameError(
            f"The uploaded file needs a printable file name of at most {_MAX_NAME_CHARS} characters."
        )
    return "/".join(parts)


def store_upload(upload: BinaryIO, name: str, *, folder: Path, max_bytes: int) -> str:
    """Keep an uploaded file in the data folder ``folder``, and return where: see :func:`upload_at`.

    It never is whole in memory.

    Raises:
        UploadTooLargeError: it has more bytes than ``max_bytes``.
        UploadNotStorableError: there is no room for it.
    """
    uploads = folder / UPLOADS
    try:
        uploads.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=uploads))
    except OSError as error:
        raise _not_storable(name, error) from error
    path = place / f"upload{PurePosixPath(name).suffix}"
    with ExitStack() as undoing:
        undoing.callback(shutil.rmtree, place, ignore_errors=True)
        try:
            with path.open("wb") as stored:
                shutil.copyfileobj(upload, stored, _COPIED_BYTES)
                size_bytes = stored.tell()
                stored.flush()
                os.fsync(stored.fileno())
        except OSError as error:
            raise _not_storable(name, error) from error
        if size_bytes > max_bytes:
            raise UploadTooLargeError(
                f"{name} has {size_bytes:,} bytes, at most {max_bytes:,} may be (DOSSIER_MAX_UPLOAD_BYTES)."
            )
        undoing.pop_all()
    return f"{place.name}/{path.name}"


def upload_at(folder: Path, upload: str) -> Path:
    """Return the path of an uploaded file."""
    return folder / UPLOADS / upload


def remove_upload(folder: Path, upload: str) -> None:
    """Remove an uploaded file that none needs any more."""
    shutil.rmtree(upload_at(folder, upload).parent, ignore_errors=True)


def _not_storable(name: str, error: OSError) -> UploadNotStorableError:
    return UploadNotStorableError(
        f"{name} cannot be stored ({error.strerror}): see that the data folder is writable and has room."
    )


def remove_abandoned_uploads(folder: Path, *, needed: Collection[str]) -> None:
    """Remove what a killed process left in the data folder ``folder``; ``needed`` are those of jobs."""
    uploads, places = folder / UPLOADS, {PurePosixPath(upload).parts[0] for upload in needed}
    for place in uploads.iterdir() if uploads.is_dir() else ():
        if place.name not in places and time.time() - place.stat().st_mtime > _ABANDONED_SECONDS:
            logger.info("removing %s, an upload that no job reads", place)
            shutil.rmtree(place, ignore_errors=True)
