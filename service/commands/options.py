"""Options that several commands share, and what becomes of them."""

from __future__ import annotations

import calendar
import datetime as dt
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.api.schemas import SearchFilters
    from service.settings import Settings

logger = logging.getLogger(__name__)

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", help="Folder of the index. [DOSSIER_DATA, else data]"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, as the API gives it.")]
TopKOption = Annotated[
    int | None, typer.Option("--top-k", "-k", min=1, max=50, help="Passages to look at. [5]")
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

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def settings_from(**flags: object) -> Settings:
    """Return the settings, with the flags that were given; log what is odd about them.

    Raises:
        SettingsError: one line for each bad setting.
    """
    from service.settings import load_settings

    loaded = load_settings(flags)
    for warning in loaded.warnings:
        logger.warning("%s", warning)
    return loaded.settings


def filters_from(
    *,
    date_from: str | None,
    date_to: str | None,
    kinds: list[str] | None,
    participants: list[str] | None,
    sources: list[str] | None,
) -> SearchFilters:
    """Return the filters that the options amount to."""
    from service.api.schemas import SearchFilters

    first = parse_date(date_from, option="--from", at_end=False) if date_from else None
    last = parse_date(date_to, option="--to", at_end=True) if date_to else None
    if first and last and first > last:
        raise typer.BadParameter(f"--from {date_from} is after --to {date_to}")
    return SearchFilters(
        date_from=first,
        date_to=last,
        kinds=kinds or [],
        participants=participants or [],
        sources=sources or [],
    )


def parse_date(text: str, *, option: str, at_end: bool) -> dt.date:
    """Return the first or last day of a day, month or year: ``1939-08`` is 1939-08-01 or 1939-08-31."""
    match = _DATE.fullmatch(text)
    year, month, day = (int(part) if part else 0 for part in match.groups()) if match else (0, 0, 0)
    try:
        month = month or (12 if at_end else 1)
        return dt.date(year, month, day or (calendar.monthrange(year, month)[1] if at_end else 1))
    except ValueError:
        raise typer.BadParameter(
            f"{option} {text}: write a day, month or year, as 1939-08-23, 1939-08 or 1939"
        ) from None
