"""The commands ``dossier eval`` and ``dossier gold``.

The command line of the service finds them by their entry points (group ``dossier.commands``), so
that nothing below this package imports it.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import Source
    from eval.reports.tables import Table
    from eval.runs.evaluating import Request
    from eval.runs.run import Run

_Gold = Annotated[
    list[Path] | None,
    typer.Argument(metavar="GOLD.jsonl", help="Gold questions, conversations or survey questions."),
]
_Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", help="Folder of the index. [DOSSIER_DATA, else data]"),
]
_Json = Annotated[bool, typer.Option("--json", help="Print the whole run as JSON.")]
_Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Save the run as JSON, to compare later.")
]
_Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one page.")]
_Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", metavar="FILE", help="Write the report, or the comparison, as Markdown."),
]
_Compare = Annotated[
    tuple[Path, Path] | None,
    typer.Option("--compare", metavar="A B", help="Compare two saved runs instead of asking."),
]
_External = Annotated[
    Path | None,
    typer.Option(
        "--external",
        metavar="PATH",
        help="Ask another's question set (BEIR, SQuAD, Chroma, plain) in a temporary index; "
        "with --data the index is kept there.",
    ),
]
_Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--files",
        metavar="PATH",
        help="Ask the gold of these files and folders in a temporary index. May be repeated.",
    ),
]
_Distractors = Annotated[
    Path | None,
    typer.Option(
        "--with-distractors",
        metavar="PATH",
        help="With --files: ask again with the documents of another's set, or of a folder, around them.",
    ),
]
_SideBySide = Annotated[
    list[Path] | None,
    typer.Option(
        "--side-by-side",
        metavar="RUN",
        help="Show the confidence of saved runs over several collections instead of asking. Repeat it.",
    ),
]
_Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Fail when this run is worse than that, beyond noise."),
]
_WriteBaseline = Annotated[
    Path | None,
    typer.Option("--write-baseline", metavar="FILE", help="Save the part of the run that a gate needs."),
]
_Hidden = Annotated[
    bool, typer.Option("--hidden/--no-hidden", help="Ask again with the evidence hidden: must be refused.")
]
_Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="Ask only so many questions, evenly spread.")
]
_TopK = Annotated[int, typer.Option("--top-k", metavar="N", min=10, max=50, help="Passages to look at.")]
_Name = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What the report is called.")]

gold = typer.Typer(
    help="Check gold questions, or draft new ones.", no_args_is_help=True, rich_markup_mode=None
)


def evaluate(
    gold_files: _Gold = None,
    *,
    data: _Data = None,
    as_json: _Json = False,
    save: _Save = None,
    html: _Html = None,
    markdown: _Markdown = None,
    compare: _Compare = None,
    side_by_side: _SideBySide = None,
    external: _External = None,
    files: _Files = None,
    with_distractors: _Distractors = None,
    baseline: _Baseline = None,
    write_baseline: _WriteBaseline = None,
    hidden: _Hidden = True,
    limit: _Limit = None,
    top_k: _TopK = 20,
    name: _Name = None,
) -> None:
    """Ask gold questions and measure the answers, or compare two saved runs."""
    from eval.runs.evaluating import Request
    from eval.runs.run_file import read_run

    with _errors_in_one_line():
        if compare:
            _print_comparison(*compare, markdown=markdown)
            return
        if side_by_side:
            _print_side_by_side(side_by_side, markdown=markdown)
            return
        _require_one_of(gold_files, external)
        _require_what_goes_together(gold_files, files, with_distractors)
        held_to = read_run(baseline) if baseline else None  # a bad file is told before anything is asked
        request = Request(
            gold_files=tuple(gold_files or ()),
            external=external,
            data=data,
            sources=tuple(_read_sources(files)) if files else (),
            distractors=_read_distractors(with_distractors) if with_distractors else (),
            asks_hidden=hidden,
            limit=limit,
            top_k=top_k,
            name=name or (external or (gold_files or [Path()])[0]).stem,
            made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        )
        run = _run_with_progress(request)
        _write(run, save=save, html=html, markdown=markdown, write_baseline=write_baseline)
        _print(run, as_json=as_json)
        if held_to:
            _pass_gate_or_exit(run, held_to)


@gold.command("check")
def check(
    gold_file: Annotated[Path, typer.Argument(metavar="GOLD.jsonl")],
    sources: Annotated[
        list[Path], typer.Option("--sources", metavar="PATH", help="Where its sources are. May be repeated.")
    ],
) -> None:
    """Say what is wrong with a gold file, quotes that stand nowhere included."""
    from eval.gold.checking import check_gold

    with _errors_in_one_line():
        texts = {source.name: source.text for source in _read_sources(sources)}
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

    with _errors_in_one_line():
        read = _read_sources(sources)
        edges = count_edges(edge_lines(source.text) for source in read)
        segmented = [
            SegmentedSource(source, segment(source, ignored=repeated_spans(source.text, edges)).documents)
            for source in read
        ]
        for question in suggest_questions(segmented, count=count):
            typer.echo(draft_json(question))


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    from eval.errors import EvalError

    try:
        yield
    except EvalError as error:
        typer.echo(f"dossier: {error}", err=True)
        raise typer.Exit(1) from error


def _require_one_of(gold_files: list[Path] | None, external: Path | None) -> None:
    if bool(gold_files) == bool(external):
        raise typer.BadParameter("give gold files, or --external, or --compare")


def _require_what_goes_together(
    gold_files: list[Path] | None, files: list[Path] | None, with_distractors: Path | None
) -> None:
    if files and not gold_files:
        raise typer.BadParameter("give gold files to ask of --files")
    if with_distractors and not files:
        raise typer.BadParameter("--with-distractors goes with --files, whose index may grow")


def _read_distractors(path: Path) -> tuple[Source, ...]:
    """Return the documents of a question set or of a folder, under names that no other source has."""
    from dataclasses import replace

    from eval.gold.external import holds_question_set, read_external

    sources = read_external(path).sources if holds_question_set(path) else _read_sources([path])
    return tuple(replace(source, name=f"distractors/{source.name}") for source in sources)


def _read_sources(paths: Sequence[Path]) -> list[Source]:
    from chunker.errors import UnreadableSourceError
    from chunker.readers.finding import find_files
    from chunker.readers.reading import read_source
    from eval.errors import GoldError

    read = []
    for file in find_files(paths).files:
        try:
            read.append(read_source(file.path, name=file.name))
        except UnreadableSourceError as error:
            typer.echo(f"dossier: {error}", err=True)
    if not read:
        raise GoldError(f"{', '.join(map(str, paths))}: holds no source that can be read")
    return read


def _run_with_progress(request: Request) -> Run:
    from eval.runs import evaluating
    from eval.runs.progress import shown_progress

    with shown_progress() as on_progress:
        return evaluating.evaluate(request, on_progress=on_progress)


def _write(
    run: Run, *, save: Path | None, html: Path | None, markdown: Path | None, write_baseline: Path | None
) -> None:
    from eval.reports.html_report import report_html
    from eval.reports.report import report_markdown
    from eval.runs.run_file import as_baseline, run_json, write_file

    if save:
        write_file(save, run_json(run))
    if html:
        write_file(html, report_html(run))
    if markdown:
        write_file(markdown, report_markdown(run))
    if write_baseline:
        write_file(write_baseline, run_json(as_baseline(run)))


def _print(run: Run, *, as_json: bool) -> None:
    from eval.reports.report import report_tables
    from eval.runs.run_file import run_json

    if as_json:
        typer.echo(run_json(run))
    else:
        _print_tables(report_tables(run))


def _print_tables(tables: Sequence[Table]) -> None:
    from rich.console import Console

    from eval.reports.tables import print_tables

    print_tables(tables, Console())


def _print_comparison(path_a: Path, path_b: Path, *, markdown: Path | None) -> None:
    from eval.reports.comparison import comparison_tables
    from eval.runs.run_file import read_run

    _print_and_write(comparison_tables(read_run(path_a), read_run(path_b)), markdown)


def _print_side_by_side(paths: Sequence[Path], *, markdown: Path | None) -> None:
    from eval.reports.confidence import collections_tables
    from eval.runs.run_file import read_run

    _print_and_write(collections_tables([read_run(path) for path in paths]), markdown)


def _print_and_write(tables: Sequence[Table], markdown: Path | None) -> None:
    from eval.reports.tables import table_markdown
    from eval.runs.run_file import write_file

    if markdown:
        write_file(markdown, "\n\n".join(map(table_markdown, tables)) + "\n")
    _print_tables(tables)


def _pass_gate_or_exit(run: Run, baseline: Run) -> None:
    from eval.runs.gate import gate

    failures = gate(run, baseline)
    for failure in failures:
        typer.echo(str(failure), err=True)
    if failures:
        raise typer.Exit(1)
    typer.echo(f"not worse than the baseline {baseline.name}", err=True)
