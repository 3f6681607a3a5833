"""The address of the page where one asks: questions and filters, as a link that can be shared."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from embeddings.search import Filters
from service.errors import ServiceError

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

MAX_QUESTIONS = 10
"""Questions of one conversation that a link keeps: every one of them is asked when it is opened."""
MAX_TOP_K = 50

_PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?", re.ASCII)


class AddressError(ServiceError):
    """A part of the address makes no sense; the message tells the person at the page what to write."""


@dataclass(frozen=True, slots=True)
class AskAddress:
    """What the address of the page says. ``date_from`` and ``date_to`` stand as the person wrote them."""

    questions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    date_from: str = ""
    date_to: str = ""
    top_k: int | None = None

    @classmethod
    def read(cls, query: QueryParams) -> AskAddress:
        """Read the address; of a long conversation the last questions."""

        def values(name: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(value.strip() for value in query.getlist(name) if value.strip()))

        top_k = query.get("k", "")
        return cls(
            questions=tuple(text.strip() for text in query.getlist("q") if text.strip())[-MAX_QUESTIONS:],
            kinds=values("kind"),
            participants=values("participant"),
            sources=values("source"),
            documents=values("document"),
            date_from=query.get("from", "").strip(),
            date_to=query.get("to", "").strip(),
            top_k=min(int(top_k), MAX_TOP_K) if re.fullmatch(r"[1-9]\d{0,3}", top_k) else None,
        )

    @property
    def has_filters(self) -> bool:
        """Whether anything restricts the search."""
        return any(
            (self.kinds, self.participants, self.sources, self.documents, self.date_from, self.date_to)
        )

    @property
    def link(self) -> str:
        """The address as a link within the site."""
        query = self.query(*(("q", text) for text in self.questions), ("k", str(self.top_k or "")))
        return f"/?{query}" if query else "/"

    def query(self, *more: tuple[str, str]) -> str:
        """Return the filters as the query of an address, after what else stands in it."""
        pairs = [
            *more,
            ("from", self.date_from),
            ("to", self.date_to),
            *(("kind", value) for value in self.kinds),
            *(("participant", value) for value in self.participants),
            *(("source", value) for value in self.sources),
            *(("document", value) for value in self.documents),
        ]
        return urlencode([pair for pair in pairs if pair[1]])

    def without_questions(self) -> AskAddress:
        """Return the address of a new conversation under the same filters."""
        return replace(self, questions=(), top_k=None)

    def without_filters(self) -> AskAddress:
        """Return the address of the same questions to everything."""
        return AskAddress(self.questions, top_k=self.top_k)

    def with_more(self, count: int) -> AskAddress:
        """Return the address with ``count`` passages for each question."""
        return replace(self, top_k=min(count, MAX_TOP_K))

    def filters(self) -> Filters:
        """Return the filters a search takes.

        Raises:
            AddressError: a date is none, or the first is after the last.
        """
        first, last = first_day(self.date_from), last_day(self.date_to)
        if first and last and first > last:
            raise AddressError(f"The first date, {self.date_from}, is after the last, {self.date_to}.")
        return Filters(
            sources=self.sources,
            documents=self.documents,
            kinds=self.kinds,
            participants=self.participants,
            date_from=first,
            date_to=last,
        )

    def years(self) -> tuple[int | None, int | None]:
        """Return the first and the last year chosen, ``None`` where there is no bound or it is no date."""
        first, last = _PERIOD.fullmatch(self.date_from), _PERIOD.fullmatch(self.date_to)
        return int(first["year"]) if first else None, int(last["year"]) if last else None


def reader_link(
    document_id: str, *, start_char: int | None = None, end_char: int | None = None, page: str | None = None
) -> str:
    """Return the reader's address, with a range of the source marked, at a page where one is given."""
    marked = f"?from={start_char}&to={end_char}" if start_char is not None and end_char is not None else ""
    fragment = f"#page={quote(page, safe='')}" if page else "#quote" if marked else ""
    return f"/read/{quote(document_id, safe='')}{marked}{fragment}"


def library_link(address: AskAddress, title: str, offset: int) -> str:
    """Return the address of a part of the library's list, under the filters of ``address``."""
    return f"/library?{address.query(('title', title), ('offset', str(offset or '')))}#documents"


def cite_link(document_id: str, start_char: int | None = None, end_char: int | None = None) -> str:
    """Return the address of the citations of a document, or of the pages of a range of it."""
    within = f"?from={start_char}&to={end_char}" if start_char is not None and end_char is not None else ""
    return f"/cite/{quote(document_id, safe='')}{within}"


def first_day(period: str) -> str | None:
    """Return the first day of ``1939``, ``1939-08`` or ``1939-08-23`` as an ISO day; ``None`` for nothing.

    Raises:
        AddressError: it is no such date.
    """
    if not period:
        return None
    year, month, day = _checked(period)
    return f"{year:04}-{month or 1:02}-{day or 1:02}"


def last_day(period: str) -> str | None:
    """Return the last day of a year, a month or a day, as :func:`first_day` does the first."""
    if not period:
        return None
    year, month, day = _checked(period)
    month = month or 12
    return f"{year:04}-{month:02}-{day or calendar.monthrange(year, month)[1]:02}"


def _checked(period: str) -> tuple[int, int | None, int | None]:
    match = _PERIOD.fullmatch(period)
    if match:
        year, month, day = (int(part) if part else None for part in match.groups())
        is_month = month is None or 1 <= month <= 12
        if year and is_month and (day is None or 1 <= day <= calendar.monthrange(year, month or 1)[1]):
            return year, month, day
    raise AddressError(f"“{period}” is no date: write a year, 1939, or a day, 1939-08-23.")
