"""`dossier collections`: several libraries in one data folder."""

import json
from typing import Annotated

import typer

from service.commands.options import DataOption, JsonOption, settings_of_all

collections = typer.Typer(
    help="Make, list and delete collections: libraries of one service that are kept apart.",
    no_args_is_help=True,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Of a to z, 0 to 9, - and _.")]


@collections.command("list")
def list_collections(*, as_json: JsonOption = False, data: DataOption = None) -> None:
    """List the collections: what each is called, and what is in it."""
    from service.collections import collections_in, counts_of
    from service.commands.lists import print_table

    found = [(one, counts_of(one)) for one in collections_in(settings_of_all(data=data).data)]
    if as_json:
        shown = [
            {"name": one.name, "title": one.title, "description": one.description, **counts}
            for one, counts in found
        ]
        typer.echo(json.dumps(shown, indent=2))
        return
    rows = [(one.name, one.title, *(f"{count:,}" for count in counts.values())) for one, counts in found]
    print_table(("name", "title", "sources", "documents", "passages"), rows, right=(2, 3, 4))


@collections.command()
def create(
    name: NameArgument,
    *,
    title: Annotated[str, typer.Option(help="What readers see. [the name]")] = "",
    description: Annotated[str, typer.Option(help="What it holds, in a sentence or two.")] = "",
    data: DataOption = None,
) -> None:
    """Make an empty collection.

    \b
      dossier collections create letters --title "Letters from the coast"
      dossier --collection letters index letters/
      dossier --collection letters ask "When did Anna leave Trieste?"

    What is set in the file that is printed holds for this collection before the service's own settings, as
    `passage_tokens = 300` or `ocr_languages = "deu"`.
    """  # noqa: D301 - \\b is how click is told to keep lines
    from service.collections import FILE_NAME, create_collection

    folder = settings_of_all(data=data).data
    made = create_collection(folder, name, title=title, description=description)
    typer.echo(made.folder / FILE_NAME)


@collections.command()
def delete(
    name: NameArgument,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataOption = None,
) -> None:
    """Delete a collection with its index and the files kept in it."""
    from service.collections import collection_in, counts_of, delete_collection

    folder = settings_of_all(data=data).data
    counts = counts_of(collection_in(folder, name))
    if not yes:
        typer.confirm(f"Delete {name} with {counts['sources']:,} sources, for ever?", abort=True)
    delete_collection(folder, name)
    typer.echo(f"deleted {name}: {counts['sources']:,} sources, {counts['documents']:,} documents")
