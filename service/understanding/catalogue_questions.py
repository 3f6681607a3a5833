"""Questions about the collection itself: how many documents there are, which is the earliest or latest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chunker.metadata.dates import read_dates

if TYPE_CHECKING:
    from collections.abc import Iterable

CatalogueFact = Literal["count", "earliest", "latest"]

_ENDS: dict[str, CatalogueFact] = {
    "earliest": "earliest", "oldest": "earliest", "first": "earliest",
    "latest": "latest", "newest": "latest", "last": "latest", "most recent": "latest",
}  # fmt: skip
_ANY_KIND = ("document", "paper", "item", "record")
_OPENING = re.compile(r"\s*(?:how\s+many|(?:what|which)\s+(?:is|are|was)\s+the)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CatalogueQuestion:
    """What is asked of the catalogue: a fact, about documents of a ``kind`` (None: any) and of a time.

    ``noun`` is how the question calls them, ``time`` their time in its words; ``first_day`` and ``last_day``
    are ISO days, ``None`` without a bound.
    """

    fact: CatalogueFact
    noun: str = "document"
    kind: str | None = None
    time: str = ""
    first_day: str | None = None
    last_day: str | None = None


def may_ask_catalogue(question: str) -> bool:
    """Tell at a glance whether it is worth a look at the collection's kinds."""
    return bool(_OPENING.match(question))


def read_catalogue_question(question: str, kinds: Iterable[str]) -> CatalogueQuestion | None:
    """Return what ``question`` asks of the catalogue, ``None`` where it asks the documents.

    ``kinds`` are those of the collection. Nothing but the documents, their kind and their time may be
    named: "How many letters did Anna write?" asks the documents.
    """
    named = "|".join(re.escape(one) for one in sorted({*kinds, *_ANY_KIND}, key=len, reverse=True))
    ends = "|".join(_ENDS)
    match = re.fullmatch(
        rf"\s*(?:how\s+many\s+(?P<counted>{named})s?(?:\s+(?:are|were)\s+there|\s+do\s+you\s+have)?"
        rf"|(?:what|which)\s+(?:is|are|was)\s+the\s+(?P<end>{ends})\s+(?P<ended>{named})s?)"
        r"(?:\s+(?:here|in\s+the\s+(?:index|collection|archive|library)))?"
        r"(?:\s+(?:from|of|in|dated)\s+(?P<time>[\w .,–-]{4,40}?))?\s*[?.]*\s*",
        question,
        re.IGNORECASE,
    )
    if match is None:
        return None
    times = read_dates(match["time"]) if match["time"] else ()
    if match["time"] and len(times) != 1:
        return None
    noun = (match["counted"] or match["ended"]).lower().removesuffix("s")
    return CatalogueQuestion(
        fact=_ENDS[match["end"].lower()] if match["end"] else "count",
        noun=noun,
        kind=None if noun in _ANY_KIND else noun,
        time=match["time"] or "",
        first_day=times[0].start if times else None,
        last_day=times[0].end if times else None,
    )
