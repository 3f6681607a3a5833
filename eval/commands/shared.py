"""What the commands share: errors told in one line, sources read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from chunker.documents import Source


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Tell an error in one line and exit with 1."""
    from eval.errors import EvalError

    try:
        yield
    except EvalError as error:
        typer.echo(f"dossier: {error}", err=True)
        raise typer.Exit(1) from error


def read_sources(paths: Sequence[Path]) -> list[Source]:
    """Read files and folders, but for what cannot be read, which is told; GoldError where nothing can."""
    from chunker.errors import UnreadableSourceError
    from chunker.readers.finding import find_files
    from chunker.readers.reading import read_source
    from eval.errors import GoldError
    from eval.gold.external import holds_question_set, read_external

    read: list[Source] = []
    for path in (path for path in paths if path.is_dir() and holds_question_set(path)):
        read += read_external(path).sources
    for file in find_files(
        [path for path in paths if not path.is_dir() or not holds_question_set(path)]
    ).files:
        try:
            read.append(read_source(file.path, name=file.name))
        except UnreadableSourceError as error:
            typer.echo(f"dossier: {error}", err=True)
    if not read:
        raise GoldError(f"{', '.join(map(str, paths))}: holds no source that can be read")
    return read
