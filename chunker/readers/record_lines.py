"""What the labelled lines at the head of a text file say of it: title, author, year, encoding.

Digital libraries and transcribers write such a record above a text ("Title: …", "Author: …"), plain, as
Markdown headings or as YAML. The title's label and another make one; a memorandum's fields are none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from chunker.documents import Bibliography
from chunker.readers.extraction import tidy_line
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLE_WITHIN = 1_200
RECORD_WITHIN = 3_000
"""Characters in which the title's label stands, and the others; by hand: half a page, a page and a half."""
_CODING = re.compile(
    rb"\b(?:character set encoding|encoding|coding|charset)\s*[:=]\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE
)
_ITEM = re.compile(r"(?:^|\s)-\s+|[\[\]]")


@dataclass(frozen=True, slots=True)
class Record:
    """What a record says; ``end_char`` is where its last line ends, 0 where there is none."""

    title: str | None = None
    bibliography: Bibliography = field(default_factory=Bibliography)
    end_char: int = 0


def read_record(text: str) -> Record:
    """Return what the record above ``text`` says; an empty one where there is none, or several."""
    said: dict[str, list[str]] = {}
    lines = list(_labelled(text[:RECORD_WITHIN]))
    for name, value, _ in lines:
        said.setdefault(name, []).append(value)
    if len(said) < len(("title", "another")) or len(said.get("title", ())) != 1:
        return Record()
    publisher, place, date, rights = (
        next(iter(said.get(name, ())), None) for name in ("publisher", "place", "date", "rights")
    )
    authors = [name for value in said.get("author", ()) for name in _ITEM.split(value)]
    return Record(
        stated_title(said["title"][0]) or None,
        stated_bibliography(authors=authors, publisher=publisher, place=place, date=date, rights=rights),
        end_char=lines[-1][2],
    )


def stated_encoding(data: bytes) -> str | None:
    """Return the encoding that a line at the head of a text file names."""
    found = _CODING.search(data[:RECORD_WITHIN])
    return found[1].decode("ascii", "replace") if found else None


def _labelled(head: str) -> Iterator[tuple[str, str, int]]:
    """Yield the labels in a row from the title's on: what each labels, its value, where that ends."""
    has_title = False
    for match in _label().finditer(head):
        name = next(name for name in _names() if match[name])
        has_title = has_title or (name == "title" and match.start() < TITLE_WITHIN)
        value = tidy_line(match["value"]).strip("\"'*_| ")
        if has_title and value:
            yield name, value, match.end()


def _names(vocabulary: Vocabulary = PACKAGED) -> tuple[str, ...]:
    return tuple(vocabulary.patterns("titles", "record_labels"))


@cache
def _label(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    """Return the pattern of a labelled line, with indented ones that it goes on in; groups are the labels."""
    labels = vocabulary.patterns("titles", "record_labels").items()
    named = "|".join(f"(?P<{name}>{pattern})" for name, pattern in labels)
    return re.compile(
        rf"^[ \t]*(?:#{{1,6}}[ \t]+|[*_]{{1,2}}|\|[ \t]*)?(?:{named})"
        r"[ \t]*[*_]{0,2}[ \t]*[:|][*_]{0,2}[ \t]*"
        r"(?P<value>[^\r\n]*(?:\r?\n[ \t]+(?![^\r\n:]{1,30}:)\S[^\r\n]*){0,5})",
        re.IGNORECASE | re.MULTILINE,
    )
