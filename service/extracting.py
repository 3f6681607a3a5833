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

    from embeddings.late_interaction import SpanScores
    from embeddings.retriever import Retrieval
    from embeddings.search import Hit

_MIN_WORDS = 4


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """How long an extractive answer may be and where it is taken from.

    A sentence after the best one must be worth at least ``least_share`` of it.
    """

    max_sentences: int = 3
    max_words: int = 90
    max_passages: int = 3
    passage_weight: float = 0.5
    least_share: float = 0.85


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit, tidied: ``rank`` counts hits from 1, ``span`` indexes the source's text.

    ``cosine`` is that of its mean token with the question, None without late interaction.
    """

    rank: int
    span: Span
    text: str
    score: float
    cosine: float | None = None


def read_sentences(retrieval: Retrieval, settings: ExtractionSettings) -> list[Sentence]:
    """Return the sentences of the best hits, the best first.

    With late interaction, a sentence is worth that, with half the credit for what only its document's
    header says, and its mean token's cosine; without, the share of the question's terms it holds,
    weighted by their inverse document frequency. Its passage's score counts by ``passage_weight``.
    """
    found = (
        sentence
        for rank, hit in enumerate(retrieval.hits[: settings.max_passages], start=1)
        for sentence in _sentences(rank, hit, retrieval, settings)
    )
    return sorted(found, key=lambda sentence: (-sentence.score, sentence.rank, sentence.span))


def extract(sentences: Sequence[Sentence], settings: ExtractionSettings) -> list[Sentence]:
    """Return the sentences that answer best, in reading order: by passage, then by place in it.

    ``sentences`` come best first. The best one is always taken; further ones only while the answer
    stays within its limits.
    """
    chosen: list[Sentence] = []
    words = 0
    for sentence in sentences:
        if sentence.score < settings.least_share * sentences[0].score:
            break
        if any(sentence.text == other.text for other in chosen):
            continue
        length = len(sentence.text.split())
        if chosen and (words + length > settings.max_words or len(chosen) == settings.max_sentences):
            continue
        chosen.append(sentence)
        words += length
    return sorted(chosen, key=lambda sentence: (sentence.rank, sentence.span))


def _sentences(rank: int, hit: Hit, retrieval: Retrieval, settings: ExtractionSettings) -> Iterator[Sentence]:
    passage = hit.place.passage
    title = set(stems(hit.place.document.header))
    tidied = tidy(passage.text)
    for span in sentence_spans(passage.text):
        text = tidy(passage.text[span.start_char : span.end_char]).text
        words = set(stems(text))
        if len(text.split()) < _MIN_WORDS or words <= title:
            continue  # too little to read, or the document's heading, which every citation shows anyway
        shown = tidied.derived_span(span.start_char, span.end_char)
        matches = retrieval.matches.get(passage.id)
        scores = matches.scores(shown.start_char, shown.end_char) if matches else None
        own = _late_score(scores) if scores else _term_score(words, retrieval.term_weights)
        yield Sentence(
            rank=rank,
            span=Span(passage.start_char + span.start_char, passage.start_char + span.end_char),
            text=text,
            score=own + settings.passage_weight * hit.score,
            cosine=scores.cosine if scores else None,
        )


def _late_score(scores: SpanScores) -> float:
    return 2 * scores.in_header + 0.5 * scores.cosine


def _term_score(words: set[str], term_weights: Mapping[str, float]) -> float:
    matched = sum(term_weights.get(word, 0.0) for word in words)
    return matched / (sum(term_weights.values()) or 1.0)
