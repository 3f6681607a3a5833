"""Lexical search: SQLite FTS5 with BM25 over passages, whole documents and character n-grams.

The text is folded first (:func:`chunker.text.normalising.fold`), then FTS5 stems it by Porter's algorithm.
Whole documents tell what a passage is about when its own words do not; n-grams match names whose
spelling varies. BM25 is FTS5's own: k1 = 1.2, b = 0.75, from the statistics of the whole index.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Literal

from chunker.text.normalising import fold
from embeddings.store import word_counts
from embeddings.store.term_counts import NGRAM_COUNTS, STEM_COUNTS
from embeddings.store.ties import in_order_of_ids
from embeddings.terms import STOPWORDS, stem

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from embeddings.store.filtering import Selection

LexicalField = Literal["passage", "document", "ngrams"]

# The full-text table of each field, and the table that its rows have their keys from.
_TABLES: dict[LexicalField, tuple[str, Literal["passages", "documents"]]] = {
    "passage": ("passage_text", "passages"),
    "document": ("document_text", "documents"),
    "ngrams": ("passage_ngrams", "passages"),
}

_PAGES_A_STEP = 1_000  # of 4 kB: some 30 ms of writing
_SEGMENTS_MERGED = 2  # of one level; FTS5 takes no fewer

NGRAM_CHARACTERS = 4  # part of the schema: what stands in passage_ngrams

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """How much of a query is looked for: its first characters, of these the first terms, the rarest n-grams.

    A gold question has ten terms and fifty n-grams (medians). The first two only keep a text pasted as a
    query within what FTS5 takes as one expression; chosen by hand. ``ngrams`` saves time: with 8, 12, 24 and
    48, MRR@10 on the gold questions is .837, .848, .848 and .849, in 10.7, 10.3, 10.8 and 13.0 ms.
    ``postings`` is how many passages the words, or n-grams, that are looked for may have together, the
    rarest first: FTS5 scores each, in some 0.8 microseconds, so what a question costs does not grow with
    the index. With 20,000, 10,000, 5,000 and 3,000 of the 94,000 passages around the gold's, its hit@5 is
    .944, MRR@10 .807, .807, .802 and .818, and a question takes 46, 37, 31 and 29 ms of a processor
    (``dossier eval --with-distractors``).
    """

    characters: int = 20_000
    terms: int = 64
    ngrams: int = 24
    postings: int = 5_000


_LIMITS = QueryLimits()


@dataclass(frozen=True, slots=True)
class LexicalText:
    """A passage as lexical search sees it: header and body folded, and the n-grams of both."""

    header: str
    body: str
    ngrams: str

    @property
    def words(self) -> str:
        """Header and body, one text."""
        return f"{self.header}\n{self.body}"

    @property
    def stems(self) -> list[str]:
        """What FTS5 has of the words, in order, repeats kept."""
        return [stem(word) for word in _WORD.findall(self.words)]


def lexical_text(header: str, body: str) -> LexicalText:
    """Return a document's header and a passage's text as they are indexed."""
    return with_ngrams(fold(header).text, fold(body).text)


def with_ngrams(header: str, body: str) -> LexicalText:
    """Return what is indexed of a header and a body that are folded."""
    return LexicalText(header, body, ngrams(f"{header}\n{body}"))


def ngrams(text: str) -> str:
    """Return the character 4-grams of each word of ``text``, which is folded, set apart by blanks.

    A word's ends count as characters (``_``); what is shorter than four stands whole.
    """
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    n = NGRAM_CHARACTERS
    words = (f"_{word}_" for word in _WORD.findall(text))
    return " ".join(word[start : start + n] for word in words for start in range(max(1, len(word) - n + 1)))


DocumentTexts = tuple[int, "Sequence[tuple[int, LexicalText]]"]
"""A document's key, and its passages in order: each one's key and text."""


def add_documents(connection: sqlite3.Connection, documents: Sequence[DocumentTexts]) -> None:
    """Write the full-text rows of documents and of their passages."""
    passages = [passage for _, some in documents for passage in some]
    connection.executemany(
        "INSERT INTO document_text (rowid, text) VALUES (?, ?)",
        ((key, _text_of_document(some)) for key, some in documents),
    )
    connection.executemany(
        "INSERT INTO passage_text (rowid, header, body) VALUES (?, ?, ?)",
        ((key, text.header, text.body) for key, text in passages),
    )
    connection.executemany(
        "INSERT INTO passage_ngrams (rowid, ngrams) VALUES (?, ?)",
        ((key, text.ngrams) for key, text in passages),
    )
    STEM_COUNTS.add(connection, (text.stems for _, text in passages))
    NGRAM_COUNTS.add(connection, (text.ngrams.split() for _, text in passages))
    word_counts.add_words(connection, (text.words for _, text in passages))


def remove_documents(connection: sqlite3.Connection, document_keys: Iterable[int]) -> None:
    """Delete the full-text rows of documents and of their passages, which must still be in the store.

    A table without a copy of its text must be told what it indexed; ``passage_text`` still has it.
    """
    documents = [(key, _stored_texts(connection, key)) for key in document_keys]
    passages = [passage for _, some in documents for passage in some]
    STEM_COUNTS.remove(connection, (text.stems for _, text in passages))
    NGRAM_COUNTS.remove(connection, (text.ngrams.split() for _, text in passages))
    word_counts.remove_words(connection, (text.words for _, text in passages))
    connection.executemany(
        "INSERT INTO document_text (document_text, rowid, text) VALUES ('delete', ?, ?)",
        ((key, _text_of_document(some)) for key, some in documents),
    )
    connection.executemany(
        "INSERT INTO passage_ngrams (passage_ngrams, rowid, ngrams) VALUES ('delete', ?, ?)",
        ((key, text.ngrams) for key, text in passages),
    )
    connection.executemany("DELETE FROM passage_text WHERE rowid = ?", ((key,) for key, _ in passages))


def merge_segments(connection: sqlite3.Connection) -> None:
    """Make each full-text index, which was made just now, one segment; what is found stays the same.

    FTS5 writes a segment for each transaction and merges them by and by; a search looks into each.
    """
    for table, _ in _TABLES.values():
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608 - a constant


def merge_by_steps(writing: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
    """Leave few segments, in many short transactions between which others may write.

    ``writing`` begins one. Merging may be broken off: the next goes on where it was. At each level two
    segments become one of the next, so that what is left is as the logarithm of the changes. Not one for
    all: each time that FTS5 of SQLite 3.40 makes one, it adds a level, and at 2,000 levels it finds its own
    table damaged.
    """
    for table, _ in _TABLES.values():
        command = f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)"  # noqa: S608 - a constant
        is_unfinished = True
        while is_unfinished:
            with writing() as connection:
                connection.execute(command, ("usermerge", _SEGMENTS_MERGED))
                before = connection.total_changes
                connection.execute(command, ("merge", _PAGES_A_STEP))
                # FTS5's documentation: a step that changes less than two rows had nothing to merge
                is_unfinished = connection.total_changes - before > 1


def _stored_texts(connection: sqlite3.Connection, document_key: int) -> list[tuple[int, LexicalText]]:
    rows = connection.execute(
        """
        SELECT t.rowid, t.header, t.body FROM passages p JOIN passage_text t ON t.rowid = p.key
        WHERE p.document_key = ? ORDER BY p.ordinal
        """,
        (document_key,),
    )
    return [(key, with_ngrams(header, body)) for key, header, body in rows]


def _text_of_document(passages: Sequence[tuple[int, LexicalText]]) -> str:
    header = passages[0][1].header if passages else ""
    return "\n".join([header, *(text.body for _, text in passages)])


def document_frequencies(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """Return for each of ``words``, folded, in how many passages it or another form of it stands."""
    counts = STEM_COUNTS.of(connection, map(stem, words))
    return {word: counts.get(stem(word), 0) for word in words}


def search(
    connection: sqlite3.Connection,
    query: str,
    *,
    field: LexicalField,
    limit: int,
    selection: Selection | None = None,
) -> list[tuple[int, float]]:
    """Return the keys of the best rows for ``query`` with their BM25 scores, best first.

    ``field`` says what is searched: passages with their headers, whole documents (the keys are
    documents' then), or the passages' character n-grams. ``selection`` restricts them
    (``None``: it does not). Rows that have no term of the query are never returned; equal scores
    stand in the order of the public ids. Any text is a safe query.

    In a large index its common words are not looked for beside rare ones (:class:`QueryLimits`), unless a
    ``selection`` leaves little of it to look at. Where there are no others, the rows that have them all are
    found, if these are not too many.
    """
    table, key_table = _TABLES[field]
    share = 1.0 if selection is None else selection.share_read(key_table)
    wanted = _expression(connection, query, field, share)
    if not wanted or limit < 1:
        return []
    parameters: list[object] = [wanted]
    where = ""
    if selection is not None:
        restriction, restricting = selection.restricting("f.rowid", key_table)
        where = f"AND {restriction}"
        parameters += restricting
    statement = (
        f"SELECT f.rowid, bm25({table}) AS score FROM {table} f WHERE {table} MATCH ? {where} "  # noqa: S608 - made of constants
        "ORDER BY {order} LIMIT ?"
    )
    rows = connection.execute(statement.format(order="score"), (*parameters, limit + 1)).fetchall()
    if len(rows) > limit and rows[-1][1] == rows[-2][1]:
        # The last place is shared. Ids must decide who gets it, among all who share it; that is rare,
        # and asking for the id of every match takes as long again as the search.
        order = f"score, (SELECT id FROM {key_table} WHERE key = f.rowid)"  # noqa: S608 - made of constants
        rows = connection.execute(statement.format(order=order), (*parameters, limit)).fetchall()
    return in_order_of_ids(connection, [(key, -score) for key, score in rows[:limit]], table=key_table)


def query_terms(query: str) -> list[str]:
    """Return the words of ``query`` to look for, folded, each once, in their order.

    Function words are left out unless there is nothing else. Of a very long query only the
    beginning counts: FTS5 bounds the size of an expression.
    """
    words = _WORD.findall(fold(query[: _LIMITS.characters]).text)
    content = (word for word in words if word not in STOPWORDS)
    return list(islice(dict.fromkeys(content), _LIMITS.terms)) or list(
        islice(dict.fromkeys(words), _LIMITS.terms)
    )


def looked_for(
    connection: sqlite3.Connection, query: str, field: LexicalField, share: float = 1.0
) -> dict[str, int]:
    """Return the words of ``query``, or its n-grams, that are looked for, and how many passages hold each.

    They are the rarest, of all or of a ``share`` of the passages; words too common to be looked for are
    returned only where there are no others.
    """
    words = query_terms(query)
    if field == "ngrams":
        counts = NGRAM_COUNTS.of(connection, ngrams(" ".join(words)).split())
        return {term: counts[term] for term in _rarest(counts, share)[: _LIMITS.ngrams]}
    counts = {word: count for word, count in document_frequencies(connection, words).items() if count}
    return {word: counts[word] for word in _rarest(counts, share)} or counts


def _expression(connection: sqlite3.Connection, query: str, field: LexicalField, share: float) -> str:
    """Return what FTS5 is to look for in a ``share`` of its rows, empty where that is nothing."""
    terms = looked_for(connection, query, field, share)
    if field == "ngrams" or _rarest(terms, share):
        return _any_of(terms)
    return _all_of(connection, terms, field)


def _any_of(terms: Iterable[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)


def _all_of(connection: sqlite3.Connection, words: Iterable[str], field: LexicalField) -> str:
    """Return what finds the rows with all of ``words``, empty where even these are too many."""
    together, (table, _) = " AND ".join(f'"{word}"' for word in words), _TABLES[field]
    counting = f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT ?)"  # noqa: S608 - constants
    found = connection.execute(counting, (together, _LIMITS.postings + 1)).fetchone()[0] if together else 0
    return together if found <= _LIMITS.postings else ""


def _rarest(counts: Mapping[str, int], share: float) -> list[str]:
    """Return the terms that the fewest passages have, the rarest first, as many as may be looked for."""
    ordered = sorted(counts, key=lambda term: (counts[term], term))
    postings = accumulate(counts[term] * share for term in ordered)
    return [term for term, sum_ in zip(ordered, postings, strict=True) if sum_ <= _LIMITS.postings]
