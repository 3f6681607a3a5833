"""What went wrong at single files, told whole in a file of the data folder; a person is shown one line."""

from __future__ import annotations

import logging
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

LOG_NAME = "indexing.log"
_MAX_BYTES = 4 << 20  # some thousand failures; what is older is kept once more beside it. Chosen by hand


def is_unforeseen(error: Exception, *foreseen: type[Exception]) -> bool:
    """Return whether ``error`` is none of those ``foreseen``, or stands for one that a library raised."""
    stands_for_another = error.__cause__ is not None or hasattr(error, "__notes__")
    return stands_for_another or not isinstance(error, foreseen)


def log_failure(folder: Path, name: str, error: Exception) -> None:
    """Write the traceback of what went wrong at the file ``name``; a disk that is full stops nothing."""
    path = folder / LOG_NAME
    told = "".join(traceback.format_exception(error))
    try:
        if path.is_file() and path.stat().st_size > _MAX_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {name}\n{told}\n")
    except OSError as failure:
        logger.warning("%s cannot be written: %s", path, failure)
