"""Late interaction over an index: what its passages' token codes say of a question."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from chunker.chunking import indexed_text
from chunker.text.normalising import tidy
from embeddings.encoders.batching import unit_rows
from embeddings.ranking.late_interaction import best_matches, in_context, match_tokens
from embeddings.store.snapshot import Surroundings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chunker.documents import Document, Passage
    from embeddings.encoders.encoder import FloatArray, TokenEncoder, Tokens
    from embeddings.encoders.token_vectors import CodeArray, TokenCodec
    from embeddings.indexing.preparing import Recipe
    from embeddings.ranking.late_interaction import QuestionTokens, TokenMatches
    from embeddings.search import Place
    from embeddings.store.snapshot import Snapshot

_READ_PASSAGES = 1_024  # kept tokenized: some 5 kB each, 5 MB in all


class LateScorer:
    """Scores passages token by token. Safe to use from many threads.

    ``neighbour_share`` and ``document_share`` say how much of what its neighbours, and the rest of its
    document, match better is credited to a passage. What a passage's tokens are depends on the passage
    alone, so the last ones read are kept, whatever is written to the index meanwhile.
    """

    def __init__(
        self,
        encoder: TokenEncoder,
        codec: TokenCodec,
        recipe: Recipe,
        *,
        neighbour_share: float,
        document_share: float,
    ) -> None:
        self._encoder = encoder
        self._codec = codec
        self._recipe = recipe
        self._neighbour_share = neighbour_share
        self._document_share = document_share
        self._tokens = lru_cache(_READ_PASSAGES)(self._read_tokens)

    def scores(
        self, snapshot: Snapshot, question: QuestionTokens, head: Sequence[int], left_out: frozenset[int]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Return the late interaction of each passage of ``head``, by itself and in its context.

        Passages without tokens are not in it; those ``left_out`` are no context.
        """
        surroundings = snapshot.surroundings(head)
        document_of = {
            key: around.document
            for around in surroundings.values()
            for key in (around.before, around.after)
            if key is not None and key not in left_out
        }
        document_of |= {key: surroundings[key].document for key in head}
        codes = snapshot.token_codes(list(document_of))
        if not codes:
            return {}, {}
        column: dict[int | None, int] = {key: position for position, key in enumerate(codes)}
        passages = [self._unpacked(one) for one in codes.values()]
        similarities = self._codec.similarities(question.vectors, np.concatenate(passages))
        matches = best_matches(similarities, [len(one) for one in passages])
        # Those that are there only as context have no context of their own.
        around = [surroundings.get(key, Surroundings(0, None, None)) for key in codes]
        raised = in_context(
            matches,
            documents=np.array([document_of[key] for key in codes]),
            previous=np.array([column.get(one.before, -1) for one in around]),
            following=np.array([column.get(one.after, -1) for one in around]),
            neighbour_share=self._neighbour_share,
            document_share=self._document_share,
        )
        alone, together = question.weights @ matches, question.weights @ raised
        return (
            {key: float(alone[column[key]]) for key in head if key in column},
            {key: float(together[column[key]]) for key in head if key in column},
        )

    def matches(
        self,
        snapshot: Snapshot,
        question: QuestionTokens,
        question_vector: FloatArray,
        places: Iterable[Place],
    ) -> dict[str, TokenMatches]:
        """Return how a question meets passages token by token, by the ids of those that have tokens."""
        place_of = {place.passage.id: place for place in places}
        found = {}
        for passage_id, codes in snapshot.token_codes_of(list(place_of)).items():
            place = place_of[passage_id]
            tokens, header_chars = self._tokens(place.document, place.passage)
            vectors = unit_rows(self._codec.decode(self._unpacked(codes)))
            found[passage_id] = match_tokens(tokens, vectors, header_chars, question, question_vector)
        return found

    def _read_tokens(self, document: Document, passage: Passage) -> tuple[Tokens, int]:
        """Return the tokens of a passage as it is indexed, and how many characters its header takes there."""
        text = indexed_text(self._recipe.header(document), passage)
        return self._encoder.tokenize(text), len(text) - len(tidy(passage.text).text)

    def _unpacked(self, codes: bytes) -> CodeArray:
        """Return a passage's token codes as the codec takes them: ``(tokens, bytes_per_token)``."""
        return np.frombuffer(codes, np.uint8).reshape(-1, self._codec.bytes_per_token)
