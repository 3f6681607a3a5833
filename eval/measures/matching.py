"""Whether what was retrieved is what was wanted.

A passage matches a piece of evidence when it overlaps the gold quote by at least a given share of the
quote's characters (one half unless told otherwise). Of the other places that a result names
(``also_in``) one counts only where the quote's words can be read in the passage that is shown: a reader
sees no other, and a result that names the right paper beside a wrong one is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.ranking.repeating import standing
from embeddings.ranking.wording import read_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
    from eval.measures.response import Response, RetrievedPassage

# Shares of a quote's characters. Half is chosen by hand; every report gives the other two beside it.
HALF = 0.5
WHOLE = 1.0
ANY_OVERLAP = 0.0


def overlap_chars(first: TextSpan, second: TextSpan) -> int:
    """Return how many characters two spans share."""
    if first.source_name != second.source_name:
        return 0
    return max(0, min(first.end_char, second.end_char) - max(first.start_char, second.start_char))


def covers(spans: Sequence[TextSpan], place: TextSpan, *, share: float = HALF) -> bool:
    """Return whether ``spans`` together cover at least ``share`` of ``place``, and some of it."""
    parts = sorted(
        (max(span.start_char, place.start_char), min(span.end_char, place.end_char))
        for span in spans
        if overlap_chars(span, place) > 0
    )
    covered, reached = 0, place.start_char
    for start, end in parts:
        covered += max(0, end - max(start, reached))
        reached = max(reached, end)
    return covered > 0 and covered >= share * (place.end_char - place.start_char)


def matches(spans: Sequence[TextSpan], evidence: LocatedEvidence, *, share: float = HALF) -> bool:
    """Return whether one of ``spans``, each taken alone, matches the evidence in one of its places."""
    if evidence.is_whole_source:
        wanted = {place.source_name for place in evidence.places}
        return any(span.source_name in wanted for span in spans)
    return any(covers([span], place, share=share) for place in evidence.places for span in spans)


def found_pieces(
    question: LocatedQuestion, passages: Sequence[RetrievedPassage], *, share: float = HALF
) -> tuple[frozenset[int], ...]:
    """Return, passage by passage, the indexes of the pieces of evidence it matches."""
    return tuple(
        frozenset(
            index
            for index, evidence in enumerate(question.evidence)
            if matches([passage.span], evidence, share=share)
            or (
                matches(passage.also_in, evidence, share=share)
                and _is_read_in(evidence.quote, passage.text, share=share)
            )
        )
        for passage in passages
    )


def _is_read_in(quote: str, text: str, *, share: float) -> bool:
    """Return whether at least ``share`` of a quote's words stand in ``text``; False where it has none."""
    words = read_words(quote)
    if not words:
        return False
    found = standing(words, read_words(text))
    read = len(words) - len(found.before) - len(found.after)
    return found.relation == "same" and read >= share * len(words)


def results_of(question: LocatedQuestion, response: Response) -> tuple[RetrievedPassage, ...]:
    """Return what is ranked: passages, or for sets that judge whole sources each source's best passage."""
    if not question.judges_whole_sources:
        return response.passages
    best: dict[str, RetrievedPassage] = {}
    for passage in response.passages:
        best.setdefault(passage.span.source_name, passage)
    return tuple(best.values())


def first_hit_rank(question: LocatedQuestion, response: Response) -> int | None:
    """Return the 1-based rank of the first result that holds evidence, ``None`` where there is none."""
    found = found_pieces(question, results_of(question, response))
    return next((rank for rank, pieces in enumerate(found, start=1) if pieces), None)
