"""Reads web pages: the main text without the site's menus, with headings and printed page numbers."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.documents import Bibliography
from chunker.errors import BrokenSourceError
from chunker.readers.decoding import decode_text
from chunker.readers.extraction import Extracted, ReadingLimits, tidy_line
from chunker.readers.html.body import raise_marks, text_of_body
from chunker.readers.printed_pages.html import consistent_page_starts, mark_pages
from chunker.readers.record_lines import read_record
from chunker.readers.stated_bibliography import stated_bibliography
from chunker.readers.stated_titles import stated_title
from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.etree import _Element

    from chunker.documents import Heading
    from chunker.readers.html.body import BodyText

META_BYTES = 4096  # HTML asks for the declaration within the first 1024; some pages have it later
DECLARED = re.compile(
    rb"<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# What parts a page's title and the name of its site, in folded text.
SITE_SIGN = r"\s*(?:\s-+\s|[|·•›>])\s*"
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# The header of Inline XBRL, of company reports, is for programs and not shown (Inline XBRL 1.1, 4.4).
NEVER_TEXT = (
    "//script|//style|//noscript|//template|//svg|//head|//iframe|//object|//select|//button|//textarea|"
    "//*[name()='ix:header']"
)
# The site's, not the page's, wherever they stand.
SITE_PARTS = (
    "//nav|//footer|//aside|//*[@role='navigation' or @role='contentinfo' or @role='search' or "
    "@role='complementary']"
)
# What may be the site's: a header inside the article is the article's own.
HEADERS = "//header[not(ancestor::article or ancestor::main)]|//*[@role='banner']"
FOREIGN_TAG = re.compile("[:-]")  # of another schema, or a page's own
OWN_TITLES = ".//h1[not(ancestor::a or .//a)]"


@dataclass(frozen=True, slots=True)
class MainPartSettings:
    """When trafilatura is believed about a page's main part; chosen by hand, not measured.

    Where it keeps less than ``min_kept_share`` of the characters outside links, or of the headings, it has
    lost chapters, not menus; a page shorter than ``min_chars`` gives it too little to go by. A link of
    ``long_link_chars`` says something, as in a list of papers, and is no entry of a menu.
    """

    min_kept_share: float = 0.4
    min_chars: int = 500
    long_link_chars: int = 80


SETTINGS = MainPartSettings()


def read_html(data: bytes, *, name: str, limits: ReadingLimits, declared: str | None = None) -> Extracted:
    """Read a web page: the headings, paragraphs, lists and tables of its main part.

    trafilatura finds the main part; where it finds nothing or drops most of the text, and where the
    page is a digitised book with page numbers, everything but menus and the like is kept. Offsets
    index the extracted text, not the file. ``declared`` is the encoding that is named outside the page.
    """
    root = root_of(data, name=name, limits=limits, declared=declared)
    if root is None:
        return Extracted("")
    stated, bibliography = title_of(root), bibliography_of(root)
    raise_marks(root)
    is_paged_book = mark_pages(root) > 1
    body = body_without_site(root)
    if not is_paged_book and body.length >= SETTINGS.min_chars:
        main = main_text(root)
        if main is not None and is_whole(main, body, root):
            body = main
    record = read_record(body.text)
    return Extracted(
        body.text,
        title=record.title or as_headed(stated, body.headings),
        headings=tuple(body.headings),
        page_starts=consistent_page_starts(body.page_marks, body.length),
        bibliography=record.bibliography if bibliography == Bibliography() else bibliography,
    )


def read_whole(
    data: bytes,
    *,
    name: str,
    limits: ReadingLimits,
    declared: str | None = None,
    listed_pages: Mapping[str, str] | None = None,
) -> BodyText | None:
    """Return all the text of a page that no site stands around: a book's chapter, a mail.

    ``None`` where there is no element at all. ``listed_pages``: as :func:`mark_pages` takes them.
    """
    root = root_of(data, name=name, limits=limits, declared=declared)
    if root is None:
        return None
    mark_pages(root, listed_pages)
    raise_marks(root)
    strip(root, f"{NEVER_TEXT}|//nav")
    return text_of_body(root)


def root_of(data: bytes, *, name: str, limits: ReadingLimits, declared: str | None) -> _Element | None:
    """Return the root of a page in whatever encoding; ``None`` where there is no element at all."""
    declared = declared or declared_encoding(data)
    return parsed(decode_text(data, name=name, limits=limits, declared=declared), name=name)


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding a ``meta`` element or an XML declaration names."""
    found = DECLARED.search(data[:META_BYTES])
    if found is None:
        return None
    return found[1].decode("ascii", "replace").lower()


