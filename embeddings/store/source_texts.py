"""The texts of sources, kept in blocks of some thousand characters: a part of a long one is read alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.store.connections import transaction
from embeddings.store.schema import BLOCK_CHARACTERS

if TYPE_CHECKING:
    import sqlite3


def write_text(connection: sqlite3.Connection, source_key: int, text: str) -> None:
    """Write the text of a source in the place of the one that was there."""
    connection.execute("DELETE FROM source_blocks WHERE source_key = ?", (source_key,))
    connection.executemany(
        "INSERT INTO source_blocks (source_key, number, text) VALUES (?, ?, ?)",
        (
            (source_key, number, text[start : start + BLOCK_CHARACTERS])
            for number, start in enumerate(range(0, len(text), BLOCK_CHARACTERS))
        ),
    )


def read_text(
    connection: sqlite3.Connection, source_key: int, start_char: int = 0, end_char: int | None = None
) -> str:
    """Return the characters of a source from ``start_char`` to ``end_char``, which are not negative."""
    first = start_char // BLOCK_CHARACTERS
    last = None if end_char is None else (end_char - 1) // BLOCK_CHARACTERS
    blocks = connection.execute(
        "SELECT text FROM source_blocks WHERE source_key = ?1 AND number BETWEEN ?2 AND ifnull(?3, number)"
        " ORDER BY number",
        (source_key, first, last),
    )
    text, before = "".join(block for (block,) in blocks), first * BLOCK_CHARACTERS
    return text[start_char - before : None if end_char is None else max(0, end_char - before)]


def cut_whole_texts(connection: sqlite3.Connection) -> None:
    """Move the texts of an older store into blocks, each in a transaction of its own."""
    whole = "SELECT source_key FROM source_texts WHERE text <> ''"
    for (source_key,) in connection.execute(whole).fetchall():
        with transaction(connection):
            statement = "SELECT text FROM source_texts WHERE source_key = ?"
            (text,) = connection.execute(statement, (source_key,)).fetchone()
            write_text(connection, source_key, text)
            connection.execute("UPDATE source_texts SET text = '' WHERE source_key = ?", (source_key,))
