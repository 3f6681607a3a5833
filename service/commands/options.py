"""Options that several commands share, and what becomes of them."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from embeddings.search import Filters
    from embeddings.store.catalogue import Catalogue
    from service.settings import LoadedSettings, Settings

logger = logging.getLogger(__name__)


_collection: ContextVar[str | None] = ContextVar("collection", default=None)
"""What `dossier --collection NAME` says, which stands before the command."""

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", help="Folder of the index. [DOSSIER_DATA, else data]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, as the API gives it.")]
TopKOption = Annotated[int | None, typer.Option("--top-k", "-k", help="Passages to look at. [5]")]
FormOption = Annotated[
    Literal["extract", "overview", "list", "facts"] | None,
    typer.Option(
        "--form",
        help="What one place says, papers in time's order, documents listed, or the catalogue's facts.",
    ),
]
ModeOption = Annotated[
    Literal["ask", "search"] | None,
    typer.Option(
        "--mode",
        help="Take it for a question, or look for its words as they are written. [as its form says]",
    ),
]
OrderOption = Annotated[
    Literal["relevance", "date"],
    typer.Option("--order", help="Of what a search finds: most weight first, or the earliest."),
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="Documents from this day, month or year on.")
]
ToOption = Annotated[
    str | None, typer.Option("--to", metavar="DATE", help="Documents up to this day, month or year.")
]
KindOption = Annotated[
    list[str] | None, typer.Option("--kind", help="Kind of document, such as telegram. May be repeated.")
]
ParticipantOption = Annotated[
    list[str] | None, typer.Option("--participant", help="Who wrote, received or took part. May be repeated.")
]
SourceOption = Annotated[
    list[str] | None, typer.Option("--source", help="File, by name or id. May be repeated.")
]


def choose_collection(name: str | None) -> None:
    """Say which collection the command that runs means; ``None``: the settings do."""
    _collection.set(name)


def settings_from(**flags: object) -> Settings:
    """Return the settings as they hold in the collection that is meant; log what is odd about them.

    Raises:
        SettingsError: one line for each bad setting.
        NotFoundError: there is no such collection.
    """
    loaded = loaded_settings(**flags)
    for warning in loaded.warnings:
        logger.warning("%s", warning)
    return loaded.settings


def loaded_settings(**flags: object) -> LoadedSettings:
    """Return the settings with where each came from; raises as :func:`settings_from`."""
    from service.collections import collections_in, in_collection, no_collection
    from service.errors import NotFoundError

    loaded = _loaded(flags)
    try:
        return in_collection(loaded)
    except NotFoundError:
        known = [one.name for one in collections_in(loaded.settings.data)]
        raise no_collection(loaded.settings.collection, known) from None


def settings_of_all(**flags: object) -> Settings:
    """Return the settings of the service, whether or not there is the collection that is meant.

    Raises:
        SettingsError: one line for each bad setting.
    """
    return _loaded(flags).settings


def _loaded(flags: Mapping[str, object]) -> LoadedSettings:
    from service.settings import load_settings

    return load_settings({**flags, "collection": _collection.get()})


def filters_from(
    *,
    date_from: str | None,
    date_to: str | None,
    kinds: list[str] | None,
    participants: list[str] | None,
    sources: list[str] | None,
) -> Filters:
    """Return the filters that the options amount to.

    Raises:
        QuestionError: a date is none.
    """
    from embeddings.search import Filters
    from service.understanding.periods import first_day, last_day

    return Filters(
        date_from=first_day(date_from),
        date_to=last_day(date_to),
        kinds=tuple(kinds or ()),
        participants=tuple(participants or ()),
        sources=tuple(sources or ()),
    )


def check_filters(catalogue: Catalogue, filters: Filters) -> None:
    """See that there are the kinds and sources that are asked for.

    Raises:
        QuestionError: there is none of that name, with what may have been meant.
    """
    from service.errors import QuestionError
    from service.wording.suggestions import did_you_mean

    known = [kind for kind, _ in catalogue.facets().kinds] if filters.kinds else []
    for kind in filters.kinds:
        if kind not in known:
            raise QuestionError(
                f"There is no kind {kind}{did_you_mean(kind, known) or '.'}"
                " `dossier kinds` lists those there are.",
                field="filters.kinds",
            )
    for source in filters.sources:
        if catalogue.source(source) is None:
            raise QuestionError(
                f"There is no source {source}{_meant_source(catalogue, source) or '.'}"
                " `dossier sources` lists those there are.",
                field="filters.sources",
            )


def _meant_source(catalogue: Catalogue, wanted: str) -> str:
    from service.wording.suggestions import did_you_mean

    return did_you_mean(wanted, [name for one in catalogue.sources() for name in (one.name, *one.copies)])
