"""From a source to a change of the store: what must be chunked and encoded, then one transaction.

All that takes time happens before the transaction begins. A caller holds the writer's lock, so that
what was read while preparing still holds when it is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from chunker.readers.file_names import upwards
from chunker.readers.sidecar import described
from embeddings.indexing import naming
from embeddings.indexing import writing as store_writing
from embeddings.indexing.planning import NEW_SOURCE, Plan, plan_addition, plan_deletion, settle
from embeddings.indexing.preparing import StoredEncoding, prepare_source, storable, storable_text
from embeddings.store.descriptions import description_of, read_descriptions, write_descriptions
from embeddings.store.names import settle_names
from embeddings.store.originals import name_original, original_of
from embeddings.store.records import read_source
from embeddings.store.vector_block import from_stored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Sequence

    from chunker.documents import Source
    from chunker.readers.sidecar import Description
    from embeddings.indexing.naming import Origin, Placing
    from embeddings.indexing.planning import ChangeStatus, Reading
    from embeddings.indexing.preparing import IndexingProgress, PreparedSource, Recipe
    from embeddings.store.connections import Store


@dataclass(frozen=True, slots=True)
class SourceChange:
    """What adding a source did.

    ``copy``: the same bytes are known under the name ``copy_of`` and are not stored again. The counts
    are of the whole source as it stands in the index now; tokens are those of its passages. Without
    ``has_changed`` all that was known before.
    """

    status: ChangeStatus
    name: str
    source_id: str
    documents: int
    passages: int
    tokens: int
    copy_of: str | None = None
    has_changed: bool = True


def add_source(
    store: Store,
    recipe: Recipe,
    source: Source,
    *,
    placing: Placing = "path",
    is_kept: bool = False,
    on_progress: Callable[[IndexingProgress], None] | None = None,
) -> SourceChange:
    """Add one source, or put it in the place of the one that ``placing`` says, in one transaction.

    ``is_kept``: the file it was read from is among the originals.
    """
    source = storable(source)
    with store.trying() as connection:
        origin = naming.placed(connection, source, placing)
        status, copy_of, plan = plan_addition(connection, source, origin)
        source = replace(source, name=naming.name_at(connection, origin.key))
        readings = [] if plan is None else settle(connection, plan)
    if plan is None:
        with store.writing() as connection:
            if is_kept:
                name_original(connection, source.id, source.digest)
            naming.write_fingerprint(connection, origin, source.fingerprint)
            known = _source_change(connection, source.id, source.name, status=status, copy_of=copy_of)
            return replace(known, has_changed=False)
    plan.original = (source.id, source.digest) if is_kept else None
    prepared = _prepare(store, recipe, readings, on_progress=on_progress)
    with store.writing() as connection:
        _write(connection, plan, prepared)
        naming.write_fingerprint(connection, origin, source.fingerprint)
        return _source_change(connection, source.id, source.name, status=status, copy_of=copy_of)


def unchanged(
    connection: sqlite3.Connection, origin: Origin, fingerprint: str, *, is_kept: bool
) -> SourceChange | None:
    """Return what adding a file with that ``fingerprint`` comes to, if that is known to be nothing.

    ``is_kept``: the file it was read from is to be among the originals.
    """
    row = naming.named_after(connection, origin, fingerprint)
    if row is None or (is_kept and original_of(connection, row[0]) is None):
        return None
    key, name = row
    (source_id,) = connection.execute("SELECT id FROM sources WHERE key = ?", (key,)).fetchone()
    first = naming.origins_of(connection, key)[0]
    copy_of = None if first == origin.key else naming.name_at(connection, first)
    status: ChangeStatus = "copy" if copy_of else "unchanged"
    known = _source_change(connection, source_id, name, status=status, copy_of=copy_of)
    return replace(known, has_changed=False)


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
        plan = Plan(readings={row[0]: source}, descriptions={source_id: (stated, edited)})
        readings = settle(connection, plan)
    prepared = _prepare(store, recipe, readings, on_progress=on_progress)
    with store.writing() as connection:
        _write(connection, plan, prepared)
        return _source_change(connection, source.id, source.name, status="replaced")


def delete_source(store: Store, recipe: Recipe, source_id: str, *, path: str | None = None) -> bool:
    """Delete a source in one transaction, under all its names or from one path; return whether it was there.

    It goes with the last of its paths.
    """
    taken = None if path is None else upwards(storable_text(path))
    with store.trying() as connection:
        key = naming.key_of(connection, source_id)
        if key is None or (taken is not None and naming.holder(connection, taken) != key):
            return False
        plan = plan_deletion(connection, key, path=taken)
        readings = settle(connection, plan)
    prepared = _prepare(store, recipe, readings)
    with store.writing() as connection:
        _write(connection, plan, prepared)
    return True


def _prepare(
    store: Store,
    recipe: Recipe,
    readings: Iterable[Reading],
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
        second = from_stored(connection.execute(statement, (key,)).fetchone()[0])
    return StoredEncoding(from_stored(vector), codes, second)


def _write(
    connection: sqlite3.Connection, plan: Plan, prepared: Sequence[tuple[int | None, PreparedSource]]
) -> None:
    store_writing.new_generation(connection)
    new_key = _write_names(connection, plan)
    for removed in plan.removed:
        store_writing.delete_source(connection, removed)
    for key, parts in prepared:
        if key is not None:
            store_writing.update_source(connection, key, parts.chunked.source)
            store_writing.delete_derived(connection, key)
    for key, parts in prepared:
        # only now that no id of the old ones is in the way
        store_writing.insert_derived(connection, new_key if key is None else key, parts)
    settle_names(connection)
    for source_id, both in plan.descriptions.items():
        (key,) = connection.execute("SELECT key FROM sources WHERE id = ?", (source_id,)).fetchone()
        write_descriptions(connection, key, *both)
    if plan.original is not None:
        name_original(connection, *plan.original)


def _write_names(connection: sqlite3.Connection, plan: Plan) -> int:
    """Change the names as they were when this was planned; return the key of the source that was added."""
    if plan.added is None:
        for path in plan.taken:
            naming.take(connection, path)
        return NEW_SOURCE
    source, origin = plan.added
    if None in plan.readings:
        return store_writing.insert_source(connection, plan.readings[None], origin)
    naming.adopt(connection, origin, source)
    key = naming.key_of(connection, source.id) or NEW_SOURCE
    naming.give(connection, origin, key)
    return key


def _source_change(
    connection: sqlite3.Connection,
    source_id: str,
    name: str,
    *,
    status: ChangeStatus,
    copy_of: str | None = None,
) -> SourceChange:
    documents, passages, tokens = connection.execute(
        """
        SELECT count(DISTINCT d.key), count(p.key), coalesce(sum(p.token_count), 0)
        FROM sources s JOIN documents d ON d.source_key = s.key LEFT JOIN passages p ON p.document_key = d.key
        WHERE s.id = ?
        """,
        (source_id,),
    ).fetchone()
    return SourceChange(status, name, source_id, documents, passages, tokens, copy_of)
