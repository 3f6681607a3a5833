"""The command line. Nothing heavy is imported before a command runs, so that `--help` is there at once."""

from __future__ import annotations

import logging
import os
import sys
from importlib.metadata import entry_points
from typing import Annotated, NoReturn

import typer

from service.audit import act_as, user_of_this_machine
from service.commands.ask import ask, search
from service.commands.audit import audit
from service.commands.backup import backup, restore
from service.commands.catalogue import documents, facets, kinds, names, people
from service.commands.collections import collections
from service.commands.config import config
from service.commands.doctor import doctor
from service.commands.index import index
from service.commands.keys import keys
from service.commands.mcp import mcp
from service.commands.options import choose_collection
from service.commands.serve import serve
from service.commands.sources import delete, sources
from service.commands.watch import watch
from service.version import installed_version

PLUGIN_GROUP = "dossier.commands"
"""Entry points of this group add commands: each names a function, or a Typer app for a group of them."""

_HELP = """Ask your documents: answers in their own words, each with document, date and page.

\b
  dossier index letters/ book.pdf          read files and folders into the index
  dossier watch letters/                   the same for whatever comes in, as it comes
  dossier ask "Who signed the treaty?"     answer, with quotes and citations
  dossier ask "What was agreed?" --from 1939-08 --kind telegram
  dossier search "Straits regime" --json   passages only, as the API gives them
  dossier documents --kind telegram        what there is; also people, names, kinds, sources
  dossier serve                            web page and API on http://127.0.0.1:8000
  dossier keys create anna --scope edit    a key for the API and the web page
  dossier --collection letters ask "…"     the same in a library of its own (dossier collections)
  dossier mcp                              the same for an agent, on standard input and output
  dossier backup archive.tar               everything in one file, while it is served

Settings come from flags, DOSSIER_* variables or dossier.toml; `dossier config` shows them, and
`dossier config --write` begins such a file.

Exit codes: 0 done; 1 something is wrong; 2 wrong usage or settings; 3 the documents do not answer.
"""

app = typer.Typer(
    name="dossier",
    help=_HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (
    *(index, watch, ask, search, sources, documents, people, names, kinds, facets, delete),
    *(serve, mcp, config, doctor, backup, restore, audit),
):
    app.command()(_command)
app.add_typer(keys, name="keys")
app.add_typer(collections, name="collections")


def main() -> NoReturn:
    """Run the command line; every expected error is one line on stderr and an exit code."""
    add_plugins(app)
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader, such as `head`, has gone; nothing may be flushed to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        sys.exit(report(error))
    sys.exit(0)


def report(error: Exception) -> int:
    """Print an error as one line, or one for each bad setting; return the exit code."""
    from chunker.errors import ChunkerError
    from embeddings.encoders.encoder import EncoderError
    from embeddings.errors import EmbeddingsError
    from service.errors import QuestionError, ServiceError, SettingsError

    if isinstance(error, SettingsError):
        for line in error.lines:
            typer.echo(f"dossier: {line}", err=True)
        return 2
    if isinstance(error, (ServiceError, EmbeddingsError, EncoderError, ChunkerError)):
        typer.echo(f"dossier: {error}", err=True)
        return 2 if isinstance(error, QuestionError) else 1
    text = " ".join(str(error).split())
    typer.echo(
        f"dossier: unexpected {type(error).__name__}: {text} (run `dossier --debug …` for the whole story)",
        err=True,
    )
    return 1


def add_plugins(target: typer.Typer) -> None:
    """Add the commands that other packages bring; one that cannot be loaded is left out with a warning."""
    for entry_point in entry_points(group=PLUGIN_GROUP):
        try:
            command = entry_point.load()
        except Exception as error:  # noqa: BLE001 - another package's fault must not take ours down
            typer.echo(f"dossier: the command {entry_point.name} cannot be loaded: {error}", err=True)
            continue
        if isinstance(command, typer.Typer):
            target.add_typer(command, name=entry_point.name)
        else:
            target.command(entry_point.name)(command)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"dossier {installed_version()}")
        raise typer.Exit


@app.callback()
def _common(
    *,
    collection: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Which collection of the data folder. [DOSSIER_COLLECTION, else the one that needs no name]",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Log much; show tracebacks.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version
    choose_collection(collection)
    act_as(user_of_this_machine("command line"))
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


if __name__ == "__main__":
    main()
