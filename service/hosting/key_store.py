"""Keys in the data folder: a hash of each, what it is for, and who is signed in with it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from service.audit import AuditLog
from service.errors import ConflictError, KeyScopeError, KeyStoreError, NotFoundError
from service.hosting.scopes import HELD_SCOPES, KeyScope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

FILE_NAME = "keys.sqlite"
_MARK = "dossier"
_SECRET_BYTES = 32
"""A key is as hard to guess as a hash of 256 bits: to hash it slowly, or with salt, would add nothing."""
_WAIT_SECONDS = 5
_USE_IS_NOTED_EVERY = timedelta(hours=1)
_SESSION = timedelta(days=14)
"""How long a browser stays signed in. Chosen by hand."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest BLOB NOT NULL, scopes TEXT NOT NULL,
    created_at TEXT NOT NULL, expires_at TEXT, used_at TEXT, collections TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS sessions (
    digest BLOB PRIMARY KEY, key_digest BLOB NOT NULL, expires_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Key:
    """A key, but for what is secret about it. Times are UTC; ``None``: never."""

    id: str
    name: str
    scopes: tuple[KeyScope, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    collections: tuple[str, ...] | None = None
    """Those that it is held to; ``None``: it is held to none, and opens all."""


class KeyStore:
    """The keys of one data folder. Each call opens the file anew, so that a change holds at once for all."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.path = folder / FILE_NAME
        self._now = now
        self._audit = AuditLog(folder)

    def exists(self) -> bool:
        """Tell whether a key was ever made here."""
        return self.path.exists()

    def create(
        self,
        name: str,
        scopes: Iterable[KeyScope],
        *,
        expires_at: datetime | None = None,
        collections: Iterable[str] | None = None,
    ) -> tuple[Key, str]:
        """Make a key, held to some collections or to none; return it and its text, which is kept nowhere.

        Raises:
            KeyScopeError: it is to be held to collections, and to open what is of all.
            ConflictError: there is a key of that name.
            KeyStoreError: the file cannot be used.
        """
        held = None if collections is None else tuple(dict.fromkeys(collections))
        key = Key(secrets.token_hex(4), name, tuple(scopes), self._now(), expires_at, None, held)
        if held is not None and (wide := [one for one in key.scopes if one not in HELD_SCOPES]):
            raise KeyScopeError(f"A key that is held to collections cannot have the scope {wide[0]}.")
        text = f"{_MARK}_{key.id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
        told = (*map(str, key.scopes),)
        with self._changing() as database:
            if database.execute("SELECT 1 FROM keys WHERE name = ?", (name,)).fetchone():
                raise ConflictError(f"There is a key {name}: take another name, or revoke that one.")
            database.execute(
                "INSERT INTO keys (id, name, digest, scopes, created_at, expires_at, collections)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    *(key.id, name, digest_of(text), " ".join(told)),
                    *(_text(key.created_at), _text(expires_at), None if held is None else " ".join(held)),
                ),
            )
        self._audit.append("key made", key.name, key.id)
        return key, text

    def keys(self) -> list[Key]:
        """Return all keys, the oldest first."""
        with self._reading() as database:
            rows = _rows(database, "ORDER BY created_at, id") if database else []
            return [_key(row) for row in rows]

    def revoke(self, name: str) -> Key:
        """Forget the key of a name or id, and who is signed in with it.

        Raises:
            NotFoundError: there is none.
        """
        chosen = next((key for key in self.keys() if name in {key.id, key.name}), None)
        if chosen is None:
            raise NotFoundError(f"There is no key {name}: `dossier keys list` shows those there are.")
        with self._changing() as database:
            database.execute(
                "DELETE FROM sessions WHERE key_digest = (SELECT digest FROM keys WHERE id = ?)", (chosen.id,)
            )
            database.execute("DELETE FROM keys WHERE id = ?", (chosen.id,))
        self._audit.append("key revoked", chosen.name, chosen.id)
        return chosen

    def find(self, given: bytes, *, key_id: str | None = None) -> Key | None:
        """Return the key of a digest, unless it has expired; ``key_id`` saves looking at all of them."""
        with self._reading() as database:
            if database is None:
                return None
            rows = _rows(database, "WHERE ?1 IS NULL OR id = ?1", key_id)
            found = [_key(row) for row in rows if hmac.compare_digest(row[2], given)]
        if not found or _is_over(found[0].expires_at, self._now()):
            return None
        self._note_use(found[0])
        return found[0]

    def open_session(self, key_digest: bytes) -> str:
        """Return what a browser is to send instead of a key."""
        token, now = secrets.token_urlsafe(_SECRET_BYTES), self._now()
        with self._changing() as database:
            database.execute("DELETE FROM sessions WHERE expires_at < ?", (_text(now),))
            database.execute(
                "INSERT INTO sessions VALUES (?, ?, ?)", (digest_of(token), key_digest, _text(now + _SESSION))
            )
        return token

    def session_key(self, token: str) -> bytes | None:
        """Return the digest of the key that somebody signed in with, ``None`` where nobody is."""
        with self._reading() as database:
            row = (
                database
                and database.execute(
                    "SELECT key_digest FROM sessions WHERE digest = ? AND expires_at >= ?",
                    (digest_of(token), _text(self._now())),
                ).fetchone()
            )
        return row[0] if row else None

    def close_session(self, token: str) -> None:
        """Forget that somebody is signed in."""
        with self._changing() as database:
            database.execute("DELETE FROM sessions WHERE digest = ?", (digest_of(token),))

    def _note_use(self, key: Key) -> None:
        now = self._now()
        if key.used_at is not None and now - key.used_at < _USE_IS_NOTED_EVERY:
            return
        try:
            with self._changing(wait_seconds=0) as database:
                database.execute("UPDATE keys SET used_at = ? WHERE id = ?", (_text(now), key.id))
        except KeyStoreError:
            return  # the key is good, whether or not its use can be noted

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Give the database as it is, ``None`` where there is none."""
        if not self.exists():
            yield None
            return
        with self._told_errors(), closing(self._connected("ro", _WAIT_SECONDS)) as database:
            yield database

    @contextmanager
    def _changing(self, *, wait_seconds: float = _WAIT_SECONDS) -> Iterator[sqlite3.Connection]:
        """Give the database to be changed in one transaction."""
        with self._told_errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.exists():
                self.path.touch(mode=0o600)
            with closing(self._connected("rw", wait_seconds)) as database, database:
                database.executescript(_SCHEMA)
                if not _knows_collections(database):
                    database.execute("ALTER TABLE keys ADD COLUMN collections TEXT")
                database.execute("BEGIN IMMEDIATE")
                yield database

    def _connected(self, mode: str, wait_seconds: float) -> sqlite3.Connection:
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        return sqlite3.connect(address, uri=True, timeout=wait_seconds)

    @contextmanager
    def _told_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError) as error:
            raise KeyStoreError(
                f"{self.path} cannot be used ({error}): restore it, or delete it and make new keys."
            ) from error


_Row = tuple[str, str, bytes, str, str, str | None, str | None, str | None]


def _rows(database: sqlite3.Connection, which: str, *values: object) -> list[_Row]:
    held = "collections" if _knows_collections(database) else "NULL"
    return database.execute(
        f"SELECT id, name, digest, scopes, created_at, expires_at, used_at, {held} FROM keys {which}",  # noqa: S608 - ours
        values,
    ).fetchall()


def _knows_collections(database: sqlite3.Connection) -> bool:
    """Tell whether the file was made since keys can be held to collections."""
    return any(name == "collections" for _, name, *_ in database.execute("PRAGMA table_info(keys)"))


def digest_of(secret: str) -> bytes:
    """Return what is kept, and compared, of a key or a session: the same length whatever it is."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def id_in(text: str) -> str | None:
    """Return the id that a key made here carries, ``None`` for any other text."""
    parts = text.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == _MARK else None


def _key(row: _Row) -> Key:
    key_id, name, _, scopes, created_at, expires_at, used_at, collections = row
    return Key(
        key_id,
        name,
        tuple(KeyScope(scope) for scope in scopes.split()),
        datetime.fromisoformat(created_at),
        datetime.fromisoformat(expires_at) if expires_at else None,
        datetime.fromisoformat(used_at) if used_at else None,
        None if collections is None else tuple(collections.split()),
    )


def _text(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat(timespec="seconds") if when else None


def _is_over(expires_at: datetime | None, now: datetime) -> bool:
    return expires_at is not None and now >= expires_at
