"""What is put on a PDF's page beside its print: values filled into forms, words typed on it, comments."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chunker.readers.extraction import tidy_line, without_surrogates
from chunker.readers.pdf.lines import PlacedLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pypdfium2

MAX_ANNOTATIONS = 10_000
"""Of one page; a damaged file may claim any number."""
CHECKED = "☒"


@dataclass(frozen=True, slots=True)
class Annotation:
    """Words with the rectangle they stand in, in points from the lower left corner.

    ``is_comment``: they say something of the page and are not part of it.
    """

    text: str
    left: float
    bottom: float
    top: float
    is_comment: bool = False


def annotations_of(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> list[Annotation]:
    """Return what is put on a page, in its order; the forms of ``document`` are opened before it."""
    from pypdfium2 import raw  # noqa: PLC0415, RUF100 - loads a native library

    found: list[Annotation] = []
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            found += _read(document, annotation)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return found


def _read(document: pypdfium2.PdfDocument, annotation: object) -> Iterator[Annotation]:
    from pypdfium2 import raw  # noqa: PLC0415, RUF100 - loaded by now

    kind, rectangle = raw.FPDFAnnot_GetSubtype(annotation), raw.FS_RECTF()
    is_hidden = raw.FPDFAnnot_GetFlags(annotation) & (raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW)
    if is_hidden or not raw.FPDFAnnot_GetRect(annotation, rectangle):
        return
    if kind == raw.FPDF_ANNOT_WIDGET:
        text = _value(document, annotation)
    elif kind in {raw.FPDF_ANNOT_POPUP, raw.FPDF_ANNOT_LINK}:  # a popup repeats what it belongs to
        return
    else:
        text = _string(lambda *buffer: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", *buffer))
    words = tidy_line(without_surrogates(text.replace("\0", " ")))
    if words:
        is_comment = kind not in {raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT}
        yield Annotation(words, rectangle.left, rectangle.bottom, rectangle.top, is_comment)


def _value(document: pypdfium2.PdfDocument, annotation: object) -> str:
    """Return what is filled into a field; buttons and signatures hold none."""
    from pypdfium2 import raw  # noqa: PLC0415, RUF100 - loaded by now

    form = document.formenv
    if form is None:
        return ""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}:
        return CHECKED if raw.FPDFAnnot_IsChecked(form, annotation) else ""
    if kind in {raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}:
        return _string(lambda *buffer: raw.FPDFAnnot_GetFormFieldValue(form, annotation, *buffer))
    return ""


def _string(get: Callable[..., int]) -> str:
    """Return the string that a function of PDFium's writes, as UTF-16, to a buffer of so many bytes."""
    from pypdfium2 import raw  # noqa: PLC0415, RUF100 - loaded by now

    size = get(None, 0)
    buffer = ctypes.create_string_buffer(size)
    get(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def with_annotations(lines: Sequence[PlacedLine], annotations: Sequence[Annotation]) -> list[PlacedLine]:
    """Return a page's lines with what is put on it: beside the line at its height, else between lines.

    Comments follow the page, marked as such.
    """
    placed = list(lines)
    for each in sorted(annotations, key=lambda one: (-one.bottom, one.left)):
        if each.is_comment:
            continue
        beside = [
            index
            for index, line in enumerate(placed)
            if line.text and line.left <= each.left and _is_level(line, each)
        ]
        if beside:
            index = max(beside, key=lambda number: placed[number].left)
            placed[index] = replace(placed[index], text=f"{placed[index].text} {each.text}")
            continue
        below = (index for index, line in enumerate(placed) if line.text and line.bottom < each.bottom)
        line = PlacedLine(each.text, each.left, each.bottom, each.top - each.bottom)
        placed.insert(next(below, len(placed)), line)
    return placed


def _is_level(line: PlacedLine, annotation: Annotation) -> bool:
    """Whether the middle of one is at the height of the other."""
    top = line.bottom + line.height
    return (
        line.bottom <= (annotation.bottom + annotation.top) / 2 <= top
        or annotation.bottom <= (line.bottom + top) / 2 <= annotation.top
    )


def comments_in(annotations: Sequence[Annotation]) -> list[str]:
    """Return the comments as lines below a page, with a blank line before each."""
    return [line for each in annotations if each.is_comment for line in ("", f"[Note: {each.text}]")]
