"""``dossier eval``: gold questions asked and measured, or runs compared."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from eval.commands import options  # noqa: TC001 - typer reads it
from eval.commands.shared import errors_in_one_line, read_sources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.documents import Source
    from eval.reports.tables import Table
    from eval.runs.evaluating import Request
    from eval.runs.run import Run


def evaluate(
    gold_files: options.Gold = None,
    *,
    data: options.Data = None,
    as_json: options.Json = False,
    save: options.Save = None,
    html: options.Html = None,
    markdown: options.Markdown = None,
    compare: options.Compare = None,
    side_by_side: options.SideBySide = None,
    external: options.External = None,
    files: options.Files = None,
    with_distractors: options.Distractors = None,
    against: options.Against = None,
    trec: options.Trec = None,
    trec_run: options.TrecRun = None,
    qrels: options.Qrels = None,
    measures: options.Measures = None,
    baseline: options.Baseline = None,
    write_baseline: options.WriteBaseline = None,
    hidden: options.Hidden = True,
    limit: options.Limit = None,
    top_k: options.TopK = 20,
    name: options.Name = None,
) -> None:
    """Ask gold questions and measure the answers, or compare two saved runs."""
    from eval.runs.evaluating import Request
    from eval.runs.run_file import read_run

    with errors_in_one_line():
        if compare:
            _print_comparison(*compare, markdown=markdown)
            return
        if side_by_side:
            _print_side_by_side(side_by_side, markdown=markdown)
            return
        _require_run_and_qrels(trec_run, qrels)
        if trec_run and qrels:
            run = _scored_files(trec_run, qrels, against=against, measures=measures, name=name)
            _write(run, save=save, html=html, markdown=markdown)
            _print(run, as_json=as_json)
            return
        _require_one_of(gold_files, external)
        _require_what_goes_together(gold_files, files, with_distractors)
        held_to = read_run(baseline) if baseline else None  # a bad file is told before anything is asked
        request = Request(
            gold_files=tuple(gold_files or ()),
            external=external,
            data=data,
            sources=tuple(read_sources(files)) if files else (),
            distractors=_read_distractors(with_distractors) if with_distractors else (),
            against=tuple(against or ()),
            asks_hidden=hidden,
            limit=limit,
            top_k=top_k,
            name=name or (external or (gold_files or [Path()])[0]).stem,
            made_at=_now(),
        )
        run = _run_with_progress(request)
        _write(run, save=save, html=html, markdown=markdown, write_baseline=write_baseline)
        _print(run, as_json=as_json)
        if trec:
            _write_trec(run, trec)
        if held_to:
            _pass_gate_or_exit(run, held_to)


def _require_one_of(gold_files: list[Path] | None, external: Path | None) -> None:
    if bool(gold_files) == bool(external):
        raise typer.BadParameter("give gold files, or --external, or --compare, or --run with --qrels")


def _require_run_and_qrels(trec_run: Path | None, qrels: Path | None) -> None:
    if bool(trec_run) != bool(qrels):
        raise typer.BadParameter("--run and --qrels go together")


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

    sources = read_external(path).sources if holds_question_set(path) else read_sources([path])
    return tuple(replace(source, name=f"distractors/{source.name}") for source in sources)


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _scored_files(
    trec_run: Path,
    qrels: Path,
    *,
    against: Sequence[Path] | None,
    measures: Sequence[str] | None,
    name: str | None,
) -> Run:
    from eval.runs.trec import USUAL_MEASURES, score_trec

    return score_trec(
        trec_run,
        qrels,
        others=against or (),
        measures=measures or USUAL_MEASURES,
        name=name or trec_run.stem,
        made_at=_now(),
    )


def _write_trec(run: Run, folder: Path) -> None:
    """Write the rankings, and say how to measure them elsewhere."""
    from eval.runs.trec import write_trec

    for files in write_trec(run, folder):
        typer.echo(f"the same figures: {files}", err=True)


def _run_with_progress(request: Request) -> Run:
    from eval.runs import evaluating
    from eval.runs.progress import shown_progress

    with shown_progress() as on_progress:
        return evaluating.evaluate(request, on_progress=on_progress)


def _write(
    run: Run,
    *,
    save: Path | None,
    html: Path | None,
    markdown: Path | None,
    write_baseline: Path | None = None,
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
    from eval.reports.tables import print_tables
    from service.commands.terminal import console

    print_tables(tables, console())


def _print_comparison(path_a: Path, path_b: Path, *, markdown: Path | None) -> None:
    from eval.reports.comparison import comparison_tables
    from eval.runs.run_file import read_run

    _print_and_write(comparison_tables(read_run(path_a), read_run(path_b)), markdown)


def _print_side_by_side(paths: Sequence[Path], *, markdown: Path | None) -> None:
    from dataclasses import replace

    from eval.reports.confidence import collections_tables
    from eval.runs.run_file import read_run

    runs = [replace(read_run(path), name=path.stem) for path in paths]  # gold files are often named alike
    _print_and_write(collections_tables(runs), markdown)


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
