"""`dossier doctor`."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from service.commands.options import DataOption, JsonOption, settings_from


def doctor(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what can be made again from what is whole.")
    ] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """See whether everything in the data folder is whole.

    The store (SQLite's own checks, references, full text, each passage against its source), the vectors, the
    kept files by their digests, files that none needs, the keys, the jobs, the model, the disk. What is wrong
    is told in a line each, with what to do. --repair makes what is derived anew from the sources where these
    are whole, the vectors from the store, and removes kept files that none needs.
    Nothing can be indexed then.

    The exit code is 0 where all is whole, or was put right, and 1 where anything is left.
    """
    from service.examining import examine

    found = examine(settings_from(data=data), repair=repair)
    if as_json:
        typer.echo(json.dumps({**asdict(found), "is_whole": found.is_whole}, indent=2))
    else:
        for problem in found.problems:
            typer.echo(f"{problem.told}{': put right' if problem.is_repaired else ''}")
        if not found.problems:
            typer.echo("The index is whole.")
    if not found.is_whole:
        raise typer.Exit(1)
