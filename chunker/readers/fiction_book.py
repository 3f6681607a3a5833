"""Reads FictionBook (.fb2, .fb2.zip): its sections under titles, notes, what it states of itself."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chunker.readers.building import LINE_JOINT, TextBuilder
from chunker.readers.extraction import CELL_JOINT, check_unpacked_bytes, tidy_line
from chunker.readers.open_xml import xml_of
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from lxml.etree import _Element

    from chunker.documents import Bibliography
    from chunker.readers.extraction import Extracted, ReadingLimits

PARAGRAPHS = frozenset(["p", "subtitle", "text-author", "date"])
CELLS = frozenset(["td", "th"])
LINES = frozenset(["stanza", "table", "poem"])  # their lines and rows follow each other without a blank one
NAMES = frozenset(["first-name", "middle-name", "last-name"])
MAX_LEVEL = 6


def read_fiction_book(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a book; a note follows the paragraph that cites it.

    Raises SourceTooLargeError past the limits.
    """
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_unpacked_bytes(archive, name=name, limits=limits)
            data = archive.read(archive.namelist()[0])
    root, text = xml_of(data), TextBuilder(name, limits)
    bodies = list(root.iterchildren("{*}body"))
    # Bodies behind the first are named: "notes", "comments".
    notes = {key: each for body in bodies[1:] for each in body.iter("{*}section") if (key := each.get("id"))}
    walk = Walk(text, notes)
    for body in bodies:
        sections = list(body.iterchildren("{*}section"))
        if not sections or not walk.written.issuperset(sections):
            walk.blocks(body, level=1)
    title, bibliography = described(root)
    return text.extracted(title=title, bibliography=bibliography)


def described(root: _Element) -> tuple[str | None, Bibliography]:
    """Return the title and the bibliography that a book states."""

    def stated(path: str) -> list[_Element]:
        steps = "".join(f"/*[local-name()='{step}']" for step in path.split("/"))
        return list(root.xpath(f"/*/*[local-name()='description']{steps}"))

    def said(path: str) -> str | None:
        return next(map(words_of, stated(path)), None)

    authors = stated("title-info/author")
    return stated_title(said("title-info/book-title")), stated_bibliography(
        authors=[" ".join(words_of(each) for each in author if tag_of(each) in NAMES) for author in authors],
        publisher=said("publish-info/publisher"),
        place=said("publish-info/city"),
        date=said("publish-info/year"),
    )


@dataclass(slots=True)
class Walk:
    """A walk through a book; ``notes`` are its notes by their ids, ``written`` those that stand already."""

    text: TextBuilder
    notes: dict[str, _Element]
    written: set[_Element] = field(default_factory=set)

    def blocks(self, element: _Element, *, level: int) -> None:
        """Write what stands below an element; the title of a section is a heading at its depth."""
        self.text.add(tidy_line(element.text or ""))  # none should stand there; it is text none the less
        for child in element.iterchildren():
            tag = tag_of(child)
            if tag == "title":
                title = " ".join(words_of(each) for each in child.iterchildren("{*}p"))
                self.text.add(title, level=min(level, MAX_LEVEL))
                self.cited_in(child)
            elif tag in PARAGRAPHS or tag == "v":
                self.text.add(words_of(child), joint=LINE_JOINT if tag == "v" else "\n\n")
                self.cited_in(child)
            elif tag == "tr":
                cells = [words_of(cell) for cell in child.iterchildren() if tag_of(cell) in CELLS]
                self.text.add(CELL_JOINT.join(cells) if any(cells) else "", joint=LINE_JOINT)
                self.cited_in(child)
            elif tag and child not in self.written:
                self.blocks(child, level=level + (tag == "section"))
            if tag in LINES:
                self.text.end_block()
            self.text.add(tidy_line(child.tail or ""))

    def cited_in(self, element: _Element) -> None:
        """Write the notes that an element cites, but for those that stand already."""
        for link in element.iter("{*}a"):
            ids = (value.removeprefix("#") for key, value in link.items() if key.endswith("href"))
            note = self.notes.get(next(ids, ""))
            if note is not None and note not in self.written:
                self.written.add(note)
                words = (words_of(each) for each in note.iter("{*}p", "{*}v") if not is_in_title(each))
                self.text.end_block()
                self.text.add(f"{words_of(link)} {' '.join(words)}")


def tag_of(element: _Element) -> str:
    """Return an element's name without its schema; of a comment none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def is_in_title(element: _Element) -> bool:
    """Whether a paragraph is of a title."""
    return any(tag_of(each) == "title" for each in element.iterancestors())


def words_of(element: _Element) -> str:
    """Return the words inside an element, on one line."""
    return tidy_line(str(element.xpath("string()")))
