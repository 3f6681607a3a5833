"""Dates and pages in words, the same wherever a person reads them."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Literal

from chunker.metadata.dates import read_date, read_year

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.documents import DocumentDate, Page, PageMethod
    from embeddings.search import SourceLabel

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


def dated(title: str, when: DocumentDate | None) -> str:
    """Return ``title`` with the date behind it, unless it says that itself."""
    words, said = date_range_words(when), read_date(title) or read_year(title)
    is_said = when and said and (said.start, said.end) == (when.start, when.end)
    return title if not words or is_said or words.casefold() in title.casefold() else f"{title}, {words}"


def source_words(label: SourceLabel | None, name: str) -> str:
    """Return what a source is called: its title, or what its first document is, and how many more follow.

    Its file's ``name`` where it holds no document.
    """
    if label is None:
        return name
    if label.title and label.documents > 1:
        return label.title
    words = dated(label.title or label.first_title, label.first_date)
    return words if label.documents == 1 else f"{words}, and {label.documents - 1:,} more"


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


def page_range_words(page: Page | None, page_end: Page | None) -> str:
    """Return the pages from one to another as :func:`page_words` does, no surer than the less sure of both.

    Where one is a position in the file and the other a page's number, each is said by itself.
    """
    known = [one for one in (page, page_end) if one is not None]
    if len({one.is_position for one in known}) > 1:
        return " to ".join(page_words(one.label, None, one.method, one.margin) for one in known)
    first, last = (None if one is None else one.label for one in (page, page_end))
    return page_words(first, last, *least_sure(known))


def least_sure(pages: Sequence[Page]) -> tuple[PageMethod | Literal["none"], int]:
    """Return the method and the margin that hold for all of some pages; ``none`` and 0 for no pages."""
    methods = [page.method for page in pages]
    margin = max((page.margin for page in pages), default=0)
    return ("estimated" if "estimated" in methods else methods[0] if methods else "none"), margin


def ocr_words(confidence: float | None) -> str:
    """Return ``read by OCR, 87 %`` for .87, how sure that reading is; empty for ``None``."""
    return "" if confidence is None else f"read by OCR, {100 * confidence:.0f} %"


def word_count(number: int, noun: str) -> str:
    """Return ``one passage``, ``1,200 passages``."""
    return f"one {noun}" if number == 1 else f"{number:,} {noun}s"


def method_words(method: str, margin: int = 0, position: int | None = None) -> str:
    """Return how a page is known, in words; empty for ``none``.

    ``position``: that of a page in the file, where it is another than the page's number.
    """
    if method == "estimated" and not margin:
        return "counted in the file, where no page number shows"
    words = _METHODS.get(method, "")
    if method == "estimated":
        words = f"estimated, may be {margin} {'page' if margin == 1 else 'pages'} off"
    return f"{words}; page {position} of the file" if position and words else words


def position_beside(page: Page | None) -> int | None:
    """Return a page's position in the file, where the number it is cited by is another."""
    return page.position if page and str(page.position) != page.label else None


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
