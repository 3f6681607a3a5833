"""The words that the passages hold, as they are written: what a question's word may have been meant for.

Full-text search knows stems only. Here each folded word stands with the number of passages that hold it and
with how it sounds (:func:`embeddings.sounds.sound`), so that words that look or sound like another are found
without reading all. Numbers and what holds one are no words here: another number is never meant.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING

from embeddings.sounds import sound

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable

# Part of the schema: what stands in word_counts. What is longer is no word but something run together.
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{3,40}(?![^\W_])")

WordCount = tuple[str, int]
"""A word, and in how many passages it stands."""


def add_words(connection: sqlite3.Connection, texts: Iterable[str]) -> None:
    """Count the words of new passages, given as their folded texts."""
    connection.executemany(
        """
        INSERT INTO word_counts (word, sound, passages) VALUES (?, ?, ?)
        ON CONFLICT (word) DO UPDATE SET passages = passages + excluded.passages
        """,
        ((word, sound(word), count) for word, count in sorted(_counts(texts).items())),
    )


def remove_words(connection: sqlite3.Connection, texts: Iterable[str]) -> None:
    """Take the words of passages, given as their folded texts, out of the counts."""
    counts = sorted(_counts(texts).items())
    connection.executemany(
        "UPDATE word_counts SET passages = passages - ? WHERE word = ?",
        ((count, word) for word, count in counts),
    )
    connection.executemany(
        "DELETE FROM word_counts WHERE word = ? AND passages = 0", ((word,) for word, _ in counts)
    )


def _counts(texts: Iterable[str]) -> Counter[str]:
    return Counter(word for text in texts for word in set(_WORD.findall(text)))


def counted(connection: sqlite3.Connection, words: Collection[str]) -> dict[str, int]:
    """Return those of ``words`` that passages hold, and how many hold each."""
    statement = "SELECT word, passages FROM word_counts WHERE word IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(statement, (json.dumps(sorted(words)),)).fetchall())


def sharing_an_end(
    connection: sqlite3.Connection, letters: str, lengths: range, *, limit: int
) -> Iterable[WordCount]:
    """Return the words whose first two or last two letters are those of ``letters``.

    Of each end and each length the ``limit`` that most passages hold; a word may come twice.
    """
    for end, two in (("substr(word, 1, 2)", letters[:2]), ("substr(word, -2)", letters[-2:])):
        statement = f"""
            SELECT word, passages FROM word_counts WHERE {end} = ? AND length(word) = ?
            ORDER BY passages DESC LIMIT ?
        """  # noqa: S608 - one of the two above
        for length in lengths:
            yield from connection.execute(statement, (two, length, limit))


def sounding_like(connection: sqlite3.Connection, code: str, *, limit: int) -> list[WordCount]:
    """Return the words with the sound ``code``, those that most passages hold first."""
    statement = "SELECT word, passages FROM word_counts WHERE sound = ? ORDER BY passages DESC, word LIMIT ?"
    return connection.execute(statement, (code, limit)).fetchall()


def with_beginning(connection: sqlite3.Connection, beginning: str, *, limit: int) -> list[WordCount]:
    """Return the words that begin with ``beginning``, those that most passages hold first."""
    statement = """
        SELECT word, passages FROM word_counts WHERE word >= ? AND word < ?
        ORDER BY passages DESC, word LIMIT ?
    """
    # no text that is folded holds the last character there is
    return connection.execute(statement, (beginning, beginning + chr(sys.maxunicode), limit)).fetchall()
