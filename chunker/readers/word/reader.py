"""Reads Word files (.docx): paragraphs, tables and notes in order, heading styles, Word's pages."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from chunker.documents import Heading
from chunker.errors import BrokenSourceError
from chunker.readers.extraction import (
    Extracted,
    ReadingLimits,
    check_characters,
    check_unpacked_bytes,
    tidy_line,
)
from chunker.readers.open_xml import plain_kind
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title
from chunker.readers.word.body import WORD, Note, Notes, blocks_of, outline_level, text_of, value_of
from chunker.readers.word.numbering import number_paragraphs
from chunker.readers.word.pages import page_starts_of, sections_of

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from lxml.etree import _Element

    from chunker.readers.word.body import BreakKind

HEADING_STYLE = re.compile(r"heading (\d)", re.IGNORECASE)


def read_docx(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a Word file: paragraphs parted by blank lines, table cells by " | ", notes where cited.

    Pages are those of Word's last layout, numbered as its sections say, so ``estimated`` with a margin
    of 1; a file that Word never laid out has pages only where breaks put in by hand leave no stretch
    longer than a page. Raises BrokenSourceError for a damaged file and SourceTooLargeError for one that
    unpacks past the limit.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked_bytes(archive, name=name, limits=limits)
    document = opened(data, name=name)
    number_paragraphs(document)
    parts: list[str] = []
    headings: list[Heading] = []
    breaks: list[tuple[int, BreakKind]] = []
    length = 0
    for block in blocks_of(document.element.body, heading_levels(document), notes_of(document)):
        breaks += [(length + offset, kind) for offset, kind in block.breaks]
        words = block.text.strip()
        if not words:
            continue
        if block.level is not None:
            start = length + block.text.index(words)
            headings.append(Heading(start, start + len(words), block.level, tidy_line(words)))
        parts += [block.text, block.joint]
        length += len(block.text) + len(block.joint)
        check_characters(length, name=name, limits=limits)
    text = "".join(parts).rstrip()
    return Extracted(
        text,
        title=stated_title(document.core_properties.title),
        bibliography=stated_bibliography(authors=[document.core_properties.author]),
        headings=tuple(headings),
        page_starts=tuple(page_starts_of(breaks, len(text), sections_of(document.element.body))),
    )


def opened(data: bytes, *, name: str) -> WordDocument:
    """Return python-docx's document, or raise BrokenSourceError."""
    from docx import Document

    try:
        return Document(io.BytesIO(plain_kind(data)))
    except Exception as error:
        # python-docx passes on whatever zipfile, lxml and its own look-ups raise for a damaged part.
        raise BrokenSourceError(
            f"{name}: the Word file is damaged; open it in Word and save it again"
        ) from error


def heading_levels(document: WordDocument) -> dict[str, int]:
    """Return the heading level of each paragraph style that has one, by style id.

    A style without a level of its own takes that of the style it is based on.
    """
    styles = document.styles.element.findall(f"{WORD}style")
    own = {style.get(f"{WORD}styleId", ""): style_level(style) for style in styles}
    base = {style.get(f"{WORD}styleId", ""): value_of(style.find(f"{WORD}basedOn")) for style in styles}
    levels: dict[str, int] = {}
    for style_id in own:
        ancestor: str | None = style_id
        for _ in range(len(own)):  # a damaged file may base styles on each other in a ring
            level = own.get(ancestor or "")
            if level is not None or ancestor is None:
                break
            ancestor = base.get(ancestor)
        if level is not None:
            levels[style_id] = level
    return levels


def style_level(style: _Element) -> int | None:
    """Return the level of a heading or title style, ``None`` for body text."""
    name = (value_of(style.find(f"{WORD}name")) or "").strip()
    named = HEADING_STYLE.fullmatch(name)
    if named is not None:
        return int(named[1])
    return 1 if name.lower() == "title" else outline_level(style.find(f"{WORD}pPr"))


def notes_of(document: WordDocument) -> Notes:
    """Return the text of each footnote and endnote."""
    from lxml import etree

    notes: Notes = {}
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind not in {"footnotes", "endnotes"} or relation.is_external:
            continue
        root = etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False))
        elements = root.iterchildren(f"{WORD}{kind.removesuffix('s')}")
        # Those with a type are the lines Word draws above the notes.
        written = [element for element in elements if element.get(f"{WORD}type", "normal") == "normal"]
        for number, element in enumerate(written, start=1):
            notes[kind, element.get(f"{WORD}id", "")] = Note(number, text_of(element))
    return notes
