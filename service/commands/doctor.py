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
    """See whether everything in the data folder is whole, collection by collection.

    The store (SQLite's own checks, references, full text, each passage against its source), the vectors, the
    kept files by their digests, files that none needs, the keys, the jobs, the model, the disk. What is wrong
    is told in a line each, with what to do. --repair makes what is derived anew from the sources where these
    are whole, the vectors from the store, and removes kept files that none needs.
    Nothing can be indexed then.

    The exit code is 0 where all is whole, or was put right, and 1 where anything is left.
    """
    from service.examining import examine_all

    (name, first), *others = examine_all(settings_from(data=data), repair=repair).items()
    every = [("", first), *((f"{other}: ", found) for other, found in others)]
    if as_json:
        shown = {**asdict(first), "is_whole": first.is_whole, "collection": name}
        told = {other: {**asdict(found), "is_whole": found.is_whole} for other, found in others}
        typer.echo(json.dumps({**shown, "others": told}, indent=2))
    else:
        for before, found in every:
            for problem in found.problems:
                typer.echo(f"{before}{problem.told}{': put right' if problem.is_repaired else ''}")
        if not any(found.problems for _, found in every):
            typer.echo(f"All {len(every)} collections are whole." if others else "The index is whole.")
    if not all(found.is_whole for _, found in every):
        raise typer.Exit(1)
