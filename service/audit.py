"""Who added, described and deleted what, and made and revoked keys: a file that is only added to.

It has names of sources and of keys, never what is in them. An entry is written after its change is committed:
it never tells of what did not happen. Where it cannot be written, the change stands and the log says so.
"""

from __future__ import annotations

import getpass
import logging
import os
import sqlite3
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from service.errors import AuditError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

FILE_NAME = "audit.sqlite"
Action = Literal[
    "added",
    "replaced",
    "described",
    "deleted",
    "restored",
    "collection made",
    "collection deleted",
    "key made",
    "key revoked",
]

_WAIT_SECONDS = 5
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, door TEXT NOT NULL,
    request_id TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, subject_id TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS never_changed BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are only added'); END;
CREATE TRIGGER IF NOT EXISTS never_removed BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are only added'); END;
"""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, by which door: the name of a key, or of a user of this machine; empty: anybody."""

    name: str
    door: str
    request_id: str = ""


_actor: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current_actor() -> Actor:
    """Return on whose behalf the program acts; unless it was said, that of who runs it."""
    return _actor.get() or user_of_this_machine("python")


def act_as(actor: Actor) -> None:
    """Say on whose behalf the program acts from here on, in this context."""
    _actor.set(actor)


def user_of_this_machine(door: str) -> Actor:
    """Return who runs this program."""
    try:
        return Actor(getpass.getuser(), door)
    except (OSError, KeyError):  # a container's user without a name
        return Actor(f"user {os.getuid()}", door)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done; entries are numbered from 1 without gaps."""

    number: int
    at: datetime
    actor: Actor
    action: Action
    subject: str
    subject_id: str


class AuditLog:
    """The entries of one data folder. Safe to use from many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def append(self, action: Action, subject: str, subject_id: str = "") -> None:
        """Add what the current actor has just done; a log that cannot be written undoes nothing."""
        actor, now = current_actor(), datetime.now(UTC).isoformat(timespec="milliseconds")
        row = (now, actor.name, actor.door, actor.request_id, action, subject, subject_id)
        try:
            with self._opened("rwc") as database, database:
                database.executescript(_SCHEMA)
                database.execute("INSERT INTO entries VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row)
        except AuditError as error:
            logger.error("%s What is not in it: %s %s", error, action, subject)  # noqa: TRY400 - it says it all

    def newest(self, *, offset: int = 0, limit: int) -> tuple[list[Entry], int]:
        """Return a part of the entries, the newest first, and how many there are.

        Raises:
            AuditError: the file cannot be read.
        """
        if not self.path.exists():
            return [], 0
        with self._opened("ro") as database:
            rows = database.execute(
                "SELECT * FROM entries ORDER BY number DESC LIMIT ? OFFSET ?", (limit, offset)
            ).fetchall()
            (total,) = database.execute("SELECT coalesce(max(number), 0) FROM entries").fetchone()
            return [_entry(row) for row in rows], total

    def require_whole(self) -> None:
        """Raise AuditError where the file is damaged, or entries are missing."""
        if not self.path.exists():
            return
        with self._opened("ro") as database:
            (answer,) = database.execute("PRAGMA integrity_check").fetchone()
            count, last = database.execute("SELECT count(*), max(number) FROM entries").fetchone()
            if answer != "ok" or count != (last or 0):
                raise sqlite3.DatabaseError(answer if answer != "ok" else "entries are missing")

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        try:
            if mode == "rwc" and not self.path.exists():
                self.path.touch(mode=0o600)
            address = f"{self.path.absolute().as_uri()}?mode={mode}"
            with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)) as database:
                yield database
        except (sqlite3.Error, OSError, ValueError) as error:
            raise AuditError(
                f"{self.path} cannot be used ({error}): restore it from a backup, or move it away and begin"
                " another."
            ) from error


def _entry(row: tuple[int, str, str, str, str, Action, str, str]) -> Entry:
    number, at, actor, door, request_id, action, subject, subject_id = row
    who = Actor(actor, door, request_id)
    return Entry(number, datetime.fromisoformat(at), who, action, subject, subject_id)
