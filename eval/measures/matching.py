"""Whether what was retrieved is what was wanted.

A passage matches a piece of evidence when it overlaps the gold quote by at least a given share of the
quote's characters (one half unless told otherwise). Another place that a passage stands for matches in
the same way, but only with words that stand in the passage too: what a reader is not shown was not found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.gold.evidence import LocatedEvidence, LocatedQuestion, TextSpan
    from eval.measures.response import OtherPlace, Response, RetrievedPassage

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
            index for index, evidence in enumerate(question.evidence) if shows(passage, evidence, share=share)
        )
        for passage in passages
    )


def shows(passage: RetrievedPassage, evidence: LocatedEvidence, *, share: float = HALF) -> bool:
    """Return whether a passage matches the evidence where it stands, or with the same words elsewhere."""
    return matches([passage.span], evidence, share=share) or any(
        shows_of(passage, other, evidence, share=share) for other in passage.also_in
    )


def shows_of(
    passage: RetrievedPassage, other: OtherPlace, evidence: LocatedEvidence, *, share: float = HALF
) -> bool:
    """Return whether another place of a passage matches the evidence, with words that the passage shows."""
    places = [place for place in evidence.places if overlap_chars(other.span, place)]
    if not evidence.is_whole_source:
        places = [place for place in places if covers([other.span], place, share=share)]
    return any(says(passage, other, place) for place in places)


def says(passage: RetrievedPassage, other: OtherPlace, span: TextSpan) -> bool:
    """Return whether what the other place holds of ``span`` stands in the passage too, after folding."""
    first = other.span.start_char
    words = other.text[max(span.start_char - first, 0) : max(span.end_char - first, 0)]
    return fold(words).text.strip() in fold(passage.text).text


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
