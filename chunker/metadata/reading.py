"""What a document says about itself, read by rule from its title, its first and its last lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from chunker.documents import DocumentMetadata
from chunker.metadata.archive_references import read_archive_reference, read_publication_reference
from chunker.metadata.dates import are_compatible, is_date_line, more_exact, read_date, read_year
from chunker.metadata.kinds import is_paper, read_kind
from chunker.metadata.names import read_participants
from chunker.text.blocks import paragraphs, plain, without_markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import DocumentDate

_Found = TypeVar("_Found")

_HEAD_PARAGRAPHS = 7
_WORDS_BESIDE_DATE = 20
_FEW_WORDS_BESIDE_DATE = 6
_TAIL_PARAGRAPHS = 12
_HEAD_LINE_CHARS = 160
_TAIL_LINE_CHARS = 400
_HEAD_CHARS = 4_000
_TAIL_CHARS = 6_000

_NOT_ITS_DATE = re.compile(
    r"©|\b(?:copyright|accessed|retrieved|updated|downloaded|publ|print|politizdat)\b", re.IGNORECASE
)
_SECRECY = re.compile(
    r"""\b(?:
        (?P<top>(?:top|highly|strictly|most)\W{0,3}secret|cosmic|(?:soviet|soy|sov)\W{1,3}secret)
      | (?P<secret>secret)
      | (?P<confidential>(?:strictly\W{1,3})?confidential|for\s+official\s+use)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_SPECIAL_FOLDER = re.compile(r"\bspecial\W{1,3}(?:folder|file|stick|dossier)\b", re.IGNORECASE)
_SECRECY_LINE_CHARS = 90


@dataclass(frozen=True, slots=True)
class _Lines:
    """The short paragraphs a document begins and ends with, on one line each."""

    head: tuple[str, ...]
    tail: tuple[str, ...]


def read_metadata(title: str, body: str) -> DocumentMetadata:
    """Return what can be read from a document's ``title`` and ``body``.

    ``body`` is the document's text with or without its title. What is not stated plainly enough for
    a rule is left out: ``None``, or no participants.
    """
    stated = _Lines(tuple(_head(title, body)), tuple(_tail(body)))
    kind = read_kind(title)
    return DocumentMetadata(
        date=_date(title, kind, stated.head),
        kind=kind,
        participants=_participants(title, kind, stated),
        secrecy=_secrecy(kind, stated.head),
        archive_reference=_first(read_archive_reference(line) for line in reversed(stated.tail)),
        publication_reference=_first(
            read_publication_reference(line) for line in (*reversed(stated.tail), *stated.head)
        ),
    )


def _participants(title: str, kind: str | None, stated: _Lines) -> tuple[str, ...]:
    """Return the persons named; in the title of what is no paper only names with initials are sure."""
    if is_paper(kind):
        return read_participants(title, stated.head, stated.tail)
    return tuple(name for name in read_participants(title) if name[1:2] == ".")


def best_date(own: DocumentDate | None, listed: DocumentDate | None) -> DocumentDate | None:
    """Return the date to show: the paper's ``own`` or the one the table of contents has ``listed``.

    Where both may mean the same day the more exact one wins ("June 1937" beside "June 11, 1937").
    Where they contradict each other the paper's own stands: a table of contents is typed by hand
    and copies its dates from the papers.
    """
    if own is None or listed is None:
        return own or listed
    return more_exact(own, listed) if are_compatible(own, listed) else own


def _head(title: str, body: str) -> Iterator[str]:
    """Yield the short lines a document begins with, up to its first long paragraph, without its title."""
    shown = plain(title)
    for number, paragraph in enumerate(paragraphs(body, 0, _HEAD_CHARS)):
        line = plain(paragraph.text)
        is_title = bool(line) and (line in shown or shown in line)
        if is_title:
            continue
        if number >= _HEAD_PARAGRAPHS or len(line) > _HEAD_LINE_CHARS:
            return
        yield line


def _tail(body: str) -> Iterator[str]:
    begin = max(0, len(body) - _TAIL_CHARS)
    last = list(paragraphs(body, begin))[-_TAIL_PARAGRAPHS:]
    yield from (without_markup(block.text) for block in last if len(block.text) <= _TAIL_LINE_CHARS)


def _date(title: str, kind: str | None, head: Sequence[str]) -> DocumentDate | None:
    """Return the date of the title and of the lines below it: the more exact, else the line's own.

    Below the title of what is no paper only a line that is little else than a date counts.
    """
    other_words = _WORDS_BESIDE_DATE if is_paper(kind) else _FEW_WORDS_BESIDE_DATE
    in_title = read_date(title)
    in_lines = _first(
        read_date(line) for line in head if not _NOT_ITS_DATE.search(line) and is_date_line(line, other_words)
    )
    if in_title is not None and in_lines is not None:
        return more_exact(in_lines, in_title) if are_compatible(in_title, in_lines) else in_lines
    return in_lines or in_title or read_year(title)


def _secrecy(kind: str | None, head: Sequence[str]) -> str | None:
    """Return the secrecy mark; outside papers "secret" alone is a word like others."""
    marks = [line for line in head if len(line) <= _SECRECY_LINE_CHARS]
    grades = ("top", "secret", "confidential") if is_paper(kind) else ("top",)
    found = [match for line in marks for match in _SECRECY.finditer(line)]
    grade = next((name for name in grades if any(match[name] for match in found)), None)
    special = grade is not None and any(_SPECIAL_FOLDER.search(line) for line in marks)
    # "Soviet secret", "soy, secret": machine translation of the Russian "сов. секретно", top secret
    words = ["top secret" if grade == "top" else grade, "special folder" if special else None]
    return ", ".join(word for word in words if word) or None


def _first(values: Iterator[_Found | None]) -> _Found | None:
    return next((value for value in values if value is not None), None)
