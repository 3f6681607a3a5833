"""How much of the evidence was retrieved or quoted, and how much else with it, in characters.

After Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024), in
characters: what several results repeat counts each time in the denominators, once above. Of a piece
of evidence with several places the one counts of which most was retrieved.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eval.measures.matching import overlap_chars

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
    from eval.measures.response import Response

SPAN_DEPTH = 5  # as in the paper's tables
CHARACTER_BUDGET = 4000  # as much as five windows of 800 characters


def span_values(
    question: LocatedQuestion, response: Response, *, depth: int = SPAN_DEPTH
) -> dict[str, float]:
    """Return recall, precision and intersection over union of the first ``depth`` results."""
    return _span_values(question, [passage.span for passage in response.passages[:depth]], f"@{depth}")


def character_budget_values(
    question: LocatedQuestion, response: Response, *, characters: int = CHARACTER_BUDGET
) -> dict[str, float]:
    """Return the same of the first ``characters`` characters of the results, read in order.

    The result in which the budget ends is cut there: so systems with passages of other sizes compare.
    """
    read: list[TextSpan] = []
    left = characters
    for passage in response.passages:
        span = passage.span
        read.append(replace(span, end_char=min(span.end_char, span.start_char + left)))
        left -= span.end_char - span.start_char
        if left <= 0:
            break
    return _span_values(question, read, f"@{characters}chars")


def quote_values(question: LocatedQuestion, response: Response) -> dict[str, float]:
    """Return the same of the answer's quotes: whether it quotes the evidence, and little else.

    A refusal has recall 0; where nothing is quoted there is no precision.
    """
    values = _span_values(question, [quote.span for quote in response.quotes], "_quotes")
    return values if response.quotes else {"span_recall_quotes": 0.0}


def _span_values(question: LocatedQuestion, retrieved: Sequence[TextSpan], suffix: str) -> dict[str, float]:
    wanted = _merged(_best_place(evidence, retrieved) for evidence in question.evidence)
    shared = sum(overlap_chars(span, place) for span in _merged(retrieved) for place in wanted)
    wanted_chars = sum(span.end_char - span.start_char for span in wanted)
    retrieved_chars = sum(span.end_char - span.start_char for span in retrieved)
    return {
        f"span_recall{suffix}": shared / wanted_chars if wanted_chars else 0.0,
        f"span_precision{suffix}": shared / retrieved_chars if retrieved_chars else 0.0,
        f"span_iou{suffix}": shared / (wanted_chars + retrieved_chars - shared) if wanted_chars else 0.0,
    }


def _best_place(evidence: LocatedEvidence, retrieved: Sequence[TextSpan]) -> TextSpan:
    return max(evidence.places, key=lambda place: sum(overlap_chars(span, place) for span in retrieved))


def _merged(spans: Iterable[TextSpan]) -> list[TextSpan]:
    merged: list[TextSpan] = []
    for span in sorted(spans):
        last = merged[-1] if merged else None
        if last and last.source_name == span.source_name and span.start_char <= last.end_char:
            merged[-1] = replace(last, end_char=max(last.end_char, span.end_char))
        else:
            merged.append(span)
    return merged
