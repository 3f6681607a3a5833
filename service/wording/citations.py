"""Citations of a place in a document: plain text, a Chicago note, BibTeX, CSL-JSON.

A part of a larger file (a telegram in a book of telegrams) is cited as a contribution to it, a whole
file as itself. An estimated page is never given as a page: it stands in a note, with its margin.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.wording.phrases import MONTHS, date_range_words, page_words

if TYPE_CHECKING:
    from chunker.documents import Document, DocumentDate, Page


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """What is cited: a document, or the pages of it from ``page`` to ``page_end``.

    ``container`` is the title or name of the file the document is a part of, ``None`` where it is
    the whole file, whose name is ``source_name``.
    """

    document: Document
    source_name: str
    container: str | None = None
    page: Page | None = None
    page_end: Page | None = None

    @property
    def when(self) -> DocumentDate | None:
        """The document's date."""
        return self.document.metadata.date

    @property
    def archive_reference(self) -> str:
        """Where the paper is kept, without a full stop; empty where it is not known."""
        return (self.document.metadata.archive_reference or "").strip().rstrip(".")

    @property
    def pages_are_known(self) -> bool:
        """Whether both pages stand in the file or its table of contents."""
        pages = [page for page in (self.page, self.page_end) if page]
        return bool(pages) and all(page.method != "estimated" for page in pages)

    @property
    def page_text(self) -> str:
        """The pages as a reader would cite them; empty where none is known."""
        if self.page is None:
            return ""
        last = self.page_end or self.page
        method = "contents" if self.pages_are_known else "estimated"
        return page_words(self.page.label, last.label, method, max(self.page.margin, last.margin))


def plain_citation(place: CitedPlace) -> str:
    """Return one line for a footnote or a message."""
    metadata = place.document.metadata
    title = place.document.title.rstrip(".")
    head = ", ".join(part for part in (title, _missing_date(place, date_range_words(place.when))) if part)
    within = f"In: {place.container}" if place.container else ""
    where = ", ".join(part for part in (within or place.source_name, place.page_text) if part)
    parts = (head, place.archive_reference, metadata.publication_reference, where)
    return " ".join(f"{part.strip().rstrip('.')}." for part in parts if part)


def chicago_note(place: CitedPlace) -> str:
    """Return a note after the Chicago Manual of Style (17th edition, 14.218-14.232, papers in archives)."""
    container = place.container or ""
    parts = [
        _missing_date(place, _american_date(place.when)),
        place.archive_reference,
        f"in {container}" if container else "",
        place.page_text.removeprefix("pp. ").removeprefix("p. "),
    ]
    # American punctuation: the comma after a quoted title stands inside the quotation marks.
    title = place.document.title.rstrip(".").replace("“", "‘").replace("”", "’")
    rest = ", ".join(part for part in parts if part)
    return f"“{title},” {rest}." if rest else f"“{title}.”"


def bibtex(place: CitedPlace) -> str:
    """Return a BibTeX entry, in UTF-8, with what would be a command of TeX escaped."""
    metadata, when = place.document.metadata, place.when
    fields = {
        # two pairs of braces keep the title's capitals
        "title": f"{{{_tex(place.document.title)}}}",
        "booktitle": f"{{{_tex(place.container)}}}" if place.container else "",
        "year": when.start[:4] if when else "",
        "month": when.start[5:7].lstrip("0") if when and when.precision != "year" else "",
        "date": _edtf(when),
        "pages": "--".join(_labels(place)) if place.pages_are_known else "",
        "type": _tex(metadata.kind or ""),
        "note": _tex("; ".join(_notes(place, archive=True))),
        "howpublished": "" if place.container else _tex(place.source_name),
    }
    kind = "incollection" if place.container else "misc"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{kind}{{{_key(place)},", *lines, "}"]) + "\n"


def csl_json(place: CitedPlace) -> str:
    """Return a CSL-JSON array of one item, as Zotero and pandoc import it."""
    metadata, when = place.document.metadata, place.when
    item: dict[str, Any] = {
        "id": _key(place),
        "type": "chapter" if place.container else "document",
        "title": place.document.title,
        "container-title": place.container,
        "issued": {"date-parts": _date_parts(when)} if when else None,
        "page": "-".join(_labels(place)) if place.pages_are_known else None,
        "genre": metadata.kind,
        "archive_location": place.archive_reference,
        "note": "; ".join(_notes(place, archive=False)) or None,
    }
    return json.dumps([{k: v for k, v in item.items() if v}], ensure_ascii=False, indent=2) + "\n"


def all_citations(place: CitedPlace) -> dict[str, str]:
    """Return the citation in every form: ``plain``, ``chicago``, ``bibtex``, ``csl``."""
    return {
        "plain": plain_citation(place),
        "chicago": chicago_note(place),
        "bibtex": bibtex(place),
        "csl": csl_json(place),
    }


def _missing_date(place: CitedPlace, words: str) -> str:
    """Return ``words`` unless the title says the day already."""
    title = place.document.title.casefold()
    when = place.when
    if when is None or (when.precision == "day" and _american_date(when).casefold() in title):
        return ""
    return "" if words.casefold() in title else words


def _american_date(when: DocumentDate | None) -> str:
    if when is None:
        return ""
    year, month, day = when.start.split("-")
    name = MONTHS[int(month) - 1]
    if when.precision == "year":
        return str(int(year))
    if when.precision == "month":
        return f"{name} {int(year)}"
    if when.start == when.end:
        return f"{name} {int(day)}, {int(year)}"
    if when.start[:7] == when.end[:7]:
        return f"{name} {int(day)}–{int(when.end[8:])}, {int(year)}"
    end_year, end_month, end_day = when.end.split("-")
    begin = f"{name} {int(day)}" + (f", {int(year)}" if year != end_year else "")
    return f"{begin}–{MONTHS[int(end_month) - 1]} {int(end_day)}, {int(end_year)}"


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
    return [part for part in (reference, metadata.publication_reference, estimated, source) if part]


_TEX_SPECIAL = re.compile(r"[\\{}&%$#_~^]")
_TEX_ESCAPES = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _tex(text: str) -> str:
    return _TEX_SPECIAL.sub(lambda match: _TEX_ESCAPES.get(match[0], "\\" + match[0]), " ".join(text.split()))


def _key(place: CitedPlace) -> str:
    """Return a key that tells what is cited and is the same every time: ``telegram1940-3f2a``."""
    ascii_title = unicodedata.normalize("NFKD", place.document.title).encode("ascii", "ignore").decode()
    words = [word for word in re.findall(r"[a-z]+", ascii_title.lower()) if len(word) > 3]
    name = place.document.metadata.kind or (words[0] if words else "document")
    year = place.when.start[:4] if place.when else ""
    return f"{re.sub(r'[^a-z]', '', name.lower()) or 'document'}{year}-{place.document.id[:4]}"