def parsed(source: str, *, name: str) -> _Element | None:
    """Return the root of a page however ill-formed, or ``None`` where there is no element at all.

    Raises BrokenSourceError where libxml2 gives up half-way, at 2,048 elements inside each other.
    """
    from lxml import etree
    from lxml.html import HTMLParser

    cleaned = NOT_XML.sub(" ", XML_DECLARATION.sub("", source))
    # Encoded here, since lxml reads a str by rules that differ between platforms.
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(cleaned.encode("utf-8"), parser=parser)
    except etree.XMLSyntaxError:
        return None
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise BrokenSourceError(
            f"{name}: its elements are nested too deep to be read whole; "
            "open it in a browser and save it as text or PDF"
        )
    return root


def title_of(root: _Element) -> str | None:
    """Return the page's ``title``."""
    return stated_title(root.xpath("string(//title)"))


def as_headed(title: str | None, headings: Sequence[Heading]) -> str | None:
    """Return a page's title; its only ``h1`` where that says more, or a heading that names no site."""
    if not title:
        return title
    stated = fold(title).text
    heads = [heading.text for heading in headings if heading.level == 1]
    if len(heads) == 1 and (head := fold(heads[0]).text):
        has_more = re.match(rf"{re.escape(stated)}\b", head) is not None
        if has_more or re.fullmatch(rf"(?:.+{SITE_SIGN})?{re.escape(head)}(?:{SITE_SIGN}.+)?", stated):
            return heads[0]
    if heads:
        return title
    before_site = {stated[: sign.start()] for sign in re.finditer(SITE_SIGN, stated)}
    return next((heading.text for heading in headings if fold(heading.text).text in before_site), title)


def bibliography_of(root: _Element) -> Bibliography:
    """Return what ``meta`` elements say, named as in scholarly indexes, Dublin Core or plain HTML."""
    said: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").lower().replace("dcterms.", "dc.")
        said.setdefault(name, []).append(element.get("content") or "")

    def first_of(*names: str) -> list[str]:
        return next((said[name] for name in names if name in said), [])

    return stated_bibliography(
        authors=first_of("citation_author", "dc.creator", "author"),
        publisher=next(iter(first_of("citation_publisher", "dc.publisher")), None),
        date=next(iter(first_of("citation_publication_date", "citation_date", "dc.date", "dc.issued")), None),
        rights=next(iter(first_of("dc.rights", "copyright")), None),
    )


def main_text(root: _Element) -> BodyText | None:
    """Return the text of the part that trafilatura takes for the page's own, if any."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    shown = copy.deepcopy(root)
    for element in shown.iter("*"):
        is_long_link = (
            element.tag == "a" and len(tidy_line(element.text_content())) >= SETTINGS.long_link_chars
        )
        if is_long_link or FOREIGN_TAG.search(element.tag):
            element.tag = "span"  # else it would be dropped
    found = bare_extraction(shown, include_comments=False, include_tables=True, favor_recall=True)
    return text_of_body(found.body) if isinstance(found, Document) and found.body is not None else None


def body_without_site(root: _Element) -> BodyText:
    """Remove the site's parts from ``root`` and return the text that is left.

    A page that consists of nothing but such parts keeps them.
    """
    strip(root, NEVER_TEXT)
    whole = text_of_body(root)
    strip(root, SITE_PARTS)
    strip_headers(root)
    left = text_of_body(root)
    return left if left.length else whole


def strip_headers(root: _Element) -> None:
    """Remove the site's headers from ``root``, but not a page's title that stands nowhere else.

    The site's parts are gone: a header with links left in it is taken for the site's. Of it the page's only
    ``h1`` is kept, where that is no link.
    """
    headers = root.xpath(HEADERS)
    has_title = any(
        not any(header in title.iterancestors() for header in headers) for title in root.iter("h1")
    )
    for header in headers:
        titles = header.xpath(OWN_TITLES) if not has_title else []
        if titles and not header.xpath(".//a|.//form"):
            continue
        if titles and header.getparent() is not None:
            header.addprevious(titles[0])
        if header.getparent() is not None:
            header.drop_tree()


def is_whole(main: BodyText, body: BodyText, root: _Element) -> bool:
    """Tell whether the main part of a page is not only some of it."""
    least = SETTINGS.min_kept_share
    return main.length >= least * unlinked_length(root) and len(main.headings) >= least * len(body.headings)


def strip(root: _Element, paths: str) -> None:
    """Remove from ``root`` the elements that XPath expressions name; the text after each stays."""
    for part in root.xpath(paths):
        if part is not root and part.getparent() is not None:
            part.drop_tree()


def unlinked_length(root: _Element) -> int:
    """Return about how many characters of a page stand outside links, of which menus are made."""
    return sum(len(tidy_line(text)) for text in root.xpath("//text()[not(ancestor::a)]"))
