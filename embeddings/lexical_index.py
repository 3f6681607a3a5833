"""Lexical search: SQLite FTS5 with BM25 over passages, whole documents and character n-grams.

The text is folded first (:func:`chunker.normalising.fold`), then FTS5 stems it by Porter's algorithm.
Whole documents tell what a passage is about when its own words do not; n-grams match names whose
spelling varies. BM25 is FTS5's own: k1 = 1.2, b = 0.75, from the statistics of the whole index.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from chunker.normalising import fold
from embeddings.terms import STOPWORDS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from embeddings.filtering import Condition

LexicalField = Literal["passage", "document", "ngrams"]

NGRAM_CHARACTERS = 4
_MAX_QUERY_CHARACTERS = 20_000
_MAX_QUERY_TERMS = 64
_MAX_QUERY_NGRAMS = 24  # the rarest; more cost time and hardly change the ranking
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class LexicalText:
    """A passage as lexical search sees it: both parts folded."""

    header: str
    body: str


def lexical_text(header: str, body: str) -> LexicalText:
    """Return a document's header and a passage's text as they are indexed."""
    return LexicalText(header=fold(header).text, body=fold(body).text)


def ngrams(text: str) -> str:
    """Return the character 4-grams of each word of ``text``, which is folded, set apart by blanks.

    A word's ends count as characters (``_``); what is shorter than four stands whole.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(ngram for word in _WORD.findall(plain) for ngram in _ngrams_of_word(f"_{word}_"))


def _ngrams_of_word(word: str) -> Iterator[str]:
    for start in range(max(1, len(word) - NGRAM_CHARACTERS + 1)):
        yield word[start : start + NGRAM_CHARACTERS]


def add_document(
    connection: sqlite3.Connection,
    document_key: int,
    passages: Sequence[tuple[int, LexicalText]],
) -> None:
    """Write the full-text rows of a document and of its passages, given in order with their keys."""
    connection.executemany(
        "INSERT INTO passage_text (rowid, header, body) VALUES (?, ?, ?)",
        ((key, text.header, text.body) for key, text in passages),
    )
    connection.executemany(
        "INSERT INTO passage_ngrams (rowid, ngrams) VALUES (?, ?)",
        ((key, _ngrams_of_passage(text)) for key, text in passages),
    )
    connection.execute(
        "INSERT INTO document_text (rowid, text) VALUES (?, ?)",
        (document_key, _text_of_document(text for _, text in passages)),
    )


def remove_document(connection: sqlite3.Connection, document_key: int) -> None:
    """Delete the full-text rows of a document and of its passages, which must still be in the store.

    A table without a copy of its text must be told what it indexed; ``passage_text`` still has it.
    """
    rows = connection.execute(
        """
        SELECT t.rowid, t.header, t.body FROM passages p JOIN passage_text t ON t.rowid = p.key
        WHERE p.document_key = ? ORDER BY p.ordinal
        """,
        (document_key,),
    ).fetchall()
    passages = [(key, LexicalText(header, body)) for key, header, body in rows]
    connection.execute(
        "INSERT INTO document_text (document_text, rowid, text) VALUES ('delete', ?, ?)",
        (document_key, _text_of_document(text for _, text in passages)),
    )
    connection.executemany(
        "INSERT INTO passage_ngrams (passage_ngrams, rowid, ngrams) VALUES ('delete', ?, ?)",
        ((key, _ngrams_of_passage(text)) for key, text in passages),
    )
    connection.executemany("DELETE FROM passage_text WHERE rowid = ?", ((key,) for key, _ in passages))


def _ngrams_of_passage(text: LexicalText) -> str:
    return ngrams(f"{text.header}\n{text.body}")


def _text_of_document(passages: Iterable[LexicalText]) -> str:
    header = ""
    bodies = []
    for text in passages:
        header = text.header
        bodies.append(text.body)
    return "\n".join([header, *bodies])


def search(
    connection: sqlite3.Connection,
    query: str,
    *,
    field: LexicalField,
    limit: int,
    condition: Condition | None = None,
    header_weight: float = 1.0,
    body_weight: float = 1.0,
) -> list[tuple[int, float]]:
    """Return the keys of the best rows for ``query`` with their BM25 scores, best first.

    ``field`` says what is searched: passages (header and body, with a weight each), whole documents
    (the keys are documents' then), or the passages' character n-grams. ``condition`` restricts them
    (``None``: it does not). Rows that have no term of the query are never returned; equal scores
    stand in the order of the public ids. Any text is a safe query.
    """
    terms = query_terms(query)
    if field == "ngrams":
        terms = _rarest_ngrams(connection, terms)
    if not terms or limit < 1:
        return []
    match = " OR ".join(f'"{term}"' for term in terms)
    sql, weights = _STATEMENTS[field], (header_weight, body_weight) if field == "passage" else ()
    where = ""
    parameters: tuple[object, ...] = (*weights, match)
    if condition is not None:
        # The plus keeps FTS5 from looking up each allowed row by itself.
        where = (
            f"AND +f.rowid IN ({condition.document_keys if field == 'document' else condition.passage_keys})"
        )
        parameters += condition.parameters
    rows = connection.execute(sql.format(where=where), (*parameters, limit))
    return [(key, -score) for key, score in rows]


_STATEMENTS: dict[LexicalField, str] = {
    "passage": """
        SELECT f.rowid, bm25(passage_text, ?, ?) AS score FROM passage_text f
        WHERE passage_text MATCH ? {where}
        ORDER BY score, (SELECT id FROM passages WHERE key = f.rowid) LIMIT ?
    """,
    "document": """
        SELECT f.rowid, bm25(document_text) AS score FROM document_text f
        WHERE document_text MATCH ? {where}
        ORDER BY score, (SELECT id FROM documents WHERE key = f.rowid) LIMIT ?
    """,
    "ngrams": """
        SELECT f.rowid, bm25(passage_ngrams) AS score FROM passage_ngrams f
        WHERE passage_ngrams MATCH ? {where}
        ORDER BY score, (SELECT id FROM passages WHERE key = f.rowid) LIMIT ?
    """,
}


def query_terms(query: str) -> list[str]:
    """Return the words of ``query`` to look for, folded, each once, in their order.

    Function words are left out unless there is nothing else. Of a very long query only the
    beginning counts: FTS5 bounds the size of an expression.
    """
    composed = unicodedata.normalize("NFKC", query[:_MAX_QUERY_CHARACTERS])
    words = _WORD.findall(fold(composed).text)
    content = (word for word in words if word not in STOPWORDS)
    return list(islice(dict.fromkeys(content), _MAX_QUERY_TERMS)) or list(
        islice(dict.fromkeys(words), _MAX_QUERY_TERMS)
    )


def _rarest_ngrams(connection: sqlite3.Connection, terms: list[str]) -> list[str]:
    """Return those n-grams of ``terms`` that the fewest passages have, leaving out what none has."""
    counts = []
    for ngram in dict.fromkeys(ngrams(" ".join(terms)).split()):
        row = connection.execute("SELECT doc FROM passage_ngram_counts WHERE term = ?", (ngram,)).fetchone()
        if row is not None:
            counts.append((row[0], ngram))
    return [ngram for _, ngram in sorted(counts)[:_MAX_QUERY_NGRAMS]]


def document_frequencies(connection: sqlite3.Connection, query: str) -> dict[str, int]:
    """Return for each word of ``query`` that is looked for in how many passages it stands."""
    statement = "SELECT count(*) FROM passage_text WHERE passage_text MATCH ?"
    return {term: connection.execute(statement, (f'"{term}"',)).fetchone()[0] for term in query_terms(query)}
