"""The SQLite file of one data folder: connections, transactions, and what their failures mean.

The file is in write-ahead-log mode: readers see the state of their first query until they end, a
writer never blocks them, and what a killed writer left half done is not there for anybody.
``synchronous = FULL``, since in this mode ``NORMAL`` may lose the last commits when the power fails.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from embeddings.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexStoreError,
    ManifestMismatchError,
    StorageFullError,
)
from embeddings.store.schema import (
    APPLICATION_ID,
    DERIVED_TABLES,
    FULL_TEXT_TABLES,
    LATER_COLUMNS,
    SCHEMA_VERSION,
    SOURCE_INDEXES,
    SOURCE_TABLE_NAMES,
    SOURCE_TABLES,
)
from embeddings.store.seal import break_seal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

_MINIMUM_SQLITE = (3, 37, 0)  # the first with STRICT tables
# A commit holds others up for well under a second; only another program can keep the file for longer.
_BUSY_TIMEOUT_SECONDS = 10.0
# Of each connection: the upper pages of the search trees stay in memory. Chosen by hand; not measured.
_CACHE_KIBIBYTES = 32_000
_CACHED_STATEMENTS = 256  # more than there are in this program


class Store:
    """The SQLite file at ``path``. Safe to use from many threads: each gets a connection of its own.

    Unless ``read_only``, the file is made where it is missing. ``of_any_schema``: one that was made by an
    earlier version is opened too, of which the source tables alone are what they are now.

    Raises:
        IndexMissingError: ``read_only``, and there is no file.
        ManifestMismatchError: it was made by another version of this program.
        IndexDamagedError: the file is no store of this program, or damaged.
        IndexStoreError: it cannot be opened.
    """

    def __init__(self, path: Path, *, read_only: bool = False, of_any_schema: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._of_any_schema = of_any_schema
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._is_closed = False
        if sqlite3.sqlite_version_info < _MINIMUM_SQLITE:
            raise IndexStoreError(
                f"SQLite {sqlite3.sqlite_version} is too old: use a Python with 3.37 or newer."
            )
        if read_only and not path.is_file():
            raise IndexMissingError(path.parent)
        with translated_errors(path):
            connection = self._connect()
            try:
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)
        self._identity = _identity(path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection within a read transaction: whatever it reads is of one moment."""
        with translated_errors(self.path), self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                _roll_back(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection within a write transaction, committed at the end unless something is raised."""
        with translated_errors(self.path), self._connection() as connection, transaction(connection):
            break_seal(self.path.parent)
            yield connection

    @contextmanager
    def trying(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose every change is taken back at the end: to see what one would lead to."""
        with translated_errors(self.path), self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute("PRAGMA defer_foreign_keys = ON")
                yield connection
            finally:
                _roll_back(connection)

    @contextmanager
    def outside_transactions(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that is in no transaction, for what SQLite only allows there.

        Who changes anything holds the writer's lock.
        """
        with translated_errors(self.path), self._connection() as connection:
            if not self.read_only:
                break_seal(self.path.parent)
            yield connection

    @property
    def is_closed(self) -> bool:
        """Whether :meth:`close` has been called."""
        return self._is_closed

    def close(self) -> None:
        """Close the idle connections, and those in use as soon as they are given back."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Give a connection of the file that was opened: what is written to a deleted one would be lost."""
        if _identity(self.path) != self._identity:
            raise IndexDamagedError(
                f"{self.path} was deleted, or another file put in its place, while it was open: start again."
            )
        with self._lock:
            if self._is_closed:
                raise IndexStoreError(f"The index in {self.path.parent} is closed: open it again.")
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connect()
        try:
            yield connection
        finally:
            with self._lock:
                keep = not self._is_closed
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    def _connect(self) -> sqlite3.Connection:
        if self.read_only:
            return self._connect_read_only()
        connection = self._open("rwc")
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def _connect_read_only(self) -> sqlite3.Connection:
        try:
            return self._open("ro")
        except sqlite3.OperationalError:
            # On a read-only disk SQLite cannot make the log's shared-memory file; without a log
            # nobody is writing, and the file may be read as it is.
            log = self.path.with_name(f"{self.path.name}-wal")
            if log.exists() and log.stat().st_size > 0:
                raise
            return self._open("ro&immutable=1")

    def _open(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_BUSY_TIMEOUT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Make the tables in a new file; see that an old one is ours."""
        if not _has_tables(connection) and not self.read_only:
            with transaction(connection):
                if not _has_tables(connection):
                    make_source_tables(connection)
                    make_derived_tables(connection)
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise IndexDamagedError(
                f"{self.path} is not an index of this program: choose another data folder."
            )
        schema = schema_of(connection)
        if schema > SCHEMA_VERSION:
            raise ManifestMismatchError(
                f"{self.path} was made by a newer version of this program: update it."
            )
        if schema < SCHEMA_VERSION and not self._of_any_schema:
            raise ManifestMismatchError(
                f"The index in {self.path.parent} was made by an earlier version of this program (schema "
                f"{schema}, now {SCHEMA_VERSION}): run `dossier index --rebuild`, which needs no files."
            )


def schema_of(connection: sqlite3.Connection) -> int:
    """Return the version of the schema that a store was made with."""
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    return int(schema)


def make_source_tables(connection: sqlite3.Connection) -> None:
    """Make the source tables, or those, and the columns of those, that an older schema lacks."""
    for statement in SOURCE_TABLES:
        connection.execute(statement)
    for table, column, kind in LATER_COLUMNS:
        known = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        if (column,) not in known:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    for statement in SOURCE_INDEXES:
        connection.execute(statement)


def make_derived_tables(connection: sqlite3.Connection) -> None:
    """Make all but the source tables, and mark the file as a store of this program."""
    for statement in (*DERIVED_TABLES, *FULL_TEXT_TABLES):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def drop_derived_tables(connection: sqlite3.Connection) -> None:
    """Drop all but the source tables, whatever other tables the schema of the file had, damaged or not."""
    # Virtual tables first: they drop tables of their own, which are listed like any other.
    for kind, drop in (("sql LIKE 'CREATE VIRTUAL%'", _drop_virtual), ("name NOT LIKE 'sqlite_%'", _drop)):
        query = f"SELECT name FROM sqlite_master WHERE type = 'table' AND {kind} ORDER BY rowid DESC"  # noqa: S608 - constants
        for (name,) in connection.execute(query).fetchall():
            if name not in SOURCE_TABLE_NAMES:
                drop(connection, name)


def _drop(connection: sqlite3.Connection, table: str) -> None:
    connection.execute(f'DROP TABLE "{table}"')


def _drop_virtual(connection: sqlite3.Connection, table: str) -> None:
    """Drop a virtual table, or forget it where it cannot be opened: its own tables are ordinary ones then."""
    try:
        _drop(connection, table)
    except sqlite3.DatabaseError:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = ?", (table,))
        connection.execute("PRAGMA writable_schema = RESET")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block as one write transaction: all of it is committed, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into this package's, each with the file and the remedy.

    What only a mistake in this program can cause (a constraint, a wrong statement) is left as it is.
    """
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.Error as error:
        raise _translation(error, path) from error


def _translation(error: sqlite3.Error, path: Path) -> IndexStoreError:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    # Never SQLite's own words: they may quote what somebody asked or what stands in a document.
    reason = getattr(error, "sqlite_errorname", type(error).__name__)
    if primary == sqlite3.SQLITE_FULL:
        return StorageFullError(
            f"No space left to write {path}: free some and run it again; what was indexed before stands."
        )
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return IndexBusyError(f"Another program is writing {path}: try again when it is done.")
    is_text_undecodable = code is None and "decode" in str(error)
    if is_text_undecodable or primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return IndexDamagedError(
            f"{path} is damaged ({reason}): restore it from a backup, or delete it and index the files again."
        )
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return IndexStoreError(
            f"{path} cannot be opened ({reason}): check that the folder exists and its permissions."
        )
    return IndexStoreError(f"{path} cannot be used ({reason}): check the disk, then try again.")


def _roll_back(connection: sqlite3.Connection) -> None:
    # After some errors, a full disk among them, SQLite has rolled back by itself.
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at ``path`` from others, ``None`` where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None
