"""Answers and passages as the page shows them: the response of the API, with links and words added."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from service.web.addresses import cite_link, reader_link
from service.wording.phrases import date_words, method_words, page_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from service.api.schemas import AskResponse, Citation, Quote, RankedPassage
    from service.web.addresses import AskAddress

_REFERENCE = re.compile(r"\s*\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class AnswerPiece:
    """Words of the answer, and the number and address of the place where they stand, if it gives one."""

    text: str
    number: int | None = None
    link: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a passage: ``is_word`` bears on the question, ``is_quoted`` stands in the answer."""

    text: str
    is_word: bool
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class AlsoView:
    """Another place of the same passage."""

    label: str
    link: str


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage with everything that stands around it."""

    number: int
    title: str
    date: str
    date_words: str
    kind: str
    page: str
    page_method_words: str
    source: str
    archive_reference: str
    segments: tuple[Segment, ...]
    link: str
    cite_link: str
    why: str
    also_in: tuple[AlsoView, ...]


@dataclass(frozen=True, slots=True)
class TurnView:
    """A question and what came of it: a response, or the line that says why there is none."""

    number: int
    question: str
    is_last: bool = True
    response: AskResponse | None = None
    answer: tuple[AnswerPiece, ...] = ()
    passages: tuple[PassageView, ...] = ()
    problem: str = ""
    more_link: str = ""

    @property
    def understood_as(self) -> str:
        """The question with its references resolved, where that differs from what was asked."""
        if self.response is None or self.response.standalone_question == self.question:
            return ""
        return self.response.standalone_question

    @property
    def notice(self) -> str:
        """What there is to know about how the answer came about."""
        return (self.response.answer.notice or "") if self.response else ""

    @property
    def passages_title(self) -> str:
        """What stands above the passages."""
        count = f"{len(self.passages)} {'passage' if len(self.passages) == 1 else 'passages'}"
        is_answered = self.response is not None and self.response.answerable
        return count if is_answered else f"The nearest {count}"

    @property
    def confidence(self) -> str:
        """The confidence in per cent."""
        return f"{self.response.confidence:.0%}" if self.response else ""


def turn_view(
    number: int, response: AskResponse, address: AskAddress, *, is_last: bool, max_top_k: int
) -> TurnView:
    """Return a turn of the conversation; ``address`` is that of the whole conversation."""
    shown = len(response.passages)
    has_more = is_last and 0 < shown < max_top_k and shown >= (address.top_k or 1)
    return TurnView(
        number=number,
        question=response.question,
        is_last=is_last,
        response=response,
        answer=answer_pieces(response),
        passages=tuple(passage_view(one, response.answer.quotes) for one in response.passages),
        more_link=address.with_more(shown + 10).link if has_more else "",
    )


def answer_pieces(response: AskResponse) -> tuple[AnswerPiece, ...]:
    """Return the answer cut at its references, each with a link to the very words it stands for.

    The first ``[2]`` of the text stands for the first quote of citation 2, and so on; one without a
    quote leads to the whole passage.
    """
    waiting: dict[int, list[Quote]] = {}
    for quote in response.answer.quotes:
        waiting.setdefault(quote.citation, []).append(quote)
    citations = {passage.citation.number: passage.citation for passage in response.passages}
    pieces = []
    position = 0
    text = response.answer.text
    for match in _REFERENCE.finditer(text):
        citation = citations.get(int(match[1]))
        if citation is None:
            continue
        quotes = waiting.get(citation.number)
        place = quotes.pop(0) if quotes else citation
        link = reader_link(
            citation.document_id, start_char=place.start_char, end_char=place.end_char, page=citation.page
        )
        facts = (citation.title, date_words(citation.date), _page(citation))
        label = ", ".join(fact for fact in facts if fact)
        pieces.append(AnswerPiece(text[position : match.start()].strip(), citation.number, link, label))
        position = match.end()
    if rest := text[position:].strip():
        pieces.append(AnswerPiece(rest))
    return tuple(pieces)


def passage_view(passage: RankedPassage, quotes: Iterable[Quote]) -> PassageView:
    """Return ``passage`` with its words and the words that ``quotes`` took from it marked."""
    citation = passage.citation
    start_char, end_char = citation.start_char, citation.end_char
    return PassageView(
        number=citation.number,
        title=citation.title,
        date=citation.date or "",
        date_words=date_words(citation.date),
        kind=citation.kind or "",
        page=_page(citation),
        page_method_words=method_words(citation.page_method, citation.page_margin),
        source=citation.source,
        archive_reference=citation.archive_reference or "",
        segments=segments(
            passage.text,
            passage.highlights,
            [quote.text for quote in quotes if quote.citation == citation.number],
        ),
        link=reader_link(citation.document_id, start_char=start_char, end_char=end_char, page=citation.page),
        cite_link=cite_link(citation.document_id, start_char, end_char),
        why=why_words(passage),
        also_in=tuple(
            AlsoView(f"{other.source}, p. {other.page}" if other.page else other.source, other.url)
            for other in citation.also_in
        ),
    )


def segments(text: str, words: Iterable[tuple[int, int]], quoted: Iterable[str]) -> tuple[Segment, ...]:
    """Return ``text`` cut wherever a word that bears on the question or a quote begins or ends."""
    words = [(start, end) for start, end in words if 0 <= start < end <= len(text)]
    quotes = [(start, start + len(quote)) for quote in quoted if (start := text.find(quote)) >= 0 and quote]
    cuts = sorted({0, len(text), *(cut for span in [*words, *quotes] for cut in span)})
    return tuple(
        Segment(text[start:end], _covers(words, start), _covers(quotes, start))
        for start, end in pairwise(cuts)
    )


def why_words(passage: RankedPassage) -> str:
    """Return why a passage was found: the question's words in it, and the score of each method."""
    found = dict.fromkeys(passage.text[start:end].casefold() for start, end in passage.highlights)
    words = (
        f"Shares the words {', '.join(found)} with the question"
        if found
        else "Shares no word with the question"
    )
    scores = [
        f"{name} {score:.2f}"
        for name, score in (
            ("nearness in meaning", passage.scores.dense),
            ("weight of shared words", passage.scores.lexical),
        )
        if score is not None
    ]
    return f"{words}; {', '.join(scores)}." if scores else f"{words}."


def _covers(spans: Iterable[tuple[int, int]], place: int) -> bool:
    return any(start <= place < end for start, end in spans)


def _page(citation: Citation) -> str:
    return page_words(citation.page, citation.page_end, citation.page_method, citation.page_margin)


BLANK_TURN = TurnView(0, "")
"""Fills the template of a turn with nothing, for the script to fill."""
BLANK_PASSAGE = PassageView(
    number=0,
    title="",
    date="",
    date_words="",
    kind="",
    page="",
    page_method_words="",
    source="",
    archive_reference="",
    segments=(),
    link="",
    cite_link="",
    why="",
    also_in=(),
)
"""The same for a passage."""
