"""The ranking with parts of it switched off: built up part by part, and the whole less one part each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from embeddings.ranking.retriever import RetrievalSettings

WHOLE = RetrievalSettings()
WHOLE_NAME = "all of it"
PARTS = {
    "passage_weight": "BM25 of the passage",
    "document_weight": "BM25 of the whole document",
    "ngram_weight": "BM25 of character 4-grams",
    "dense_weight": "cosine",
    "late_weight": "late interaction",
    "neighbour_share": "late interaction's credit from neighbours",
    "document_share": "late interaction's credit from the document",
    "date_weight": "papers of a date in the question",
    "number_weight": "numbers where one is asked for",
}
"""The settings that are a part's weight, 0 switching it off, with the name of the part."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of ranking; without ``header`` the index knows a passage's own words only."""

    name: str
    settings: RetrievalSettings
    header: bool = True


def built_up() -> tuple[Variant, ...]:
    """Return the ranking from its single parts to the whole, one part more at a time."""
    passage, document, ngrams, cosine, late = list(PARTS)[:5]
    return (
        Variant("cosine, no header", _only(cosine), header=False),
        Variant("BM25, no header", _only(passage), header=False),
        Variant("BM25 and cosine, no header", _only(passage, cosine), header=False),
        Variant("cosine", _only(cosine)),
        Variant("BM25", _only(passage)),
        Variant("+ BM25 of the whole document", _only(passage, document)),
        Variant("+ BM25 of character 4-grams", _only(passage, document, ngrams)),
        Variant("+ cosine", _only(passage, document, ngrams, cosine)),
        Variant("+ late interaction", _only(passage, document, ngrams, cosine, late)),
        Variant("+ its credit from neighbours and document", _without("date_weight", "number_weight")),
        Variant(f"+ dates and numbers asked for = {WHOLE_NAME}", WHOLE),
    )


def taken_away() -> tuple[Variant, ...]:
    """Return the whole less one part each."""
    return (
        Variant(WHOLE_NAME, WHOLE),
        Variant("- header", WHOLE, header=False),
        *(Variant(f"- {name}", _without(part)) for part, name in PARTS.items()),
    )


def _only(*parts: str) -> RetrievalSettings:
    """Return the settings with these parts at their usual weights and no others."""
    return _without(*(part for part in PARTS if part not in parts))


def _without(*parts: str) -> RetrievalSettings:
    weights: dict[str, Any] = dict.fromkeys(parts, 0.0)
    return replace(WHOLE, **weights)
