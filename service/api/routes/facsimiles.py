"""Pages of files as they look, and where on them words stand."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from chunker.documents import Span
from service.api.presenting import page_boxes
from service.api.schemas import Offset, SourceBoxes
from service.hosting.dependencies import CurrentDossier
from service.hosting.files import picture
from service.hosting.problems import documented
from service.library.facsimiles import USUAL_WIDTH, WIDTHS

router = APIRouter(prefix="/v1/sources/{source_id}", tags=["sources"])

Width = Annotated[int, Query(ge=1, le=WIDTHS[-1], description="pixels; it comes at least so wide")]


class PngResponse(Response):
    """A picture."""

    media_type = "image/png"


@router.get(
    "/pages/{position}.png",
    operation_id="get_page_picture",
    response_class=PngResponse,
    responses=documented(401, 403, 404, 422, 429, 503),
)
def get_page_picture(
    source_id: str, position: int, request: Request, dossier: CurrentDossier, width: Width = USUAL_WIDTH
) -> Response:
    """Return a page of a PDF or an image as it looks. `position` is its place in the file, from 1."""
    shown = dossier.picture(source_id, position, width_pixels=width)
    return picture(shown.png, tag=shown.tag, request=request)


@router.get("/boxes", operation_id="get_boxes", responses=documented(401, 403, 404, 422, 429, 503))
def get_boxes(
    source_id: str,
    dossier: CurrentDossier,
    start: Annotated[Offset, Query(description="the first character of the source's text")],
    end: Annotated[Offset, Query(description="the character after the last")],
) -> SourceBoxes:
    """Return where on its pages a range of the text of a PDF or an image stands, as citations give it."""
    found = dossier.boxes(source_id, Span(start, end))
    return SourceBoxes(
        source_id=dossier.source(source_id).id,
        start_char=start,
        end_char=end,
        pages=[page_boxes(one, source_id) for one in found],
    )
