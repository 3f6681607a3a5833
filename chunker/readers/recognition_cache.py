"""What was read in pictures, kept in a folder: the same picture read in the same way is not read again.

A reading that was broken off goes on where it was. Files that are damaged, or cannot be written, cost no more
than reading once more.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

logger = logging.getLogger(__name__)


def kept_or_read(folder: Path | None, how: str, picture: bytes, read: Callable[[], bytes]) -> bytes:
    """Return what ``read`` gives, or gave before for this ``picture`` read so, kept in ``folder``."""
    if folder is None:
        return read()
    path = folder / hashlib.sha256(b"%s\0%s" % (how.encode(), picture)).hexdigest()
    try:
        return zlib.decompress(path.read_bytes())  # which checks what it unpacks
    except (OSError, zlib.error):
        found = read()
    part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(zlib.compress(found))
        part.replace(path)
    except OSError as error:
        logger.info("what was read by OCR is not kept: %s", error)
    return found
