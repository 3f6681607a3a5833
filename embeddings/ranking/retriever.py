"""From a question to ranked passages.

Dense and lexical search propose candidates, fusion ranks them, late interaction looks at the best of
them token by token, and what stands in two places becomes one hit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import numpy as np

from chunker.chunking import indexed_text
from chunker.metadata.asked_times import read_asked_times, without_times
from chunker.metadata.year_forms import DecadeFinder
from embeddings.encoders.encoder import TextEncoding
from embeddings.ranking.asked_language import is_in_another_language
from embeddings.ranking.cues import CueSettings, date_agreement, dated_share, number_agreement, wants_numbers
from embeddings.ranking.folding import FoldingSettings, fold_hits
from embeddings.ranking.fusion import fuse, weighted_sum
from embeddings.ranking.late_interaction import known_words, question_tokens
from embeddings.ranking.late_scoring import LateScorer
from embeddings.ranking.spelling import Respelling, SpellingSettings, respelt
from embeddings.search import Filters, Hit
from embeddings.stages import timed
from embeddings.terms import stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.metadata.asked_times import AskedTime
    from embeddings.encoders.encoder import Encoder, FloatArray, TokenEncoder
    from embeddings.local_index import LocalIndex
    from embeddings.ranking.fusion import Method, Ranking
    from embeddings.ranking.late_interaction import QuestionTokens, TokenMatches
    from embeddings.ranking.reranking import Reranker
    from embeddings.search import HiddenSpan
    from embeddings.store.lexical_index import LexicalField
    from embeddings.store.records import IndexInfo
    from embeddings.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """How passages are ranked; what has no weight is not asked at all.

    ``candidates`` is how many passages each method proposes; whole documents propose none. The lexical
    score is the BM25 of the passage with its header, of its whole document and of its character
    4-grams, added by their weights. The first score is the min-max of that plus ``dense_weight`` times
    the min-max cosine, plus ``date_weight`` for documents of a date in the question and ``long_time_weight``
    for those of a time beyond a year, whose words its papers need not have ("before 1923"); both count by the
    share of the candidates that are dated. The ``rescored`` best by it gain ``late_weight`` times the min-max
    of late interaction, where the index keeps token vectors; in it a passage is credited with a share of what
    its neighbours, and of what the rest of its document, match better. They gain up to ``number_weight`` for
    numbers where one is asked for. Where there is a reranker, the ``reranked`` best by the sum gain
    ``rerank_weight`` times the min-max of its scores.

    What each part is worth: ``make ablation``. MRR@10 on the 90 answerable gold questions is .854 (.848
    when the other values were tried, with a ``date_weight`` of .4); with half and with twice a value it is (a
    step of .01 may be chance: the values are rounded, not fitted)

        candidates       .842  .848        late_weight      .844  .827
        passage_weight   .850  .836        rescored         .841  .848
        document_weight  .848  .849        neighbour_share  .838  .834
        ngram_weight     .836  .850        document_share   .838  .835
        dense_weight     .836  .838        number_weight    .846  .854
        date_weight      .848  .840

    ``long_time_weight`` is not told by the gold, which has few such times: it ranks alike from 1.2 to 2.0. Of
    the first five papers of 88 made-up questions (8 themes, 11 times) .90 are of the time at 1.2, .94 at 1.6,
    .96 at 2.0 and .37 without, where not every theme has five papers of the time.

    For a question in another language the second model's cosine counts, by ``second_weight``, in the place of
    the first model's and of late interaction. On eval/data/languages.jsonl the evidence of 10 of 15 is in the
    first five from 2.0 to 50.0.

    ``candidates`` costs time: 8.9 ms a question at 50, 12.7 at 400, its encoding left aside. ``reranked`` and
    ``rerank_weight`` are chosen by hand and not measured: a cross-encoder is slow, so it reads few.

    Raises:
        ValueError: no method that proposes passages has a weight.
    """

    candidates: int = 200
    passage_weight: float = 1.0
    document_weight: float = 0.5
    ngram_weight: float = 0.15
    dense_weight: float = 0.4
    date_weight: float = 0.6
    long_time_weight: float = 1.6
    rescored: int = 40
    late_weight: float = 2.0
    neighbour_share: float = 0.2
    document_share: float = 0.2
    number_weight: float = 0.3
    reranked: int = 20
    rerank_weight: float = 2.0
    second_weight: float = 4.0
    cues: CueSettings = field(default_factory=CueSettings)
    folding: FoldingSettings = field(default_factory=FoldingSettings)
    spelling: SpellingSettings | None = field(default_factory=SpellingSettings)

    def __post_init__(self) -> None:
        if not (self.passage_weight or self.ngram_weight or self.dense_weight):
            raise ValueError("nothing proposes passages: give passages, n-grams or cosines a weight")

    @property
    def is_lexical(self) -> bool:
        """Whether any lexical method is asked."""
        return bool(self.passage_weight or self.document_weight or self.ngram_weight)

    @property
    def is_late(self) -> bool:
        """Whether the best passages are looked at token by token."""
        return bool(self.rescored and self.late_weight)


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search found, in which state of the index, and how long its stages took.

    ``term_weights`` gives each stem of the question its inverse document frequency. ``matches`` tells
    of as many of the best hits as were asked for, by passage id, how the question meets them token by
    token; it is empty without late interaction. ``asked_times`` are the times that the question asks of.
    ``also_searched`` gives words of the question, as they were asked, the words of the index that were
    searched beside them, the likeliest first. ``is_by_second_model`` tells that the question is in another
    language and the hits' dense scores are the second model's.
    """

    hits: tuple[Hit, ...]
    index: IndexInfo
    term_weights: dict[str, float]
    matches: dict[str, TokenMatches]
    timings_ms: dict[str, float]
    asked_times: tuple[AskedTime, ...] = ()
    also_searched: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_by_second_model: bool = False

    @property
    def knows_no_word(self) -> bool:
        """Whether the question has content words and the index holds none of them."""
        unknown = _idf(0, self.index.passages)
        return bool(self.term_weights) and all(weight >= unknown for weight in self.term_weights.values())


