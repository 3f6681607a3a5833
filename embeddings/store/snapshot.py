"""The index at one moment: dense and lexical search see the same passages, whatever is written meanwhile."""

from __future__ import annotations

import json
import operator
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chunker.metadata.mentioned_names import filed_under
from embeddings.store import exact_search, lexical_index, word_counts
from embeddings.store.catalogue import NO_FILTERS, Catalogue
from embeddings.store.facets import count_facets
from embeddings.store.filtering import Condition, Selection, name_words
from embeddings.store.ties import in_order_of_ids
from embeddings.store.vector_block import from_stored

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from collections.abc import Set as AbstractSet

    from embeddings.encoders.encoder import FloatArray
    from embeddings.expressions import Expression
    from embeddings.search import Filters, HiddenSpan
    from embeddings.store.exact_search import ExactMatches
    from embeddings.store.lexical_index import LexicalField
    from embeddings.store.passage_index import PassageSearch
    from embeddings.store.records import Facets, Row
    from embeddings.store.word_counts import WordCount


class Surroundings(NamedTuple):
    """Where a passage stands: the key of its document, the keys of the passages before and after it there."""

    document: int
    before: int | None
    after: int | None


class DocumentOf(NamedTuple):
    """A passage's document: its key, and its first and last ISO day, ``None`` where it has no date."""

    key: int
    days: tuple[str, str] | None


@dataclass(slots=True)
class Kept:
    """What has been counted of one state of an index; ``None``: nobody has asked for it yet."""

    facets: Facets | None = None
    participants_by_word: dict[str, list[str]] | None = None
    participants_filed: list[tuple[str, str, int]] | None = None


