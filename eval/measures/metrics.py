"""What one question's response is worth, as named numbers between 0 and 1.

Ranked retrieval (``hit@k``, ``mrr@10``, ``ndcg@10``, ``evidence@10``) is computed by ir-measures
from the ranks at which pieces of evidence are first found; a result that only repeats what a
better one brought counts for nothing. The rest is ours: hits in the first 800 words (fair to every
passage size), pages, quotes and answers. A measure that does not apply to a question is left out
of its values, never counted as 0.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eval.measures.matching import ANY_OVERLAP, HALF, WHOLE, covers, found_pieces
from eval.measures.spans import (
    CHARACTER_BUDGET,
    SPAN_DEPTH,
    character_budget_values,
    quote_values,
    span_values,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from eval.measures.matching import LocatedEvidence, LocatedQuestion, SourceTexts
    from eval.measures.page_truth import PageOf
    from eval.measures.response import Response, RetrievedPassage, TextSpan

Values = dict[str, float]

HIT_DEPTHS = (1, 3, 5, 10)
DEPTH = 10
WORD_BUDGET = 800
RETRIEVED = (
    *(f"hit@{depth}" for depth in HIT_DEPTHS),
    f"mrr@{DEPTH}",
    f"ndcg@{DEPTH}",
    f"evidence@{DEPTH}",
    f"hit@{WORD_BUDGET}words",
    *(f"span_{what}@{SPAN_DEPTH}" for what in ("recall", "precision", "iou")),
    *(f"span_{what}@{CHARACTER_BUDGET}chars" for what in ("recall", "precision", "iou")),
)
"""The measures that look at nothing but the ranked passages."""


@dataclass(frozen=True, slots=True)
class _Ranking:
    """At which 1-based ranks pieces of evidence were first found, and how many are required.

    ``gains[i]`` is how many required pieces ``ranks[i]`` added; ``hits`` are all ranks with any.
    """

    hits: tuple[int, ...]
    ranks: tuple[int, ...]
    gains: tuple[int, ...]
    required: int


def _ranking(question: LocatedQuestion, passages: Sequence[RetrievedPassage], *, share: float) -> _Ranking:
    found = found_pieces(question, passages, share=share)
    known: frozenset[int] = frozenset()
    ranks, gains = [], []
    missing = question.required_pieces
    for rank, pieces in enumerate(found, start=1):
        gain = min(missing, len(pieces - known))
        known |= pieces
        missing -= gain
        if gain:
            ranks.append(rank)
            gains.append(gain)
    hits = tuple(rank for rank, pieces in enumerate(found, start=1) if pieces)
    return _Ranking(hits, tuple(ranks), tuple(gains), question.required_pieces)


def retrieval_values(
    questions: Sequence[LocatedQuestion], responses: Sequence[Response], *, share: float = HALF
) -> tuple[Values, ...]:
    """Return hit@k, mrr@10, ndcg@10 and evidence@10 of each question; empty for unanswerable ones.

    A piece that is an alternative stands in for a missing one, so evidence@10 is the share of the
    required number of pieces. The ideal of nDCG has each piece that was found where it was found
    together with others, and each missing one alone (Järvelin and Kekäläinen 2002).
    """
    rankings = {
        str(index): _ranking(question, results_of(question, response), share=share)
        for index, (question, response) in enumerate(zip(questions, responses, strict=True))
        if question.gold.is_answerable
    }
    values: list[Values] = [{} for _ in questions]
    for measures, judged, run in (_hit_table(rankings), _gain_table(rankings), _piece_table(rankings)):
        for index, name, value in _calculate(measures, judged, run):
            values[int(index)][name] = value
    return tuple(values)


def results_of(question: LocatedQuestion, response: Response) -> tuple[RetrievedPassage, ...]:
    """Return what is ranked: passages, or for sets that judge whole sources each source's best passage."""
    if not question.judges_whole_sources:
        return response.passages
    best: dict[str, RetrievedPassage] = {}
    for passage in response.passages:
        best.setdefault(passage.span.source_name, passage)
    return tuple(best.values())


def judging_sources(question: LocatedQuestion) -> LocatedQuestion:
    """Return the question as a set would put it that judges whole sources, as BEIR's do."""
    return replace(
        question, evidence=tuple(replace(piece, is_whole_source=True) for piece in question.evidence)
    )


