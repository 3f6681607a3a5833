"""Dates and pages in words, the same wherever a person reads them."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chunker.documents import DocumentDate

MONTHS = "January February March April May June July August September October November December".split()
NO_PAGE = "no page known"

_METHODS = {
    "printed": "as numbered in the file",
    "contents": "from the table of contents",
}


def date_words(iso_date: str | None) -> str:
    """Return ``1940-11-14`` as ``14 November 1940``, ``1920-12`` as ``December 1920``; empty for ``None``."""
    if not iso_date:
        return ""
    year, *rest = iso_date.split("-")
    parts = [str(int(year))]
    if rest:
        parts.insert(0, MONTHS[int(rest[0]) - 1])
    if len(rest) == 2:
        parts.insert(0, str(int(rest[1])))
    return " ".join(parts)


def date_range_words(when: DocumentDate | None) -> str:
    """Return a document's date, as ``22–29 December 1920`` where it has two ends; empty for ``None``."""
    if when is None:
        return ""
    if when.precision != "day" or when.start == when.end:
        return date_words(when.text)
    start, end = date.fromisoformat(when.start), date.fromisoformat(when.end)
    last = date_words(when.end)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}–{last}"
    if start.year == end.year:
        return f"{start.day} {MONTHS[start.month - 1]} – {last}"
    return f"{date_words(when.start)} – {last}"


def page_words(page: str | None, page_end: str | None, method: str, margin: int) -> str:
    """Return ``p. 404``, ``pp. 404–405`` or ``about p. 405 ± 1``; ``no page known`` for no page.

    Where only the last page is known: ``up to p. 12``. A position in a file that shows no page numbers
    (an estimated page that is not off): ``p. 12 of the file``.
    """
    if page is None:
        return NO_PAGE if page_end is None else f"up to p. {page_end}"
    several = page_end is not None and page_end != page
    pages = f"pp. {page}–{page_end}" if several else f"p. {page}"
    if method != "estimated":
        return pages
    return f"about {pages} ± {margin}" if margin else f"{pages} of the file"


def word_count(number: int, noun: str) -> str:
    """Return ``one passage``, ``1,200 passages``."""
    return f"one {noun}" if number == 1 else f"{number:,} {noun}s"


def method_words(method: str, margin: int = 0) -> str:
    """Return how a page is known, in words; empty for ``none``."""
    if method == "estimated" and not margin:
        return "counted in the file, which shows no page numbers"
    if method == "estimated":
        return f"estimated, may be {margin} {'page' if margin == 1 else 'pages'} off"
    return _METHODS.get(method, "")


_REFERENCE_MARK = re.compile(r"\[(\d{1,3})\]")
_RAISED_MARK = re.compile(r"⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})⁾")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def without_reference_marks(text: str) -> str:
    """Return a source's words with its own ``[3]`` as ``⁽³⁾``: beside it our [3] can mean one thing only."""
    return _REFERENCE_MARK.sub(lambda mark: f"⁽{mark[1].translate(_RAISED)}⁾", text)


def with_reference_marks(text: str) -> str:
    """Return what :func:`without_reference_marks` made, with the source's own marks again."""
    return _RAISED_MARK.sub(lambda mark: f"[{mark[1].translate(_LOWERED)}]", text)
