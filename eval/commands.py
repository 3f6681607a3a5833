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
    from eval.reports.report import Report
    from eval.reports.tables import Table
    from eval.runs.baseline import Baseline
    from eval.runs.running import Request

_Gold = Annotated[
    list[Path] | None, typer.Argument(metavar="GOLD.jsonl", help="Gold questions or conversations.")
]
_Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", help="Folder of the index. [DOSSIER_DATA, else data]"),
]
_Json = Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")]
_Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Save the report as JSON, to compare later.")
]
_Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one page.")]
_Markdown = Annotated[
    Path | None,
    typer.Option("--markdown", metavar="FILE", help="Write the report, or the comparison, as Markdown."),
]
_Compare = Annotated[
    tuple[Path, Path] | None,
    typer.Option("--compare", metavar="A B", help="Compare two saved reports instead of asking."),
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
_Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="FILE", help="Fail when this run is worse than that, beyond noise."),
]
_WriteBaseline = Annotated[
    Path | None, typer.Option("--write-baseline", metavar="FILE", help="Write a new baseline.")
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
    external: _External = None,
    baseline: _Baseline = None,
    write_baseline: _WriteBaseline = None,
    hidden: _Hidden = True,
    limit: _Limit = None,
    top_k: _TopK = 20,
    name: _Name = None,
) -> None:
    """Ask gold questions and measure the answers, or compare two saved reports."""
    from eval.runs.running import Request

    with _errors_in_one_line():
        if compare:
            _print_comparison(*compare, markdown=markdown)
            return
        _require_one_of(gold_files, external)
        held_to = _read_baseline(baseline)
        request = Request(
            gold_files=tuple(gold_files or ()),
            external=external,
            data=data,
            asks_hidden=hidden,
            limit=limit,
            top_k=top_k,
            name=name or (external or (gold_files or [Path()])[0]).stem,
            made_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        )
        report = _run_with_progress(request)
        _write(report, save=save, html=html, markdown=markdown, write_baseline=write_baseline)
        _print(report, as_json=as_json)
        if held_to:
            _pass_gate_or_exit(report, held_to)


@gold.command("check")
def check(
    gold_file: Annotated[Path, typer.Argument(metavar="GOLD.jsonl")],
    sources: Annotated[
        list[Path], typer.Option("--sources", metavar="PATH", help="Where its sources are. May be repeated.")
    ],
) -> None:
    """Say what is wrong with a gold file, quotes that stand nowhere included."""
    from eval.gold.questions import check_gold

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


def _run_with_progress(request: Request) -> Report:
    from eval.runs.progress import shown_progress
    from eval.runs.running import run

    with shown_progress() as on_progress:
        return run(request, on_progress=on_progress)


def _write(
    report: Report,
    *,
    save: Path | None,
    html: Path | None,
    markdown: Path | None,
    write_baseline: Path | None,
) -> None:
    from eval.reports.html_report import report_html
    from eval.reports.report import report_json
    from eval.reports.tables import report_markdown
    from eval.runs.baseline import baseline_json

    written = ((save, report_json), (html, report_html), (markdown, report_markdown))
    for path, make in (*written, (write_baseline, baseline_json)):
        if path is not None:
            _write_file(path, make(report))


def _write_file(path: Path, text: str) -> None:
    from eval.errors import ReportError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{path}: cannot be written ({error.strerror}); choose another place") from error


def _read_baseline(path: Path | None) -> Baseline | None:
    """Read it before anything is asked, so that a bad file is told at once."""
    from eval.runs.baseline import read_baseline

    return read_baseline(path) if path else None


def _print(report: Report, *, as_json: bool) -> None:
    from eval.reports.report import report_json
    from eval.reports.tables import report_tables

    if as_json:
        typer.echo(report_json(report))
    else:
        _print_tables(report_tables(report))


def _print_tables(tables: Sequence[Table]) -> None:
    from rich.console import Console

    from eval.reports.tables import print_tables

    print_tables(tables, Console())


def _print_comparison(path_a: Path, path_b: Path, *, markdown: Path | None) -> None:
    from eval.reports.comparison import compare_runs, comparison_tables
    from eval.reports.report import read_report
    from eval.reports.tables import table_markdown

    tables = comparison_tables(compare_runs(read_report(path_a), read_report(path_b)))
    if markdown:
        _write_file(markdown, "\n\n".join(map(table_markdown, tables)) + "\n")
    _print_tables(tables)


def _pass_gate_or_exit(report: Report, baseline: Baseline) -> None:
    from eval.runs.baseline import baseline_of
    from eval.runs.gate import gate, gate_lines

    failures = gate(baseline_of(report), baseline)
    for line in gate_lines(failures):
        typer.echo(line, err=True)
    if failures:
        raise typer.Exit(1)
    typer.echo(f"not worse than the baseline {baseline.name}", err=True)
