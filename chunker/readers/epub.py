"""Reads EPUB books: their chapters in reading order, with headings and printed page numbers."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from chunker.errors import BrokenSourceError
from chunker.readers.extraction import (
    Extracted,
    ReadingLimits,
    check_characters,
    check_unpacked_bytes,
)
from chunker.readers.html.reader import read_whole
from chunker.readers.noticing import notice
from chunker.readers.printed_pages.html import consistent_page_starts
from chunker.readers.printed_pages.labels import PageNumber
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.etree import _Element

    from chunker.documents import Bibliography, Heading
    from chunker.readers.html.body import BodyText

CHAPTER_JOINT = "\n\n"
NAVIGATION = (
    "//*[local-name()='item'][contains(concat(' ', @properties, ' '), ' nav ') or "
    "@media-type='application/x-dtbncx+xml']"
)
LISTED_PAGES = (
    "//*[local-name()='nav'][@*[local-name()='type']='page-list']//*[local-name()='a']"
    "|//*[local-name()='pageTarget']"
)
MAX_TOLD = 10  # of what is missing, by name


def read_epub(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read an EPUB's chapters in the order of its spine (EPUB 3.3, section 5.7).

    Headers, asides and footers are a book's own, where a page's would be its site's. A chapter that is
    missing or empty is left out, with a warning.

    Raises BrokenSourceError for a damaged or copy-protected book and SourceTooLargeError for one that
    unpacks past the limit.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_unpacked_bytes(archive, name=name, limits=limits)
        package_path = path_of_package(archive)
        package = xml_of(archive.read(package_path))
        paths = list(spine_paths(package, posixpath.dirname(package_path)))
        check_unprotected(archive, paths, name=name)
        listed = pages_listed_in(archive, package, posixpath.dirname(package_path))
        parts: list[str] = []
        headings: list[Heading] = []
        page_marks: list[tuple[int, str]] = []
        left_out: list[str] = []
        length = 0
        for path in paths:
            chapter = chapter_text(archive, path, name=name, limits=limits, listed=listed.get(path))
            if chapter is None:
                left_out.append(path)
                continue
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
    if left_out and not parts:
        raise BrokenSourceError(f"{name}: none of its chapters can be read; download the book again")
    if left_out:
        notice(told_missing(left_out))
    text = "".join(parts).removesuffix(CHAPTER_JOINT)
    return Extracted(
        text,
        title=stated_title(str(package.xpath("string(//*[local-name()='title'])"))),
        headings=tuple(headings),
        page_starts=consistent_page_starts(page_marks, len(text)),
        bibliography=bibliography_of(package),
    )


def told_missing(paths: Sequence[str]) -> str:
    """Say which chapters could not be read."""
    more = f" and {len(paths) - MAX_TOLD} more" if len(paths) > MAX_TOLD else ""
    return f"chapters left out, missing, empty or damaged: {', '.join(paths[:MAX_TOLD])}{more}"


def bibliography_of(package: _Element) -> Bibliography:
    """Return what the package document says (Dublin Core)."""

    def said(name: str) -> list[str]:
        return [
            str(text)
            for text in package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()")
        ]

    dates = [*said("date"), ""]
    return stated_bibliography(
        authors=said("creator"),
        publisher=next(iter(said("publisher")), None),
        date=dates[0],
        rights=next(iter(said("rights")), None),
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


def pages_listed_in(archive: zipfile.ZipFile, package: _Element, folder: str) -> dict[str, dict[str, str]]:
    """Return the labels of pages that a book lists, by chapter and by the id in it that they begin with.

    From the ``page-list`` of the navigation (EPUB 3.3, section 7.4.5), or the ``pageList`` of the NCX.
    """
    listed: dict[str, dict[str, str]] = defaultdict(dict)
    for item in package.xpath(NAVIGATION):
        path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        try:
            navigation = xml_of(archive.read(path))
        except (KeyError, SyntaxError):  # lxml's errors of syntax are Python's
            continue
        for entry in navigation.xpath(LISTED_PAGES):
            target, _, place = unquote(
                str(entry.xpath("string(@href|*[local-name()='content']/@src)"))
            ).partition("#")
            label = "".join(entry.itertext()).strip()
            if PageNumber.read(label):
                listed[posixpath.normpath(posixpath.join(posixpath.dirname(path), target))][place] = label
    return listed


def check_unprotected(archive: zipfile.ZipFile, paths: list[str], *, name: str) -> None:
    """Raise BrokenSourceError where chapters are encrypted; fonts alone often are, which is no matter."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    encryption = xml_of(archive.read("META-INF/encryption.xml"))
    uris = encryption.xpath("//*[local-name()='CipherReference']/@URI")
    if not {posixpath.normpath(unquote(str(uri))) for uri in uris}.isdisjoint(paths):
        raise BrokenSourceError(f"{name}: the book is copy-protected; give a copy without protection")


def chapter_text(
    archive: zipfile.ZipFile,
    path: str,
    *,
    name: str,
    limits: ReadingLimits,
    listed: Mapping[str, str] | None = None,
) -> BodyText | None:
    """Return the text of one chapter, ``None`` where it is missing or no text."""
    try:
        data = archive.read(path)
    except KeyError:
        return None
    return read_whole(data, name=f"{name} ({path})", limits=limits, listed_pages=listed)
