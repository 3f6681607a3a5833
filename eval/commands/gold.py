"""``dossier gold``: gold questions checked and drafted."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated

import typer

from eval.commands.shared import errors_in_one_line, read_sources

gold = typer.Typer(
    help="Check gold questions, or draft new ones.", no_args_is_help=True, rich_markup_mode=None
)


@gold.command("check")
def check(
    gold_file: Annotated[Path, typer.Argument(metavar="GOLD.jsonl")],
    sources: Annotated[
        list[Path], typer.Option("--sources", metavar="PATH", help="Where its sources are. May be repeated.")
    ],
) -> None:
    """Say what is wrong with a gold file, quotes that stand nowhere included."""
    from eval.gold.checking import check_gold

    with errors_in_one_line():
        texts = {source.name: source.text for source in read_sources(sources)}
        problems = check_gold(gold_file, texts)
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{gold_file}: every entry is sound and every quote stands in its source", err=True)


@gold.command("suggest")
def suggest(
    sources: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders to ask about.")],
    *,
    count: Annotated[int, typer.Option("--count", "-n", metavar="N", min=1, help="How many drafts.")] = 20,
) -> None:
    """Draft gold questions for a person to correct, one JSON object a line."""
    from chunker.segmenting.boilerplate import count_edges, edge_lines, repeated_spans
    from chunker.segmenting.cuts import segment
    from eval.gold.suggest import SegmentedSource, draft_json, suggest_questions

    with errors_in_one_line():
        read = read_sources(sources)
        edges = count_edges(edge_lines(source.text) for source in read)
        segmented = [
            SegmentedSource(source, segment(source, ignored=repeated_spans(source.text, edges)).documents)
            for source in read
        ]
        drafts = suggest_questions(segmented, count=count)
    for question in drafts.questions:
        typer.echo(draft_json(question))
    if len(drafts.questions) < count:
        typer.echo(f"dossier: {drafts.why_fewer(count)}", err=True)


@gold.command("edit")
def edit(
    gold_file: Annotated[
        Path, typer.Argument(metavar="GOLD.jsonl", help="A file of questions, or a new one.")
    ],
    *,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="FOLDER", help="Folder of the index. [DOSSIER_DATA, else data]"),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0: any free one.")] = 8001,
) -> None:
    """Correct gold questions in the browser, beside the documents: mark the words that answer.

    It listens on this machine alone until stopped with Ctrl-C.
    """
    from eval.commands.editor import Editor
    from eval.gold.editing import GoldFile
    from service.app import create_app
    from service.commands.serve import check_address, run_locally
    from service.dossier import Dossier
    from service.settings import load_settings

    with errors_in_one_line():
        file = GoldFile(gold_file)
    settings = load_settings({"data": data, "host": "127.0.0.1", "port": port, "without_key": "ask"}).settings
    check_address(settings.host, settings.port)
    dossier = Dossier.open(settings=settings, read_only=True)
    editor = Editor(file, dossier, create_app(settings, open_dossier=lambda _: dossier))
    typer.echo(f"http://{settings.host}:{settings.port}/gold", err=True)
    run_locally(editor, settings)
