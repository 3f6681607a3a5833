"""What a document is, as search engines and reference managers read it from a page (schema.org)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.wording.citations import CitedPlace


def linked_data(cited: CitedPlace) -> dict[str, Any]:
    """Return a document as JSON-LD: a work, a part of the one that its source is where that holds others."""
    book, when = cited.bibliography, cited.when
    authors = [{"@type": "Person", "name": name} for name in book.authors]
    about_source = {"author": authors, "publisher": book.publisher}
    item: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "name": cited.document.title,
        "genre": cited.document.metadata.kind,
        "dateCreated": when.text if when else None,
        "url": cited.url,
        "license": book.rights,
        "pagination": cited.page_text.removeprefix("pp. ").removeprefix("p. ")
        if cited.pages_are_known
        else None,
    }
    if cited.container:
        item["isPartOf"] = _said(
            {"@type": "Book", "name": cited.container, "datePublished": book.year, **about_source}
        )
    else:
        item |= about_source
    return _said(item)


def _said(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value}
