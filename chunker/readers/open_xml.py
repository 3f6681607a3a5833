"""What office files in Open XML have in common: names in two forms, kinds of main part, properties."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

from chunker.documents import Bibliography
from chunker.readers.extraction import tidy_line
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
PROPERTIES = "docProps/core.xml"
CONTENT_TYPES = "[Content_Types].xml"
RELATIONS = "_rels/.rels"
STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/"
# Templates, slide shows and files with macros hold their text as any other; libraries know the plain kind.
MAIN_PART = re.compile(
    rb"application/vnd\.(?:ms-(?:word|powerpoint)|openxmlformats-officedocument\.(?:word|presentation)\w+)"
    rb"\.[\w.]+\.main\+xml"
)
PLAIN_TEXT = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PLAIN_SLIDES = b"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def plain_kind(data: bytes) -> bytes:
    """Return an office file with the names that libraries know: a strict one, a template, one with macros.

    The two forms of ISO/IEC 29500 differ in the names of schemas alone, as far as text goes. Any other
    file is returned as it is.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = set(archive.namelist())
        types = archive.read(CONTENT_TYPES) if CONTENT_TYPES in parts else b""
        renamed = MAIN_PART.sub(lambda found: PLAIN_TEXT if b"word" in found[0] else PLAIN_SLIDES, types)
        is_strict = RELATIONS in parts and STRICT.search(archive.read(RELATIONS)) is not None
        if renamed == types and not is_strict:
            return data
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as plain:
            for one in archive.namelist():
                part = renamed if one == CONTENT_TYPES else archive.read(one)
                is_markup = is_strict and one.endswith((".xml", ".rels"))
                plain.writestr(one, STRICT.sub(TRANSITIONAL, part) if is_markup else part)
    return made.getvalue()


def xml_of(data: bytes) -> _Element:
    """Parse a part, without entities of its own."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def drawn_paragraphs(root: _Element) -> Iterator[str]:
    """Yield the paragraphs of a part's drawings: text boxes, diagrams."""
    for paragraph in root.iter(f"{DRAWING}p"):
        words = tidy_line("".join(text.text or "" for text in paragraph.iter(f"{DRAWING}t")))
        if words:
            yield words


def properties_of(archive: zipfile.ZipFile) -> tuple[str | None, Bibliography]:
    """Return the title and the bibliography that a file states (ECMA-376 part 2, section 11)."""
    from lxml import etree

    try:
        root = xml_of(archive.read(PROPERTIES))
    except (KeyError, etree.XMLSyntaxError):
        return None, Bibliography()

    def said(name: str) -> str:
        return str(root.xpath(f"string(//*[local-name()='{name}'])"))

    return stated_title(said("title")), stated_bibliography(authors=[said("creator")])
