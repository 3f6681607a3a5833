"""The people and places that stand in the texts: counted with every change, so that no page counts them anew.

Each document's mentions are kept, and summed by form over all documents. What names there are follows from
the sums of those forms that may be one name's (:mod:`chunker.metadata.mentioned_names`); only these are
looked at again when a document with one of them comes or goes.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

from chunker.metadata.mentioned_names import cluster_of, names_among
from chunker.metadata.mentions import Mention

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from chunker.metadata.mentioned_names import Name, NameKind

# The documents of a name of several forms are counted up to so many, each time one of them comes or goes.
# Beyond, only the least number is told.
_COUNTED = 500

_COUNTS = "count, inside, as_person, as_place, against, small"
_SUMS = ", ".join(f"{name} = {name} + excluded.{name}" for name in ("documents", *_COUNTS.split(", ")))


@dataclass(frozen=True, slots=True)
class NameRecord:
    """A name that stands in texts, with its forms, the most frequent first, and how many documents have it.

    Without ``is_exact`` there may be more than ``documents``.
    """

    kind: NameKind
    name: str
    forms: tuple[str, ...]
    documents: int
    is_exact: bool


def add_mentions(connection: sqlite3.Connection, document_key: int, mentions: Iterable[Mention]) -> None:
    """Write what a new document mentions."""
    rows = [astuple(one) for one in mentions]
    connection.executemany(
        f"INSERT INTO document_mentions (document_key, form, {_COUNTS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - made of constants
        ((document_key, *row) for row in rows),
    )
    _add_to_totals(connection, rows, sign=1)


def remove_mentions(connection: sqlite3.Connection, document_keys: Sequence[int]) -> None:
    """Take what documents mention out again."""
    keys = json.dumps(list(document_keys))
    rows = connection.execute(
        f"SELECT form, {_COUNTS} FROM document_mentions"  # noqa: S608 - made of constants
        " WHERE document_key IN (SELECT value FROM json_each(?))",
        (keys,),
    ).fetchall()
    _add_to_totals(connection, rows, sign=-1)
    connection.executemany(
        "DELETE FROM mention_totals WHERE form = ? AND documents = 0", ((row[0],) for row in rows)
    )
    connection.execute(
        "DELETE FROM document_mentions WHERE document_key IN (SELECT value FROM json_each(?))", (keys,)
    )


def _add_to_totals(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]], *, sign: int) -> None:
    totals = [(form, cluster_of(form), sign, *(sign * count for count in counts)) for form, *counts in rows]
    connection.executemany(
        f"INSERT INTO mention_totals (form, cluster, documents, {_COUNTS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - made of constants
        f" ON CONFLICT (form) DO UPDATE SET {_SUMS}",
        totals,
    )
    connection.executemany(
        "INSERT OR IGNORE INTO unsettled_names (cluster) VALUES (?)",
        sorted({(cluster,) for _, cluster, *_ in totals}),
    )
    _unsettle_those_called(connection, [(form, counts[4]) for form, *counts in totals if " " not in form])


def _unsettle_those_called(connection: sqlite3.Connection, changes: Iterable[tuple[str, int]]) -> None:
    """Look again at the forms that begin with a word which has become a person's name, or is none any more.

    ``changes`` are such words, with by how much that is shown more often now, or less.
    """
    for word, change in changes:
        row = connection.execute("SELECT as_person FROM mention_totals WHERE form = ?", (word,)).fetchone()
        if change and row[0] in {change, 0}:
            connection.execute(
                f"INSERT OR IGNORE INTO unsettled_names (cluster) {_clusters_behind('?1')}",
                (word,),
            )


def _clusters_behind(word: str) -> str:
    """Return the query for the clusters of forms that begin with what the parameter ``word`` stands for."""
    # '!' is the character after the space
    return f"SELECT cluster FROM mention_totals WHERE form > {word} || ' ' AND form < {word} || '!'"  # noqa: S608 - made of constants


def settle_names(connection: sqlite3.Connection) -> None:
    """Say anew which names there are, as far as what has come or gone since touches them."""
    for (cluster,) in connection.execute("SELECT cluster FROM unsettled_names").fetchall():
        connection.execute("DELETE FROM names WHERE cluster = ?", (cluster,))
        rows = connection.execute(
            f"SELECT form, {_COUNTS} FROM mention_totals WHERE cluster = ?",  # noqa: S608 - made of constants
            (cluster,),
        )
        mentions = [Mention(*row) for row in rows]
        for name in names_among(mentions, _first_names_among(connection, mentions)):
            connection.execute(
                "INSERT INTO names (kind, sorted_by, name, cluster, forms, documents, is_exact)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(name.kind, sorted_by(name.kind, name.name), name.name, cluster),
                    *(_json(name.forms), *_documents_with(connection, name)),
                ),
            )
    connection.execute("DELETE FROM unsettled_names")


def _first_names_among(connection: sqlite3.Connection, mentions: Iterable[Mention]) -> frozenset[str]:
    """Return which first words of these forms name persons when they stand alone."""
    first = sorted({one.form.split()[0] for one in mentions if " " in one.form})
    rows = connection.execute(
        "SELECT form FROM mention_totals WHERE as_person > 0 AND form IN (SELECT value FROM json_each(?))",
        (_json(first),),
    )
    return frozenset(form for (form,) in rows)


def _documents_with(connection: sqlite3.Connection, name: Name) -> tuple[int, bool]:
    """Return how many documents have a name at least, and whether that is all of them."""
    least, most = connection.execute(
        "SELECT max(documents), sum(documents) FROM mention_totals"
        " WHERE form IN (SELECT value FROM json_each(?))",
        (_json(name.forms),),
    ).fetchone()
    if len(name.forms) == 1 or most > _COUNTED:
        return least, len(name.forms) == 1
    (counted,) = connection.execute(
        "SELECT count(DISTINCT document_key) FROM document_mentions"
        " WHERE form IN (SELECT value FROM json_each(?))",
        (_json(name.forms),),
    ).fetchone()
    return counted, True


def sorted_by(kind: NameKind, name: str) -> str:
    """Return under what a name stands in the alphabet: a person's surname, a place's whole name."""
    return cluster_of(name) if kind == "person" else name


_RECORD = "SELECT kind, name, forms, documents, is_exact FROM names WHERE kind = ?"


def names_by_alphabet(
    connection: sqlite3.Connection, kind: NameKind, *, after: str = "", limit: int | None = None
) -> list[NameRecord]:
    """Return names of a kind from behind ``after``, by the alphabet: persons by their surnames."""
    rows = connection.execute(
        f"{_RECORD} AND (sorted_by, name) > (?, ?) ORDER BY sorted_by, name LIMIT ?",
        (kind, sorted_by(kind, after), after, -1 if limit is None else limit),
    )
    return list(map(_record, rows))


def most_frequent_names(connection: sqlite3.Connection, kind: NameKind, *, limit: int) -> list[NameRecord]:
    """Return the names of a kind that most documents have."""
    rows = connection.execute(f"{_RECORD} ORDER BY documents DESC, name LIMIT ?", (kind, limit))
    return list(map(_record, rows))


def read_name(connection: sqlite3.Connection, kind: NameKind, name: str) -> NameRecord | None:
    """Return the name of a kind that is called so, ``None``: there is none."""
    row = connection.execute(
        f"{_RECORD} AND sorted_by = ? AND name = ?", (kind, sorted_by(kind, name), name)
    ).fetchone()
    return None if row is None else _record(row)


def persons_beside(connection: sqlite3.Connection, name: str, *, limit: int) -> list[NameRecord]:
    """Return the persons who may be meant by ``name`` alone, or the one by the first word of ``name``.

    "Anna" may be Anna Weber, and Anna Weber may stand in texts as Anna.
    """
    first, _, more = name.partition(" ")
    if more:
        alone = read_name(connection, "person", first)
        return [alone] if alone else []
    rows = connection.execute(
        f"{_RECORD} AND name > ?2 || ' ' AND name < ?2 || '!' AND cluster IN ({_clusters_behind('?2')})"
        " ORDER BY documents DESC, name LIMIT ?3",
        ("person", name, limit),
    )
    return list(map(_record, rows))


def _record(row: tuple[NameKind, str, str, int, int]) -> NameRecord:
    kind, name, forms, documents, is_exact = row
    return NameRecord(kind, name, tuple(json.loads(forms)), documents, bool(is_exact))


def _json(forms: Sequence[str]) -> str:
    return json.dumps(list(forms))
