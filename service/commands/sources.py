"""`dossier sources` and `dossier delete`."""

from typing import Annotated

import typer

from service.commands.options import DataOption, JsonOption, settings_from


def sources(*, as_json: JsonOption = False, data: DataOption = None) -> None:
    """List the files in the index."""
    from service.api.presenting import source_info
    from service.api.schemas import SourceList
    from service.assembly import reading_catalogue
    from service.commands.lists import print_sources

    with reading_catalogue(settings_from(data=data)) as catalogue:
        shown = [source_info(record) for record in catalogue.sources()]
    if as_json:
        whole = SourceList(sources=shown, total=len(shown), offset=0, limit=len(shown))
        typer.echo(whole.model_dump_json(indent=2))
    else:
        print_sources(shown)


def delete(
    source: Annotated[list[str], typer.Argument(help="Names or ids, as `dossier sources` shows them.")],
    *,
    data: DataOption = None,
) -> None:
    """Delete files from the index. The files themselves stay where they are."""
    from service.assembly import reading_catalogue
    from service.dossier import Dossier
    from service.errors import NotFoundError
    from service.wording.suggestions import did_you_mean

    settings = settings_from(data=data)
    with reading_catalogue(settings) as catalogue:
        records = catalogue.sources()
    chosen = {}
    for wanted in source:
        found = [one for one in records if wanted in {one.id, one.name, *one.copies}]
        if not found:
            meant = did_you_mean(wanted, [name for one in records for name in (one.name, *one.copies)])
            raise NotFoundError(
                f"There is no source {wanted}{meant or '.'} `dossier sources` lists those there are."
            )
        chosen[found[0].id] = found[0]
    with Dossier.open(settings=settings) as dossier:
        for record in chosen.values():
            dossier.delete(record.id)
            typer.echo(f"deleted {record.name}: {record.documents:,} documents, {record.passages:,} passages")
