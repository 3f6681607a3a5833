"""An answer in the forms that chat front ends read: a message with its sources, annotations, events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from service.answer import is_notice, space_before
from service.openai_api.schemas import Annotation, SearchResult, UrlCitation
from service.wording.markdown import escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.answer import Answer, Citation, Piece, RankedPassage

_NEAREST = 3
"""Passages listed where there is no answer: as many as an answer is taken from."""
_SNIPPET_CHARS = 300
"""A search result's excerpt: what fits the two or three lines that front ends show of it."""


class Message:
    """A message that grows piece by piece; links begin with ``base_url``, which has no slash at its end."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self.text = ""
        self.annotations: list[Annotation] = []

    def add(self, piece: Piece) -> str:
        """Add a piece of the answer, in Markdown with its references, and return what that added."""
        added = f"{space_before(piece) if self.text else ''}{escaped(piece.shown)}"
        if is_notice(piece):
            added = f"\n\n_{escaped(piece.shown)}_"
        elif piece.citations:
            added += " "
        start = len(self.text) + len(added)
        for citation in piece.citations:
            reference = f"[{citation.number}]"
            self.annotations.append(self._annotation(citation, start, start + len(reference)))
            added += reference
            start += len(reference)
        self.text += added
        return added

    def add_sources(self, answer: Answer) -> str:
        """Add how a list was taken, and what the answer refers to or the passages that come nearest."""
        cited = answer.cited or [passage.citation for passage in answer.passages[:_NEAREST]]
        lines = [f"- [{one.number}] [{_label(one)}]({self._url(one)})" for one in cited]
        added = "\n\n" + "\n".join(lines) if lines else ""
        if answer.rule:
            added = f"\n\n_{escaped(answer.rule)}_{added}"
        self.text += added
        return added

    def search_results(self, passages: Sequence[RankedPassage]) -> list[SearchResult]:
        """Return one entry for each passage, the first being the ``[1]`` of the text."""
        return [
            SearchResult(
                title=passage.citation.with_section(passage.citation.title),
                url=self._url(passage.citation),
                date=passage.citation.date,
                snippet=_cut(passage.text),
                source=passage.citation.place.source_name,
                page=passage.citation.page_label,
                page_end=passage.citation.page_end.label if passage.citation.page_end else None,
                ocr_confidence=passage.citation.ocr_confidence,
                boxes_url=passage.citation.boxes_link and self._base_url + passage.citation.boxes_link,
            )
            for passage in passages
        ]

    def source_events(self, passages: Sequence[RankedPassage]) -> list[dict[str, Any]]:
        """Return one event of Open WebUI for each passage, in the order of their numbers."""
        return [_source_event(passage, self._url(passage.citation)) for passage in passages]

    def _annotation(self, citation: Citation, start: int, end: int) -> Annotation:
        url = self._url(citation)
        return Annotation(
            url_citation=UrlCitation(start_index=start, end_index=end, url=url, title=str(citation))
        )

    def _url(self, citation: Citation) -> str:
        return self._base_url + citation.link


def _source_event(passage: RankedPassage, url: str) -> dict[str, Any]:
    """Return an event as Open WebUI reads it.

    It folds events whose ``metadata.source`` is the same into one, which would shift the numbers; its
    ``page`` counts from 0.
    """
    citation, label = passage.citation, passage.citation.page_label
    metadata: dict[str, Any] = {
        "source": f"{citation.document_id}:{citation.span.start_char}-{citation.span.end_char}",
        "name": str(citation),
        "source_url": url,
    }
    is_number = label is not None and label.isascii() and label.isdigit()
    is_on_one = citation.page_end is not None and citation.page_end.label == label
    # It is shown as "page 56", which neither an estimate nor the first of two pages, with the quoted words
    # perhaps on the second, must be; the name says "about p. 56" or "pp. 56–57".
    if label is not None and is_number and is_on_one and citation.page_method != "estimated":
        metadata["page"] = int(label) - 1
    dense = passage.hit.scores.dense
    return {
        "type": "source",
        "data": {
            "source": {"name": str(citation), "url": url},
            "document": [passage.text],
            "metadata": [metadata],
            # Shown as a percentage: a cosine, since the score only compares passages with each other.
            "distances": [passage.hit.score if dense is None else dense],
        },
    }


def _cut(text: str) -> str:
    if len(text) <= _SNIPPET_CHARS:
        return text
    return text[:_SNIPPET_CHARS].rsplit(" ", 1)[0] + " …"


def _label(citation: Citation) -> str:
    return escaped(" ".join(str(citation).split()))
