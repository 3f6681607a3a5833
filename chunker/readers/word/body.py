"""Walks through the body of a Word file: its paragraphs, tables, notes and breaks in reading order.

Element names are WordprocessingML's (ECMA-376 part 1, section 17). Walking them here, not through
python-docx's paragraphs, keeps text in content controls, insertions and text boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chunker.readers.extraction import CELL_JOINT, tidy_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Deleted text, field codes, and the second copy of a text box for old programs.
LEFT_OUT = frozenset(
    [FALLBACK, *(f"{WORD}{tag}" for tag in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr"))]
)
CHARACTERS = {
    f"{WORD}tab": "\t",
    f"{WORD}cr": "\n",
    f"{WORD}noBreakHyphen": "-",
}

BreakKind = Literal["hard", "rendered", "section"]


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote or an endnote: its number, counted in the file's order, and its words."""

    number: int
    text: str


# by kind of note and id
Notes = dict[tuple[str, str], Note]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """A break: ``hard`` put in by hand, ``rendered`` where Word last laid one out, ``section``: one ends."""

    kind: BreakKind


@dataclass(frozen=True, slots=True)
class NoteReference:
    """A reference to a footnote or an endnote: "footnotes" or "endnotes", and the note's id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a table row or a note: its text, heading level and the page breaks in it.

    ``breaks`` are offsets into ``text``; ``joint`` is the white space that parts it from the next.
    """

    text: str
    level: int | None = None
    breaks: tuple[tuple[int, BreakKind], ...] = ()
    joint: str = "\n\n"


def blocks_of(element: _Element, levels: Mapping[str, int], notes: Notes) -> Iterator[Block]:
    """Yield the blocks of a body, a content control or a cell; a note follows the paragraph that cites it."""
    for child in element.iterchildren():
        if not isinstance(child.tag, str) or child.tag in LEFT_OUT:
            continue
        if child.tag == f"{WORD}p":
            yield from paragraph_blocks(child, levels, notes)
        elif child.tag == f"{WORD}tbl":
            yield from table_blocks(child)
        else:
            yield from blocks_of(child, levels, notes)


def paragraph_blocks(paragraph: _Element, levels: Mapping[str, int], notes: Notes) -> Iterator[Block]:
    """Yield a paragraph and the notes it cites."""
    text = ""
    breaks: list[tuple[int, BreakKind]] = []
    cited: list[str] = []
    properties = paragraph.find(f"{WORD}pPr")
    if properties is not None and is_on(properties.find(f"{WORD}pageBreakBefore")):
        breaks.append((0, "hard"))
    for piece in pieces_of(paragraph):
        if isinstance(piece, str):
            text += piece
        elif isinstance(piece, PageBreak):
            breaks.append((len(text), piece.kind))
        elif note := notes.get((piece.kind, piece.id)):
            cited.append(f"[{note.number}] {note.text}")
            text += f"[{note.number}]"
    if properties is not None and properties.find(f"{WORD}sectPr") is not None:
        breaks.append((len(text), "section"))
    style = None if properties is None else value_of(properties.find(f"{WORD}pStyle"))
    yield Block(text, outline_level(properties) or levels.get(style or ""), tuple(breaks))
    yield from (Block(note) for note in cited)


def table_blocks(table: _Element) -> Iterator[Block]:
    """Yield a table's rows, cells side by side; a table inside a cell is part of that cell."""
    rows = [row for row in table.iter(f"{WORD}tr") if next(row.iterancestors(f"{WORD}tbl")) is table]
    for number, row in enumerate(rows, start=1):
        cells = [cell for cell in row.iter(f"{WORD}tc") if next(cell.iterancestors(f"{WORD}tr")) is row]
        pieces = [list(pieces_of(cell)) for cell in cells]
        texts = [
            " ".join("".join(piece for piece in cell if isinstance(piece, str)).split()) for cell in pieces
        ]
        kinds = [piece.kind for cell in pieces for piece in cell if isinstance(piece, PageBreak)]
        # A row that Word carried over to the next page counts as standing there.
        breaks: tuple[tuple[int, BreakKind], ...] = ((0, kinds[0]),) if kinds else ()
        is_last = number == len(rows)
        yield Block(CELL_JOINT.join(texts) if any(texts) else "", None, breaks, "\n\n" if is_last else "\n")


def pieces_of(element: _Element) -> Iterator[str | PageBreak | NoteReference]:
    """Yield the text, page breaks and note references inside an element, in order."""
    for child in element.iterchildren():
        tag = child.tag
        if not isinstance(tag, str) or tag in LEFT_OUT:
            continue
        if tag == f"{WORD}t":
            yield child.text or ""
        elif tag in CHARACTERS:
            yield CHARACTERS[tag]
        elif tag == f"{WORD}br":
            yield PageBreak("hard") if child.get(f"{WORD}type") == "page" else "\n"
        elif tag == f"{WORD}lastRenderedPageBreak":
            yield PageBreak("rendered")
        elif tag in {f"{WORD}footnoteReference", f"{WORD}endnoteReference"}:
            yield NoteReference(tag.removeprefix(WORD).replace("Reference", "s"), child.get(f"{WORD}id", ""))
        else:
            yield from pieces_of(child)
            if tag == f"{WORD}p":
                yield "\n"


def text_of(element: _Element) -> str:
    """Return the words of an element on one line."""
    return tidy_line("".join(piece for piece in pieces_of(element) if isinstance(piece, str)))


def value_of(element: _Element | None) -> str | None:
    """Return an element's ``w:val``."""
    return None if element is None else element.get(f"{WORD}val")


def is_on(switch: _Element | None) -> bool:
    """Whether an on-off property is there and not switched off."""
    return switch is not None and value_of(switch) not in {"0", "false", "off"}


def outline_level(properties: _Element | None) -> int | None:
    """Return the outline level, from 1, that paragraph properties set; ``None`` for body text."""
    level = None if properties is None else value_of(properties.find(f"{WORD}outlineLvl"))
    return int(level) + 1 if level is not None and level.isdecimal() and int(level) < 9 else None
