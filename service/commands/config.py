"""`dossier config`."""

import json
import textwrap
from pathlib import Path
from typing import Annotated

import typer

from service.commands.options import DataOption, JsonOption, loaded_settings


def config(
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Begin a file of settings, each with what it means.")
    ] = False,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Show every setting, its value, and whether a flag, a variable or a file set it.

    --write begins dossier.toml, or the file that DOSSIER_CONFIG names: all settings as comments, with their
    defaults. A file that is there stays as it is.
    """
    from service.commands.terminal import console, print_settings

    if write:
        typer.echo(f"{_written()} has all settings: take the # away before those that you set.")
        return
    loaded = loaded_settings(data=data)
    for warning in loaded.warnings:
        typer.echo(f"dossier: {warning}", err=True)
    if as_json:
        values = loaded.settings.model_dump(mode="json")
        shown = {name: {"value": value, "from": loaded.origins[name]} for name, value in values.items()}
        typer.echo(json.dumps(shown, indent=2))
    else:
        print_settings(console(), loaded)


def _written() -> Path:
    from service.errors import ConflictError
    from service.settings import config_path

    path = config_path()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(config_text())
    except FileExistsError:
        raise ConflictError(f"{path} is there already, and stays as it is.") from None
    return path


def config_text() -> str:
    """Return a TOML file of all settings as comments: what each means, and its default where it has one."""
    from service.settings import CONFIG_VARIABLE, PREFIX, Settings

    defaults = Settings().model_dump(mode="json")
    lines = [
        "# Settings of Dossier. This file is read from the folder that a command is run in, or from where",
        f"# {CONFIG_VARIABLE} names it; {PREFIX}* variables and flags win over it.",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if defaults[name] is None else f" {json.dumps(defaults[name], ensure_ascii=False)}"
        comments = textwrap.wrap(field.description or "", 100, break_on_hyphens=False)
        lines += ["", *(f"# {line}" for line in comments), f"# {name} ={default}"]
    return "\n".join(lines) + "\n"
