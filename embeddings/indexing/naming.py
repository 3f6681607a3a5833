"""What sources are called: by the end of their path that is as short as tells them apart.

A source is a path in a collection: two files of one name from two folders are two sources. Which names
they get depends on the set of paths alone, not on the order in which they came. The store keeps each path
read upwards, from the file's name to the root, so that those that end alike stand together in its index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Literal

from chunker.readers.file_names import numbered_name, upwards

if TYPE_CHECKING:
    import sqlite3

    from chunker.documents import Source

Placing = Literal["path", "name", "beside"]
"""What a source takes the place of: the one of its path, also one that is shown under its name, or none."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a source came from; its name has at least the last ``parts`` of its ``path``."""

    path: str
    parts: int

    @classmethod
    def of(cls, source: Source) -> Origin:
        """Return where ``source`` came from: the name is all that is known, unless it has a path."""
        return cls(source.path or source.name, source.name.count("/") + 1)

    @property
    def key(self) -> str:
        """The path read upwards."""
        return upwards(self.path)


def placed(connection: sqlite3.Connection, source: Source, placing: Placing) -> Origin:
    """Return the path at which ``source`` is to stand."""
    origin = Origin.of(source)
    if placing == "name" and holder(connection, origin.key) is None:
        row = connection.execute("SELECT origin FROM source_names WHERE name = ?", (source.name,)).fetchone()
        return replace(origin, path=upwards(row[0])) if row else origin
    if placing == "beside":
        own = (None, key_of(connection, source.id))
        paths = (numbered_name(origin.path, number) for number in count(1))
        return replace(origin, path=next(path for path in paths if holder(connection, upwards(path)) in own))
    return origin


def counts(connection: sqlite3.Connection, source: Source, placing: Placing) -> bool:
    """Return whether, of the paths of its bytes, the one at which ``source`` is to stand is what counts."""
    key = key_of(connection, source.id)
    others = origins_of(connection, key) if key is not None else []
    return not others or placed(connection, source, placing).key <= others[0]


def key_of(connection: sqlite3.Connection, source_id: str) -> int | None:
    """Return the key of the source with that id."""
    row = connection.execute("SELECT key FROM sources WHERE id = ?", (source_id,)).fetchone()
    return None if row is None else int(row[0])


