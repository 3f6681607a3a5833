"""In how many passages each stem and each n-gram stands: FTS5 could count them, but not quickly enough."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class TermCounts:
    """The table that counts one kind of terms."""

    kind: Literal["stem", "ngram"]

    def add(self, connection: sqlite3.Connection, passages: Iterable[Iterable[str]]) -> None:
        """Count the terms of new passages."""
        connection.executemany(
            f"INSERT INTO {self.kind}_counts ({self.kind}, passages) VALUES (?, ?)"  # noqa: S608 - a constant
            f" ON CONFLICT ({self.kind}) DO UPDATE SET passages = passages + excluded.passages",
            sorted(_counts(passages).items()),
        )

    def remove(self, connection: sqlite3.Connection, passages: Iterable[Iterable[str]]) -> None:
        """Take the terms of passages out of the counts."""
        counts = sorted(_counts(passages).items())
        connection.executemany(
            f"UPDATE {self.kind}_counts SET passages = passages - ? WHERE {self.kind} = ?",  # noqa: S608 - a constant
            ((count, term) for term, count in counts),
        )
        connection.executemany(
            f"DELETE FROM {self.kind}_counts WHERE {self.kind} = ? AND passages = 0",  # noqa: S608 - a constant
            ((term,) for term, _ in counts),
        )

    def of(self, connection: sqlite3.Connection, terms: Iterable[str]) -> dict[str, int]:
        """Return those of ``terms`` that passages hold, and how many hold each."""
        statement = (
            f"SELECT {self.kind}, passages FROM {self.kind}_counts"  # noqa: S608 - a constant
            f" WHERE {self.kind} IN (SELECT value FROM json_each(?))"
        )
        return dict(connection.execute(statement, (json.dumps(sorted(set(terms))),)).fetchall())


STEM_COUNTS = TermCounts("stem")
NGRAM_COUNTS = TermCounts("ngram")


def _counts(passages: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(term for terms in passages for term in set(terms))
