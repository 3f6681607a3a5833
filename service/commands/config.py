"""`dossier config`."""

import json

import typer

from service.commands.options import DataOption, JsonOption, loaded_settings


def config(*, as_json: JsonOption = False, data: DataOption = None) -> None:
    """Show every setting, its value, and whether a flag, a variable or a file set it."""
    from rich.console import Console

    from service.commands.terminal import print_settings

    loaded = loaded_settings(data=data)
    for warning in loaded.warnings:
        typer.echo(f"dossier: {warning}", err=True)
    if as_json:
        values = loaded.settings.model_dump(mode="json")
        shown = {name: {"value": value, "from": loaded.origins[name]} for name, value in values.items()}
        typer.echo(json.dumps(shown, indent=2))
    else:
        print_settings(Console(), loaded)
