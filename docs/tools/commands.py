"""The command line, as Markdown."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

from markdown import code, escaped, table
from typer.main import get_command

from service.cli import add_plugins, app

if TYPE_CHECKING:
    from collections.abc import Iterator

    import typer
    from typer.core import TyperCommand, TyperGroup


def command_line() -> str:
    """Return what `--help` says of each command, as Markdown."""
    add_plugins(app)
    root = get_command(app)
    return "\n".join(["# Command line", "", *_told_command(root, "dossier", None)])


def _told_command(
    command: TyperCommand | TyperGroup, name: str, parent: typer.Context | None
) -> Iterator[str]:
    context = command.context_class(command, info_name=name, parent=parent)
    path = context.command_path
    yield from (f"## {path}", "") if parent else ()
    yield from (f"    {path} {' '.join(command.collect_usage_pieces(context))}", "")
    yield from _told_help(command.help or "")
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    shown = [record for record in records if record and "--help" not in record[0]]
    if shown:
        yield from table(("option", "meaning"), ((code(names), escaped(words)) for names, words in shown))
    for child_name, child in getattr(command, "commands", {}).items():
        yield from _told_command(child, child_name, context)


def _told_help(text: str) -> Iterator[str]:
    """Yield a help text's paragraphs; those whose lines click keeps as they stand."""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if paragraph.startswith("\b"):
            yield from (f"    {line.strip()}" for line in paragraph.splitlines()[1:])
        else:
            yield escaped(paragraph)
        yield ""
