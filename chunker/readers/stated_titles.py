"""The title that a file states of itself, unless the program that made the file put it there."""

from __future__ import annotations

import re
from functools import cache

from chunker.readers.extraction import tidy_line, without_surrogates
from chunker.text.normalising import fold
from chunker.vocabulary import PACKAGED

_MAX_CHARS = 1_000
"""A longer one is no title."""
_PROGRAMS_WORDS = (
    *("names_nothing", "generic", "programs", "scanners", "kinds_of_file", "file_endings", "identifiers"),
    "versions",
)
_EVIDENCE_CHARS = 6_000
"""On the first pages, about three, the words of a title stand. Chosen by hand."""
_WORD = re.compile(r"[^\W\d_]+|\d+")
_PARTS = re.compile(r"(?<=[a-zß-ÿ])(?=[A-ZÀ-Þ])|_")


def stated_title(title: str | None) -> str | None:
    """Return the title in a file's properties, on one line; ``None`` for a program's, or none."""
    line = tidy_line(without_surrogates(title or ""))
    if before := _put_before().match(line):
        line = line[before.end() :]
    return None if len(line) > _MAX_CHARS or _programs_title().fullmatch(line) else line


def believed_title(title: str | None, text: str, *, few_words: int = 1) -> str | None:
    """Return a stated title; ``None`` where it may be the name of a file and does not stand in ``text``.

    One of so ``few_words``, signs without words and a template's name are believed only where all their words
    stand on the first pages: "grasshopper", "88300 162..177", "Proceedings Template - WORD".
    """
    if not title:
        return title
    words = title.split()
    has_word = any(sum(map(str.isalpha, word)) > 1 for word in words)
    if has_word and len(words) > few_words and not _names_template(title):
        return title
    shown = set(_WORD.findall(fold(text[:_EVIDENCE_CHARS]).text))
    readings = (_WORD.findall(fold(form).text) for form in (title, _PARTS.sub(" ", title)))
    return title if any(each and shown.issuperset(each) for each in readings) else None


def _names_template(title: str) -> bool:
    templates = PACKAGED.alternatives("titles", "templates")
    return re.search(rf"\b{templates}\b", title, re.IGNORECASE) is not None


@cache
def _put_before() -> re.Pattern[str]:
    """Return the pattern of the words with which a digital library begins its titles."""
    return re.compile(rf"{PACKAGED.alternatives('titles', 'put_before')}\s+(?=\S)", re.IGNORECASE)


@cache
def _programs_title() -> re.Pattern[str]:
    nothing, generic, programs, scanners, kinds, endings, identifiers, versions = (
        PACKAGED.alternatives("titles", name) for name in _PROGRAMS_WORDS
    )
    forms = (
        r"\W*",
        rf"\W*{nothing}(?:\W*(?:{kinds}|page|file))?\W*\d*\W*",
        rf"\W*{generic}[\s_#-]*\d*",
        rf"{programs}\b[\w .]*(?:\s-\s.*|[\s-]{kinds})|{kinds}(?:\s\w{{1,3}})?\s{programs}",
        rf"\W*{identifiers}\s?:.*",
        rf"{scanners}\b[\W\d]*(?:[^\W\d_]{{3,9}}\b)?[\W\d]*\d[\W\d]*",
        rf".*\b{versions}\W*",
        r".*(?:\.{4,}|_{3,}|…{2,}).*",  # a line of a form, to be filled in
        rf".*\.{endings}(?:[\s;:,].*)?",
        r"(?=\S*\d)(?=\S*[^\W\d_])\S*_\S*|[a-z]+[-_]?\d{3,}",  # a file's name without its ending
    )
    return re.compile("|".join(forms), re.IGNORECASE)