@dataclass(frozen=True, slots=True)
class _Question:
    """A question as every method sees it.

    ``text`` is without the words of ``times`` that would find papers beside them, ``respelling`` the same as
    the index writes it; ``word_weights`` and ``tokens`` are of the latter. ``vector`` has shape
    ``(dimension,)``, or ``(0,)`` where no method needs it; ``tokens`` is None without late interaction,
    ``second_vector``, the second model's, where the first reads the question or there is no second.
    """

    text: str
    respelling: Respelling
    vector: FloatArray
    word_weights: dict[str, float]
    tokens: QuestionTokens | None
    times: tuple[AskedTime, ...]
    second_vector: FloatArray | None = None


class Retriever:
    """Ranks the passages of one index, with a ``reranker`` if there is one. Safe to use from many threads."""

    def __init__(
        self,
        index: LocalIndex,
        encoder: Encoder,
        settings: RetrievalSettings,
        reranker: Reranker | None = None,
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._settings = settings
        self._reranker = reranker if settings.reranked and settings.rerank_weight else None
        self._late = _late_scorer(index, encoder, settings)
        self._lexical_weights: tuple[tuple[LexicalField, float], ...] = (
            ("passage", settings.passage_weight),
            ("ngrams", settings.ngram_weight),
            ("document", settings.document_weight),
        )

    @property
    def index(self) -> LocalIndex:
        """The index whose passages are ranked."""
        return self._index

    def retrieve(
        self,
        question: str,
        *,
        top_k: int,
        filters: Filters | None = None,
        hidden: Sequence[HiddenSpan] = (),
        matched: int = 0,
    ) -> Retrieval:
        """Return the ``top_k`` best passages for ``question`` under ``filters``, best first.

        Passages that overlap a ``hidden`` span are treated as if they were not in the index. Of the
        ``matched`` best hits it is told how the question meets them token by token.
        """
        timings_ms: dict[str, float] = {}
        with self._index.snapshot() as snapshot:
            times = read_asked_times(question, DecadeFinder(snapshot.has_documents_of))
            searched = self._searched(snapshot, question, times)
            with timed(timings_ms, "search"):
                info = snapshot.info()
                frequencies = snapshot.document_frequencies(searched)
                respelling = self._respelling(snapshot, searched, frequencies)
            with timed(timings_ms, "encode"):
                encoding = self._encoding(respelling.text)
                second_vector = self._second_vector(question, frequencies, respelling)
            with timed(timings_ms, "search"):
                weights = _word_weights(snapshot, frequencies, respelling, info)
                tokens = self._tokens(respelling.text, encoding, weights)
                asked = _Question(
                    searched, respelling, encoding.vector, weights, tokens, times, second_vector
                )
                left_out = snapshot.overlapping(hidden)
                ranking = self._first_ranking(snapshot, asked, filters or Filters(), left_out)
            with timed(timings_ms, "rank"):
                ranking = self._rescored(snapshot, asked, ranking, left_out)
            if self._reranker is not None:
                with timed(timings_ms, "rerank"):
                    ranking = self._reranked(snapshot, self._reranker, respelling.text, ranking)
            with timed(timings_ms, "rank"):
                hits = self._hits(snapshot, ranking, top_k)
                matches = self._matches(snapshot, asked, hits[:matched])
        return Retrieval(
            hits=tuple(hits),
            index=info,
            term_weights={stem(word): weight for word, weight in asked.word_weights.items()},
            matches=matches,
            timings_ms=timings_ms,
            asked_times=times,
            also_searched=respelling.also_searched,
            is_by_second_model=second_vector is not None,
        )

    def second_cosines(self, question: str, texts: Sequence[str]) -> FloatArray:
        """Return the second model's cosine of each of ``texts`` with ``question``: shape ``(len(texts),)``.

        Raises:
            ValueError: the index has no second model.
        """
        second = self._index.recipe.second
        if second is None:
            raise ValueError("The index has no second model.")
        return second.encode(texts) @ second.encode_question(question)

    def _searched(self, snapshot: Snapshot, question: str, times: Sequence[AskedTime]) -> str:
        """Return ``question`` without the words of ``times`` that name the date of papers beside that time.

        Those of 1923 have the words of "before 1923" in their headers, and would be found by them.
        """
        if not self._settings.long_time_weight:
            return question
        beside = [one for one in times if any(snapshot.has_documents_of(*days) for days in one.left_out)]
        return without_times(question, beside)

    def _encoding(self, question: str) -> TextEncoding:
        if self._late is not None:
            return next(iter(cast("TokenEncoder", self._encoder).encode_tokens([question])))
        nothing = np.zeros((0, 0), dtype=np.float32)
        vector = self._encoder.encode([question])[0] if self._settings.dense_weight else nothing.ravel()
        return TextEncoding(vector, np.zeros(0, dtype=np.int32), nothing)

    def _second_vector(
        self, question: str, frequencies: dict[str, int], respelling: Respelling
    ) -> FloatArray | None:
        second = self._index.recipe.second
        if second is None or not self._settings.second_weight:
            return None
        if not is_in_another_language(question, frequencies, respelling.replaced):
            return None
        return second.encode_question(question)

    def _respelling(self, snapshot: Snapshot, question: str, frequencies: dict[str, int]) -> Respelling:
        if self._settings.spelling is None:
            return Respelling(question, {}, {})
        vocabulary: frozenset[str] = frozenset()
        if self._late is not None and frequencies:
            vocabulary = known_words(question, cast("TokenEncoder", self._encoder).tokenize(question))
        return respelt(snapshot, question, frequencies, self._settings.spelling, vocabulary=vocabulary)

    def _tokens(
        self, question: str, encoding: TextEncoding, word_weights: dict[str, float]
    ) -> QuestionTokens | None:
        if self._late is None:
            return None
        read = cast("TokenEncoder", self._encoder).tokenize(question)
        return question_tokens(question, encoding, read, word_weights)

    def _lexical(
        self, snapshot: Snapshot, asked: _Question, kind: LexicalField, *, limit: int, filters: Filters
    ) -> dict[int, float]:
        """Return the lexical scores of a field; of the words also searched they count less."""
        also = " ".join(word for words in asked.respelling.also_searched.values() for word in words)
        text = f"{asked.text} {also}" if kind == "ngrams" else asked.text
        scores = dict(snapshot.lexical_search(text, field=kind, limit=limit, filters=filters))
        if also and kind != "ngrams" and self._settings.spelling is not None:
            for key, score in snapshot.lexical_search(also, field=kind, limit=limit, filters=filters):
                scores[key] = scores.get(key, 0.0) + self._settings.spelling.weight * score
        return scores

    def _first_ranking(
        self, snapshot: Snapshot, asked: _Question, filters: Filters, left_out: frozenset[int]
    ) -> Ranking:
        settings = self._settings
        limit = settings.candidates + len(left_out)
        dense: dict[int, float] = {}
        vector, dense_weight, by_second = asked.vector, settings.dense_weight, False
        if asked.second_vector is not None:
            vector, dense_weight, by_second = asked.second_vector, settings.second_weight, True
        if dense_weight:
            nearest = snapshot.dense_search_begun(vector, limit=limit, filters=filters, by_second=by_second)
        passages, ngrams, documents = (
            self._lexical(snapshot, asked, kind, limit=limit, filters=filters) if weight else {}
            for kind, weight in self._lexical_weights
        )
        if dense_weight:
            dense = dict(nearest())
        keys = [key for key in dict.fromkeys([*passages, *dense, *ngrams]) if key not in left_out]
        document_of = snapshot.documents_of(keys)
        parts: dict[Method, tuple[float, FloatArray]] = {}
        if settings.is_lexical:
            of_document = {key: documents.get(document_of[key].key, 0.0) for key in keys}
            by_kind = {"passage": passages, "ngrams": ngrams, "document": of_document}
            parts["lexical"] = (
                1.0,
                weighted_sum([(weight, by_kind[kind]) for kind, weight in self._lexical_weights], keys),
            )
        if dense_weight:
            others = [key for key in keys if key not in dense]
            dense.update(zip(others, snapshot.cosines(vector, others, by_second=by_second), strict=True))
            cosines = np.array([dense[key] for key in keys], dtype=np.float32)
            parts["dense"] = (dense_weight, cosines)
        ranking = fuse(keys, parts)
        days = {key: document_of[key].days for key in keys}
        for is_long, weight in ((False, settings.date_weight), (True, settings.long_time_weight)):
            times = [one for one in asked.times if one.goes_beyond_a_year == is_long]
            if times and weight:
                agreement = date_agreement(times, days, settings.cues)
                ranking = ranking.gained(agreement, weight=weight * dated_share(days))
        return ranking

    def _rescored(
        self, snapshot: Snapshot, asked: _Question, ranking: Ranking, left_out: frozenset[int]
    ) -> Ranking:
        """Return ``ranking`` with its head in the order that late interaction and numbers give it."""
        settings = self._settings
        head = ranking.keys[: settings.rescored]
        if self._late is not None and asked.tokens is not None and asked.second_vector is None:
            late, raised = self._late.scores(snapshot, asked.tokens, head, left_out)
            ranking = ranking.raised(
                "late_interaction", late, by=raised, head=len(head), weight=settings.late_weight
            )
        if settings.number_weight and wants_numbers(asked.text):
            agreement = number_agreement(asked.text, snapshot.folded_texts(head), settings.cues)
            ranking = ranking.gained(agreement, weight=settings.number_weight)
        return ranking

    def _reranked(self, snapshot: Snapshot, reranker: Reranker, question: str, ranking: Ranking) -> Ranking:
        """Return ``ranking`` with its head in the order that the reranker gives it."""
        keys = ranking.keys[: self._settings.reranked]
        header = self._index.recipe.header
        texts = [indexed_text(header(place.document), place.passage) for place in snapshot.places(keys)]
        scores = dict(zip(keys, reranker.scores(question, texts).tolist(), strict=True))
        return ranking.raised(
            "rerank", scores, by=scores, head=len(keys), weight=self._settings.rerank_weight
        )

    def _hits(self, snapshot: Snapshot, ranking: Ranking, top_k: int) -> list[Hit]:
        folding = self._settings.folding
        keys = ranking.keys[: top_k + folding.looked_beyond]
        texts = snapshot.folded_texts(keys)
        hits = [
            Hit(place, ranking.share_of_best(position), ranking.scores_of(keys[position]))
            for position, place in enumerate(snapshot.places(keys))
        ]
        return fold_hits(snapshot, hits, [texts[key] for key in keys], folding)[:top_k]

    def _matches(self, snapshot: Snapshot, asked: _Question, hits: Sequence[Hit]) -> dict[str, TokenMatches]:
        if self._late is None or asked.tokens is None or asked.second_vector is not None or not hits:
            return {}
        return self._late.matches(snapshot, asked.tokens, asked.vector, [hit.place for hit in hits])


def _late_scorer(index: LocalIndex, encoder: Encoder, settings: RetrievalSettings) -> LateScorer | None:
    if index.recipe.codec is None or not settings.is_late:
        return None
    return LateScorer(
        cast("TokenEncoder", encoder),
        index.recipe.codec,
        index.recipe,
        neighbour_share=settings.neighbour_share,
        document_share=settings.document_share,
    )


def _word_weights(
    snapshot: Snapshot, frequencies: dict[str, int], respelling: Respelling, info: IndexInfo
) -> dict[str, float]:
    """Return the inverse document frequency of each content word of a question as the index writes it."""
    kept = {word: count for word, count in frequencies.items() if word not in respelling.replaced}
    meant = (
        snapshot.document_frequencies(" ".join(respelling.replaced.values())) if respelling.replaced else {}
    )
    return {word: _idf(count, info.passages) for word, count in {**kept, **meant}.items()}


def _idf(count: int, passages: int) -> float:
    """Return the inverse document frequency as BM25 has it (Robertson and Sparck Jones, kept positive)."""
    return math.log(1.0 + (passages - count + 0.5) / (count + 0.5))
