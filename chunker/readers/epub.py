"""Reads EPUB books: their chapters in reading order, with headings and printed page numbers."""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from chunker.errors import BrokenSourceError
from chunker.readers.decoding import decode_text
from chunker.readers.extraction import (
    Extracted,
    ReadingLimits,
    check_characters,
    check_unpacked_bytes,
    tidy_line,
)
from chunker.readers.html.reader import body_without_site, declared_encoding, parsed
from chunker.readers.printed_pages.html import consistent_page_starts, mark_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from chunker.documents import Heading
    from chunker.readers.html.body import BodyText

CHAPTER_JOINT = "\n\n"


def read_epub(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read an EPUB's chapters in the order of its spine (EPUB 3.3, section 5.7).

    Raises BrokenSourceError for a damaged or copy-protected book and SourceTooLargeError for one that
    unpacks past the limit.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked_bytes(archive, name=name, limits=limits)
        package_path = path_of_package(archive)
        package = xml_of(archive.read(package_path))
        paths = list(spine_paths(package, posixpath.dirname(package_path)))
        check_unprotected(archive, paths, name=name)
        parts: list[str] = []
        headings: list[Heading] = []
        page_marks: list[tuple[int, str]] = []
        length = 0
        for path in paths:
            chapter = chapter_text(archive, path, name=name, limits=limits)
            page_marks += [(length + offset, label) for offset, label in chapter.page_marks]
            if not chapter.length:
                continue
            headings += [
                replace(h, start_char=length + h.start_char, end_char=length + h.end_char)
                for h in chapter.headings
            ]
            parts += [chapter.text, CHAPTER_JOINT]
            length += chapter.length + len(CHAPTER_JOINT)
            check_characters(length, name=name, limits=limits)
    text = "".join(parts).removesuffix(CHAPTER_JOINT)
    title = tidy_line(str(package.xpath("string(//*[local-name()='title'])")))
    return Extracted(
        text,
        title=title or None,
        headings=tuple(headings),
        page_starts=consistent_page_starts(page_marks, len(text)),
    )


def xml_of(data: bytes) -> _Element:
    """Parse a part of the container, without resolving entities."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))


def path_of_package(archive: zipfile.ZipFile) -> str:
    """Return where the container says the package document lies."""
    container = xml_of(archive.read("META-INF/container.xml"))
    return str(container.xpath("string(//*[local-name()='rootfile']/@full-path)"))


def spine_paths(package: _Element, folder: str) -> Iterator[str]:
    """Yield the paths of the chapters in reading order."""
    items = {item.get("id"): item for item in package.xpath("//*[local-name()='item']")}
    for reference in package.xpath("//*[local-name()='itemref']"):
        item = items.get(reference.get("idref"))
        if item is not None and "html" in item.get("media-type", ""):
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))


def check_unprotected(archive: zipfile.ZipFile, paths: list[str], *, name: str) -> None:
    """Raise BrokenSourceError where chapters are encrypted; fonts alone often are, which is no matter."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    encryption = xml_of(archive.read("META-INF/encryption.xml"))
    uris = encryption.xpath("//*[local-name()='CipherReference']/@URI")
    if not {posixpath.normpath(unquote(str(uri))) for uri in uris}.isdisjoint(paths):
        raise BrokenSourceError(f"{name}: the book is copy-protected; give a copy without protection")


def chapter_text(archive: zipfile.ZipFile, path: str, *, name: str, limits: ReadingLimits) -> BodyText:
    """Return the text of one chapter."""
    data = archive.read(path)
    source = decode_text(data, name=f"{name} ({path})", limits=limits, declared=declared_encoding(data))
    root = parsed(source, name=name)
    if root is None:
        raise BrokenSourceError(f"{name}: its chapter {path} is damaged; download the book again")
    mark_pages(root)
    return body_without_site(root)
