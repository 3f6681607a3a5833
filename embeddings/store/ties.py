"""Equal scores put in an order that depends on the content alone, whatever was indexed first."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


def in_order_of_ids(
    connection: sqlite3.Connection,
    scored: Sequence[tuple[int, float]],
    *,
    table: Literal["passages", "documents"],
) -> list[tuple[int, float]]:
    """Return keys with scores, given best first, with equal scores in the order of the rows' public ids."""
    tied = {key for one, other in pairwise(scored) if one[1] == other[1] for key in (one[0], other[0])}
    if not tied:
        return list(scored)
    rows = connection.execute(
        f"SELECT key, id FROM {table} WHERE key IN (SELECT value FROM json_each(?))",  # noqa: S608 - one of two names
        (json.dumps(list(tied)),),
    )
    id_of = dict(rows.fetchall())
    return sorted(scored, key=lambda hit: (-hit[1], id_of.get(hit[0], "")))
