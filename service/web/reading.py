"""The reader, and citations of a place."""

from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from chunker.documents import Document, Span
from service.hosting.dependencies import CurrentDossier, CurrentState, base_url
from service.library.paging import DocumentPage
from service.library.reading import Reading
from service.questions import MAX_OFFSET
from service.web.facsimile import facsimile_of
from service.web.finding import find
from service.web.linked_data import linked_data
from service.web.pages import HEADERS, PageRoute, page
from service.web.reading_text import page_anchor, part_at, part_spans, reader_text, selected_span
from service.wording.citation_files import all_citations
from service.wording.links import cite_link, place_link, reader_link
from service.wording.phrases import date_range_words, method_words
from service.wording.taken import MAX_WORDS_CHARS, taken_words

_OPENING_CHARS = 300
"""Of a document's text, what other sites show beside a link to it: they cut it to as much, or less."""
MAX_FIND_CHARS = 200
"""A longer text is no longer words to find. Chosen by hand."""


class PlaceQuery(BaseModel):
    """A range of a source's characters that is marked or cited; without both ends there is none."""

    from_char: int | None = Field(None, alias="from", ge=0, le=MAX_OFFSET)
    to_char: int | None = Field(None, alias="to", ge=0, le=MAX_OFFSET)

    @property
    def span(self) -> Span | None:
        """The range, ``None`` for none."""
        if self.from_char is None or self.to_char is None or self.from_char >= self.to_char:
            return None
        return Span(self.from_char, self.to_char)

    def within(self, document: Document) -> Span | None:
        """Return the part of the range that lies in ``document``, ``None`` for none."""
        if self.span is None:
            return None
        start, end = (
            max(self.span.start_char, document.start_char),
            min(self.span.end_char, document.end_char),
        )
        return Span(start, end) if start < end else None


class ReaderQuery(PlaceQuery):
    """What of a document is shown: the part with the marked range, a part by number, or one with a page.

    ``sheet`` is the position in the file of the page that is shown as it looks. ``find`` is looked for in the
    document, and ``match`` of its places gone to. ``select`` are characters of the part as they are shown.
    """

    part: int | None = Field(None, ge=1)
    sheet: int | None = Field(None, ge=1, le=1_000_000)
    page: str | None = Field(None, max_length=100)
    find: str = Field("", max_length=MAX_FIND_CHARS)
    match: int | None = Field(None, ge=1, le=MAX_OFFSET)
    select: str | None = Field(None, pattern=r"^\d{1,9}-\d{1,9}$")


class CiteQuery(PlaceQuery):
    """What is cited and how."""

    format: Literal["html", "all", "plain", "chicago", "bibtex", "csl", "ris"] = "html"


router = APIRouter(route_class=PageRoute, include_in_schema=False)

_DOWNLOADS = {
    "bibtex": ("application/x-bibtex", "bib"),
    "csl": ("application/vnd.citationstyles.csl+json", "json"),
    "ris": ("application/x-research-info-systems", "ris"),
}


@router.get("/read/{document_id}")
def read_page(
    request: Request,
    document_id: str,
    dossier: CurrentDossier,
    state: CurrentState,
    query: Annotated[ReaderQuery, Query()],
) -> Response:
    """Read a document, with the characters of the source from ``from`` to ``to`` marked.

    A selection is sent on to its lasting address, a page to the place where it begins.
    """
    reading, cited = dossier.read(document_id), dossier.cite(document_id)
    document, pages = reading.document, reading.pages
    marked = query.within(document)
    spans = part_spans(reading.source_text, document)
    if query.select:
        start, end = map(int, query.select.split("-"))
        chosen = selected_span(reading.source_text, spans[min(query.part or 1, len(spans)) - 1], start, end)
        return RedirectResponse(reader_link(document_id, span=chosen), status_code=303)
    asked = next((one for one in pages if query.page and one.page.label == query.page.strip()), None)
    if asked and not marked:
        address = f"{reader_link(document_id)}?part={part_at(spans, asked.start_char)}"
        return RedirectResponse(
            f"{address}#{quote(page_anchor(asked.page.label), safe='=')}", status_code=303
        )
    part = query.part or (part_at(spans, marked.start_char) if marked else 1)
    finding = None
    if words := " ".join(query.find.split()):
        finding = find(reading.source_text, spans, words, number=query.match, part=part, marked=marked)
        if finding.here and query.match is None:
            return RedirectResponse(reader_link(document_id) + finding.here, status_code=303)
        if finding.places:
            part = part_at(spans, finding.places[finding.number - 1].start_char)
    part = min(part, len(spans))
    opening_end = min(document.end_char, document.start_char + _OPENING_CHARS)
    cited = replace(cited, url=base_url(request, state.settings) + reader_link(document_id))
    return page(
        "read.html",
        reading=reading,
        document=document,
        metadata=document.metadata,
        date_words=date_range_words(document.metadata.date),
        text=reader_text(
            reading.source_text,
            document,
            pages,
            marked=marked,
            found=finding.places if finding else (),
            part=part,
        ),
        page_methods=_methods(pages),
        unknown_page=query.page if query.page and not asked else "",
        marked=marked,
        is_marked_here=marked is not None and part_at(spans, marked.start_char) == part,
        finding=finding,
        page_parts=[(one.page.label, part_at(spans, one.start_char)) for one in pages],
        related=dossier.related(reading),
        elsewhere=[(place, place_link(place)) for place in reading.elsewhere],
        cite_link=cite_link(document_id, marked),
        take_marked=_taken_marked(reading, marked) if marked else "",
        facsimile=facsimile_of(
            dossier, reading, marked=marked, position=query.sheet, start_char=spans[part - 1].start_char
        ),
        imprint=cited.imprint,
        linked_data=linked_data(cited),
        opening=" ".join(reading.source_text[document.start_char : opening_end].split()),
        first_page=cited.page.label if cited.page and cited.pages_are_known else "",
        last_page=cited.page_end.label if cited.page_end else "",
        max_find_chars=MAX_FIND_CHARS,
    )


@router.get("/cite/{document_id}")
def cite_page(
    request: Request,
    document_id: str,
    dossier: CurrentDossier,
    state: CurrentState,
    query: Annotated[CiteQuery, Query()],
) -> Response:
    """Cite a document, or the pages of a range of it: as a page, all forms as JSON, or one to download."""
    cited = dossier.cite(document_id, query.span)
    link = reader_link(document_id, span=query.span, page=cited.page.label if cited.page else None)
    cited = replace(cited, url=base_url(request, state.settings) + link)
    citations = all_citations(cited)
    if query.format == "html":
        here = cite_link(document_id, query.span)
        return page("cite.html", document=cited.document, citations=citations, here=here)
    if query.format == "all":
        return JSONResponse(citations, headers=HEADERS)
    media_type, suffix = _DOWNLOADS.get(query.format, ("text/plain", "txt"))
    return Response(
        citations[query.format],
        media_type=f"{media_type}; charset=utf-8",
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="citation.{suffix}"'},
    )


def _taken_marked(reading: Reading, marked: Span) -> str:
    """Return how the marked words are taken along; empty where they are too many for a quote."""
    if marked.end_char - marked.start_char > MAX_WORDS_CHARS:
        return ""
    return str(taken_words(reading.document, marked, reading.text(marked)))


def _methods(pages: tuple[DocumentPage, ...]) -> list[str]:
    """Return how the pages of a document are known, each way once."""
    return list(dict.fromkeys(method_words(one.page.method, one.page.margin) for one in pages))
