"""From a question to ranked passages: dense and lexical search, fused, duplicates folded."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from embeddings.fusion import fold_duplicates, min_max, shingles, weighted_sum
from embeddings.search import Filters, Hit, Scores
from embeddings.terms import stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embeddings.encoder import Encoder, FloatArray
    from embeddings.local_index import LocalIndex
    from embeddings.records import IndexInfo
    from embeddings.search import HiddenSpan, Place
    from embeddings.snapshot import Snapshot

_FOLDED_BEYOND = 10  # hits beyond the wished number that are looked at for duplicates


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """How passages are ranked.

    ``candidates`` is how many passages each method proposes. The lexical score is BM25 of the passage
    with its header, plus the BM25 of its whole document and of its character 4-grams by their
    weights; the final score is the min-max of that plus ``dense_weight`` times the min-max cosine.
    """

    candidates: int = 200
    document_weight: float = 0.5
    ngram_weight: float = 0.15
    dense_weight: float = 0.4


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search found, in which state of the index, and how long its stages took.

    ``term_weights`` gives each stem of the question its inverse document frequency.
    """

    hits: tuple[Hit, ...]
    index: IndexInfo
    term_weights: dict[str, float]
    timings_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Candidates:
    keys: list[int]
    cosines: FloatArray
    lexical: FloatArray


class Retriever:
    """Ranks the passages of one index. Safe to use from many threads."""

    def __init__(self, index: LocalIndex, encoder: Encoder, settings: RetrievalSettings) -> None:
        self._index = index
        self._encoder = encoder
        self._settings = settings

    def retrieve(
        self,
        question: str,
        *,
        top_k: int,
        filters: Filters | None = None,
        hidden: Sequence[HiddenSpan] = (),
    ) -> Retrieval:
        """Return the ``top_k`` best passages for ``question`` under ``filters``, best first.

        Passages that overlap a ``hidden`` span are treated as if they were not in the index.
        """
        started = time.perf_counter()
        vector = self._encoder.encode([question])[0]
        encoded = time.perf_counter()
        with self._index.snapshot() as snapshot:
            found = self._candidates(snapshot, question, vector, filters or Filters())
            searched = time.perf_counter()
            hits = self._ranked(snapshot, found, top_k=top_k, hidden=hidden)
            info = snapshot.info()
            frequencies = snapshot.document_frequencies(question)
        ranked = time.perf_counter()
        timings = {
            "encode": (encoded - started) * 1000,
            "search": (searched - encoded) * 1000,
            "rank": (ranked - searched) * 1000,
        }
        weights = {stem(word): _idf(count, info.passages) for word, count in frequencies.items()}
        return Retrieval(tuple(hits), info, weights, timings)

    def _candidates(
        self, snapshot: Snapshot, question: str, vector: FloatArray, filters: Filters
    ) -> _Candidates:
        limit = self._settings.candidates
        dense = dict(snapshot.dense_search(vector, limit=limit, filters=filters))
        passages, ngrams, documents = (
            dict(snapshot.lexical_search(question, field=field, limit=limit, filters=filters))
            for field in ("passage", "ngrams", "document")
        )
        keys = list(dict.fromkeys([*passages, *dense, *ngrams]))
        document_of = snapshot.document_keys(keys)
        of_document = {key: documents.get(document_of[key], 0.0) for key in keys}
        lexical = weighted_sum(
            [
                (1.0, passages),
                (self._settings.document_weight, of_document),
                (self._settings.ngram_weight, ngrams),
            ],
            keys,
        )
        return _Candidates(keys, np.array(snapshot.cosines(vector, keys), dtype=np.float32), lexical)

    def _ranked(
        self, snapshot: Snapshot, found: _Candidates, *, top_k: int, hidden: Sequence[HiddenSpan]
    ) -> list[Hit]:
        scores = min_max(found.lexical) + self._settings.dense_weight * min_max(found.cosines)
        order = np.argsort(-scores, kind="stable").tolist()
        if not hidden:
            order = order[: top_k + _FOLDED_BEYOND]
        found_keys = [found.keys[position] for position in order]
        hits = [
            Hit(
                place,
                score=float(scores[position]) / (1.0 + self._settings.dense_weight),
                scores=Scores(dense=float(found.cosines[position]), lexical=float(found.lexical[position])),
            )
            for position, place in zip(order, snapshot.places(found_keys), strict=True)
        ]
        visible = [
            (key, hit)
            for key, hit in zip(found_keys, hits, strict=True)
            if not any(_is_hidden(hit.place, span) for span in hidden)
        ][: top_k + _FOLDED_BEYOND]
        texts = snapshot.folded_texts([key for key, _ in visible])
        return folded([hit for _, hit in visible], [texts[key] for key, _ in visible])[:top_k]


def _idf(count: int, passages: int) -> float:
    """Return the inverse document frequency as BM25 has it (Robertson and Sparck Jones, kept positive)."""
    return math.log(1.0 + (passages - count + 0.5) / (count + 0.5))


def folded(hits: Sequence[Hit], texts: Sequence[str]) -> list[Hit]:
    """Return ``hits`` without those that repeat words of better ones, which name them in ``also_in``.

    ``texts`` are the hits' words, folded.
    Of the places where the same words stand, one whose page is known is shown.
    """
    groups = fold_duplicates([shingles(text) for text in texts])
    return [_merged(hits[kept], [hits[position].place for position in others]) for kept, others in groups]


def _merged(hit: Hit, others: Sequence[Place]) -> Hit:
    places = [hit.place, *others]
    shown = next((place for place in places if place.passage.page), hit.place)
    rest = tuple(place for place in places if place is not shown)
    return replace(hit, place=shown, also_in=rest)


def _is_hidden(place: Place, span: HiddenSpan) -> bool:
    return (
        place.source_name == span.source_name
        and place.passage.start_char < span.end_char
        and span.start_char < place.passage.end_char
    )
