"""The address of the page where one asks: questions and filters, as a link that can be shared."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from embeddings.search import Filters
from service.errors import QuestionError
from service.understanding.periods import first_day, last_day
from service.wording.links import links_root

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from embeddings.search import SearchOrder
    from service.understanding.search_queries import Mode

MAX_QUESTIONS = 10
"""Questions of one conversation that a link keeps: every one of them is asked when it is opened."""


@dataclass(frozen=True, slots=True)
class AskAddress:
    """What the address of the page says. ``date_from`` and ``date_to`` stand as the person wrote them.

    ``modes`` are those of the questions, ``None`` where it is left to their form, or none at all where it is
    for each; after them may come that of the question which is still to be asked.
    """

    questions: tuple[str, ...] = ()
    modes: tuple[Mode | None, ...] = ()
    kinds: tuple[str, ...] = ()
    participants: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    date_from: str = ""
    date_to: str = ""
    top_k: int | None = None
    order: SearchOrder = "relevance"

    @classmethod
    def read(cls, query: QueryParams) -> AskAddress:
        """Read the address; of a long conversation the last questions."""

        def values(name: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(value.strip() for value in query.getlist(name) if value.strip()))

        top_k = query.get("k", "")
        asked = zip_longest(query.getlist("q"), query.getlist("mode"), fillvalue="")
        pairs = [(text.strip(), _mode(mode)) for text, mode in asked]
        kept = [pair for pair in pairs if pair[0]][-MAX_QUESTIONS:]
        waiting = pairs[-1:] if pairs and not pairs[-1][0] else []
        modes = tuple(mode for _, mode in [*kept, *waiting])
        return cls(
            questions=tuple(text for text, _ in kept),
            modes=modes if any(modes) else (),
            kinds=values("kind"),
            participants=values("participant"),
            sources=values("source"),
            documents=values("document"),
            date_from=query.get("from", "").strip(),
            date_to=query.get("to", "").strip(),
            order="date" if query.get("order") == "date" else "relevance",
            top_k=int(top_k) if re.fullmatch(r"[1-9]\d{0,3}", top_k) else None,
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
        questions = [("q", text) for text in self.questions]
        # each question's, so that a link repeats what was done; nothing where all is left to their form
        modes = [("mode", mode or "") for mode in self.modes]
        query = self.query(*questions, ("k", str(self.top_k or "")), ("order", self._told_order))
        query = "&".join(filter(None, (query, urlencode(modes))))
        return f"{links_root()}/?{query}" if query else f"{links_root()}/"

    @property
    def _told_order(self) -> str:
        return self.order if self.order != "relevance" else ""

    @property
    def mode(self) -> Mode | None:
        """The mode of the last question, or of the one that is still to be asked."""
        return self.modes[-1] if self.modes else None

    def mode_of(self, number: int) -> Mode | None:
        """Return the mode of a question, counted from 1."""
        return self.modes[number - 1] if 0 < number <= len(self.modes) else None

    def in_mode(self, mode: Mode) -> AskAddress:
        """Return the address with the last question in another mode."""
        earlier = range(1, len(self.questions))
        return replace(self, modes=(*map(self.mode_of, earlier), mode))

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

    def in_order(self, order: SearchOrder) -> AskAddress:
        """Return the address with what is found in another order."""
        return replace(self, order=order)

    def asking(self, question: str) -> AskAddress:
        """Return the address with another last question."""
        return replace(self, questions=(*self.questions[:-1], question))

    def without_questions(self) -> AskAddress:
        """Return the address of a new conversation, or a new search, under the same filters."""
        kept: tuple[Mode, ...] = ("search",) if self.mode == "search" else ()
        return replace(self, questions=(), modes=kept, top_k=None)

    def without_filters(self) -> AskAddress:
        """Return the address of the same questions to everything."""
        return AskAddress(self.questions, self.modes, top_k=self.top_k, order=self.order)

    def with_more(self, count: int) -> AskAddress:
        """Return the address with ``count`` passages for each question."""
        return replace(self, top_k=count)

    def filters(self) -> Filters:
        """Return the filters a search takes.

        Raises:
            QuestionError: a date is none.
        """
        return Filters(
            sources=self.sources,
            documents=self.documents,
            kinds=self.kinds,
            participants=self.participants,
            date_from=first_day(self.date_from),
            date_to=last_day(self.date_to),
        )

    def years(self) -> tuple[int | None, int | None]:
        """Return the first and the last year chosen, ``None`` where there is no bound or it is no date."""
        try:
            days = first_day(self.date_from), last_day(self.date_to)
        except QuestionError:
            return None, None
        first, last = (int(day[:4]) if day else None for day in days)
        return first, last


def _mode(text: str) -> Mode | None:
    return "search" if text == "search" else "ask" if text == "ask" else None


def library_link(address: AskAddress, title: str, offset: int) -> str:
    """Return the address of a part of the library's list, under the filters of ``address``."""
    return (
        f"{links_root()}/library?{address.query(('title', title), ('offset', str(offset or '')))}#documents"
    )
