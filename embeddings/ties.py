"""Equal scores put in an order that depends on the content alone, whatever was indexed first."""

from __future__ import annotations

import json
from collections import Counter
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
    """Return keys with scores, best first, equal scores in the order of the rows' public ids."""
    counts = Counter(score for _, score in scored)
    tied = [key for key, score in scored if counts[score] > 1]
    id_of: dict[int, str] = {}
    if tied:
        rows = connection.execute(
            f"SELECT key, id FROM {table} WHERE key IN (SELECT value FROM json_each(?))",  # noqa: S608 - one of two names
            (json.dumps(tied),),
        )
        id_of = dict(rows.fetchall())
    return sorted(scored, key=lambda hit: (-hit[1], id_of.get(hit[0], "")))
