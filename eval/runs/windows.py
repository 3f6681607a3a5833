"""A plain system to measure against: BM25 over windows of so many characters, whatever stands in them.

No sentences, documents, headers or vectors; what a search engine does out of the box. A system with
more parts must be better than this by more than its cost.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from eval.gold.evidence import TextSpan
from eval.measures.matching import overlap_chars
from eval.measures.response import Response, RetrievedPassage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eval.runs.asking import Ask, Exchange

WINDOW_CHARACTERS = 800  # chosen by hand; not measured

_WORD = re.compile(r"\w+")


@contextmanager
def windows_of(texts: Mapping[str, str], *, characters: int = WINDOW_CHARACTERS) -> Iterator[Ask]:
    """Cut each text, by source name, into windows side by side and give what asks them.

    Ranked by SQLite's ``bm25`` over Porter stems (k1 1.2, b 0.75), the earlier window first where two are
    alike. It answers nothing and knows no history.
    """
    windows = tuple(_windows(texts, characters))
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE windows USING fts5(text, tokenize = 'porter unicode61')")
        connection.executemany("INSERT INTO windows VALUES (?)", ((window.text,) for window in windows))

        def ask(
            question: str,
            *,
            top_k: int,
            history: Sequence[Exchange] = (),  # noqa: ARG001 - every asker is given them
            hidden: Sequence[TextSpan] = (),
        ) -> Response:
            found = (
                replace(windows[number], score=score)
                for number, score in _search(connection, question)
                if not any(overlap_chars(windows[number].span, span) for span in hidden)
            )
            return Response(question, answerable=False, confidence=0.0, passages=tuple(islice(found, top_k)))

        yield ask


def _windows(texts: Mapping[str, str], characters: int) -> Iterator[RetrievedPassage]:
    for name, text in texts.items():
        for start in range(0, len(text), characters):
            words = text[start : start + characters]
            yield RetrievedPassage(TextSpan(name, start, start + len(words)), words)


def _search(connection: sqlite3.Connection, question: str) -> list[tuple[int, float]]:
    """Return the number and the score of every window that shares a word with the question, best first."""
    words = dict.fromkeys(_WORD.findall(question.lower()))
    if not words:
        return []
    query = " OR ".join(f'"{word}"' for word in words)
    rows = connection.execute(
        "SELECT rowid - 1, -bm25(windows) AS score FROM windows WHERE windows MATCH ? "
        "ORDER BY score DESC, rowid",
        (query,),
    )
    return rows.fetchall()
