"""A passage as an engine has it: its vectors, the weights of its terms, and what filters and snapshots ask.

A term counts as BM25 has it (Robertson and Zaragoza, 2009), split in two: the engine keeps how much a passage
is about it, and multiplies that by how rare it is, which each query brings along from the store. The engine's
own rarity (its idf modifier) would count passages that are gone, and each shard its own.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from embeddings.store import lexical_index
from embeddings.store.vector_block import from_stored
from embeddings.terms import stem

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from embeddings.encoders.encoder import FloatArray
    from embeddings.store.lexical_index import LexicalField

Weights = dict[int, float]
"""Weights of terms by their numbers (:func:`term_number`): a sparse vector."""

ENGINE_FIELDS: tuple[LexicalField, ...] = ("passage", "ngrams")
"""What the engine searches by terms. Whole documents are no passages: they stay with the store."""

_K1, _B = 1.2, 0.75  # as FTS5 has them
_LEAST_RARITY = 1e-6  # as FTS5 has it, of a term that more than half of the passages hold
# How many words and n-grams a passage of the first corpus has on average. It is no average of the index at
# hand: that would change with each addition, and the weights of all passages with it.
_MEAN_LENGTHS: Mapping[LexicalField, float] = {"passage": 160.0, "ngrams": 600.0}


@dataclass(frozen=True, slots=True)
class PassagePoint:
    """A passage as it is sent: ``vectors`` of shape ``(dimension,)`` by name, ``payload`` for the filters."""

    key: int
    vectors: dict[str, FloatArray]
    weights: dict[LexicalField, Weights]
    payload: dict[str, Any]


def term_number(term: str) -> int:
    """Return the number that stands for a term: 32 bits of a hash, the same everywhere.

    Of 100,000 terms one or two pairs share a number; of such a pair each counts as the other, too.
    """
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=4).digest())


def day_number(day: str | None) -> int | None:
    """Return an ISO day as a number in the same order: 19231029; ``None`` where there is no day."""
    return None if day is None else int(day.replace("-", ""))


def query_weights(connection: sqlite3.Connection, query: str, field: LexicalField) -> Weights:
    """Return how rare the terms of ``query`` are that are looked for, as ``connection`` sees the store."""
    row = connection.execute("SELECT passages FROM generations ORDER BY number DESC LIMIT 1").fetchone()
    weights: Weights = {}
    for term, count in lexical_index.looked_for(connection, query, field).items():
        rarity = math.log((row[0] - count + 0.5) / (count + 0.5))
        number = term_number(stem(term) if field == "passage" else term)
        weights[number] = weights.get(number, 0.0) + max(rarity, _LEAST_RARITY)
    return weights


def term_weights(terms: Iterable[str], field: LexicalField) -> Weights:
    """Return how much a passage with these ``terms``, repeats kept, is about each."""
    counts = Counter(map(term_number, terms))
    evenness = _K1 * (1 - _B + _B * counts.total() / _MEAN_LENGTHS[field])
    return {number: count * (_K1 + 1) / (count + evenness) for number, count in counts.items()}


def read_points(
    connection: sqlite3.Connection, keys: Sequence[int], *, has_second: bool
) -> list[PassagePoint]:
    """Return the passages with these keys as points, in the order of their keys."""
    second = "(SELECT vector FROM second_vectors WHERE passage_key = p.key)" if has_second else "NULL"
    rows = connection.execute(
        f"""
        SELECT p.key, t.header, t.body, v.vector, {second}, d.key, d.source_key, d.kind,
            d.date_start, d.date_end,
            (SELECT json_group_array(name) FROM document_participants WHERE document_key = d.key)
        FROM passages p JOIN documents d ON d.key = p.document_key
        JOIN vectors v ON v.passage_key = p.key JOIN passage_text t ON t.rowid = p.key
        WHERE p.key IN (SELECT value FROM json_each(?)) ORDER BY p.key
        """,  # noqa: S608 - made of constants
        (json.dumps(list(keys)),),
    )
    points = []
    for key, header, body, first, other, document, source, kind, first_day, last_day, participants in rows:
        text = lexical_index.with_ngrams(header, body)
        terms: dict[LexicalField, list[str]] = {"passage": text.stems, "ngrams": text.ngrams.split()}
        vectors = {"first": first} if other is None else {"first": first, "second": other}
        payload = {
            "key": key,
            "document": document,
            "source": source,
            "kind": kind,
            "first_day": day_number(first_day),
            "last_day": day_number(last_day),
            "participants": json.loads(participants),
        }
        points.append(
            PassagePoint(
                key,
                {name: from_stored(stored) for name, stored in vectors.items()},
                {field: term_weights(terms[field], field) for field in ENGINE_FIELDS},
                payload,
            )
        )
    return points
