"""`dossier documents`, `people`, `kinds`, `names` and `facets`: what there is to ask."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from service.commands.options import (
    DataOption,
    FromOption,
    JsonOption,
    KindOption,
    ParticipantOption,
    SourceOption,
    ToOption,
    check_filters,
    filters_from,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from embeddings.search import Filters
    from embeddings.store.catalogue import Catalogue

TitleOption = Annotated[
    str | None, typer.Option("--title", metavar="WORDS", help="Only titles that hold these words in a row.")
]
_PART = 1_000
"""Documents that are read at a time."""


def documents(
    *,
    title: TitleOption = None,
    date_from: FromOption = None,
    date_to: ToOption = None,
    kind: KindOption = None,
    participant: ParticipantOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List the documents, by source and place in it: telegrams of a book of telegrams, chapters, whole files.

    \b
      dossier documents --kind telegram --from 1940 --to 1940 --participant Stalin
    """  # noqa: D301 - \\b is how click is told to keep lines
    from service.api.presenting import document_summary
    from service.api.schemas import DocumentList
    from service.commands.lists import print_documents

    filters = filters_from(
        date_from=date_from, date_to=date_to, kinds=kind, participants=participant, sources=source
    )
    with _catalogue(data, filters) as catalogue:
        records, total = catalogue.documents(filters=filters, title_contains=title, limit=_PART)
        while len(records) < total:
            part, _ = catalogue.documents(
                filters=filters, title_contains=title, after=records[-1], limit=_PART
            )
            records += part
    shown = [document_summary(record) for record in records]
    if as_json:
        whole = DocumentList(documents=shown, total=total, offset=0, limit=total, next=None)
        typer.echo(whole.model_dump_json(indent=2))
    else:
        print_documents(shown)


def people(
    *,
    date_from: FromOption = None,
    date_to: ToOption = None,
    kind: KindOption = None,
    participant: ParticipantOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List who wrote, received or took part, with the number of documents, the most frequent first."""
    _print_facets(
        data,
        filters_from(
            date_from=date_from, date_to=date_to, kinds=kind, participants=participant, sources=source
        ),
        {"participants"},
        as_json=as_json,
    )


def kinds(
    *,
    date_from: FromOption = None,
    date_to: ToOption = None,
    participant: ParticipantOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List the kinds of document, with the number of documents, the most frequent first."""
    _print_facets(
        data,
        filters_from(
            date_from=date_from, date_to=date_to, kinds=None, participants=participant, sources=source
        ),
        {"kinds"},
        as_json=as_json,
    )


def names(
    *,
    kind: Annotated[
        Literal["person", "place"], typer.Option("--kind", help="Whether people or places are listed.")
    ] = "person",
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """List the people or places that the texts name, people by their surnames, with the number of documents.

    What is not surely a name is left out.

    \b
      dossier names --kind place
    """  # noqa: D301 - \\b is how click is told to keep lines
    from service.api.presenting import name_list
    from service.assembly import reading_catalogue
    from service.commands.lists import print_names

    with reading_catalogue(settings_from(data=data)) as catalogue:
        found = catalogue.mentioned(kind)
    listed = name_list(found, len(found))
    if as_json:
        typer.echo(listed.model_dump_json(indent=2))
    else:
        print_names(listed.names)


def facets(
    *,
    date_from: FromOption = None,
    date_to: ToOption = None,
    kind: KindOption = None,
    participant: ParticipantOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Show what documents can be filtered by: kinds, people and years, each with its number of documents."""
    _print_facets(
        data,
        filters_from(
            date_from=date_from, date_to=date_to, kinds=kind, participants=participant, sources=source
        ),
        {"kinds", "participants", "years", "undated"},
        as_json=as_json,
    )


def _print_facets(data: "Path | None", filters: "Filters", names: set[str], *, as_json: bool) -> None:
    """Print those facets of the documents that pass ``filters`` that have one of ``names``."""
    from service.api.presenting import facets_of
    from service.commands.lists import print_facets

    with _catalogue(data, filters) as catalogue:
        counted = facets_of(catalogue.facets(filters))
    if as_json:
        typer.echo(counted.model_dump_json(indent=2, include=names))
    else:
        print_facets(counted, names)


@contextmanager
def _catalogue(data: "Path | None", filters: "Filters") -> "Iterator[Catalogue]":
    """Give what the index holds, once the filters are seen to name what is there."""
    from service.assembly import reading_catalogue

    with reading_catalogue(settings_from(data=data)) as catalogue:
        check_filters(catalogue, filters)
        yield catalogue
