"""From a source to a change of the store: what must be chunked and encoded, then one transaction.

All that takes time happens before the transaction begins. A caller holds the writer's lock, so that
what was read while preparing still holds when it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from chunker.readers.sidecar import described
from chunker.segmenting.boilerplate import edge_lines
from embeddings.indexing import repetition
from embeddings.indexing import writing as store_writing
from embeddings.indexing.preparing import StoredEncoding, prepare_source, storable
from embeddings.indexing.repetition import repeated_in
from embeddings.indexing.writing import spans_as_json
from embeddings.store.descriptions import description_of, read_descriptions, write_descriptions
from embeddings.store.originals import name_original
from embeddings.store.records import read_source

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from chunker.documents import Source, Span
    from chunker.readers.sidecar import Description
    from embeddings.indexing.preparing import IndexingProgress, PreparedSource, Recipe
    from embeddings.store.connections import Store

ChangeStatus = Literal["added", "replaced", "unchanged", "copy"]


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What adding a source did.

    ``copy``: the same bytes are known under the name ``copy_of`` and are not stored again. The counts
    are of the whole source as it stands in the index now; tokens are those of its passages.
    """

    status: ChangeStatus
    name: str
    source_id: str
    documents: int
    passages: int
    tokens: int
    copy_of: str | None = None


