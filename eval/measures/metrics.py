"""What one question's response is worth, as named numbers: shares between 0 and 1, and a few counts.

Ranked retrieval is computed by ir-measures (``hit@k`` is its Success@k, ``mrr@10`` RR@10, ``ndcg@10``
nDCG@10) from the ranks at which pieces of evidence are first found; a result that only repeats what a
better one brought counts for nothing. Passages are ranked and judged by where the evidence stands; what
ends in ``(sources)`` ranks whole sources by their best passage, as published tables by document do, and is
all there is of a question whose set judges whole sources only. The rest is ours: the share of the pieces
found, hits in the first 800 words (fair to every passage size), pages, quotes and answers. A measure that
does not apply to a question is left out of its values, never counted as 0.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from eval.measures.matching import ANY_OVERLAP, HALF, WHOLE, covers, found_pieces, results_of
from eval.measures.pages import page_values
from eval.measures.rankings import judged, judging_sources
from eval.measures.spans import (
    CHARACTER_BUDGET,
    SPAN_DEPTH,
    character_budget_values,
    quote_values,
    span_values,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eval.gold.evidence import LocatedEvidence, LocatedQuestion, SourceTexts
    from eval.measures.pages import PageOf
    from eval.measures.rankings import JudgedResults
    from eval.measures.response import Response, ResponseQuote, RetrievedPassage

Values = dict[str, float]

# The depths are those of the field's tables; five passages are what an answer shows.
HIT_DEPTHS = (1, 3, 5, 10)
DEPTH = 10
WORD_BUDGET = 800  # what a patient reader looks through; chosen by hand, not measured
BY_SOURCE = " (sources)"
RANKED = (*(f"hit@{depth}" for depth in HIT_DEPTHS), f"mrr@{DEPTH}", f"ndcg@{DEPTH}", f"evidence@{DEPTH}")
OF_SOURCES = tuple(f"{name}{BY_SOURCE}" for name in RANKED if name != "hit@3")
RETRIEVED = (
    *RANKED,
    f"hit@{WORD_BUDGET}words",
    *OF_SOURCES,
    *(f"span_{what}@{SPAN_DEPTH}" for what in ("recall", "precision", "iou")),
    *(f"span_{what}@{CHARACTER_BUDGET}chars" for what in ("recall", "precision", "iou")),
)
"""The measures that look at nothing but the ranked passages."""
NUMBERS = frozenset({"answer_words", "papers_quoted"})
"""The measures that count something; every other one is a share in 0..1."""


def retrieval_values(
    questions: Sequence[LocatedQuestion], responses: Sequence[Response], *, share: float = HALF
) -> tuple[Values, ...]:
    """Return hit@k, mrr@10, ndcg@10 and evidence@10 of each question; empty for unanswerable ones.

    A piece that is an alternative stands in for a missing one, so evidence@10 is the share of the
    required number of pieces. The ideal of nDCG has each piece that was found where it was found
    together with others, and each missing one alone (Järvelin and Kekäläinen 2002).
    """
    found = {
        str(index): judged(question, results_of(question, response), share=share)
        for index, (question, response) in enumerate(zip(questions, responses, strict=True))
        if question.gold.is_answerable
    }
    values: list[Values] = [{} for _ in questions]
    for key, results in found.items():
        values[int(key)][f"evidence@{DEPTH}"] = results.found_within(DEPTH)
    for index, name, value in _calculate(found):
        values[int(index)][name] = value
    return tuple(values)


IR_MEASURES = {
    **{f"Success@{depth}": f"hit@{depth}" for depth in HIT_DEPTHS},
    f"RR@{DEPTH}": f"mrr@{DEPTH}",
    f"nDCG@{DEPTH}": f"ndcg@{DEPTH}",
}
"""What ir-measures calls the measures that it computes, with our names."""


def _calculate(found: Mapping[str, JudgedResults]) -> Iterator[tuple[str, str, float]]:
    """Yield question, our name of a measure and its value; a result's rank is its name."""
    import ir_measures

    relevant = {
        key: {str(rank): grade for rank, grade in one.grades.items()}
        | {f"missing {number}": piece.grade for number, piece in enumerate(one.missing)}
        for key, one in found.items()
    }
    deepest = max((rank for one in found.values() for rank in one.grades), default=0)
    run = {key: {str(rank): -float(rank) for rank in range(1, deepest + 1)} for key in relevant}
    if relevant:
        for metric in ir_measures.iter_calc(map(ir_measures.parse_measure, IR_MEASURES), relevant, run):
            yield metric.query_id, IR_MEASURES[str(metric.measure)], float(metric.value)


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
    span = passage.span
    end = min(span.end_char, span.start_char + length_chars)
    return replace(passage, span=replace(span, end_char=end), text=passage.text[:length_chars])


