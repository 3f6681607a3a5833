"""`dossier backup` and `dossier restore`."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.options import DataOption, settings_from, settings_of_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; compressed where it ends in gz.")],
    *,
    data: DataOption = None,
) -> None:
    """Write the index, the files that are kept, the keys, and all collections into one file.

    \b
      dossier backup /backups/archive.tar
      dossier backup archive.tar.gz --data archive
      dossier --collection letters backup letters.tar    this one alone, without keys

    The service may go on answering and indexing: what is taken of each collection is of one moment. What was
    at FILE is replaced once the new backup is whole and on the disk. The exit code is 1 where a kept file is
    missing or has changed, which is told; the backup is written all the same. It is read by tar, and holds
    SHA256SUMS.
    """  # noqa: D301 - \\b is how click is told to keep lines
    from embeddings.store.backup import back_up
    from service.collections import collections_in
    from service.settings import DEFAULT_COLLECTION
    from service.version import installed_version

    settings = settings_from(data=data)
    is_default = settings.collection == DEFAULT_COLLECTION
    others = collections_in(settings.data)[1:] if is_default else []
    with _progress("backed up") as show:
        report = back_up(
            settings.folder,
            file,
            program=f"dossier {installed_version()}",
            parts=[one.folder.relative_to(settings.data).as_posix() for one in others],
            on_progress=show,
        )
    for line in report.problems:
        typer.echo(f"dossier: {line}", err=True)
    typer.echo(
        f"{file}: {report.sources:,} sources, {report.passages:,} passages, {report.originals:,} files, "
        f"{report.size_bytes:,} bytes"
    )
    if report.problems:
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="What `dossier backup` wrote.")],
    *,
    data: DataOption = None,
) -> None:
    """Put a backup back into a folder that is empty or missing.

    \b
      dossier restore archive.tar --data restored
      dossier --collection letters restore letters.tar    as a collection that there is not yet

    Nothing stands there before all checksums have been seen to be right. The vectors are made again when the
    index is opened.
    """  # noqa: D301 - \\b is how click is told to keep lines
    from embeddings.store.restoring import restore as restore_backup
    from service.audit import AuditLog

    settings = settings_of_all(data=data)
    with _progress("restored") as show:
        about = restore_backup(file, settings.folder, on_progress=show)
    AuditLog(settings.folder).append("restored", file.name)
    typer.echo(
        f"{settings.folder}: {about.sources:,} sources, {about.passages:,} passages, as they were on "
        f"{about.made_at:%d %B %Y %H:%M} UTC"
    )


@contextmanager
def _progress(told: str) -> "Iterator[Callable[[int, int], None]]":
    """Give what shows how many of how many bytes are done, where somebody looks on."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (BarColumn(bar_width=24), DownloadColumn(), TextColumn(told), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(told, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