class Snapshot(Catalogue):
    """The only reader of an index: searches and reads one state of it.

    Good until the block that it was opened for ends, and not to be shared between threads. What searches
    use tells passages and documents apart by keys, integers that are good for this state only. ``kept`` is
    what snapshots of one state share: what takes long to count, and is the same for all.
    """

    def __init__(
        self, connection: sqlite3.Connection, passages: PassageSearch, kept: Kept | None = None
    ) -> None:
        super().__init__(connection)
        self._passages = passages
        self._kept = kept or Kept()
        self._selections: dict[Filters, Selection | None] = {}

    def facets(self, filters: Filters = NO_FILTERS) -> Facets:
        """Return what the documents that pass ``filters`` can be filtered by, with counts."""
        if filters != NO_FILTERS:
            return super().facets(filters)
        if self._kept.facets is None:
            self._kept.facets = super().facets()
        return self._kept.facets

    def participants_with(self, word: str) -> list[str]:
        """Return the participants of documents whose names have a ``word``, given in small letters."""
        if self._kept.participants_by_word is None:
            by_word: dict[str, list[str]] = {}
            for name, _ in self.facets().participants:
                for each in name_words(name):
                    by_word.setdefault(each, []).append(name)
            self._kept.participants_by_word = by_word
        return self._kept.participants_by_word.get(word, [])

    def participants_after(self, name: str, *, limit: int) -> list[tuple[str, str, int]]:
        """Return participants by the alphabet from behind ``name``: under what, the name, how many documents.

        Persons stand under their surnames.
        """
        filed = self._participants_filed
        first = bisect_right(filed, (filed_under(name), name), key=lambda one: one[:2]) if name else 0
        return filed[first : first + limit]

    def participants_beside(self, name: str) -> list[str]:
        """Return the other participants who stand under the same surname as ``name``."""
        under, filed = filed_under(name), self._participants_filed
        first, last = (find(filed, under, key=operator.itemgetter(0)) for find in (bisect_left, bisect_right))
        return [one for _, one, _ in filed[first:last] if one != name]

    @property
    def _participants_filed(self) -> list[tuple[str, str, int]]:
        if self._kept.participants_filed is None:
            counted = self.facets().participants
            self._kept.participants_filed = sorted((filed_under(one), one, count) for one, count in counted)
        return self._kept.participants_filed

    def dense_search(
        self, vector: FloatArray, *, limit: int, filters: Filters = NO_FILTERS, by_second: bool = False
    ) -> list[tuple[int, float]]:
        """Return the keys of the passages nearest to ``vector``, of shape ``(dimension,)``, with cosines.

        Best first, equal ones in the order of their ids. ``by_second``: among the second model's vectors.
        """
        return self.dense_search_begun(vector, limit=limit, filters=filters, by_second=by_second)()

    def dense_search_begun(
        self, vector: FloatArray, *, limit: int, filters: Filters = NO_FILTERS, by_second: bool = False
    ) -> Callable[[], list[tuple[int, float]]]:
        """Begin what :meth:`dense_search` does, and return what waits for it."""
        selection = self._selection(filters)
        found = self._passages.dense(vector, limit=limit, selection=selection, by_second=by_second)
        return lambda: in_order_of_ids(self._connection, found(), table="passages")[:limit]

    def cosines(self, vector: FloatArray, keys: Sequence[int], *, by_second: bool = False) -> list[float]:
        """Return the cosine of each of these passages to ``vector``."""
        return self._passages.cosines(vector, keys, by_second=by_second)

    def lexical_search(
        self,
        query: str,
        *,
        field: LexicalField = "passage",
        limit: int,
        filters: Filters = NO_FILTERS,
    ) -> list[tuple[int, float]]:
        """Return keys with BM25 scores, best first, equal ones in the order of their ids.

        ``field`` is ``passage`` (with its header), ``ngrams`` (the same by character 4-grams) or
        ``document`` (whole documents: the keys are documents' then). What has no word of the query is
        not returned.
        """
        selection = self._selection(filters)
        return self._passages.lexical(query, field=field, limit=limit, selection=selection)

    def exact_search(
        self, wanted: Expression, *, filters: Filters = NO_FILTERS, left_out: AbstractSet[int] = frozenset()
    ) -> ExactMatches:
        """Return the keys of all passages that are what ``wanted`` says, but for ``left_out``, best first.

        Raises:
            ValueError: nothing is looked for, only left out.
        """
        selection = self._selection(filters)
        return exact_search.search(self._connection, wanted, selection=selection, left_out=left_out)

    def document_frequencies(self, query: str) -> dict[str, int]:
        """Return for each content word of ``query``, folded, in how many passages it stands."""
        return lexical_index.document_frequencies(self._connection, lexical_index.query_terms(query))

    def word_counts(self, words: Collection[str]) -> dict[str, int]:
        """Return those of ``words``, folded, that passages hold so written, and how many hold each."""
        return word_counts.counted(self._connection, words)

    def words_sharing_an_end(self, letters: str, lengths: range, *, limit: int) -> dict[str, int]:
        """Return words with the same first or last two letters, and how many passages hold each.

        Of each end and each length the ``limit`` most frequent.
        """
        return dict(word_counts.sharing_an_end(self._connection, letters, lengths, limit=limit))

    def words_sounding_like(self, code: str, *, limit: int) -> list[WordCount]:
        """Return the words with this sound (:func:`embeddings.sounds.sound`), the most frequent first."""
        return word_counts.sounding_like(self._connection, code, limit=limit)

    def folded_texts(self, passage_keys: Sequence[int]) -> dict[int, str]:
        """Return the text of each passage as lexical search sees it, folded, without its header."""
        return dict(self._of("SELECT rowid, body FROM passage_text WHERE rowid", passage_keys))

    def token_codes(self, passage_keys: Sequence[int]) -> dict[int, bytes]:
        """Return the token vectors of each passage as the codec keeps them; what has none is left out."""
        rows = self._of("SELECT passage_key, token_codes FROM vectors WHERE passage_key", passage_keys)
        return {key: codes for key, codes in rows if codes}

    def vectors_of(self, passage_keys: Sequence[int]) -> FloatArray:
        """Return the vectors of passages, of shape ``(passages, dimension)``; an unknown one has none."""
        rows = self._of("SELECT passage_key, vector FROM vectors WHERE passage_key", passage_keys)
        return np.array([from_stored(vector) for _, vector in sorted(rows)], dtype=np.float32)

    def token_codes_of(self, passage_ids: Sequence[str]) -> dict[str, bytes]:
        """Return what :meth:`token_codes` does, by the passages' ids."""
        key_of = self._passage_keys(passage_ids)
        codes = self.token_codes(list(key_of.values()))
        return {passage_id: codes[key] for passage_id, key in key_of.items() if key in codes}

    def surroundings(self, passage_keys: Sequence[int]) -> dict[int, Surroundings]:
        """Return what stands around each passage."""
        statement = """
            SELECT p.key, p.document_key, b.key, a.key FROM passages p
            LEFT JOIN passages b ON b.document_key = p.document_key AND b.ordinal = p.ordinal - 1
            LEFT JOIN passages a ON a.document_key = p.document_key AND a.ordinal = p.ordinal + 1
            WHERE p.key
        """
        return {key: Surroundings(*around) for key, *around in self._of(statement, passage_keys)}

    def documents_of(self, passage_keys: Sequence[int]) -> dict[int, DocumentOf]:
        """Return the document of each passage."""
        statement = """
            SELECT p.key, d.key, d.date_start, d.date_end
            FROM passages p JOIN documents d ON d.key = p.document_key WHERE p.key
        """
        return {
            key: DocumentOf(document, (start, end) if start else None)
            for key, document, start, end in self._of(statement, passage_keys)
        }

    def document_keys(self, document_ids: Sequence[str]) -> dict[str, int]:
        """Return the keys of documents by their ids."""
        rows = self._connection.execute(
            "SELECT id, key FROM documents WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(document_ids)),),
        )
        return dict(rows.fetchall())

    def facets_among(self, document_keys: Sequence[int]) -> Facets:
        """Return what these documents can be filtered by, with counts."""
        among = "d.key IN (SELECT value FROM json_each(?))"
        return count_facets(self._connection, Condition(among, (json.dumps(list(document_keys)),)))

    def has_documents_of(self, first_day: str, last_day: str) -> bool:
        """Return whether the date of any document begins between two ISO days, both inclusive."""
        statement = "SELECT EXISTS (SELECT 1 FROM documents WHERE date_start BETWEEN ? AND ?)"
        return bool(self._connection.execute(statement, (first_day, last_day)).fetchone()[0])

    def passage_keys(self, document_id: str) -> list[int]:
        """Return the keys of the passages of a document in their order."""
        rows = self._connection.execute(
            "SELECT p.key FROM passages p JOIN documents d ON d.key = p.document_key WHERE d.id = ?"
            " ORDER BY p.ordinal",
            (document_id,),
        )
        return [key for (key,) in rows]

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

    def _of(self, statement: str, keys: Sequence[int]) -> list[Row]:
        """Return the rows of ``statement``, which ends with the column that is one of ``keys``."""
        one_of = "IN (SELECT value FROM json_each(?))"
        return self._connection.execute(f"{statement} {one_of}", (json.dumps(list(keys)),)).fetchall()

    def _selection(self, filters: Filters) -> Selection | None:
        if filters not in self._selections:
            condition = self._condition(filters)
            self._selections[filters] = Selection(self._connection, condition) if condition else None
        return self._selections[filters]
