"""Reads presentations (.pptx), by python-pptx: slide after slide, with the speaker's notes."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

from chunker.documents import Page
from chunker.errors import BrokenSourceError
from chunker.readers.building import LINE_JOINT, TextBuilder
from chunker.readers.extraction import CELL_JOINT, check_unpacked_bytes, tidy_line
from chunker.readers.open_xml import drawn_paragraphs, plain_kind, xml_of
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pptx.presentation import Presentation
    from pptx.slide import Slide

    from chunker.readers.extraction import Extracted, ReadingLimits

TITLE_LEVEL = 2
"""A slide's title is below that of the whole, so that slides are sections and no documents."""
VERTICAL_TAB = "\v"  # python-pptx's line break


def read_presentation(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a presentation; each slide is a page by its position, with the notes to it at its end.

    Raises BrokenSourceError for a damaged file and SourceTooLargeError for one that unpacks past the limits.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked_bytes(archive, name=name, limits=limits)
    presentation = opened(data, name=name)
    text = TextBuilder(name, limits)
    for number, slide in enumerate(presentation.slides, start=1):
        text.begin_page(Page(str(number), "estimated"))
        add_slide(text, slide)
    properties = presentation.core_properties
    return text.extracted(
        title=stated_title(properties.title), bibliography=stated_bibliography(authors=[properties.author])
    )


def opened(data: bytes, *, name: str) -> Presentation:
    """Return python-pptx's presentation, or raise BrokenSourceError."""
    import pptx

    try:
        return pptx.Presentation(io.BytesIO(plain_kind(data)))
    except Exception as error:
        # python-pptx passes on whatever zipfile, lxml and its own look-ups raise for a damaged part.
        raise BrokenSourceError(
            f"{name}: the presentation is damaged; open it in its program and save it again"
        ) from error


def add_slide(text: TextBuilder, slide: Slide) -> None:
    """Write what stands on a slide, its title first, and what the speaker noted."""
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        text.add(tidy_line(title.text_frame.text), level=TITLE_LEVEL)
    add_shapes(text, (shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id))
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        for line in notes.text.splitlines():
            text.add(line)


def add_shapes(text: TextBuilder, shapes: Iterable[Any]) -> None:
    """Write the paragraphs and tables of shapes, in the slide's order."""
    for shape in shapes:
        if hasattr(shape, "shapes"):  # a group
            add_shapes(text, shape.shapes)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                cells = [tidy_line(cell.text_frame.text) for cell in row.cells]
                text.add(CELL_JOINT.join(cells) if any(cells) else "", joint=LINE_JOINT)
            text.end_block()
        elif getattr(shape, "has_text_frame", False):
            for paragraph in shape.text_frame.paragraphs:
                text.add(paragraph.text.replace(VERTICAL_TAB, "\n"))
        else:
            for part in diagrams_of(shape):
                for paragraph in drawn_paragraphs(xml_of(part.blob)):
                    text.add(paragraph)


def diagrams_of(shape: Any) -> list[Any]:  # noqa: ANN401 - python-pptx's parts have no types
    """Return the parts with the words of a diagram (ECMA-376 part 1, section 21.4), none for a picture."""
    ids = shape._element.xpath(".//*[local-name()='relIds']/@*[local-name()='dm']")  # noqa: SLF001
    related = shape.part.rels
    return [related[each].target_part for each in ids if each in related]
