"""Who wrote a letter and who received it, as its title and its signature tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from chunker.text.normalising import fold

if TYPE_CHECKING:
    from embeddings.store.records import DocumentRecord
    from embeddings.store.snapshot import Snapshot
    from service.understanding.catalogue.people import Person

ToldSide = Literal["writer", "recipient", "unknown"]

_SIGNATURE_CHARS = 400
"""Where at a document's end its signature stands."""
_SIGNATURE_LINE_CHARS = 60
_MARKER = re.compile(r"\b(?:from|by|to)\b")
_WORD = re.compile(r"[^\W_]+")
_TO = re.compile(r"\bto\b")


def has_side(record: DocumentRecord, person: Person, snapshot: Snapshot) -> ToldSide:
    """Return on which side of a letter a participant is.

    In a title a writer stands behind "from", "by" or "of", a recipient behind the last "to"; who signs below
    and is not in the title has written it.
    """
    names = _forms(record, person)
    title = fold(record.document.title).text
    for name in names:
        if match := name.search(title):
            return _in_title(title, match.start(), match.end())
    last = snapshot.places(snapshot.passage_keys(record.document.id)[-1:])
    tail = "".join(place.passage.text[-_SIGNATURE_CHARS:] for place in last)
    lines = [fold(line).text for line in tail.splitlines() if len(line) <= _SIGNATURE_LINE_CHARS]
    return "writer" if any(name.search(line) for name in names for line in lines) else "unknown"


def _forms(record: DocumentRecord, person: Person) -> list[re.Pattern[str]]:
    """Return how a person may be named in a letter: by the whole name, by the surname if no other has it."""
    surnames = {fold(name.split()[-1]).text for name in person.names}
    others = {
        fold(name.split()[-1]).text
        for name in record.document.metadata.participants
        if name not in person.names
    }
    named = sorted(person.names, key=len, reverse=True)
    forms = [r"\W*".join(map(re.escape, _WORD.findall(fold(name).text))) for name in named]
    forms += [re.escape(surname) for surname in surnames - others]
    return [re.compile(rf"\b{form}(?![^\W_]{{3}})") for form in dict.fromkeys(forms) if form]


def _in_title(title: str, start: int, end: int) -> ToldSide:
    markers = _MARKER.findall(title, 0, start)
    last = markers[-1] if markers else "of"
    if last != "to":
        return "writer"
    # "of the envoy to Persia X to the minister Y": who receives it comes last
    return "writer" if _TO.search(title, end) else "recipient"
