"""What a document says about itself, read by rule from its title, its first and its last lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from chunker.documents import DocumentMetadata
from chunker.metadata.archive_references import read_archive_reference, read_publication_reference
from chunker.metadata.dates import are_compatible, is_date_line, more_exact
from chunker.metadata.kinds import is_paper, read_kind
from chunker.metadata.names import read_participants
from chunker.metadata.own_dates import read_own_date, read_own_year
from chunker.text.blocks import paragraphs, plain, without_markup
from chunker.text.forms import read_form
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from chunker.documents import DocumentDate
    from chunker.text.forms import Form

_Found = TypeVar("_Found")
_HEADING = re.compile(r"^[ \t]*#{1,6}[ \t].*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MetadataSettings:
    """Where in a document its data are looked for; chosen by hand on the first corpus, not measured.

    The first ``head_paragraphs`` of at most ``head_line_chars`` within ``head_chars``, and the last
    ``tail_paragraphs`` of at most ``tail_line_chars`` within ``tail_chars``. A line with a date may have
    ``words_beside_date`` other words, in what is no paper ``few_words_beside_date``; one with a mark of
    secrecy has at most ``secrecy_line_chars``.
    """

    head_paragraphs: int = 7
    head_line_chars: int = 160
    head_chars: int = 4_000
    tail_paragraphs: int = 12
    tail_line_chars: int = 400
    tail_chars: int = 6_000
    words_beside_date: int = 20
    few_words_beside_date: int = 6
    secrecy_line_chars: int = 90


SETTINGS = MetadataSettings()


@dataclass(frozen=True, slots=True)
class _Words:
    """What the vocabulary says; group ``g0`` of ``secrecy`` is the first of ``grades``."""

    other_date: re.Pattern[str]
    grades: tuple[str, ...]
    secrecy: re.Pattern[str]
    special_folder: re.Pattern[str]


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> _Words:
    grades = vocabulary.patterns("secrecy", "grades")
    any_grade = "|".join(f"(?P<g{number}>{pattern})" for number, pattern in enumerate(grades.values()))
    return _Words(
        other_date=re.compile(rf"©|\b{vocabulary.alternatives('papers', 'other_date')}\b", re.IGNORECASE),
        grades=tuple(grades),
        secrecy=re.compile(rf"\b(?:{any_grade})\b", re.IGNORECASE),
        special_folder=re.compile(rf"\b{vocabulary.pattern('secrecy', 'special_folder')}\b", re.IGNORECASE),
    )


@dataclass(frozen=True, slots=True)
class _Lines:
    """The short paragraphs a document begins and ends with, on one line each."""

    head: tuple[str, ...]
    tail: tuple[str, ...]

    def without(self, headings: AbstractSet[str]) -> _Lines:
        """Return those that are no headings."""
        kept = (
            tuple(line for line in each if plain(line) not in headings) for each in (self.head, self.tail)
        )
        return _Lines(*kept)


def read_metadata(
    title: str, body: str, *, kind: str | None = None, names: tuple[str, str] | None = None
) -> DocumentMetadata:
    """Return what can be read from a document's ``title`` and ``body``.

    ``body`` is the document's text with or without its title. What is not stated plainly enough for
    a rule is left out: ``None``, or no participants. ``kind`` is what the document's form shows where its
    title names none, ``names`` the part of the title that may name persons, and the signature.
    """
    stated = _Lines(tuple(_head(title, body)), tuple(_tail(body)))
    headings = {plain(line) for line in _HEADING.findall(body)}
    form, kind = kind, read_kind(title)
    return DocumentMetadata(
        date=_date(title, kind, stated.head, read_form(body)),
        kind=kind or form,
        participants=_participants(title, kind, stated.without(headings), body)
        if names is None
        else read_participants(names[0], (), names[1:], body=body),
        secrecy=_secrecy(kind, stated.head),
        archive_reference=_first(read_archive_reference(line) for line in reversed(stated.tail)),
        publication_reference=_first(
            read_publication_reference(line) for line in (*reversed(stated.tail), *stated.head)
        ),
    )


def _participants(title: str, kind: str | None, stated: _Lines, body: str) -> tuple[str, ...]:
    """Return the persons named; in the title of what is no paper only names with initials are sure.

    So in that of minutes, which name a body.
    """
    sure = tuple(name for name in read_participants(title) if name[1:2] == ".")
    if kind == "minutes":
        return tuple(dict.fromkeys((*sure, *read_participants("", stated.head, stated.tail, body=body))))
    return read_participants(title, stated.head, stated.tail, body=body) if is_paper(kind) else sure


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
    for number, paragraph in enumerate(paragraphs(body, 0, SETTINGS.head_chars)):
        line = plain(paragraph.text)
        is_title = bool(line) and (line in shown or shown in line)
        if is_title:
            continue
        if number >= SETTINGS.head_paragraphs or len(line) > SETTINGS.head_line_chars:
            return
        yield line


def _tail(body: str) -> Iterator[str]:
    begin = max(0, len(body) - SETTINGS.tail_chars)
    last = list(paragraphs(body, begin))[-SETTINGS.tail_paragraphs :]
    yield from (without_markup(block.text) for block in last if len(block.text) <= SETTINGS.tail_line_chars)


def _date(title: str, kind: str | None, head: Sequence[str], form: Form | None) -> DocumentDate | None:
    """Return the date of the title and of the lines below it: the more exact, else the line's own.

    Below the title of what is no paper only a line that is little else than a date counts; a form has its
    own in a field.
    """
    if form and (in_form := _date_of_form(form)):
        return in_form
    other_words = SETTINGS.words_beside_date if is_paper(kind) else SETTINGS.few_words_beside_date
    in_title = read_own_date(title)
    in_lines = _first(
        read_own_date(line)
        for line in head
        if not _words().other_date.search(line) and is_date_line(line, other_words)
    )
    if in_title is not None and in_lines is not None:
        return more_exact(in_lines, in_title) if are_compatible(in_title, in_lines) else in_lines
    return in_lines or in_title or read_own_year(title)


def _date_of_form(form: Form) -> DocumentDate | None:
    filled_in = form.date or ""
    return read_own_date(filled_in) or read_own_year(filled_in) or _first(map(read_own_date, form.opening))


def _secrecy(kind: str | None, head: Sequence[str]) -> str | None:
    """Return the secrecy mark; outside papers "secret" is a word like others, the highest grade is not."""
    words = _words()
    marks = [line for line in head if len(line) <= SETTINGS.secrecy_line_chars]
    found = {match.lastgroup for line in marks for match in words.secrecy.finditer(line)}
    grades = words.grades if is_paper(kind) else words.grades[:1]
    grade = next((name for number, name in enumerate(grades) if f"g{number}" in found), None)
    if grade is None:
        return None
    is_special = any(words.special_folder.search(line) for line in marks)
    return f"{grade}, special folder" if is_special else grade


def _first(values: Iterator[_Found | None]) -> _Found | None:
    return next((value for value in values if value is not None), None)