@dataclass(slots=True)
class _Plan:
    """What a change does to the source tables.

    ``removed`` are the keys of the sources that go; ``readings`` map the key of a source, ``None`` for
    a new one, to the reading of it that is to be chunked and written; ``new_name`` is a name that the
    source with that key gets. ``descriptions`` are what the sources with these ids state of themselves, and
    what a person has edited of it. ``original`` are a source's id and the digest of its file, where that is
    kept.
    """

    removed: list[int] = field(default_factory=list)
    readings: dict[int | None, Source] = field(default_factory=dict)
    new_name: tuple[int, str] | None = None
    descriptions: dict[str, tuple[Description, Description]] = field(default_factory=dict)
    original: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A source to be chunked and written, under the key it has (``None``: it is new)."""

    source_key: int | None
    source: Source
    repeated: tuple[Span, ...]


_NEW_SOURCE = 0  # a key that no source in the store has


def add_source(
    store: Store,
    recipe: Recipe,
    source: Source,
    *,
    is_kept: bool = False,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> SourceChange:
    """Add one source, or put it in the place of the one that had its name, in one transaction.

    ``is_kept``: the file it was read from is among the originals.
    """
    source = storable(source)
    with store.trying() as connection:
        status, copy_of, plan = _plan_addition(connection, source)
        readings = [] if plan is None else _settle(connection, plan)
    if plan is None:
        with store.writing() as connection:
            if is_kept:
                name_original(connection, source.id, source.digest)
            return _source_change(connection, source, status=status, copy_of=copy_of)
    plan.original = (source.id, source.digest) if is_kept else None
    prepared = _prepare(store, recipe, readings, on_progress=on_progress)
    with store.writing() as connection:
        _write(connection, plan, prepared)
        return _source_change(connection, source, status=status, copy_of=copy_of)


def describe_source(
    store: Store,
    recipe: Recipe,
    source_id: str,
    description: Description,
    *,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> SourceChange | None:
    """Let ``description`` stand for what a source states, in one transaction; ``None`` takes it back.

    Return what that changed, ``None`` where there is no such source.
    """
    with store.trying() as connection:
        row = connection.execute("SELECT key FROM sources WHERE id = ?", (source_id,)).fetchone()
        if row is None:
            return None
        stored = read_source(connection, row[0])
        stated, edited = read_descriptions(connection, row[0])
        stated = stated or description_of(stored)
        edited = {name: value for name, value in {**edited, **description}.items() if value is not None}
        source = described(stored, {**stated, **edited})
        plan = _Plan(readings={row[0]: source}, descriptions={source_id: (stated, edited)})
        readings = _settle(connection, plan)
    prepared = _prepare(store, recipe, readings, on_progress=on_progress)
    with store.writing() as connection:
        _write(connection, plan, prepared)
        return _source_change(connection, source, status="replaced", copy_of=None)


def delete_source(store: Store, recipe: Recipe, source_id: str) -> bool:
    """Delete a source, under all its names, in one transaction; return whether there was one."""
    with store.trying() as connection:
        row = connection.execute("SELECT key FROM sources WHERE id = ?", (source_id,)).fetchone()
        if row is None:
            return False
        plan = _Plan(removed=[row[0]])
        readings = _settle(connection, plan)
    prepared = _prepare(store, recipe, readings)
    with store.writing() as connection:
        _write(connection, plan, prepared)
    return True


def _plan_addition(
    connection: sqlite3.Connection, source: Source
) -> tuple[ChangeStatus, str | None, _Plan | None]:
    """Return what to report, the name of what it is a copy of, and what to do (``None``: nothing)."""
    by_name = connection.execute(
        "SELECT source_key FROM source_names WHERE name = ?", (source.name,)
    ).fetchone()
    by_id = connection.execute("SELECT key FROM sources WHERE id = ?", (source.id,)).fetchone()
    plan = _Plan()
    # What a person has said of a file stands when the file is read again, and when another version comes.
    _, edited = read_descriptions(connection, (by_id or by_name or (_NEW_SOURCE,))[0])
    plan.descriptions[source.id] = (description_of(source), edited)
    source = described(source, edited)
    if by_name is not None and by_name != by_id:
        _take_name(connection, plan, by_name[0], source.name)
    if by_id is None:
        plan.readings[None] = source
        return "added" if by_name is None else "replaced", None, plan
    stored = read_source(connection, by_id[0])
    if by_id != by_name:
        plan.new_name = (by_id[0], source.name)
        if source.name < stored.name:
            # The first name is the one that counts, whichever came first: order must not matter.
            plan.readings[by_id[0]] = source
        return "copy", stored.name, plan
    if source.name != stored.name:
        return "copy", stored.name, None
    if source == stored:
        return "unchanged", None, None
    plan.readings[by_id[0]] = source
    return "replaced", None, plan


def _take_name(connection: sqlite3.Connection, plan: _Plan, source_key: int, name: str) -> None:
    """Take a name from a source, which goes by another one from now on, or else goes altogether."""
    rows = connection.execute(
        "SELECT name FROM source_names WHERE source_key = ? ORDER BY name", (source_key,)
    )
    names = [known for (known,) in rows]
    if names == [name]:
        plan.removed.append(source_key)
    elif names[0] == name:
        plan.readings[source_key] = replace(read_source(connection, source_key), name=names[1])


def _settle(connection: sqlite3.Connection, plan: _Plan) -> list[_Reading]:
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
        repetition.write_edges(connection, _NEW_SOURCE if reading_key is None else reading_key, lines)
    concerned = {
        key
        for site in sites
        if repetition.site_block(connection, site) != before[site]
        for key in repetition.sources_of_site(connection, site)
    }
    settled = [
        _Reading(key, source, repeated_in(connection, source.text)) for key, source in plan.readings.items()
    ]
    for key in sorted(concerned.difference(plan.readings, [_NEW_SOURCE])):
        source = read_source(connection, key)
        repeated = repeated_in(connection, source.text)
        if spans_as_json(repeated) != _stored_repeated(connection, key):
            settled.append(_Reading(key, source, repeated))
    return settled


def _prepare(
    store: Store,
    recipe: Recipe,
    readings: Iterable[_Reading],
    *,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> list[tuple[int | None, PreparedSource]]:
    with store.reading() as connection:
        return [
            (
                reading.source_key,
                prepare_source(
                    reading.source,
                    recipe,
                    reading.repeated,
                    stored_encoding=partial(stored_encoding, connection, with_second=bool(recipe.second)),
                    on_progress=on_progress,
                ),
            )
            for reading in readings
        ]


def stored_encoding(
    connection: sqlite3.Connection, text_hash: bytes, *, with_second: bool = False
) -> StoredEncoding | None:
    """Return what is kept for an indexed text with that hash, or ``None``."""
    row = connection.execute(
        "SELECT p.key, v.vector, v.token_codes FROM passages p JOIN vectors v ON v.passage_key = p.key"
        " WHERE p.text_hash = ? LIMIT 1",
        (text_hash,),
    ).fetchone()
    if row is None:
        return None
    key, vector, codes = row
    second = None
    if with_second:
        statement = "SELECT vector FROM second_vectors WHERE passage_key = ?"
        second = np.frombuffer(connection.execute(statement, (key,)).fetchone()[0], dtype="<f4")
    return StoredEncoding(np.frombuffer(vector, dtype="<f4"), codes, second)


def _stored_repeated(connection: sqlite3.Connection, source_key: int) -> str | None:
    row = connection.execute("SELECT repeated FROM chunkings WHERE source_key = ?", (source_key,)).fetchone()
    return None if row is None else str(row[0])


def _write(
    connection: sqlite3.Connection, plan: _Plan, prepared: Iterable[tuple[int | None, PreparedSource]]
) -> None:
    for key in plan.removed:
        store_writing.delete_source(connection, key)
    if plan.new_name is not None:
        store_writing.name_source(connection, *plan.new_name)
    for source_key, parts in prepared:
        if source_key is None:
            new_key = store_writing.insert_source(connection, parts.chunked.source)
            store_writing.insert_derived(connection, new_key, parts)
        else:
            store_writing.update_source(connection, source_key, parts.chunked.source)
            store_writing.delete_derived(connection, source_key)
            store_writing.insert_derived(connection, source_key, parts)
    for source_id, both in plan.descriptions.items():
        (key,) = connection.execute("SELECT key FROM sources WHERE id = ?", (source_id,)).fetchone()
        write_descriptions(connection, key, *both)
    if plan.original is not None:
        name_original(connection, *plan.original)
    store_writing.new_generation(connection)


def _source_change(
    connection: sqlite3.Connection, source: Source, *, status: ChangeStatus, copy_of: str | None
) -> SourceChange:
    documents, passages, tokens = connection.execute(
        """
        SELECT count(DISTINCT d.key), count(p.key), coalesce(sum(p.token_count), 0)
        FROM sources s JOIN documents d ON d.source_key = s.key LEFT JOIN passages p ON p.document_key = d.key
        WHERE s.id = ?
        """,
        (source.id,),
    ).fetchone()
    return SourceChange(status, source.name, source.id, documents, passages, tokens, copy_of)
