"""Late interaction: a passage is as good as its best token for each word of the question.

After Khattab and Zaharia, ColBERT (2020), with the token vectors of an encoder that was not trained for
it: each token of the question counts by the rarity of its word, and what a passage's neighbours or the
rest of its document say counts in part for the passage, as it would for a reader who has the page open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from embeddings.encoders.encoder import FloatArray, IntArray, TextEncoding, Tokens


# Of what a header matches better than a sentence below it: a sentence is about what its document is about,
# but need not say it. Chosen by hand; not measured by itself.
_HEADER_CREDIT = 0.5
# With which an English word goes on to be the same word.
_ENDINGS = frozenset({"d", "ed", "er", "ers", "es", "ing", "ly", "n", "s"})


@dataclass(frozen=True, slots=True)
class QuestionTokens:
    """The tokens of a question's content words.

    ``vectors`` has shape ``(tokens, dimension)``, rows of length 1. ``weights`` and ``language_weights`` have
    shape ``(tokens,)`` and sum to 1: by how rare their words are in the index, which ranks best, and in the
    language, which means the same whatever the index holds.
    """

    vectors: FloatArray
    weights: FloatArray
    language_weights: FloatArray


def question_tokens(
    question: str, encoding: TextEncoding, tokens: Tokens, word_weights: Mapping[str, float]
) -> QuestionTokens | None:
    """Return the tokens of ``question`` that count, or None where none does.

    ``word_weights`` gives each content word, folded, its weight, which its tokens share. In the language a
    token counts by the logarithm of its number: vocabularies list what is common first, and what they have
    only in pieces is rarer than these.
    """
    words = [_word_around(question, start, end) for start, end in tokens.offsets[: len(encoding.token_ids)]]
    weights = np.array(
        [word_weights.get(fold(question[slice(*word)]).text, 0.0) / words.count(word) for word in words],
        dtype=np.float32,
    )
    counting = weights > 0
    if not counting.any():
        return None
    return QuestionTokens(
        encoding.token_vectors[counting],
        _shares(weights[counting]),
        _shares(np.log(2.0 + encoding.token_ids[counting])),
    )


def _shares(weights: FloatArray) -> FloatArray:
    return np.asarray(weights / weights.sum(), dtype=np.float32)


def known_words(text: str, tokens: Tokens) -> frozenset[str]:
    """Return the words of ``text``, folded, that the model knows: one token, or one with an ending."""
    pieces: dict[tuple[int, int], list[str]] = {}
    for start, end in tokens.offsets.tolist():
        pieces.setdefault(_word_around(text, start, end), []).append(text[start:end])
    return frozenset(
        fold(text[start:end]).text
        for (start, end), parts in pieces.items()
        if len("".join(parts)) == end - start
        and (not parts[1:] or (not parts[2:] and parts[1].lower() in _ENDINGS))
    )


def _word_around(text: str, start: int, end: int) -> tuple[int, int]:
    while start > 0 and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum():
        end += 1
    return int(start), int(end)


def best_matches(similarities: FloatArray, lengths: Sequence[int]) -> FloatArray:
    """Return each question token's best similarity in each passage: shape ``(question tokens, passages)``.

    ``similarities`` has shape ``(question tokens, tokens of all passages one after another)``;
    ``lengths`` are the passages' numbers of tokens, none of them 0.
    """
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    best: FloatArray = np.maximum.reduceat(similarities, starts, axis=1)
    return best


def in_context(
    matches: FloatArray,
    *,
    documents: IntArray,
    previous: IntArray,
    following: IntArray,
    neighbour_share: float,
    document_share: float,
) -> FloatArray:
    """Return ``matches`` raised by a share of what the neighbours and the whole document match better.

    ``matches`` has shape ``(question tokens, passages)``; ``documents`` numbers each passage's document;
    ``previous`` and ``following`` are the columns of its neighbours, -1 where there is none.
    """
    nowhere = np.full((len(matches), 1), -1.0, dtype=np.float32)
    padded = np.hstack([matches, nowhere])
    neighbours = np.maximum(padded[:, previous], padded[:, following])
    _, of_document = np.unique(documents, return_inverse=True)
    order = np.argsort(of_document, kind="stable")
    starts = np.flatnonzero(np.diff(of_document[order], prepend=-1))
    whole = np.maximum.reduceat(matches[:, order], starts, axis=1)
    return np.asarray(
        matches
        + neighbour_share * np.maximum(neighbours - matches, 0)
        + document_share * np.maximum(whole[:, of_document] - matches, 0),
        dtype=np.float32,
    )


@dataclass(frozen=True, slots=True)
class SpanScores:
    """How well a part of a passage meets a question.

    ``late`` is its late interaction, ``in_header`` the same with some credit for what only the
    document's header says, ``by_language`` the same as ``late`` by the question's language weights,
    ``cosine`` that of its mean token with the question's vector.
    """

    late: float
    in_header: float
    by_language: float
    cosine: float


@dataclass(frozen=True, slots=True)
class TokenMatches:
    """A passage met by a question token by token, so that any part of it can be scored.

    ``spans`` has shape ``(tokens, 2)``, ascends and indexes the tidied passage; ``vectors`` has shape
    ``(tokens, dimension)``; ``similarities`` ``(question tokens, tokens)``; ``header`` ``(question tokens,)``
    is the best match in the document's header, -1 where it has none; ``weights`` and ``language_weights``
    are those of :class:`QuestionTokens`.
    """

    spans: IntArray
    vectors: FloatArray
    similarities: FloatArray
    header: FloatArray
    weights: FloatArray
    language_weights: FloatArray
    question_vector: FloatArray

    @property
    def by_language(self) -> float:
        """The late interaction of the passage with its header, by the question's language weights."""
        best = np.maximum(self.similarities.max(axis=1, initial=-1.0), self.header)
        return float(self.language_weights @ best)

    def scores(self, start_char: int, end_char: int) -> SpanScores | None:
        """Return the scores of ``tidied[start_char:end_char]``, None where no token lies in it."""
        first = int(np.searchsorted(self.spans[:, 0], start_char))
        inside = slice(first, int(np.searchsorted(self.spans[:, 1], end_char, side="right")))
        if inside.start >= inside.stop:
            return None
        best = self.similarities[:, inside].max(axis=1)
        mean = self.vectors[inside].mean(axis=0)
        length = float(np.linalg.norm(mean) * np.linalg.norm(self.question_vector))
        return SpanScores(
            late=float(self.weights @ best),
            in_header=float(self.weights @ (best + _HEADER_CREDIT * np.maximum(self.header - best, 0))),
            by_language=float(self.language_weights @ best),
            cosine=float(mean @ self.question_vector) / length if length else 0.0,
        )


def match_tokens(
    tokens: Tokens,
    vectors: FloatArray,
    header_chars: int,
    question: QuestionTokens,
    question_vector: FloatArray,
) -> TokenMatches:
    """Return how a question meets a passage.

    ``tokens`` are those of the indexed text, of which the first ``header_chars`` characters are header;
    ``vectors`` are theirs, as far as the encoder saw them.
    """
    spans = tokens.offsets[: len(vectors)]
    similarities = question.vectors @ vectors.T
    in_body = spans[:, 0] >= header_chars
    header = similarities[:, ~in_body]
    return TokenMatches(
        spans=spans[in_body] - header_chars,
        vectors=vectors[in_body],
        similarities=similarities[:, in_body],
        header=header.max(axis=1) if header.size else np.full(len(similarities), -1.0, dtype=np.float32),
        weights=question.weights,
        language_weights=question.language_weights,
        question_vector=question_vector,
    )
