"""The date that a title or a line gives its own paper: not those of acts and treaties that it names.

"Report pursuant to the Ferries Act of 1934", "the 1936 Convention", "as amended in 1928", "since 1890",
"(rev. 1934)": such dates say when something else was made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chunker.metadata.dates import date_spans, read_date, read_year
from chunker.metadata.kinds import read_kind
from chunker.metadata.year_forms import year_readings
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from chunker.documents import DocumentDate

_YEAR_CHARS = 4
_OTHER_NUMBER = re.compile(r"[&,/+]\s*(?:\d{5}|(?!1\d|20)\d{4})(?!\d)")


def read_own_date(text: str) -> DocumentDate | None:
    """Return the first of the most exact dates that ``text`` gives its paper, or ``None``."""
    return read_date(_without_others(text))


def read_own_year(text: str) -> DocumentDate | None:
    """Return the first year or span of years that ``text`` gives its paper, or ``None``.

    A number between two names may be anything's: "Error 2000 Stops the Mill".
    """
    text = _without_others(text)
    for match, _ in list(year_readings(text)):
        if not _stands_apart(text, match.start(), match.end()):
            text = _blanked(text, *match.span())
    return read_year(text)


@dataclass(frozen=True, slots=True)
class _Words:
    """What the vocabulary says: patterns for what stands before a date, and for what follows a year."""

    named: re.Pattern[str]
    joins: re.Pattern[str]
    leads_in: re.Pattern[str]
    leads_in_year: re.Pattern[str]
    follows: re.Pattern[str]


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> _Words:
    named, between, joins, leads, leads_year = (
        vocabulary.alternatives("papers", name)
        for name in (
            *("named_acts", "between_act_and_date", "joins_acts"),
            *("leads_into_other_date", "leads_into_other_year"),
        )
    )
    return _Words(
        named=re.compile(
            rf"\b{named}(?:\s+(?:no|nr)\.?\s*[\w/-]+)?[\s,(]*(?:{between}[\s,]*)?$", re.IGNORECASE
        ),
        joins=re.compile(rf"\b{joins}\b", re.IGNORECASE),
        leads_in=re.compile(rf"(?:^|(?<=[\s(\[,;]))(?:{leads})[\s:,]*$", re.IGNORECASE),
        leads_in_year=re.compile(rf"\s{leads_year}\s+$", re.IGNORECASE),
        follows=re.compile(
            rf"\s+(?:(?!(?:{joins}|the)\b)[^\W\d_][\w’'-]*\s+){{0,3}}?{named}\b", re.IGNORECASE
        ),
    )


def _without_others(text: str) -> str:
    """Return ``text`` with blanks for the dates in it that are not its paper's."""
    spans = {*date_spans(text), *(match.span() for match, _ in year_readings(text))}
    for start, end in spans:
        if _is_others(text, start, end):
            text = _blanked(text, start, end)
    return text


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _is_others(text: str, start: int, end: int) -> bool:
    words, leading = _words(), text[:start]
    is_year = end - start == _YEAR_CHARS
    if words.leads_in.search(leading) or (is_year and words.leads_in_year.search(leading)):
        return True
    named = words.named.search(leading)
    if named is not None:
        return words.joins.search(leading, 0, named.start()) is not None  # else the paper is the act
    return is_year and words.follows.match(text, end) is not None and bool(leading.strip())


def _stands_apart(text: str, start: int, end: int) -> bool:
    """Return whether a year stands at an end, beside a sign, a small word, or the name of a paper's kind."""
    leading, following = text[:start].rstrip(), text[end:].lstrip()
    if _OTHER_NUMBER.match(following):
        return False
    if not leading or not following or not leading[-1].isalnum() or not following[0].isalnum():
        return True
    before, after = leading.split()[-1], following.split()[0]
    return (
        not before[0].isupper() or not after[0].isupper() or bool(read_kind(before) or read_kind(following))
    )
