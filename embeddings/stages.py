"""The stages of a question's way: how long each takes, and who else watches them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

StageWatcher = Callable[[str], AbstractContextManager[object]]
"""Is given the name of a stage, and entered for as long as it lasts."""

_watcher: ContextVar[StageWatcher] = ContextVar("stage_watcher", default=nullcontext)


def watch_stages(watcher: StageWatcher) -> None:
    """Have each stage watched from here on, in this context."""
    _watcher.set(watcher)


@contextmanager
def timed(timings_ms: dict[str, float], stage: str) -> Iterator[None]:
    """Add the time that a block takes to a stage's."""
    started = time.perf_counter()
    with _watcher.get()(stage):
        yield
    timings_ms[stage] = timings_ms.get(stage, 0.0) + (time.perf_counter() - started) * 1000
