"""The index at one moment: dense and lexical search see the same passages, whatever is written meanwhile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from embeddings.search import Filters
from embeddings.store import catalogue, lexical_index
from embeddings.store.filtering import condition_of
from embeddings.store.records import read_page_map
from embeddings.store.ties import in_order_of_ids

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from chunker.documents import PageMap, Passage
    from embeddings.encoders.encoder import FloatArray
    from embeddings.search import HiddenSpan, Place
    from embeddings.store.filtering import Condition
    from embeddings.store.lexical_index import LexicalField
    from embeddings.store.records import DocumentRecord, Facets, IndexInfo, SourceRecord
    from embeddings.store.vector_index import KeyArray, VectorIndex

NO_FILTERS = Filters()


class Snapshot:
    """Searches and reads one state of the index; good until the block that it was opened for ends.

    Passages and documents are told apart by keys here, integers that are good for this state only.
    Not to be shared between threads.
    """

    def __init__(self, connection: sqlite3.Connection, vectors: VectorIndex) -> None:
        self._connection = connection
        self.vectors = vectors
        self._conditions: dict[Filters, Condition | None] = {}
        self._allowed: dict[Filters, KeyArray] = {}

    def dense_search(
        self, vector: FloatArray, *, limit: int, filters: Filters = NO_FILTERS
    ) -> list[tuple[int, float]]:
        """Return the keys of the passages nearest to ``vector``, of shape ``(dimension,)``, with cosines.

        Best first, equal ones in the order of their ids.
        """
        found = self.vectors.search(vector, limit=limit, allowed=self._allowed_keys(filters))
        return in_order_of_ids(self._connection, found, table="passages")[:limit]

    def lexical_search(
        self,
        query: str,
        *,
        field: LexicalField = "passage",
        limit: int,
        filters: Filters = NO_FILTERS,
        header_weight: float = 1.0,
        body_weight: float = 1.0,
    ) -> list[tuple[int, float]]:
        """Return keys with BM25 scores, best first, equal ones in the order of their ids.

        ``field`` is ``passage`` (header and body, with a weight each), ``ngrams`` (the same by character
        4-grams) or ``document`` (whole documents: the keys are documents' then). What has no word of
        the query is not returned.
        """
        return lexical_index.search(
            self._connection,
            query,
            field=field,
            limit=limit,
            condition=self._condition(filters),
            header_weight=header_weight,
            body_weight=body_weight,
        )

    def document_frequencies(self, query: str) -> dict[str, int]:
        """Return for each content word of ``query``, folded, in how many passages it stands."""
        return lexical_index.document_frequencies(self._connection, query)

    def token_codes(self, passage_keys: Sequence[int]) -> dict[int, bytes]:
        """Return the token vectors of each passage as the codec keeps them; what has none is left out."""
        rows = self._connection.execute(
            "SELECT passage_key, token_codes FROM vectors"
            " WHERE passage_key IN (SELECT value FROM json_each(?)) AND length(token_codes) > 0",
            (json.dumps(list(passage_keys)),),
        )
        return dict(rows.fetchall())

    def token_codes_of(self, passage_ids: Sequence[str]) -> dict[str, bytes]:
        """Return what :meth:`token_codes` does, by the passages' ids."""
        rows = self._connection.execute(
            "SELECT p.id, v.token_codes FROM passages p JOIN vectors v ON v.passage_key = p.key"
            " WHERE p.id IN (SELECT value FROM json_each(?)) AND length(v.token_codes) > 0",
            (json.dumps(list(passage_ids)),),
        )
        return dict(rows.fetchall())

    def surroundings(self, passage_keys: Sequence[int]) -> dict[int, tuple[int, int | None, int | None]]:
        """Return the keys of each passage's document, and of the passages before and after it there."""
        rows = self._connection.execute(
            """
            SELECT p.key, p.document_key, b.key, a.key FROM passages p
            LEFT JOIN passages b ON b.document_key = p.document_key AND b.ordinal = p.ordinal - 1
            LEFT JOIN passages a ON a.document_key = p.document_key AND a.ordinal = p.ordinal + 1
            WHERE p.key IN (SELECT value FROM json_each(?))
            """,
            (json.dumps(list(passage_keys)),),
        )
        return {key: (document, before, after) for key, document, before, after in rows}

    def overlapping(self, spans: Sequence[HiddenSpan]) -> frozenset[int]:
        """Return the keys of the passages that overlap any of ``spans``."""
        statement = """
            SELECT p.key FROM source_names n
            JOIN documents d ON d.source_key = n.source_key JOIN passages p ON p.document_key = d.key
            WHERE n.name = ? AND p.start_char < ? AND p.end_char > ?
        """
        return frozenset(
            key
            for span in spans
            for (key,) in self._connection.execute(
                statement, (span.source_name, span.end_char, span.start_char)
            )
        )

    def folded_texts(self, passage_keys: Sequence[int]) -> dict[int, str]:
        """Return the text of each passage as lexical search sees it, folded."""
        return lexical_index.folded_texts(self._connection, passage_keys)

    def cosines(self, vector: FloatArray, keys: Sequence[int]) -> list[float]:
        """Return the cosine of each of these passages to ``vector``, of shape ``(dimension,)``."""
        return self.vectors.cosines(vector, keys)

    def document_keys(self, passage_keys: Sequence[int]) -> dict[int, int]:
        """Return the key of the document of each passage."""
        rows = self._connection.execute(
            "SELECT key, document_key FROM passages WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(passage_keys)),),
        )
        return dict(rows.fetchall())

    def document_dates(self, passage_keys: Sequence[int]) -> dict[int, tuple[str, str] | None]:
        """Return the first and last ISO day of the document of each passage, None where it has no date."""
        rows = self._connection.execute(
            """
            SELECT p.key, d.date_start, d.date_end FROM passages p JOIN documents d ON d.key = p.document_key
            WHERE p.key IN (SELECT value FROM json_each(?))
            """,
            (json.dumps(list(passage_keys)),),
        )
        return {key: (start, end) if start else None for key, start, end in rows}

    def places(self, passages: Sequence[int | str]) -> list[Place]:
        """Return where passages stand, given by keys or ids, in their order; unknown ones are left out."""
        return catalogue.places(self._connection, passages)

    def info(self) -> IndexInfo:
        """Return the index in figures."""
        return catalogue.info(self._connection)

    def sources(self) -> list[SourceRecord]:
        """Return all sources in the order of their names."""
        return catalogue.sources(self._connection)

    def source(self, id_or_name: str) -> SourceRecord | None:
        """Return the source with that id, or else the one known under that name."""
        return catalogue.source(self._connection, id_or_name)

    def source_text(self, source_id: str) -> str | None:
        """Return a source's whole text, which offsets count in; ``None``: there is no such source."""
        row = self._connection.execute(
            "SELECT text FROM source_texts WHERE source_key = (SELECT key FROM sources WHERE id = ?)",
            (source_id,),
        ).fetchone()
        return None if row is None else str(row[0])

    def page_map(self, source_id: str) -> PageMap | None:
        """Return which page each character of a source stands on; ``None``: there is no such source."""
        key = catalogue.source_key(self._connection, source_id)
        return None if key is None else read_page_map(self._connection, key)

    def documents(
        self,
        *,
        filters: Filters = NO_FILTERS,
        title_contains: str | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> tuple[list[DocumentRecord], int]:
        """Return a page of the documents that pass, by source and place in it, and how many pass in all."""
        return catalogue.documents(
            self._connection, filters, title_contains=title_contains, offset=offset, limit=limit
        )

    def document(self, document_id: str) -> DocumentRecord | None:
        """Return the document with that id."""
        return catalogue.document(self._connection, document_id)

    def document_neighbours(self, document_id: str) -> tuple[str | None, str | None]:
        """Return the ids of the documents before and after it in its source, ``None``: there is none."""
        return catalogue.document_neighbours(self._connection, document_id)

    def passages_of(self, document_id: str) -> list[Passage]:
        """Return the passages of a document in their order."""
        return catalogue.passages_of(self._connection, document_id)

    def passage_keys(self, document_id: str) -> list[int]:
        """Return the keys of the passages of a document in their order."""
        rows = self._connection.execute(
            "SELECT p.key FROM passages p JOIN documents d ON d.key = p.document_key WHERE d.id = ?"
            " ORDER BY p.ordinal",
            (document_id,),
        )
        return [key for (key,) in rows]

    def facets(self) -> Facets:
        """Return what documents can be filtered by, with counts."""
        return catalogue.facets(self._connection)

    def _condition(self, filters: Filters) -> Condition | None:
        if filters not in self._conditions:
            self._conditions[filters] = condition_of(self._connection, filters)
        return self._conditions[filters]

    def _allowed_keys(self, filters: Filters) -> KeyArray | None:
        condition = self._condition(filters)
        if condition is None:
            return None
        if filters not in self._allowed:
            rows = self._connection.execute(condition.passage_keys, condition.parameters)
            self._allowed[filters] = np.fromiter((key for (key,) in rows), dtype=np.int64)
        return self._allowed[filters]
