"""`dossier watch`."""

import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from service.commands.options import DataOption, settings_from
from service.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from chunker.readers.finding import FoundFile
    from service.dossier import Dossier
    from service.library.ingesting import FileOutcome
    from service.library.watching import FolderWatch
    from service.settings import Settings


def watch(
    folders: Annotated[list[Path], typer.Argument(help="Folders, with all below them.")],
    *,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete from the index what is deleted from the folders.")
    ] = False,
    sweep: Annotated[
        float, typer.Option(min=1, help="Seconds after which to look even where nothing was told.")
    ] = 60.0,
    data: DataOption = None,
) -> None:
    """Keep the index as the folders are, until stopped with Ctrl-C or SIGTERM.

    \b
      dossier watch letters/ minutes/
      dossier watch --delete /srv/archive

    What is new or has changed is read once it has not changed for two seconds. A file that cannot be read is
    told in one line, and tried again when it changes. With --delete a file that has gone goes from the index,
    too, unless its whole folder has: then a disk may be missing. The service may run beside.
    """  # noqa: D301 - \\b is how click is told to keep lines
    from service.assembly import load_encoder
    from service.dossier import Dossier

    settings = settings_from(data=data)
    _check(folders, settings)
    signal.signal(signal.SIGTERM, _stop)
    with suppress(KeyboardInterrupt):
        encoder = load_encoder(settings)
        with Dossier.open(settings=settings, encoder=encoder) as dossier:
            follow(dossier, folders, is_deleting=delete, sweep_seconds=sweep)
    typer.echo("stopped")


def follow(
    dossier: "Dossier", folders: "Sequence[Path]", *, is_deleting: bool = False, sweep_seconds: float = 60.0
) -> None:
    """Keep a collection as the folders are, and print what that takes, until interrupted."""
    from service.library.watching import FolderWatch

    watched = FolderWatch(folders)
    following = _Following(dossier, watched, is_deleting=is_deleting)
    typer.echo(f"watching {', '.join(watched.roots)}")
    for _ in _moments(folders, sweep_seconds, lambda: watched.is_waiting):
        following.catch_up()


def _stop(_number: int, _frame: "FrameType | None") -> NoReturn:
    """End as Ctrl-C does: what is committed stands, nothing else was begun."""
    raise KeyboardInterrupt


def _check(folders: "Sequence[Path]", settings: "Settings") -> None:
    """See that each is a folder, and that the index does not stand in it.

    Raises:
        SettingsError: one is none, or would be read into itself.
    """
    data = settings.data.resolve()
    lines = []
    for folder in folders:
        if not folder.is_dir():
            lines.append(f"{folder} is no folder that can be watched")
        elif data.is_relative_to(folder.resolve()) or folder.resolve().is_relative_to(data):
            lines.append(f"{folder} and the data folder {settings.data} lie in one another: keep them apart")
    if lines:
        raise SettingsError(lines)


def _moments(
    folders: "Sequence[Path]", sweep_seconds: float, is_waiting: "Callable[[], bool]"
) -> "Iterator[None]":
    """Yield when to look: at once, where something was told, while something waits, and now and then."""
    from service.library import watching

    yield
    looked = time.monotonic()
    for is_told in _told(folders, watching.REST_SECONDS):
        if is_told or is_waiting() or time.monotonic() - looked >= sweep_seconds:
            yield
            looked = time.monotonic()


def _told(folders: "Sequence[Path]", seconds: float) -> "Iterator[bool]":
    """Yield, at least so often, whether the system tells of a change."""
    from watchfiles import watch as events

    try:
        for changes in events(
            *folders, watch_filter=None, rust_timeout=int(seconds * 1000), yield_on_timeout=True
        ):
            yield bool(changes)
    except OSError as error:  # such as no inotify watches left
        typer.echo(f"dossier: the system tells of no changes here ({error}); going by looks alone", err=True)
    while True:
        time.sleep(seconds)
        yield False


class _Following:
    """Does what a look calls for, and says so."""

    def __init__(self, dossier: "Dossier", watched: "FolderWatch", *, is_deleting: bool) -> None:
        self._dossier = dossier
        self._watched = watched
        self._is_deleting = is_deleting
        self._hindrance = ""

    def catch_up(self) -> None:
        """Read what is at rest, then delete what has gone; where that cannot be now, the next look will."""
        from embeddings.errors import IndexBusyError, StorageFullError

        try:
            for file in self._watched.look():
                if self._watched.is_as_seen(file):
                    self._read(file)
            if self._is_deleting:
                self._delete()
        except (IndexBusyError, StorageFullError) as error:
            if str(error) != self._hindrance:
                typer.echo(f"dossier: {error}", err=True)
            self._hindrance = str(error)
        else:
            self._hindrance = ""

    def _read(self, file: "FoundFile") -> None:
        for outcome in self._dossier.add_files([file]):
            self._watched.settle(file)
            self._tell(outcome)

    def _tell(self, outcome: "FileOutcome") -> None:
        from service.wording.phrases import word_count

        if outcome.error:
            typer.echo(f"dossier: {outcome.error}", err=True)
        elif outcome.has_changed:
            counts = (word_count(outcome.documents, "document"), word_count(outcome.passages, "passage"))
            typer.echo(f"{outcome.status} {outcome.name}: {', '.join(counts)}")
            for notice in outcome.notices:
                typer.echo(f"dossier: {outcome.name}: {notice}", err=True)

    def _delete(self) -> None:
        with self._dossier.snapshot() as snapshot:
            known = [path for root in self._watched.roots for path in snapshot.paths_below(root)]
        for path in self._watched.gone(known):
            self._dossier.delete_file(path)
            typer.echo(f"deleted {path}")
