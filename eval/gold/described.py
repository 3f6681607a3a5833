"""Documents and their dates in words, as a question names them."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chunker.documents import Document, DocumentDate


def described_document(document: Document) -> str:
    """Return its kind, its partners and its day, else its title in quotation marks."""
    date = document.metadata.date
    if document.metadata.kind and date:
        partners = document.metadata.participants[:2]
        is_talk = document.metadata.kind == "conversation" and len(partners) == 2
        between = f" between {' and '.join(partners)}" if is_talk else ""
        return f"the {document.metadata.kind}{between} of {date_in_words(date)}"
    return f"\N{LEFT DOUBLE QUOTATION MARK}{document.title}\N{RIGHT DOUBLE QUOTATION MARK}"


def date_in_words(date: DocumentDate) -> str:
    """Return a date as a reader would write it: 14 November 1940, November 1940 or 1940."""
    day = dt.date.fromisoformat(date.start)
    month = f"{calendar.month_name[day.month]} {day.year}"
    return {"day": f"{day.day} {month}", "month": month, "year": str(day.year)}[date.precision]
