"""Citations as files that reference managers import: BibTeX, CSL-JSON, RIS."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from service.wording.citations import chicago_note, plain_citation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.documents import DocumentDate
    from service.wording.citations import CitedPlace


def bibtex(place: CitedPlace, *, remarks: Sequence[str] = (), key: str | None = None) -> str:
    """Return a BibTeX entry, in UTF-8, with what would be a command of TeX escaped.

    ``remarks`` are the reader's, and stand apart; ``key``: ``None`` for one made of what is cited.
    """
    metadata, when, said = place.document.metadata, place.when, place.bibliography
    # in braces, a name is one, whatever comes first in it
    authors = " and ".join(f"{{{_tex(name)}}}" for name in said.authors)
    fields = {
        # two pairs of braces keep the title's capitals
        "title": f"{{{_tex(place.document.title)}}}",
        "booktitle": f"{{{_tex(place.container)}}}" if place.container else "",
        "bookauthor" if place.container else "author": authors,
        "publisher": _tex(said.publisher or ""),
        "address": _tex(said.place or ""),
        "year": _tex(_year(place)),
        "month": when.start[5:7].lstrip("0") if when and when.precision != "year" else "",
        "date": _edtf(when),
        "pages": "--".join(_labels(place)) if place.pages_are_known else "",
        "type": _tex(metadata.kind or ""),
        "note": _tex("; ".join(_notes(place, archive=True))),
        "url": place.url,
        "annote": _tex("; ".join(remarks)),
    }
    kind = "incollection" if place.container else "misc"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{key or cite_key(place)},", *lines, "}"]) + "\n"


def csl_json(place: CitedPlace) -> str:
    """Return a CSL-JSON array of one item, as Zotero and pandoc import it."""
    return csl_array([csl_item(place)])


def csl_array(items: Sequence[dict[str, Any]]) -> str:
    """Return items as a CSL-JSON array."""
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def csl_item(place: CitedPlace, *, remarks: Sequence[str] = (), key: str | None = None) -> dict[str, Any]:
    """Return an item of CSL-JSON; ``remarks`` and ``key`` as for :func:`bibtex`."""
    metadata, when, said = place.document.metadata, place.when, place.bibliography
    item: dict[str, Any] = {
        "id": key or cite_key(place),
        "type": "chapter" if place.container else "document",
        "title": place.document.title,
        "container-title": place.container,
        "container-author" if place.container else "author": [{"literal": name} for name in said.authors],
        "publisher": said.publisher,
        "publisher-place": said.place,
        "issued": {"date-parts": _date_parts(when)} if when else said.year and {"literal": said.year},
        "page": "-".join(_labels(place)) if place.pages_are_known else None,
        "genre": metadata.kind,
        "archive_location": place.archive_reference,
        "note": "; ".join(_notes(place, archive=False)) or None,
        "annote": "; ".join(remarks),
        "URL": place.url,
    }
    return {name: value for name, value in item.items() if value}


def ris(place: CitedPlace, *, remarks: Sequence[str] = ()) -> str:
    """Return a record in RIS, as reference managers exchange them: a tag a line; each remark is a note."""
    metadata, when, said = place.document.metadata, place.when, place.bibliography
    pages = _labels(place) if place.pages_are_known else []
    fields = [
        ("TY", "CHAP" if place.container else "GEN"),
        ("TI", place.document.title),
        *(("A2" if place.container else "AU", author) for author in said.authors),
        ("T2", place.container),
        ("PY", _year(place)),
        ("DA", when.text.replace("-", "/") if when and when.start == when.end else ""),
        ("PB", said.publisher),
        ("CY", said.place),
        ("SP", pages[0] if pages else ""),
        ("EP", pages[-1] if len(pages) > 1 else ""),
        ("M3", metadata.kind),
        ("N1", "; ".join(_notes(place, archive=True))),
        *(("N1", remark) for remark in remarks),
        ("UR", place.url),
        ("ER", " "),
    ]
    return "".join(f"{tag}  - {' '.join(value.split())}\r\n" for tag, value in fields if value)


def all_citations(place: CitedPlace) -> dict[str, str]:
    """Return the citation in every form: ``plain``, ``chicago``, ``bibtex``, ``csl``, ``ris``."""
    return {
        "plain": plain_citation(place),
        "chicago": chicago_note(place),
        "bibtex": bibtex(place),
        "csl": csl_json(place),
        "ris": ris(place),
    }


def _year(place: CitedPlace) -> str:
    """Return the document's year, or else that of its publication."""
    return place.when.start[:4] if place.when else (place.bibliography.year or "")


def _edtf(when: DocumentDate | None) -> str:
    """Return the date as biblatex reads it: ISO 8601, with a slash between two ends."""
    if when is None:
        return ""
    is_range = when.precision == "day" and when.start != when.end
    return f"{when.start}/{when.end}" if is_range else when.text


def _date_parts(when: DocumentDate) -> list[list[int]]:
    ends = [when.text, when.end] if when.precision == "day" and when.start != when.end else [when.text]
    return [[int(part) for part in end.split("-")] for end in ends]


def _labels(place: CitedPlace) -> list[str]:
    labels = [page.label for page in (place.page, place.page_end) if page]
    return list(dict.fromkeys(labels))


def _notes(place: CitedPlace, *, archive: bool) -> list[str]:
    metadata = place.document.metadata
    estimated = place.page_text if not place.pages_are_known else ""
    reference = place.archive_reference if archive else ""
    source = f"file {place.source_name}" if place.container != place.source_name else ""
    published = f"published {place.bibliography.year}" if place.when and place.bibliography.year else ""
    rights = place.bibliography.rights
    parts = (reference, metadata.publication_reference, estimated, published, source, rights)
    return [part for part in parts if part]


_TEX_SPECIAL = re.compile(r"[\\{}&%$#_~^]")
_TEX_ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _tex(text: str) -> str:
    return _TEX_SPECIAL.sub(lambda match: _TEX_ESCAPES.get(match[0], "\\" + match[0]), " ".join(text.split()))


def cite_key(place: CitedPlace) -> str:
    """Return a key that tells what is cited and is the same every time: ``telegram1940-3f2a``."""
    ascii_title = unicodedata.normalize("NFKD", place.document.title).encode("ascii", "ignore").decode()
    words = [word for word in re.findall(r"[a-z]+", ascii_title.lower()) if len(word) > 3]
    name = place.document.metadata.kind or (words[0] if words else "document")
    year = place.when.start[:4] if place.when else ""
    return f"{re.sub(r'[^a-z]', '', name.lower()) or 'document'}{year}-{place.document.id[:4]}"
