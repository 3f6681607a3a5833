"""The few sentences of the best passages that answer a question, in the documents' own words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.text.normalising import tidy
from chunker.text.sentences import sentence_spans
from embeddings.ranking.asked_types import asked_types, gives
from embeddings.terms import STOPWORDS, stems
from service.answering.quoting import quote_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from embeddings.ranking.late_interaction import SpanScores
    from embeddings.ranking.retriever import Retrieval
    from embeddings.search import Hit
    from service.answer import Quote, RankedPassage

_WORD = re.compile(r"[^\W_]+")
_STATES = re.compile(r"[.!…:;。！；：][^\w]*(?:[⁰¹²³⁴-⁹\d*†‡()\[\]]+\W*)?$")
_LEANS_BACK = re.compile(
    r"\W*(?:he|she|it|they|him|her|his|its|their|this|that|these|those|such|the (?:latter|former)|also|then"
    r"|therefore|thus|hence|however|but|moreover|in (?:this|that)|for (?:this|that))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """What makes a sentence of a passage a part of the answer, and how long an answer may be.

    Values were taken where the share of answers that hold the evidence rose on the development gold or on
    500 questions of XQuAD and fell by more than .01 on none of these and 400 of COVID-QA (``dossier eval``).

    The answer has at most ``max_sentences`` and ``max_words`` from the ``max_passages`` best passages. A
    sentence of fewer than ``min_words`` is none; a further one needs ``min_further_words`` and at least
    ``least_share`` of the best one's worth. A sentence is worth ``late_weight`` times its late interaction,
    ``cosine_weight`` times the cosine of its mean token, ``passage_weight`` times its passage's score, plus
    ``gives_gain`` where it gives the number or date asked for, less ``fragment_loss`` for a fragment.
    """

    max_sentences: int = 5
    max_words: int = 90
    max_passages: int = 3
    min_words: int = 4
    min_further_words: int = 6
    least_share: float = 0.75
    late_weight: float = 2.0
    cosine_weight: float = 0.8
    passage_weight: float = 1.0
    gives_gain: float = 0.15
    fragment_loss: float = 0.2


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit, tidied: ``rank`` counts hits from 1, ``span`` indexes the source's text.

    ``number`` counts the sentences of its passage. ``scores`` is None without late interaction.
    ``gives`` tells whether it holds the kind of thing asked for, None where the question does not say.
    """

    rank: int
    number: int
    span: Span
    text: str
    score: float
    scores: SpanScores | None = None
    gives: bool | None = None


def read_sentences(question: str, retrieval: Retrieval, settings: ExtractionSettings) -> list[Sentence]:
    """Return the sentences of the best hits, the best first.

    With late interaction, a sentence is worth that, with half the credit for what only its document's
    header says, and its mean token's cosine; without, the share of the question's terms it holds,
    weighted by their inverse document frequency. Its passage's score counts by ``passage_weight``. It
    gains by holding a number or a date where one is asked for, and loses where it is only a fragment or
    asks itself.
    """
    found = (
        sentence
        for rank, hit in enumerate(retrieval.hits[: settings.max_passages], start=1)
        for sentence in _sentences(question, rank, hit, retrieval, settings)
    )
    return sorted(found, key=lambda sentence: (-sentence.score, sentence.rank, sentence.span))


def extract(sentences: Sequence[Sentence], settings: ExtractionSettings) -> list[Sentence]:
    """Return the sentences that answer best, in reading order: by passage, then by place in it.

    ``sentences`` come best first. The best one is always taken; further ones only where they are more
    than a few words and the answer stays within its limits. One that leans on the sentence before it
    ("He replied that ...") brings that along.
    """
    at = {(sentence.rank, sentence.number): sentence for sentence in sentences}
    chosen: list[Sentence] = []
    for sentence in sentences:
        if sentence.score < settings.least_share * sentences[0].score:
            break
        says_enough = len(sentence.text.split()) >= settings.min_further_words
        if not chosen or (says_enough and _fits(sentence, chosen, settings)):
            chosen.append(sentence)
            before = at.get((sentence.rank, sentence.number - 1))
            if before and _LEANS_BACK.match(sentence.text) and _fits(before, chosen, settings):
                chosen.append(before)
    return sorted(chosen, key=lambda sentence: (sentence.rank, sentence.span))


def quoted(sentences: Sequence[Sentence], passages: Sequence[RankedPassage]) -> tuple[Quote, ...]:
    """Return each sentence as a quote from its passage."""
    return tuple(quote_of(passages[sentence.rank - 1], sentence.span) for sentence in sentences)


def _fits(sentence: Sentence, chosen: Sequence[Sentence], settings: ExtractionSettings) -> bool:
    words = sum(len(one.text.split()) for one in (*chosen, sentence))
    is_said = any(sentence.text == other.text for other in chosen)
    return not is_said and len(chosen) < settings.max_sentences and words <= settings.max_words


def _sentences(
    question: str, rank: int, hit: Hit, retrieval: Retrieval, settings: ExtractionSettings
) -> Iterator[Sentence]:
    passage = hit.place.passage
    heading = STOPWORDS.union(_words(hit.place.document.header))
    tidied = tidy(passage.text)
    matches = retrieval.matches.get(passage.id)
    types = asked_types(question)
    for number, span in enumerate(sentence_spans(passage.text)):
        shown = tidied.derived_span(span.start_char, span.end_char)
        text = tidied.text[shown.start_char : shown.end_char]
        if len(text.split()) < settings.min_words or heading.issuperset(_words(text)):
            continue  # too little to read, or the document's heading, which every citation shows anyway
        scores = matches.scores(shown.start_char, shown.end_char) if matches else None
        has_type = gives(types, text, question) if types else None
        own = (
            settings.late_weight * scores.in_header + settings.cosine_weight * scores.cosine
            if scores
            else _term_score(text, retrieval.term_weights)
        )
        form = settings.gives_gain * bool(has_type) - settings.fragment_loss * (not _STATES.search(text))
        yield Sentence(
            rank=rank,
            number=number,
            span=Span(passage.start_char + span.start_char, passage.start_char + span.end_char),
            text=text,
            score=own + form + settings.passage_weight * hit.score,
            scores=scores,
            gives=has_type,
        )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _term_score(text: str, term_weights: Mapping[str, float]) -> float:
    matched = sum(term_weights.get(stem, 0.0) for stem in set(stems(text)))
    return matched / (sum(term_weights.values()) or 1.0)
