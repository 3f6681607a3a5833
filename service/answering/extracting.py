"""The few sentences of the best passages that answer a question, in the documents' own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chunker.documents import Span
from embeddings.ranking.asked_types import asked_types, gives
from embeddings.ranking.fusion import min_max
from embeddings.terms import STOPWORDS, stems
from service.answering.contradicting import contradicts
from service.answering.quoting import shown_sentences
from service.understanding.negation import asks_what_was_not, denies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from embeddings.encoders.encoder import FloatArray
    from embeddings.ranking.late_interaction import SpanScores
    from embeddings.ranking.retriever import Retrieval
    from embeddings.search import Hit

_WORD = re.compile(r"[^\W_]+")
_STATES = re.compile(r"[.!…:;。！；：][^\w]*(?:[⁰¹²³⁴-⁹\d*†‡()\[\]]+\W*)?$")
_MAX_LABEL_WORDS = 3
"""Of a field's label, as "Title" or "Date of entry"."""
_LEADS_ON = re.compile(r"[:：]\W*$")
"""What a sentence ends with that says nothing without the next one."""
_NOTE = re.compile(r"\s*(?:[*†‡]+|[⁰¹²³⁴-⁹]+|\[\d{1,3}\])(?=\s)")
"""What the text of a note begins with."""
_LEANS_BACK = re.compile(
    r"\W*(?:he|she|it|they|him|her|his|its|their|this|that|these|those|such|the (?:latter|former)|also|then"
    r"|therefore|thus|hence|however|but|moreover|in (?:this|that)|for (?:this|that))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ExtractionSettings:
    """What makes a run of sentences a part of the answer, and how long an answer may be.

    Single sentences that are picked apart lose the evidence beside them. On the development gold, nothing
    refused, the answer holds the evidence for .74 of the questions in 80 words of single sentences, for .89
    in 148 words of windows, .72 of them in the lead alone; on 200 questions of XQuAD .985 in 90, .96 in the
    lead, on 200 of COVID-QA .735 in 141, .62 in the lead. With a ``least_share`` of .75 that is as much, in
    up to 20 words more; of .9 gold loses .07.

    The lead is grown to ``lead_words`` around the best sentence, further windows to ``further_words``, by
    ``leaning_words`` more where the first sentence leans on the one before it ("He replied that ...") or the
    last one leads on to the next ("The terms were:"). Windows that touch become one. The
    answer has at most ``max_words`` in ``max_windows`` from the ``max_passages`` best passages. A sentence of
    fewer than ``min_words`` begins none; a further one needs ``min_further_words`` and ``least_share`` of the
    best one's worth. A sentence is worth ``late_weight`` times its late interaction, ``cosine_weight`` times
    the cosine of its mean token, ``passage_weight`` times its passage's score, plus ``gives_gain`` where it
    gives the number or date asked for, ``denies_gain`` where it and the question deny, less ``fragment_loss``
    for a fragment or a note. Of the 27 questions of XQuAD that hinge on a "not" 26 leads answer with
    ``denies_gain``, 25 without. For a question in another language it is worth
    ``second_weight`` times the min-max of the second model's cosines instead: on eval/data/languages.jsonl
    8 of 15 answers hold the evidence at 1.0 and 2.0, 5 by late interaction.
    """

    lead_words: int = 90
    further_words: int = 25
    leaning_words: int = 40
    max_words: int = 190
    max_windows: int = 5
    max_passages: int = 4
    min_words: int = 4
    min_further_words: int = 6
    least_share: float = 0.85
    late_weight: float = 2.0
    cosine_weight: float = 0.8
    passage_weight: float = 1.0
    gives_gain: float = 0.15
    denies_gain: float = 0.15
    fragment_loss: float = 0.2
    second_weight: float = 2.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit, tidied: ``rank`` counts hits from 1, ``span`` indexes the source's text.

    ``number`` counts the sentences of its passage that are more than a few words. ``scores`` is None without
    late interaction. ``gives`` tells whether it holds the kind of thing asked for, None where the question
    does not say. ``asked`` are the question's words that its passage or its document's header holds.
    """

    rank: int
    number: int
    span: Span
    text: str
    score: float
    scores: SpanScores | None = None
    gives: bool | None = None
    asked: frozenset[str] = frozenset()

    @property
    def words(self) -> int:
        """How many words it has."""
        return len(self.text.split())

    @property
    def is_torn(self) -> bool:
        """Whether it states nothing: a heading, a line of a table, a note."""
        return not _states(self.text) or bool(_NOTE.match(self.text))


@dataclass(frozen=True, slots=True)
class Window:
    """Sentences of one passage that follow each other."""

    sentences: tuple[Sentence, ...]

    @property
    def rank(self) -> int:
        """The rank of its passage."""
        return self.sentences[0].rank

    @property
    def span(self) -> Span:
        """Where it stands in the source."""
        return Span(self.sentences[0].span.start_char, self.sentences[-1].span.end_char)

    @property
    def words(self) -> int:
        """How many words it has."""
        return sum(sentence.words for sentence in self.sentences)

    def touches(self, other: Window) -> bool:
        """Return whether the two stand side by side in one passage."""
        if self.rank != other.rank:
            return False
        gaps = (
            other.sentences[0].number - self.sentences[-1].number,
            self.sentences[0].number - other.sentences[-1].number,
        )
        return 1 in gaps


def read_sentences(
    question: str,
    retrieval: Retrieval,
    settings: ExtractionSettings,
    *,
    passages: int,
    second_cosines: Callable[[Sequence[str]], FloatArray] | None = None,
) -> list[Sentence]:
    """Return the sentences of the best ``passages`` hits, the best first.

    With late interaction, a sentence is worth that, with half the credit for what only its document's
    header says, and its mean token's cosine; without, the share of the question's terms it holds,
    weighted by their inverse document frequency. Its passage's score counts by ``passage_weight``. It
    gains by holding a number or a date where one is asked for, and loses where it is only a fragment or
    asks itself. ``second_cosines``, for a question in another language, gives the second model's cosines of
    sentences with it, shape ``(sentences,)``; those of the best passages gain by them.
    """
    found = [
        sentence
        for rank, hit in enumerate(retrieval.hits[:passages], start=1)
        for sentence in _sentences(question, rank, hit, retrieval, settings)
    ]
    if second_cosines is not None:
        best = [sentence for sentence in found if sentence.rank <= settings.max_passages]
        gains = settings.second_weight * min_max(second_cosines([sentence.text for sentence in best]))
        found = [
            replace(sentence, score=sentence.score + float(gain))
            for sentence, gain in zip(best, gains, strict=True)
        ] + found[len(best) :]
    return sorted(found, key=lambda sentence: (-sentence.score, sentence.rank, sentence.span))


def extract(sentences: Sequence[Sentence], settings: ExtractionSettings) -> list[Window]:
    """Return the windows that answer best, the lead first; ``sentences`` come in the order of their choice.

    The first sentence is always taken, further ones where they are more than a few words, worth it or in
    contradiction to the first, and the answer stays within its limits. Each is grown to its neighbours, so
    that it is read with what it leans on.
    """
    at = {(sentence.rank, sentence.number): sentence for sentence in sentences}
    windows: list[Window] = []
    left = settings.max_words
    least = settings.least_share * max((sentence.score for sentence in sentences), default=0.0)
    for sentence in sentences:
        is_worth_it = settings.min_further_words <= sentence.words <= left and (
            sentence.score >= least or _may_answer_otherwise(sentence, sentences[0])
        )
        is_said = any(one.text == sentence.text for window in windows for one in window.sentences)
        if windows and (is_said or not is_worth_it):
            continue
        budget = min(settings.further_words, left) if windows else settings.lead_words
        window = _grown(sentence, at, budget, settings)
        for one in window.sentences:
            del at[one.rank, one.number]
        windows.append(window)
        left -= window.words
        if len(windows) == settings.max_windows:
            break
    return _joined(windows)


def _may_answer_otherwise(sentence: Sentence, first: Sentence) -> bool:
    return (
        sentence.rank != first.rank
        and sentence.asked >= first.asked
        and contradicts(sentence.text, first.text)
    )


def _joined(windows: Sequence[Window]) -> list[Window]:
    """Return windows in their order, each with those that touch it in its passage."""
    joined: list[Window] = []
    left = list(windows)
    while left:
        one = left.pop(0)
        while touching := next((other for other in left if one.touches(other)), None):
            left.remove(touching)
            one = Window(tuple(sorted(one.sentences + touching.sentences, key=lambda each: each.number)))
        joined.append(one)
    return joined


def _grown(
    sentence: Sentence,
    at: Mapping[tuple[int, int], Sentence],
    max_words: int,
    settings: ExtractionSettings,
) -> Window:
    """Return ``sentence`` with its neighbours among those ``at`` a place, the better one first.

    What it leans back on and what it leads on to comes before anything else; no end of it is torn.
    """
    run = [sentence]
    while True:
        left = max_words - Window(tuple(run)).words
        before = at.get((sentence.rank, run[0].number - 1))
        after = at.get((sentence.rank, run[-1].number + 1))
        leans, leads = _leans_back(run[0]) and before is not None, _LEADS_ON.search(run[-1].text) is not None
        before = before if before and before.words <= left + settings.leaning_words * leans else None
        after = after if after and after.words <= left + settings.leaning_words * leads else None
        if before is not None and (leans or after is None or (before.score > after.score and not leads)):
            run.insert(0, before)
        elif after is not None:
            run.append(after)
        else:
            break
    while run[0] is not sentence and run[0].is_torn:
        del run[0]
    while run[-1] is not sentence and (run[-1].is_torn or _LEADS_ON.search(run[-1].text)):
        del run[-1]
    return Window(tuple(run))


def _states(text: str) -> bool:
    return _STATES.search(text) is not None


def _leans_back(sentence: Sentence) -> bool:
    return _LEANS_BACK.match(sentence.text) is not None


def _sentences(
    question: str, rank: int, hit: Hit, retrieval: Retrieval, settings: ExtractionSettings
) -> Iterator[Sentence]:
    passage, document = hit.place.passage, hit.place.document
    heading = STOPWORDS.union(_words(f"{document.header} {passage.section or ''}"))
    is_whole = (passage.start_char, passage.end_char) == (document.start_char, document.end_char)
    is_only_heading = is_whole and heading.issuperset(_words(passage.text))
    matches = retrieval.matches.get(passage.id)
    types = asked_types(question)
    hinges_on_not = asks_what_was_not(question)
    asked = frozenset(stems(question)).intersection(stems(f"{document.header} {passage.text}"))
    number = 0
    for span, shown, text in shown_sentences(passage.text):
        number += not any(map(str.isalnum, text))  # no window goes over a ruled line
        if len(text.split()) < settings.min_words:
            continue  # too little to begin with; a window may go over it
        number += 1
        if not is_only_heading and _is_heading(text, heading):
            continue  # a heading, which every citation shows anyway; no window goes over it
        scores = matches.scores(shown.start_char, shown.end_char) if matches else None
        has_type = gives(types, text, question) if types else None
        own = (
            settings.late_weight * scores.in_header + settings.cosine_weight * scores.cosine
            if scores
            else _term_score(text, retrieval.term_weights)
        )
        sentence = Sentence(
            rank=rank,
            number=number,
            span=Span(passage.start_char + span.start_char, passage.start_char + span.end_char),
            text=text,
            score=own
            + settings.gives_gain * bool(has_type)
            + settings.denies_gain * (hinges_on_not and denies(text))
            + settings.passage_weight * hit.score,
            scores=scores,
            gives=has_type,
            asked=asked,
        )
        is_torn = sentence.is_torn
        yield replace(sentence, score=sentence.score - settings.fragment_loss) if is_torn else sentence


def _is_heading(text: str, heading: frozenset[str]) -> bool:
    """Return whether a line, or what is filled in behind a label, says no more than the document's header."""
    label, _, value = text.partition(":")
    filled_in = _words(value) if len(label.split()) <= _MAX_LABEL_WORDS else []
    return (bool(filled_in) and heading.issuperset(filled_in)) or (
        not _states(text) and heading.issuperset(_words(text))
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _term_score(text: str, term_weights: Mapping[str, float]) -> float:
    matched = sum(term_weights.get(stem, 0.0) for stem in set(stems(text)))
    return matched / (sum(term_weights.values()) or 1.0)
