"""`dossier doctor`."""

from typing import Annotated

import typer

from service.commands.options import DataOption, settings_from


def doctor(
    *,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what is searched, from the store.")
    ] = False,
    data: DataOption = None,
) -> None:
    """See whether the index is whole, and whether what is searched has the passages of the store.

    Nothing can be indexed meanwhile. What is wrong is told in a line each; the exit code is then 1, unless
    all of it was put right. A store that is damaged cannot be: restore it from a backup, or delete it and
    index the files again.
    """
    from service.assembly import examine_index

    problems, differences = examine_index(settings_from(data=data), repair=repair)
    for line in problems:
        typer.echo(line)
    for line in differences:
        typer.echo(f"{line}{': put right' if repair else ''}")
    if not problems and not differences:
        typer.echo("The index is whole.")
    if problems or (differences and not repair):
        raise typer.Exit(1)