def holder(connection: sqlite3.Connection, origin: str) -> int | None:
    """Return the key of the source that stands at a path, read upwards."""
    row = connection.execute("SELECT source_key FROM source_names WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else int(row[0])


def name_at(connection: sqlite3.Connection, origin: str) -> str:
    """Return the name of what stands at a path, read upwards."""
    return str(connection.execute("SELECT name FROM source_names WHERE origin = ?", (origin,)).fetchone()[0])


def origins_of(connection: sqlite3.Connection, source_key: int) -> list[str]:
    """Return the paths of a source, read upwards, in the order that makes the first one its name."""
    rows = connection.execute(
        "SELECT origin FROM source_names WHERE source_key = ? ORDER BY origin", (source_key,)
    )
    return [origin for (origin,) in rows]


def give(connection: sqlite3.Connection, origin: Origin, source_key: int) -> list[str]:
    """Let a source stand at a path, in anyone's place; return the paths, read upwards, that get new names."""
    before = _row(connection, origin.key)
    if before is None:
        connection.execute(
            # a name that no file has, until its neighbour has made room
            "INSERT INTO source_names (name, source_key, origin, parts) VALUES (char(10) || ?1, ?2, ?1, ?3)",
            (origin.key, source_key, origin.parts),
        )
    else:
        connection.execute(
            "UPDATE source_names SET source_key = ?, parts = min(parts, ?) WHERE origin = ?",
            (source_key, origin.parts, origin.key),
        )
    renamed = _name_again(connection, _neighbour(connection, origin.key))
    _name_again(connection, origin.key)
    return renamed if _row(connection, origin.key) == before else [*renamed, origin.key]


def write_fingerprint(connection: sqlite3.Connection, origin: Origin, fingerprint: str) -> None:
    """Write what the file at a path is known by when it is read again."""
    connection.execute("UPDATE source_names SET fingerprint = ? WHERE origin = ?", (fingerprint, origin.key))


def named_after(connection: sqlite3.Connection, origin: Origin, fingerprint: str) -> tuple[int, str] | None:
    """Return the key and the name of what stands at a path, if adding that very file again does nothing."""
    row: tuple[int, str] | None = connection.execute(
        "SELECT source_key, name FROM source_names"
        " WHERE origin = ? AND fingerprint = ? AND parts BETWEEN 1 AND ?",
        (origin.key, fingerprint, origin.parts),
    ).fetchone()
    return row


def take(connection: sqlite3.Connection, origin: str) -> list[str]:
    """Take a path, read upwards, from the source that stands there; return the paths that this names anew."""
    connection.execute("DELETE FROM source_names WHERE origin = ?", (origin,))
    return _name_again(connection, _neighbour(connection, origin))


def adopt(connection: sqlite3.Connection, origin: Origin, source: Source) -> bool:
    """Let what was stored as ``source`` is, before paths were kept, stand at its path from now on.

    Return whether there was such a one.
    """
    row = connection.execute(
        "SELECT n.origin, n.source_key FROM source_names n JOIN sources s ON s.key = n.source_key"
        " WHERE n.name = ? AND n.parts < 0 AND s.id = ?",
        (source.name, source.id),
    ).fetchone()
    if row is None or holder(connection, origin.key) is not None:
        return False
    take(connection, row[0])
    give(connection, origin, row[1])
    return True


def complete(connection: sqlite3.Connection) -> None:
    """Give the sources of a store that was made before paths were kept their names for paths.

    Their ``parts`` are negative: nobody knows what stood above.
    """
    rows = connection.execute("SELECT name FROM source_names WHERE origin = ''").fetchall()
    connection.executemany(
        "UPDATE source_names SET origin = ?, parts = ? WHERE name = ?",
        ((upwards(name), -1 - name.count("/"), name) for (name,) in rows),
    )


def _row(connection: sqlite3.Connection, origin: str) -> tuple[str, int] | None:
    row: tuple[str, int] | None = connection.execute(
        "SELECT name, parts FROM source_names WHERE origin = ?", (origin,)
    ).fetchone()
    return row


def _name_again(connection: sqlite3.Connection, origin: str | None) -> list[str]:
    """Give what stands at a path, read upwards, the name that it has among those that are there now."""
    row = None if origin is None else _row(connection, origin)
    if origin is None or row is None:
        return []
    steps = origin.split("/")
    ends = ["/".join(steps[:length]) for length in range(abs(row[1]), len(steps) + 1)]
    name = upwards(next((end for end in ends if not _others_below(connection, end, origin)), origin))
    connection.execute("UPDATE source_names SET name = ? WHERE origin = ?", (name, origin))
    return [] if name == row[0] else [origin]


def _neighbour(connection: sqlite3.Connection, origin: str) -> str | None:
    """Return the only other path that ends as this one does, as far as that goes; both are read upwards.

    No other name depends on whether this path is there: where several end so, they tell each other apart.
    """
    steps = origin.split("/")
    for length in range(1, len(steps) + 1):
        others = _others_below(connection, "/".join(steps[:length]), origin)
        if len(others) < 2:
            return others[0] if others else None
    return None


def _others_below(connection: sqlite3.Connection, end: str, origin: str) -> list[str]:
    """Return up to two other paths, read upwards, that begin with the parts of ``end``."""
    rows = connection.execute(
        "SELECT origin FROM source_names WHERE origin = ?1 AND origin <> ?2 UNION ALL"
        # '0' is the character after '/'
        " SELECT origin FROM source_names WHERE origin >= ?1 || '/' AND origin < ?1 || '0' AND origin <> ?2"
        " LIMIT 2",
        (end, origin),
    )
    return [other for (other,) in rows]
