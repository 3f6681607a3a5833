"""Whether a data folder is whole, and putting right what can be made again from what is."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from embeddings.errors import EmbeddingsError
from service.assembly import load_encoder, load_second_encoder, open_index, rebuild_index
from service.audit import AuditLog
from service.collections import collections_in, has_index, settings_in
from service.errors import AuditError, JobStoreError, ServiceError
from service.jobs.store import JobStore
from service.settings import DEFAULT_COLLECTION
from service.version import installed_version

if TYPE_CHECKING:
    from embeddings.encoders.encoder import Encoder
    from embeddings.store.connections import Store
    from embeddings.store.integrity import Finding
    from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and what to do, in one line."""

    told: str
    is_repaired: bool = False


@dataclass(slots=True)
class Examination:
    """What was found in a data folder."""

    folder: str
    version: str
    schema: int = 0
    model: str = ""
    sources: int = 0
    passages: int = 0
    free_bytes: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong, or all of it was put right."""
        return all(problem.is_repaired for problem in self.problems)


def examine_all(settings: Settings, *, repair: bool = False) -> dict[str, Examination]:
    """Look at the collection that the settings name or, where that is the default one, at all of them.

    Of the others that have an index, one that cannot even be looked at is told as a problem. Raises as
    :func:`examine`.
    """
    found = {settings.collection: examine(settings, repair=repair)}
    others = collections_in(settings.data)[1:] if settings.collection == DEFAULT_COLLECTION else []
    for name in (one.name for one in others if has_index(one)):
        try:
            found[name] = examine(settings_in(settings, name), repair=repair)
        except (ServiceError, EmbeddingsError) as error:
            broken = Examination(str(settings.data), installed_version())
            broken.problems.append(Problem(str(error)))
            found[name] = broken
    return found


def examine(settings: Settings, *, repair: bool = False) -> Examination:
    """Look at everything in the data folder; ``repair`` puts right what can be made again.

    Raises:
        IndexMissingError: there is no index.
        IndexDamagedError: the store is not what it was when it was closed, or SQLite cannot read it.
        ManifestMismatchError: it was made by another version.
        EngineError: the engine that is searched does not answer, or has the passages of another index.
    """
    from embeddings.encoders.encoder import EncoderError
    from embeddings.errors import IndexMissingError
    from embeddings.local_index import examine_store
    from embeddings.store.connections import Store
    from embeddings.store.data_folder import STORE_NAME
    from embeddings.store.seal import require_whole

    path = settings.folder / STORE_NAME
    require_whole(settings.folder)
    if not path.is_file():
        raise IndexMissingError(settings.folder)
    examination = Examination(str(settings.folder), installed_version())
    encoder: Encoder | None = None
    try:
        encoder = load_encoder(settings)
    except EncoderError as error:
        examination.problems.append(Problem(str(error)))
    with closing(Store(path)) as store:
        _describe(examination, store)
        before = examine_store(settings.folder, store)
    if repair:
        _repair(settings, encoder, before)
    with closing(Store(path)) as store:
        after = set(examine_store(settings.folder, store)) if repair else set(before)
    examination.problems += [Problem(str(one), is_repaired=one not in after) for one in before]
    if encoder is not None:
        with open_index(
            settings, encoder=encoder, second=load_second_encoder(settings), refill=repair
        ) as index:
            examination.problems += [
                Problem(line, is_repaired=repair) for line in index.search_problems(repair=repair)
            ]
    examination.problems += map(Problem, _of_the_folder(settings, examination.free_bytes))
    return examination


def _describe(examination: Examination, store: Store) -> None:
    from embeddings.store.catalogue import Catalogue
    from embeddings.store.connections import schema_of
    from embeddings.store.manifest import read_manifest

    with store.reading() as connection:
        info, manifest = Catalogue(connection).info(), read_manifest(connection)
        examination.schema = schema_of(connection)
    examination.sources, examination.passages = info.sources, info.passages
    if manifest is not None:
        examination.model = f"{manifest.model} {manifest.entries.get('model revision', '')}".rstrip()
    examination.free_bytes = shutil.disk_usage(store.path.parent).free


def _repair(settings: Settings, encoder: Encoder | None, findings: list[Finding]) -> None:
    """Make what is derived anew from the sources, if these are whole, and remove what none needs."""
    from embeddings.store.connections import Store
    from embeddings.store.data_folder import LOCK_TIMEOUT_SECONDS, STORE_NAME, writers_lock
    from embeddings.store.integrity import MAKE_ANEW, REMOVE
    from embeddings.store.originals import Originals

    remedies = {finding.remedy for finding in findings}
    if encoder is not None and MAKE_ANEW in remedies <= {MAKE_ANEW, REMOVE}:
        rebuild_index(settings, encoder=encoder, second=load_second_encoder(settings))
    if REMOVE in remedies:
        with (
            writers_lock(settings.folder, timeout_seconds=LOCK_TIMEOUT_SECONDS),
            closing(Store(settings.folder / STORE_NAME)) as store,
        ):
            Originals(settings.folder, store).discard_orphans()


def _of_the_folder(settings: Settings, free_bytes: int) -> list[str]:
    """Return what is wrong beside the index."""
    from embeddings.store.data_folder import STORE_NAME
    from service.hosting.key_store import FILE_NAME

    found = []
    needed = (settings.folder / STORE_NAME).stat().st_size
    if free_bytes < needed:
        # Making the index anew, and a backup, each take as much as it.
        found.append(
            f"disk: {free_bytes / 2**20:,.0f} MiB are left, the index has {needed / 2**20:,.0f}: free some"
        )
    keys = settings.folder / FILE_NAME
    try:
        if keys.exists():
            with closing(sqlite3.connect(f"{keys.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                (answer,) = connection.execute("PRAGMA integrity_check").fetchone()
                if answer != "ok":
                    raise sqlite3.DatabaseError(answer)
    except sqlite3.Error:
        found.append(f"{keys} is damaged: restore it from a backup, or delete it and make new keys")
    try:
        AuditLog(settings.folder).require_whole()
    except AuditError as error:
        found.append(str(error))
    jobs = JobStore(settings.folder, max_queued=settings.max_queued_jobs)
    try:
        if jobs.path.exists():
            jobs.require_whole()
    except JobStoreError as error:
        found.append(str(error))
    finally:
        jobs.close()
    return found
