"""Texts encoded before their sources are added, many at a time and elsewhere; adding then encodes nothing.

What was encoded waits in a file of the data folder, by the hash of its text, so that it is not encoded
again after a run was killed. A text that a source turns out not to have costs its encoding, one that was not
foreseen is encoded when its source is added: what an index holds never depends on this.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

from embeddings.indexing.preparing import StoredEncoding, expected_texts, hash_of
from embeddings.store.connections import transaction
from embeddings.store.data_folder import ENCODED_AHEAD_NAME
from embeddings.store.manifest import Manifest
from embeddings.store.vector_block import from_stored, stored_form

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from chunker.documents import Source
    from embeddings.indexing.preparing import Recipe
    from embeddings.store.connections import Store

    BulkEncoder = Callable[[Mapping[bytes, str]], Iterator[tuple[bytes, StoredEncoding]]]
    """Encodes texts, given by their hashes, and yields each one's encoding, in any order."""

_NOT_OF_ENCODINGS = ("schema", "chunk")  # what entries of a manifest begin with that change no encoding


class EncodedAhead:
    """The encodings that wait in ``folder`` for passages by ``recipe``; those by another model are dropped.

    Safe to use from many threads. Close it.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self._path = folder / ENCODED_AHEAD_NAME
        self._lock = threading.Lock()
        entries = Manifest.of(recipe.encoder, recipe.chunking, recipe.codec, recipe.second).entries
        made_by = repr([one for one in sorted(entries.items()) if not one[0].startswith(_NOT_OF_ENCODINGS)])
        self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS encodings (hash BLOB PRIMARY KEY, made_by TEXT, vector BLOB,"
            " token_codes BLOB, second BLOB) WITHOUT ROWID"
        )
        self._connection.execute("DELETE FROM encodings WHERE made_by <> ?", (made_by,))
        self._made_by = made_by

    def get(self, text_hash: bytes) -> StoredEncoding | None:
        """Return the encoding of the text with that hash, ``None``: it does not wait here."""
        statement = "SELECT vector, token_codes, second FROM encodings WHERE hash = ?"
        with self._lock:
            row = self._connection.execute(statement, (text_hash,)).fetchone()
        if row is None:
            return None
        vector, codes, second = row
        return StoredEncoding(from_stored(vector), codes, None if second is None else from_stored(second))

    def put(self, text_hash: bytes, encoding: StoredEncoding) -> None:
        """Keep an encoding; it is on the disk before this returns."""
        second = None if encoding.second is None else stored_form(encoding.second)
        values = (text_hash, self._made_by, stored_form(encoding.vector), encoding.token_codes, second)
        with self._lock:
            self._connection.execute("INSERT OR REPLACE INTO encodings VALUES (?, ?, ?, ?, ?)", values)

    def hashes(self) -> list[bytes]:
        """Return the hashes of the texts whose encodings wait."""
        with self._lock:
            return [text_hash for (text_hash,) in self._connection.execute("SELECT hash FROM encodings")]

    def drop(self, hashes: Iterable[bytes]) -> None:
        """Forget encodings."""
        with self._lock, transaction(self._connection):
            self._connection.executemany("DELETE FROM encodings WHERE hash = ?", ((one,) for one in hashes))

    def close(self) -> None:
        """Close the file, and delete it where nothing waits in it."""
        with self._lock:
            (waiting,) = self._connection.execute("SELECT count(*) FROM encodings").fetchone()
            self._connection.close()
        if not waiting:
            self._path.unlink(missing_ok=True)


def encode_ahead(
    store: Store, recipe: Recipe, ahead: EncodedAhead, sources: Collection[Source], encode: BulkEncoder
) -> None:
    """Have those texts of ``sources`` encoded that neither the store nor ``ahead`` has encodings of.

    What waited and is in the store by now is forgotten; without sources, all.

    Raises:
        EncoderError: ``encode`` failed; what it had done waits.
    """
    texts = {hash_of(text): text for source in sources for text in expected_texts(source, recipe)}
    waiting = ahead.hashes()
    with store.reading() as connection:
        stored = {text_hash for text_hash in {*waiting, *texts} if _is_stored(connection, text_hash)}
    ahead.drop(text_hash for text_hash in waiting if text_hash in stored or not sources)
    missing = {one: text for one, text in texts.items() if one not in stored and ahead.get(one) is None}
    if missing:
        for text_hash, encoding in encode(missing):
            ahead.put(text_hash, encoding)


def _is_stored(connection: sqlite3.Connection, text_hash: bytes) -> bool:
    statement = "SELECT 1 FROM passages WHERE text_hash = ? LIMIT 1"
    return connection.execute(statement, (text_hash,)).fetchone() is not None
