"""Environment variables set for a moment, for libraries that can be told in no other way."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_lock = threading.RLock()


@contextmanager
def environment_variable(name: str, value: str) -> Iterator[None]:
    """Set a variable of this process for a block; one thread at a time, for all variables."""
    with _lock:
        before = os.environ.get(name)
        os.environ[name] = value
        try:
            yield
        finally:
            if before is None:
                del os.environ[name]
            else:
                os.environ[name] = before
