"""An answer in the forms that chat front ends read: a message with its sources, annotations, events."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from service.openai_api.schemas import Annotation, SearchResult, UrlCitation
from service.web.addresses import reader_link
from service.wording.phrases import date_words, page_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.api.schemas import AskResponse, Citation, Quote, RankedPassage

REFERENCE = re.compile(r"\[(\d{1,3})\]")

_NEAREST = 3
_SNIPPET_CHARS = 300
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|])")
_ESCAPED = r"\\\1"


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """What is said, with everything it stands on.

    ``pieces`` together are ``text``; each but the last ends with a reference. ``search_results``
    has one entry for each passage, so that the first is the ``[1]`` of the text.
    """

    pieces: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    search_results: tuple[SearchResult, ...]

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.pieces)


def chat_answer(response: AskResponse, *, base_url: str, lists_sources: bool) -> ChatAnswer:
    """Return ``response`` as a message; links begin with ``base_url``, which has no slash at its end.

    With ``lists_sources`` the message ends with the sources it refers to, or, where there is no
    answer, with the passages that come nearest.
    """
    urls = [base_url + _link(passage, response.answer.quotes) for passage in response.passages]
    referred = {int(number) for number in REFERENCE.findall(response.answer.text)}
    numbers = referred or set(range(1, _NEAREST + 1))
    listed = [
        (passage, url)
        for passage, url in zip(response.passages, urls, strict=True)
        if passage.citation.number in numbers
    ]
    text = response.answer.text
    pieces = _pieces(text)
    if response.answer.notice:
        pieces.append(f"\n\n_{_MARKDOWN.sub(_ESCAPED, response.answer.notice)}_")
    if lists_sources and listed:
        pieces.append("\n\n" + "\n".join(_source_line(passage, url) for passage, url in listed))
    return ChatAnswer(
        pieces=tuple(pieces),
        annotations=tuple(_annotations(text, response, base_url)),
        search_results=tuple(
            _search_result(passage, url) for passage, url in zip(response.passages, urls, strict=True)
        ),
    )


def source_events(response: AskResponse, *, base_url: str) -> list[dict[str, Any]]:
    """Return one event of Open WebUI for each passage, in the order of their numbers.

    Open WebUI folds events whose ``metadata.source`` is the same into one, which would shift the
    numbers; its ``page`` counts from 0.
    """
    return [_source_event(passage, base_url, response.answer.quotes) for passage in response.passages]


def _source_event(passage: RankedPassage, base_url: str, quotes: Sequence[Quote]) -> dict[str, Any]:
    citation = passage.citation
    url = base_url + _link(passage, quotes)
    metadata: dict[str, Any] = {
        "source": f"{citation.document_id}:{citation.start_char}-{citation.end_char}",
        "name": _label(citation),
        "source_url": url,
    }
    is_number = citation.page is not None and citation.page.isascii() and citation.page.isdigit()
    # It is shown as "page 56", which an estimate must not be; the name says "about p. 56".
    if citation.page is not None and is_number and citation.page_method != "estimated":
        metadata["page"] = int(citation.page) - 1
    return {
        "type": "source",
        "data": {
            "source": {"name": _label(citation), "url": url},
            "document": [passage.text],
            "metadata": [metadata],
            # Shown as a percentage: a cosine, since the score only compares passages with each other.
            "distances": [passage.score if passage.scores.dense is None else passage.scores.dense],
        },
    }


def _pieces(text: str) -> list[str]:
    """Cut ``text`` after each reference and the blank that follows it."""
    ends = [match.end() for match in re.finditer(r"\[\d{1,3}\]\s*", text)]
    cuts = [0, *ends] if ends and ends[-1] == len(text) else [0, *ends, len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if end > start]


def _annotations(text: str, response: AskResponse, base_url: str) -> Iterable[Annotation]:
    """Yield one annotation for each reference of the text, with a link to the very words it stands for."""
    passages = {passage.citation.number: passage for passage in response.passages}
    waiting: dict[int, list[Quote]] = {}
    for quote in response.answer.quotes:
        waiting.setdefault(quote.citation, []).append(quote)
    for match in REFERENCE.finditer(text):
        passage = passages.get(int(match[1]))
        if passage is None:
            continue
        quotes = waiting.get(passage.citation.number, [])
        link = _link(passage, [quotes.pop(0)] if quotes else [])
        yield Annotation(
            url_citation=UrlCitation(
                start_index=match.start(),
                end_index=match.end(),
                url=base_url + link,
                title=_label(passage.citation),
            )
        )


def _link(passage: RankedPassage, quotes: Sequence[Quote]) -> str:
    """Return the reader's address at the first words quoted from ``passage``, else at the whole of it."""
    citation = passage.citation
    place = next((quote for quote in quotes if quote.citation == citation.number), citation)
    return reader_link(
        citation.document_id, start_char=place.start_char, end_char=place.end_char, page=citation.page
    )


def _search_result(passage: RankedPassage, url: str) -> SearchResult:
    citation = passage.citation
    return SearchResult(
        title=citation.title,
        url=url,
        date=citation.date,
        snippet=_cut(passage.text),
        source=citation.source,
        page=citation.page,
    )


def _cut(text: str) -> str:
    if len(text) <= _SNIPPET_CHARS:
        return text
    return text[:_SNIPPET_CHARS].rsplit(" ", 1)[0] + " …"


def _label(citation: Citation) -> str:
    """Return title, date and page, as in a footnote; a date the title says already is left out."""
    when = date_words(citation.date)
    parts = [citation.title.rstrip("."), "" if when.casefold() in citation.title.casefold() else when]
    if citation.page is not None:
        parts.append(page_words(citation.page, citation.page_end, citation.page_method, citation.page_margin))
    return ", ".join(part for part in parts if part)


def _source_line(passage: RankedPassage, url: str) -> str:
    label = _MARKDOWN.sub(_ESCAPED, " ".join(_label(passage.citation).split()))
    return f"- [{passage.citation.number}] [{label}]({url})"
