"""What sources are as publications: what each states of itself, and what a person has said instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chunker.documents import Bibliography
from chunker.readers.sidecar import DESCRIBED, Description

if TYPE_CHECKING:
    import sqlite3

    from chunker.documents import Source


def description_of(source: Source) -> Description:
    """Return all that a source says of itself."""
    return {
        name: source.title if name == "title" else getattr(source.bibliography, name) for name in DESCRIBED
    }


def read_descriptions(connection: sqlite3.Connection, source_key: int) -> tuple[Description, Description]:
    """Return what a source states, and what a person has edited of it; for an unknown one, nothing."""
    row = connection.execute(
        "SELECT stated, edited FROM descriptions WHERE source_key = ?", (source_key,)
    ).fetchone()
    return (_read(row[0]), _read(row[1])) if row else ({}, {})


def write_descriptions(
    connection: sqlite3.Connection, source_key: int, stated: Description, edited: Description
) -> None:
    """Write both for a source that is there."""
    connection.execute(
        "INSERT OR REPLACE INTO descriptions (source_key, stated, edited) VALUES (?, ?, ?)",
        (source_key, *(json.dumps(one, ensure_ascii=False) for one in (stated, edited))),
    )


def bibliography_from(stated: str | None, edited: str | None) -> Bibliography:
    """Return the bibliography of a row's ``stated`` and ``edited``."""
    both = {**_read(stated), **_read(edited)}
    said = {name: value or (() if name == "authors" else None) for name, value in both.items()}
    said.pop("title", None)
    return Bibliography(**said)  # type: ignore[arg-type]


def _read(described: str | None) -> dict[str, str | tuple[str, ...] | None]:
    read: dict[str, str | list[str] | None] = json.loads(described or "{}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in read.items()}
