"""How lists look in a terminal: a line each, of which nothing is cut, and no line is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from service.api.schemas import DocumentSummary, Facets, NameInfo, SourceInfo
    from service.audit import Entry


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> None:
    """Print rows under a header, in columns as wide as they need; those at the places ``right`` end alike."""
    from rich.cells import cell_len

    cells = [[_on_a_line(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        line = ""
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cell_len(cell))
            line += f"{'  ' if place else ''}{space + cell if place in right else cell + space}"
        typer.echo(typer.style(line.rstrip(), dim=True) if number == 0 else line.rstrip())


def _on_a_line(text: str) -> str:
    """Return ``text`` in one line, without anything that a terminal would obey."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def print_sources(sources: Sequence[SourceInfo]) -> None:
    """Print the files of an index."""
    if not sources:
        typer.echo("Nothing is indexed yet: `dossier index PATH` indexes a file or a folder.")
        return
    rows = []
    for one in sources:
        counts = (f"{one.documents:,}", f"{one.passages:,}", f"{one.characters:,}")
        rows += [(one.id, *counts, one.name), *(("", "", "", "", f"= {copy}") for copy in one.copies)]
    print_table(("id", "documents", "passages", "characters", "source"), rows, right=(1, 2, 3))


def print_documents(documents: Sequence[DocumentSummary]) -> None:
    """Print documents with what tells them apart."""
    if not documents:
        typer.echo("No document fits; widen the filters, or see `dossier facets`.")
        return
    rows = [(one.id, one.date or "", one.kind or "", one.title, one.source) for one in documents]
    print_table(("id", "date", "kind", "title", "source"), rows)


def print_facets(facets: Facets, names: Collection[str]) -> None:
    """Print those facets that have one of ``names``, a block each."""
    blocks = [
        (name, [(f"{one.documents:,}", one.value) for one in values])
        for name, values in (("kinds", facets.kinds), ("participants", facets.participants))
    ]
    years = [(f"{one.documents:,}", str(one.year)) for one in facets.years]
    blocks.append(("years", years + ([(f"{facets.undated:,}", "undated")] if facets.undated else [])))
    shown = [(name, rows) for name, rows in blocks if name in names]
    for place, (name, rows) in enumerate(shown):
        if place:
            typer.echo()
        print_table(("documents", "people" if name == "participants" else name), rows, right=(0,))


def print_names(names: Sequence[NameInfo]) -> None:
    """Print names that stand in the texts, with their other forms."""
    if not names:
        typer.echo("The texts name none that is sure.")
        return
    rows = [
        (
            f"{one.documents:,}{'' if one.is_exact else '+'}",
            one.name,
            ", ".join(form for form in one.forms if form != one.name),
        )
        for one in names
    ]
    print_table(("documents", "name", "also as"), rows, right=(0,))


def print_audit(entries: Sequence[Entry], total: int) -> None:
    """Print who did what."""
    if not entries:
        typer.echo("Nothing was changed yet.")
        return
    rows = [
        (f"{one.at:%Y-%m-%d %H:%M:%S}", one.actor.name or "anybody", one.actor.door, one.action, one.subject)
        for one in entries
    ]
    print_table(("when (UTC)", "who", "by", "what", ""), rows)
    if total > len(entries):
        typer.echo(typer.style(f"{total - len(entries):,} earlier ones: --limit", dim=True))
