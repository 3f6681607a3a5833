"""What a reader takes along: a list that the browser keeps, shown, checked and written into files here."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from chunker.documents import Span
from chunker.text.normalising import tidy
from service.dossier import Dossier
from service.errors import NotFoundError
from service.hosting.dependencies import CurrentDossier, CurrentState, base_url
from service.web.pages import HEADERS, PageRoute, page
from service.wording.links import reader_link
from service.wording.phrases import date_range_words
from service.wording.taken import MAX_TAKEN, MAX_WORDS_CHARS, Taken, TakenPlace, check_of, read_taken, written
from service.wording.taken_files import FORMS

router = APIRouter(route_class=PageRoute, include_in_schema=False)

MAX_NOTE_CHARS = 4_000
"""Of a note, about a page. Chosen by hand."""
_MAX_LIST_CHARS = MAX_TAKEN * 64
Places = Annotated[str, Query(max_length=_MAX_LIST_CHARS)]
Note = Annotated[str, Form(max_length=MAX_NOTE_CHARS)]


@dataclass(frozen=True, slots=True)
class TakenView:
    """What was taken, as the page shows it."""

    taken: Taken

    @property
    def date_words(self) -> str:
        """The document's date in words."""
        cited = self.taken.cited
        return date_range_words(cited.document.metadata.date) if cited else ""


@router.get("/basket")
def basket_page(
    request: Request, dossier: CurrentDossier, state: CurrentState, items: Places = ""
) -> Response:
    """Show a list, each of its quotes held to the documents; without ``items`` the browser shows its own."""
    places, unread = read_taken(items)
    site = base_url(request, state.settings)
    return page(
        "basket.html",
        views=[TakenView(_taken(dossier, place, site)) for place in places],
        items=written(places),
        unread=unread,
        forms=FORMS,
        most=MAX_TAKEN,
        max_note_chars=MAX_NOTE_CHARS,
    )


@router.post("/basket")
def basket_file(
    request: Request,
    dossier: CurrentDossier,
    state: CurrentState,
    *,
    form: Annotated[Literal["markdown", "word", "csv", "ris", "bibtex", "csl"], Form()],
    items: Annotated[str, Form(max_length=_MAX_LIST_CHARS)] = "",
    note: Annotated[list[Note] | None, Form(max_length=MAX_TAKEN)] = None,
) -> Response:
    """Write a list into a file; a ``note`` for each, in the same order."""
    places, _ = read_taken(items)
    notes = [*(note or ()), *[""] * len(places)]
    site = base_url(request, state.settings)
    taken = [
        replace(_taken(dossier, place, site), note=said.strip())
        for place, said in zip(places, notes, strict=False)
    ]
    chosen = FORMS[form]
    return Response(
        chosen.write(taken),
        media_type=chosen.media_type,
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="taken-along.{chosen.suffix}"'},
    )


def _taken(dossier: Dossier, place: TakenPlace, site: str) -> Taken:
    """Return what became of a place: the words there are those that were taken, or they are not shown."""
    try:
        paper = dossier.cite(place.document_id)
    except NotFoundError:
        return Taken(place)
    document = paper.document
    paper = replace(paper, url=site + reader_link(document.id))
    if place.span is None:
        return Taken(place, paper, paper)
    start = document.start_char + place.span.start_char
    end = document.start_char + place.span.end_char
    words = ""
    if start < end <= min(document.end_char, start + MAX_WORDS_CHARS):
        with dossier.snapshot() as snapshot:
            words = snapshot.text(document.source_id, start, end) or ""
    if check_of(words) != place.check:
        return Taken(place, paper, paper, is_changed=True)
    span = Span(start, end)
    cited = dossier.cite(document.id, span)
    link = reader_link(document.id, span=span, page=cited.page.label if cited.page else None)
    return Taken(place, paper, replace(cited, url=site + link), tidy(words).text.strip())
