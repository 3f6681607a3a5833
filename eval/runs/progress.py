"""Shows on stderr how far a long run has come: bars on a terminal, a line for each stage elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress, TaskID


class ShownProgress:
    """Takes one step of a stage at a time, or how many of its steps are done."""

    def __init__(self, progress: Progress, console: Console) -> None:
        self._progress = progress
        self._console = console
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, total: int, *, done: int | None = None) -> None:
        """Show a step of ``stage``; ``done`` of ``total`` steps, one more where it is ``None``."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total)
            if not self._console.is_terminal:
                self._console.print(f"{stage}: {total:,}", markup=False, highlight=False)
        if done is None:
            self._progress.advance(self._tasks[stage])
        else:
            self._progress.update(self._tasks[stage], completed=done, total=total)


@contextmanager
def shown_progress() -> Iterator[ShownProgress]:
    """Show progress as long as the context lasts."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield ShownProgress(progress, console)
