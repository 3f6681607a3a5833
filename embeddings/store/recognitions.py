"""Pages that were read from pictures, with their words as packed numbers."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from chunker.recognised import RecognisedPage, RecognisedWord

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_NUMBERS = "<i4"  # little-endian, as many a word as it has fields


def write_recognised(
    connection: sqlite3.Connection, source_key: int, pages: Iterable[RecognisedPage]
) -> None:
    """Write the pages of a source in the place of those that were there."""
    connection.execute("DELETE FROM recognised_pages WHERE source_key = ?", (source_key,))
    connection.executemany(
        "INSERT INTO recognised_pages (source_key, start_char, end_char, position, words)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            (
                *(source_key, page.words[0].start_char, page.words[-1].end_char, page.position),
                zlib.compress(np.array(page.words, dtype=_NUMBERS).tobytes()),
            )
            for page in pages
        ),
    )


def read_recognised(
    connection: sqlite3.Connection, source_key: int, start_char: int = 0, end_char: int | None = None
) -> tuple[RecognisedPage, ...]:
    """Return the pages of a source with words in a part of its text, in their order; by default all."""
    rows = connection.execute(
        "SELECT position, words FROM recognised_pages"
        " WHERE source_key = ?1 AND start_char < ifnull(?3, start_char + 1) AND end_char > ?2"
        " ORDER BY start_char",
        (source_key, start_char, end_char),
    )
    return tuple(RecognisedPage(position, _words(words)) for position, words in rows)


def _words(packed: bytes) -> tuple[RecognisedWord, ...]:
    numbers = np.frombuffer(zlib.decompress(packed), dtype=_NUMBERS)
    return tuple(RecognisedWord(*word) for word in numbers.reshape(-1, len(RecognisedWord._fields)).tolist())
