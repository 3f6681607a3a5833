"""What a change of one source comes to, seen by trying it: which sources go, and which are chunked anew.

Adding one file may name others anew, and may show what many files repeat; both are found out in a
transaction that is taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from chunker.readers.sidecar import described
from chunker.segmenting.boilerplate import edge_lines
from embeddings.indexing import naming, repetition
from embeddings.indexing.repetition import repeated_in
from embeddings.indexing.writing import spans_as_json
from embeddings.store.descriptions import description_of, read_descriptions
from embeddings.store.records import read_source

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from chunker.documents import Source, Span
    from chunker.readers.sidecar import Description
    from embeddings.indexing.naming import Origin

ChangeStatus = Literal["added", "replaced", "unchanged", "copy"]
NEW_SOURCE = 0  # a key that no source in the store has


@dataclass(slots=True)
class Plan:
    """What a change does to the source tables.

    ``removed`` are the keys of the sources that go, ``taken`` the paths, read upwards, at which nothing is to
    stand any more; ``readings`` map the key of a source, ``None`` for
    a new one, to the reading of it that is to be chunked and written; ``added`` is the source as it was
    given, and where it is to stand. ``descriptions`` are what the sources with these ids state of
    themselves, and what a person has edited of it. ``original`` are a source's id and the digest of its
    file, where that is kept.
    """

    removed: list[int] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    readings: dict[int | None, Source] = field(default_factory=dict)
    added: tuple[Source, Origin] | None = None
    descriptions: dict[str, tuple[Description, Description]] = field(default_factory=dict)
    original: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A source to be chunked and written, under the key it has (``None``: it is new)."""

    source_key: int | None
    source: Source
    repeated: tuple[Span, ...]


def plan_addition(
    connection: sqlite3.Connection, source: Source, origin: Origin
) -> tuple[ChangeStatus, str | None, Plan | None]:
    """Return what to report, the name of what it is a copy of, and what to do (``None``: nothing).

    The names are changed on the way, as they will be when all is written.
    """
    key = naming.key_of(connection, source.id)
    is_adopted = naming.adopt(connection, origin, source)
    former = naming.holder(connection, origin.key)
    was_first = former is not None and naming.origins_of(connection, former)[0] == origin.key
    stored = None if key is None else read_source(connection, key)
    plan = Plan(added=(source, origin))
    # What a person has said of a file stands when the file is read again, and when another version comes.
    _, edited = read_descriptions(connection, key or former or NEW_SOURCE)
    plan.descriptions[source.id] = (description_of(source), edited)
    is_named_anew = _read_renamed(
        connection, plan, naming.give(connection, origin, NEW_SOURCE if key is None else key)
    )
    if former is not None and former != key:
        if not naming.origins_of(connection, former):
            plan.removed.append(former)
        elif was_first:
            plan.readings[former] = read_source(connection, former)
    reading = replace(described(source, edited), name=naming.name_at(connection, origin.key), path=None)
    if key is None or stored is None:
        plan.readings[None] = reading
        return "added" if former is None else "replaced", None, plan
    is_first = naming.origins_of(connection, key)[0] == origin.key
    if is_first and reading != stored:
        # The first path is the one that counts, whichever came first: order must not matter.
        plan.readings[key] = reading
    if not is_first:
        plan.descriptions.clear()
    if former != key or not is_first:
        has_changed = former != key or is_adopted or is_named_anew
        return "copy", stored.name, plan if has_changed else None
    if plan.readings or is_named_anew:
        return "replaced", None, plan
    return "unchanged", None, plan if is_adopted else None


def plan_deletion(connection: sqlite3.Connection, source_key: int, *, path: str | None = None) -> Plan:
    """Return what to do so that a source goes under all its names, or from one ``path``, read upwards.

    It goes with the last one. The names are changed on the way.
    """
    paths = naming.origins_of(connection, source_key)
    plan = Plan(taken=paths if path is None else [path])
    for origin in plan.taken:
        _read_renamed(connection, plan, naming.take(connection, origin))
    if plan.taken == paths:
        plan.removed.append(source_key)
        plan.readings.pop(source_key, None)
    elif path == paths[0]:
        plan.readings[source_key] = read_source(connection, source_key)
    return plan


def _read_renamed(connection: sqlite3.Connection, plan: Plan, renamed: Iterable[str]) -> bool:
    """Plan to chunk anew the sources that are called after ``renamed`` paths; tell whether there are any."""
    names = list(renamed)
    for origin in names:
        key = naming.holder(connection, origin)
        if key not in (None, NEW_SOURCE) and naming.origins_of(connection, key)[0] == origin:
            plan.readings[key] = read_source(connection, key)
    return bool(names)


def settle(connection: sqlite3.Connection, plan: Plan) -> list[Reading]:
    """Return what is to be chunked: what the plan says, and every source in which that changes something.

    The edges of the sources are changed on the way, as they will be when all is written.
    """
    changed = [*plan.removed, *(key for key in plan.readings if key is not None)]
    edges = {key: edge_lines(source.text) for key, source in plan.readings.items()}
    sites = repetition.sites_of(connection, changed, edges.values())
    before = {site: repetition.site_block(connection, site) for site in sites}
    for key in changed:
        repetition.delete_edges(connection, key)
    for reading_key, lines in edges.items():
        repetition.write_edges(connection, NEW_SOURCE if reading_key is None else reading_key, lines)
    concerned = {
        key
        for site in sites
        if repetition.site_block(connection, site) != before[site]
        for key in repetition.sources_of_site(connection, site)
    }
    settled = [
        Reading(key, source, repeated_in(connection, source.text)) for key, source in plan.readings.items()
    ]
    for key in sorted(concerned.difference(plan.readings, [NEW_SOURCE])):
        source = read_source(connection, key)
        repeated = repeated_in(connection, source.text)
        if spans_as_json(repeated) != _stored_repeated(connection, key):
            settled.append(Reading(key, source, repeated))
    return settled


def _stored_repeated(connection: sqlite3.Connection, source_key: int) -> str | None:
    row = connection.execute("SELECT repeated FROM chunkings WHERE source_key = ?", (source_key,)).fetchone()
    return None if row is None else str(row[0])
