"""Reads OpenDocument texts and presentations, packed or as one file of XML."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from chunker.errors import BrokenSourceError
from chunker.readers.building import TextBuilder
from chunker.readers.extraction import check_unpacked_bytes
from chunker.readers.open_xml import xml_of
from chunker.readers.opendocument.body import OFFICE, Walk
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from lxml.etree import _Element

    from chunker.readers.extraction import Extracted, ReadingLimits

ENCRYPTED = b"encryption-data"


def read_opendocument(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read a text or a presentation: headings, paragraphs, tables, notes where cited, slides as pages.

    Pages of a text are those of the last layout, where the file keeps it, so ``estimated`` with a margin
    of 1. Raises BrokenSourceError for a damaged or locked file and SourceTooLargeError past the limits.
    """
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_unpacked_bytes(archive, name=name, limits=limits)
            parts = set(archive.namelist())
            if "META-INF/manifest.xml" in parts and ENCRYPTED in archive.read("META-INF/manifest.xml"):
                raise BrokenSourceError(f"{name}: is locked with a password; save it without one")
            content = xml_of(archive.read("content.xml"))
            meta = xml_of(archive.read("meta.xml")) if "meta.xml" in parts else content
    else:
        content = meta = xml_of(data)
    text = TextBuilder(name, limits)
    body = content.find(f"{OFFICE}body")
    if body is not None:
        Walk(text).blocks(body)
    return text.extracted(
        title=stated_title(said(meta, "title")),
        bibliography=stated_bibliography(authors=[said(meta, "initial-creator") or said(meta, "creator")]),
    )


def said(meta: _Element, name: str) -> str:
    """Return a property of the file, empty where it states none."""
    return str(meta.xpath(f"string(//*[local-name()='meta']/*[local-name()='{name}'])"))
