"""Filters and snapshots as conditions on what the engine keeps of a passage."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from embeddings.distributed.points import day_number
from embeddings.store.filtering import participants_matching

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from qdrant_client.models import FieldCondition, Filter

    from embeddings.search import Filters

_SURROGATE = re.compile(r"[\ud800-\udfff]")


def visible(generation: int, more: Sequence[FieldCondition] = ()) -> Filter:
    """Return the condition that a passage is seen at ``generation``, added by then and not removed yet."""
    from qdrant_client import models

    return models.Filter(
        must=[_within("added", last=generation), *more], must_not=[_within("removed", last=generation)]
    )


def removed_by(generation: int) -> Filter:
    """Return the condition that a passage was removed with ``generation`` or before."""
    from qdrant_client import models

    return models.Filter(must=[_within("removed", last=generation)])


def with_keys(ranges: Sequence[tuple[int, int]]) -> Filter:
    """Return the condition that a passage's key is in one of the ranges, ends included."""
    from qdrant_client import models

    return models.Filter(should=[_within("key", first, last) for first, last in ranges])


def key_range(first: int, last: int | None = None) -> list[FieldCondition]:
    """Return the same for one range, to be put beside other conditions."""
    return [_within("key", first, last)]


def payload_conditions(connection: sqlite3.Connection, filters: Filters) -> list[FieldCondition] | None:
    """Return the conditions that ``filters`` put on passages; ``None``: no passage can meet them.

    Names are looked up in the store: it knows which sources, documents and participants are meant.
    """
    from qdrant_client import models

    wanted: list[tuple[str, Sequence[int | str]]] = []
    if filters.sources:
        wanted.append(("source", _keys(connection, _SOURCES, filters.sources)))
    if filters.documents:
        wanted.append(("document", _keys(connection, _DOCUMENTS, filters.documents)))
    if filters.kinds:
        # a lone surrogate in a request cannot be sent, and no document has one
        wanted.append(("kind", [kind for kind in filters.kinds if not _SURROGATE.search(kind)]))
    if filters.participants:
        wanted.append(("participants", participants_matching(connection, filters.participants)))
    if not all(values for _, values in wanted):
        return None
    conditions = [
        models.FieldCondition(key=name, match=models.MatchAny(any=list(values))) for name, values in wanted
    ]
    if filters.date_from is not None:
        conditions.append(_within("last_day", day_number(filters.date_from)))
    if filters.date_to is not None:
        conditions.append(_within("first_day", last=day_number(filters.date_to)))
    return conditions


_SOURCES = """
    SELECT key FROM sources WHERE id IN (SELECT value FROM json_each(?1))
    UNION SELECT source_key FROM source_names WHERE name IN (SELECT value FROM json_each(?1))"""
_DOCUMENTS = "SELECT key FROM documents WHERE id IN (SELECT value FROM json_each(?1))"


def _keys(connection: sqlite3.Connection, statement: str, values: Sequence[str]) -> list[int]:
    return [key for (key,) in connection.execute(statement, (json.dumps(list(values)),))]


def _within(name: str, first: int | None = None, last: int | None = None) -> FieldCondition:
    from qdrant_client import models

    return models.FieldCondition(key=name, range=models.Range(gte=first, lte=last))
