"""The few sentences of the best passages that answer a question, in the documents' own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.normalising import tidy
from chunker.sentences import sentence_spans
from embeddings.terms import stems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from embeddings.search import Hit

_MIN_WORDS = 4


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """How long an extractive answer may be and where it is taken from."""

    max_sentences: int = 3
    max_words: int = 90
    max_passages: int = 3
    passage_weight: float = 0.5


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit, tidied: ``rank`` counts hits from 1, ``span`` indexes the source's text."""

    rank: int
    span: Span
    text: str
    score: float


def extract(
    hits: Sequence[Hit], term_weights: Mapping[str, float], settings: ExtractionSettings
) -> list[Sentence]:
    """Return the sentences that answer best, in reading order: by passage, then by place in it.

    A sentence is worth the share of the question's terms it holds, weighted by their inverse document
    frequency, plus its passage's score by ``passage_weight``. The best one is always taken; further
    ones only while the answer stays within its limits.
    """
    ranked = sorted(
        (
            sentence
            for rank, hit in enumerate(hits[: settings.max_passages], start=1)
            for sentence in _sentences(rank, hit, term_weights, settings)
        ),
        key=lambda sentence: (-sentence.score, sentence.rank, sentence.span),
    )
    chosen: list[Sentence] = []
    words = 0
    for sentence in ranked:
        length = len(sentence.text.split())
        if chosen and (words + length > settings.max_words or len(chosen) == settings.max_sentences):
            continue
        chosen.append(sentence)
        words += length
    return sorted(chosen, key=lambda sentence: (sentence.rank, sentence.span))


def _sentences(
    rank: int, hit: Hit, term_weights: Mapping[str, float], settings: ExtractionSettings
) -> Iterator[Sentence]:
    passage = hit.place.passage
    title = set(stems(hit.place.document.header))
    total = sum(term_weights.values()) or 1.0
    for span in sentence_spans(passage.text):
        text = tidy(passage.text[span.start_char : span.end_char]).text
        if len(text.split()) < _MIN_WORDS:
            continue
        words = set(stems(text))
        if words <= title:
            continue  # the document's heading, which every citation shows anyway
        matched = sum(term_weights.get(word, 0.0) for word in words)
        yield Sentence(
            rank=rank,
            span=Span(passage.start_char + span.start_char, passage.start_char + span.end_char),
            text=text,
            score=matched / total + settings.passage_weight * hit.score,
        )
