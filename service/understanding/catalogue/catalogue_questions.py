"""Questions about the collection itself: how many documents there are, which is the earliest or latest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chunker.metadata.asked_times import without_times
from service.understanding.catalogue.list_words import plural_of, singular_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chunker.metadata.asked_times import AskedTime

CatalogueFact = Literal["count", "earliest", "latest"]

_ENDS: dict[str, CatalogueFact] = {
    "earliest": "earliest", "oldest": "earliest", "first": "earliest",
    "latest": "latest", "newest": "latest", "last": "latest", "most recent": "latest",
}  # fmt: skip
_MAX_CHARS = 400
"""A longer question asks for more than the catalogue has."""
_ANY_KIND = ("document", "paper", "item", "record")
_FILES = re.compile(
    r"\s*how\s+many\s+(?:files?|sources?)(?:\s+(?:are|were)(?:\s+there)?|\s+do\s+you\s+have)?"
    r"(?:\s+(?:here|in\s+the\s+(?:index|collection|archive|library)))?\s*[?.]*\s*",
    re.IGNORECASE,
)
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
    return len(question) <= _MAX_CHARS and bool(_OPENING.match(question))


def asks_for_files(question: str) -> bool:
    """Tell whether ``question`` asks how many files the collection has, and nothing else."""
    return len(question) <= _MAX_CHARS and bool(_FILES.fullmatch(question))


def read_catalogue_question(
    question: str, kinds: Iterable[str], times: Sequence[AskedTime] = ()
) -> CatalogueQuestion | None:
    """Return what ``question`` asks of the catalogue, ``None`` where it asks the documents.

    ``kinds`` are those of the collection, ``times`` those that the question asks of. Nothing but the
    documents, their kind and one time may be named: "How many letters did Anna write?" asks for a list.
    """
    if len(times) > 1:
        return None
    nouns = {*kinds, *_ANY_KIND}
    named = "|".join(
        re.escape(one) for one in sorted({*nouns, *map(plural_of, nouns)}, key=len, reverse=True)
    )
    ends = "|".join(_ENDS)
    match = re.fullmatch(
        rf"\s*(?:how\s+many\s+(?P<counted>{named})(?:\s+(?:are|were)(?:\s+there)?|\s+do\s+you\s+have)?"
        rf"|(?:what|which)\s+(?:is|are|was)\s+the\s+(?P<end>{ends})\s+(?P<ended>{named}))"
        r"(?:\s+(?:here|in\s+the\s+(?:index|collection|archive|library)))?"
        rf"(?P<timed>\s+(?:(?:from|of|in|on|at|dated)(?:\s+the)?)?)?\s*[?.]*\s*",
        without_times(question, times),
        re.IGNORECASE,
    )
    if match is None or (match["timed"] and match["timed"].strip() and not times):
        return None
    noun = singular_of((match["counted"] or match["ended"]).lower())
    time = times[0] if times else None
    return CatalogueQuestion(
        fact=_ENDS[match["end"].lower()] if match["end"] else "count",
        noun=noun,
        kind=None if noun in _ANY_KIND else noun,
        time=time.text if time else "",
        first_day=time.first_day if time else None,
        last_day=time.last_day if time else None,
    )