_Judged = dict[str, dict[str, int]]
_Run = dict[str, dict[str, float]]
_Table = tuple[dict[str, str], _Judged, _Run]


def _hit_table(rankings: Mapping[str, _Ranking]) -> _Table:
    """Each result that holds evidence is relevant: for hit@k and the first hit's reciprocal rank."""
    measures = {f"hit@{depth}": f"Success@{depth}" for depth in HIT_DEPTHS} | {f"mrr@{DEPTH}": f"RR@{DEPTH}"}
    judged = {key: {_result(rank): 1 for rank in ranking.hits} for key, ranking in rankings.items()}
    return measures, _with_missing(judged), _ranked_run(rankings)


def _gain_table(rankings: Mapping[str, _Ranking]) -> _Table:
    """Each result that adds evidence is relevant, and so is each missing piece, which nothing found."""
    judged: _Judged = {}
    for key, ranking in rankings.items():
        missing = ranking.required - sum(ranking.gains)
        judged[key] = {_result(rank): 1 for rank in ranking.ranks} | {
            f"missing {n}": 1 for n in range(missing)
        }
    return {f"ndcg@{DEPTH}": f"nDCG@{DEPTH}"}, judged, _ranked_run(rankings)


def _piece_table(rankings: Mapping[str, _Ranking]) -> _Table:
    """The pieces themselves are what is to be found: those of the first ten results are the run."""
    judged: _Judged = {}
    run: _Run = {}
    for key, ranking in rankings.items():
        found = sum(gain for rank, gain in zip(ranking.ranks, ranking.gains, strict=True) if rank <= DEPTH)
        judged[key] = {f"piece {n}": 1 for n in range(ranking.required)}
        run[key] = {f"piece {n}": 1.0 for n in range(found)}
    return {f"evidence@{DEPTH}": "R@1000"}, judged, run


def _ranked_run(rankings: Mapping[str, _Ranking]) -> _Run:
    deepest = max((rank for ranking in rankings.values() for rank in ranking.hits), default=0)
    return {key: {_result(rank): -float(rank) for rank in range(1, deepest + 1)} for key in rankings}


def _result(rank: int) -> str:
    return f"result {rank}"


def _with_missing(judged: _Judged) -> _Judged:
    """Give a question without a hit something to miss, so that it counts as 0 and not as unjudged."""
    return {key: found or {"missing": 1} for key, found in judged.items()}


def _calculate(measures: Mapping[str, str], judged: _Judged, run: _Run) -> Iterable[tuple[str, str, float]]:
    import ir_measures

    names = {ir_measures.parse_measure(measure): name for name, measure in measures.items()}
    if judged:
        for metric in ir_measures.iter_calc(list(names), judged, run):
            yield metric.query_id, names[metric.measure], float(metric.value)


def word_budget_value(question: LocatedQuestion, response: Response, *, words: int = WORD_BUDGET) -> Values:
    """Return whether evidence stands in the first ``words`` words of the results, read in order.

    The result in which the budget ends is cut there, so that large passages win nothing.
    """
    read: list[RetrievedPassage] = []
    left = words
    for passage in response.passages:
        ends = [match.end() for match in re.finditer(r"\S+", passage.text)]
        read.append(passage if len(ends) <= left else _cut(passage, ends[left - 1]))
        left -= len(ends)
        if left <= 0:
            break
    return {f"hit@{words}words": float(any(found_pieces(question, read)))}


def _cut(passage: RetrievedPassage, length_chars: int) -> RetrievedPassage:
    def cut(span: TextSpan) -> TextSpan:
        return replace(span, end_char=min(span.end_char, span.start_char + length_chars))

    return replace(passage, span=cut(passage.span), also_in=tuple(cut(span) for span in passage.also_in))


def page_values(question: LocatedQuestion, response: Response, page_of: PageOf) -> Values:
    """Return whether the first result that holds evidence of a known page cites that page.

    ``page_exact``: the true page lies in the cited range; ``page_within_1``: at most one page
    outside it. A result that cites no page scores 0. Empty where no such evidence was found.
    """
    places = [place for evidence in question.evidence for place in evidence.places]
    for passage in response.passages[:DEPTH]:
        for place in places:
            true_page = page_of(place) if covers([passage.span], place) else None
            if true_page is not None:
                distance = _pages_off(true_page, passage)
                return {
                    "page_exact": float(distance == 0),
                    "page_within_1": float(distance is not None and distance <= 1),
                }
    return {}


