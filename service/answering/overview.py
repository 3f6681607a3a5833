"""An overview: the papers that bear on a question most, in order of time, each in its own best words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from service.answering.extracting import ExtractionSettings, extract
from service.answering.quoting import attribution, quote_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from embeddings.search import Hit
    from service.answer import Piece, RankedPassage
    from service.answering.extracting import Sentence, Window


@dataclass(frozen=True, slots=True)
class OverviewSettings:
    """How many papers an overview shows, and how much of each.

    On the development survey, 12 questions with 5 to 21 papers that must be in, the ``papers`` best quote
    .61 of those, and .86 of what they quote is relevant; 8 papers .57 and .89, 12 papers .68 and .76.
    The ``hits`` best passages are looked at. A paper is worth its best passage's score and ``second_share``
    of its second best. It is found where its cosine is at least ``least_cosine_share`` of the nearest one's:
    scores only compare passages with each other, so that among a few papers the last would have none. That
    share and the ``words`` shown of a paper are chosen by hand. Where fewer than ``least_papers`` are found,
    there is nothing to put in order. So many papers as are wished for stand in ``passages_a_paper`` times as
    many passages: of those 60 best passages a paper has 2.9 on average.
    """

    hits: int = 60
    papers: int = 9
    least_papers: int = 2
    second_share: float = 0.1
    least_cosine_share: float = 0.6
    words: int = 45
    passages_a_paper: int = 3


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that was found: how much it is worth, how near it is, and its own best words."""

    worth: float
    cosine: float
    window: Window


def papers_of(hits: Sequence[Hit], sentences: Sequence[Sentence], settings: OverviewSettings) -> list[Paper]:
    """Return the papers found, the best first; ``sentences`` are those of the hits, the best first."""
    ranks: dict[str, list[int]] = {}
    for rank, hit in enumerate(hits, start=1):
        ranks.setdefault(hit.place.document.id, []).append(rank)
    limits = replace(ExtractionSettings(), lead_words=settings.words, max_windows=1)
    papers = []
    for of_paper in ranks.values():
        own = [sentence for sentence in sentences if sentence.rank in of_paper]
        if own:
            scores = [hits[rank - 1].score for rank in of_paper[:2]]
            worth = scores[0] + settings.second_share * sum(scores[1:])
            cosine = max(hits[rank - 1].scores.dense or 0.0 for rank in of_paper)
            papers.append(Paper(worth, cosine, extract(own, limits)[0]))
    least = settings.least_cosine_share * max((paper.cosine for paper in papers), default=0.0)
    return sorted((paper for paper in papers if paper.cosine >= least), key=lambda paper: -paper.worth)


def ranks_shown(
    papers: Sequence[Paper], hits: Sequence[Hit], settings: OverviewSettings, *, top_k: int
) -> set[int]:
    """Return which hits are shown: those of the ``papers`` quoted, then the best one of each further paper.

    At least ``top_k`` papers are shown, where as many were found.
    """
    shown = {paper.window.rank for paper in papers[: settings.papers]}
    documents = {hits[rank - 1].place.document.id for rank in shown}
    for rank, hit in enumerate(hits, start=1):
        if len(shown) < top_k and hit.place.document.id not in documents:
            shown.add(rank)
            documents.add(hit.place.document.id)
    return shown


def overview(papers: Iterable[Paper], passages: Mapping[int, RankedPassage]) -> tuple[Piece, ...]:
    """Return the papers' words in order of time, each under its attribution; undated ones come last.

    ``passages`` are those shown, by the ranks of their hits.
    """
    shown = [passages[paper.window.rank] for paper in papers]
    spans = [paper.window.span for paper in papers]
    pieces: list[Piece] = []
    for passage, span in sorted(zip(shown, spans, strict=True), key=lambda one: time_of(one[0])):
        quote = quote_of(passage, span)
        pieces += [attribution(quote.citation), quote]
    return tuple(pieces)


def rule_of(shown: int, found: int) -> str:
    """Return in words how the papers of an overview were taken."""
    if shown == found:
        return f"All {found} papers found on this, in order of time."
    return f"The {shown} papers that bear on this most, of {found} found, in order of time."


def time_of(passage: RankedPassage) -> tuple[bool, str, int]:
    """Return a key that puts passages in the order of their documents' dates, undated ones last."""
    when = passage.citation.place.document.metadata.date
    return when is None, when.start if when else "", passage.rank