def answer_values(question: LocatedQuestion, response: Response, sources: SourceTexts) -> Values:
    """Return what the answer itself is worth.

    ``answered``: it did not refuse. ``quotes_verified`` as in :func:`verified_quotes`, ``answer_words`` as in
    :func:`answer_length`.
    For answerable questions also ``answer_holds_evidence`` (its quotes together cover at least half of a
    gold quote), ``lead_holds_evidence`` (its first quote alone does) and ``token_f1`` against the gold
    answer; all are 0 for a refusal.
    """
    values = {"answered": float(response.answerable)}
    values |= verified_quotes(response, sources) | answer_length(response)
    if question.gold.is_answerable:
        if not question.judges_whole_sources:
            for name, quotes in (("answer", response.quotes), ("lead", response.quotes[:1])):
                held = response.answerable and _hold(quotes, question.evidence)
                values[f"{name}_holds_evidence"] = float(held)
        if question.gold.answer:
            values["token_f1"] = (
                token_f1(response.words, question.gold.answer) if response.answerable else 0.0
            )
    return values


def answer_length(response: Response) -> Values:
    """Return ``answer_words``, the number of words of the answer; empty for a refusal."""
    return {"answer_words": float(len(response.words.split()))} if response.answerable else {}


def verified_quotes(response: Response, sources: SourceTexts) -> Values:
    """Return ``quotes_verified``, the share of quotes that stand in their source where they claim to.

    Read here from the source and not taken from the service; empty where nothing is quoted.
    """
    verified = [
        sources.holds(quote.span, quote.text, to_the_character=quote.match == "exact")
        for quote in response.quotes
    ]
    return {"quotes_verified": sum(verified) / len(verified)} if verified else {}


def _hold(quotes: Sequence[ResponseQuote], evidence: Sequence[LocatedEvidence]) -> bool:
    spans = [quote.span for quote in quotes]
    return any(covers(spans, place) for piece in evidence for place in piece.places)


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
        own = {"confidence": response.confidence} | answer_values(question, response, sources)
        if question.gold.is_answerable and not question.judges_whole_sources:
            own |= half
            own |= {f"{name} (any overlap)": some[name] for name in ("hit@5", "evidence@10")}
            own |= {f"{name} (whole quote)": whole[name] for name in ("hit@5", "evidence@10")}
            own |= word_budget_value(question, response) | page_values(question, response, page_of)
            own |= span_values(question, response) | character_budget_values(question, response)
            own |= quote_values(question, response)
        if ranks_sources(question, sources):
            own |= {name: of_sources[name.removesuffix(BY_SOURCE)] for name in OF_SOURCES}
        values.append(own)
    return tuple(values)


def ranks_sources(question: LocatedQuestion, sources: SourceTexts) -> bool:
    """Return whether a question is judged by whole sources, alone or as well.

    Of ten sources and fewer each is among the first ten, so there only sets that judge nothing else are.
    """
    return question.gold.is_answerable and (question.judges_whole_sources or len(sources.texts) > DEPTH)