def _pages_off(true_page: str, passage: RetrievedPassage) -> int | None:
    first, last = passage.page, passage.page_end or passage.page
    if first is None or last is None:
        return None
    if true_page in (first, last):
        return 0
    if not all(label.isdecimal() for label in (true_page, first, last)):
        return None
    return max(0, int(first) - int(true_page), int(true_page) - int(last))


def answer_values(question: LocatedQuestion, response: Response, sources: SourceTexts) -> Values:
    """Return what the answer itself is worth.

    ``quotes_verified``: the share of its quotes that really stand in the source where they claim to,
    read here from the source and not taken from the service. ``answered``: it did not refuse.
    For answerable questions also ``answer_holds_evidence`` (its quotes together cover at least half
    of a gold quote) and ``token_f1`` against the gold answer; both are 0 for a refusal.
    """
    values: Values = {"answered": float(response.answerable)}
    if response.quotes:
        verified = [
            sources.holds(quote.span, quote.text, to_the_character=quote.match == "exact")
            for quote in response.quotes
        ]
        values["quotes_verified"] = sum(verified) / len(verified)
    if question.gold.is_answerable:
        if not question.judges_whole_sources:
            values["answer_holds_evidence"] = float(_answer_holds_evidence(question.evidence, response))
        if question.gold.answer:
            values["token_f1"] = (
                token_f1(_plain(response.text), question.gold.answer) if response.answerable else 0.0
            )
    return values


def _answer_holds_evidence(evidence: Sequence[LocatedEvidence], response: Response) -> bool:
    spans = [quote.span for quote in response.quotes]
    return response.answerable and any(covers(spans, place) for piece in evidence for place in piece.places)


def _plain(answer: str) -> str:
    return re.sub(r"\[\d+\]", " ", answer)


_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "“”‘’«»…–—")


def answer_tokens(text: str) -> list[str]:
    """Return the words that SQuAD's evaluation compares: lower case, no punctuation, no articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def token_f1(predicted: str, gold: str) -> float:
    """Return the harmonic mean of token precision and recall (Rajpurkar et al. 2016)."""
    predicted_tokens, gold_tokens = answer_tokens(predicted), answer_tokens(gold)
    if not predicted_tokens or not gold_tokens:
        return float(predicted_tokens == gold_tokens)
    shared = (Counter(predicted_tokens) & Counter(gold_tokens)).total()
    return 2 * shared / (len(predicted_tokens) + len(gold_tokens))


def question_values(
    questions: Sequence[LocatedQuestion], responses: Sequence[Response], sources: SourceTexts, page_of: PageOf
) -> tuple[Values, ...]:
    """Return every measure of every question, by name."""
    at_half = retrieval_values(questions, responses)
    at_any = retrieval_values(questions, responses, share=ANY_OVERLAP)
    at_whole = retrieval_values(questions, responses, share=WHOLE)
    by_source = retrieval_values([judging_sources(question) for question in questions], responses)
    values = []
    for question, response, half, some, whole, of_sources in zip(
        questions, responses, at_half, at_any, at_whole, by_source, strict=True
    ):
        own = {"confidence": response.confidence} | answer_values(question, response, sources) | half
        if question.gold.is_answerable and not question.judges_whole_sources:
            own |= {f"{name} (any overlap)": some[name] for name in ("hit@5", "evidence@10")}
            own |= {f"{name} (whole quote)": whole[name] for name in ("hit@5", "evidence@10")}
            if len(sources.texts) > DEPTH:  # of fewer sources, each is among the first ten
                own |= {f"{name} (sources)": of_sources[name] for name in ("hit@1", f"ndcg@{DEPTH}")}
            own |= word_budget_value(question, response) | page_values(question, response, page_of)
            own |= span_values(question, response) | character_budget_values(question, response)
            own |= quote_values(question, response)
        values.append(own)
    return tuple(values)


def first_hit_rank(question: LocatedQuestion, response: Response) -> int | None:
    """Return the 1-based rank of the first result that holds evidence, ``None`` where there is none."""
    found = found_pieces(question, results_of(question, response))
    return next((rank for rank, pieces in enumerate(found, start=1) if pieces), None)
