"""Walks through the body of an OpenDocument file: paragraphs, lists, tables, notes and slides in order.

Element names are those of OpenDocument 1.3, part 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chunker.documents import Page
from chunker.readers.building import LINE_JOINT
from chunker.readers.extraction import CELL_JOINT, tidy_line

if TYPE_CHECKING:
    from lxml.etree import _Element

    from chunker.readers.building import TextBuilder

OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
TEXT, TABLE, DRAW, OFFICE = (f"{OASIS}{name}:1.0}}" for name in ("text", "table", "drawing", "office"))
# What is no text of the document: what was deleted, how fields and forms are declared, rulers of lists.
LEFT_OUT = frozenset(
    [
        *(f"{TEXT}{tag}" for tag in ("tracked-changes", "sequence-decls", "variable-decls", "ruby-text")),
        *(f"{TEXT}{tag}" for tag in ("user-field-decls", "soft-page-break")),
        *(f"{OFFICE}{tag}" for tag in ("forms", "annotation-end", "scripts", "binary-data")),
    ]
)
SIGNS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
MAX_REPEATED = 1_000
"""A file may say of a space that it comes any number of times."""


@dataclass(slots=True)
class Walk:
    """A walk through a body; ``notes`` are those cited since the last paragraph ended."""

    text: TextBuilder
    notes: list[str] = field(default_factory=list)
    cited: int = 0
    pages: int = 1

    def blocks(self, element: _Element, *, joint: str | None = None) -> None:
        """Write the blocks below an element; ``joint`` parts each from the next where it is not usual."""
        for child in element.iterchildren():
            if child.tag == f"{TEXT}soft-page-break":
                self.turn_page()
            if not isinstance(child.tag, str) or child.tag in LEFT_OUT:
                continue
            if child.tag in {f"{TEXT}p", f"{TEXT}h"}:
                self.paragraph(child, joint)
            elif child.tag == f"{TEXT}list-item":
                self.blocks(child, joint=LINE_JOINT)
            elif child.tag == f"{TABLE}table":
                self.table(child)
            elif child.tag == f"{DRAW}page":
                self.slide(child)
            else:
                self.blocks(child, joint=joint)
            if child.tag == f"{TEXT}list":
                self.text.end_block()

    def paragraph(self, element: _Element, joint: str | None) -> None:
        """Write a paragraph or a heading, and the notes it cites."""
        words = self.words(element).strip()
        level = element.get(f"{TEXT}outline-level", "1") if element.tag == f"{TEXT}h" else None
        options = {} if joint is None else {"joint": joint}
        self.text.add(words, level=int(level) if level and level.isdecimal() else None, **options)
        self.write_notes()

    def write_notes(self) -> None:
        """Write the notes that were cited."""
        notes, self.notes = self.notes, []
        for note in notes:
            self.text.add(note)

    def table(self, element: _Element) -> None:
        """Write a table's rows, cells side by side; a table inside a cell is part of that cell."""
        for row in element.iter(f"{TABLE}table-row"):
            if next(row.iterancestors(f"{TABLE}table")) is element:
                cells = [tidy_line(self.words(cell)) for cell in row.iterchildren(f"{TABLE}table-cell")]
                self.text.add(CELL_JOINT.join(cells) if any(cells) else "", joint=LINE_JOINT)
        self.text.end_block()
        self.write_notes()

    def slide(self, element: _Element) -> None:
        """Write a slide as a page, by its position."""
        self.text.begin_page(Page(str(self.pages), "estimated"))
        self.pages += 1
        self.blocks(element)

    def turn_page(self) -> None:
        """Begin a page where the program that wrote the file last laid one out."""
        self.pages += 1
        self.text.begin_page(Page(str(self.pages), "estimated", margin=1))

    def words(self, element: _Element) -> str:
        """Return the words inside an element; notes and comments are kept for after its paragraph."""
        pieces = [element.text or ""]
        for child in element.iterchildren():
            pieces += [self.piece(child), child.tail or ""]
        return "".join(pieces)

    def piece(self, child: _Element) -> str:
        """Return what stands for one element inside a paragraph."""
        tag = child.tag
        if not isinstance(tag, str) or tag in LEFT_OUT:
            return ""
        if tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c", "1")
            return " " * min(int(count) if count.isdecimal() else 1, MAX_REPEATED)
        if tag == f"{TEXT}note":
            return self.note(child.find(f"{TEXT}note-body"))
        if tag == f"{OFFICE}annotation":
            return self.comment(child)
        words = SIGNS.get(tag) or self.words(child)
        return f"{words}\n" if tag in {f"{TEXT}p", f"{TEXT}h"} else words

    def note(self, body: _Element | None) -> str:
        """Keep a note for after its paragraph and return its reference."""
        self.cited += 1
        self.notes.append(f"[{self.cited}] {'' if body is None else tidy_line(self.words(body))}")
        return f"[{self.cited}]"

    def comment(self, annotation: _Element) -> str:
        """Keep a comment for after its paragraph; nothing stands for it."""
        said = [self.words(each) for each in annotation.iterchildren(f"{TEXT}p", f"{TEXT}list")]
        if words := tidy_line(" ".join(said)):
            self.notes.append(f"[Note: {words}]")
        return ""
