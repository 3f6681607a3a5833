"""Citations of a place in a document: plain text and a Chicago note.

A part of a larger file (a telegram in a book of telegrams) is cited as a contribution to it, a whole
file as itself. An estimated page is never given as a page: it stands in a note, with its margin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chunker.documents import Bibliography
from service.wording.phrases import MONTHS, date_range_words, page_range_words

if TYPE_CHECKING:
    from chunker.documents import Document, DocumentDate, Page


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """What is cited: a document, or the pages of it from ``page`` to ``page_end``.

    ``container`` is what the file is called that the document is a part of, ``None`` where it is
    the whole file, whose name is ``source_name``; ``bibliography`` is the file's either way. ``url`` opens
    the place in the reader, where it has a lasting address.
    """

    document: Document
    source_name: str
    container: str | None = None
    page: Page | None = None
    page_end: Page | None = None
    bibliography: Bibliography = field(default_factory=Bibliography)
    url: str = ""

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
        return page_range_words(self.page, self.page_end) if self.page else ""

    @property
    def authors(self) -> str:
        """Who wrote or edited the file, in a line; empty where it is not known."""
        *most, last = self.bibliography.authors or ("",)
        return f"{', '.join(most)} and {last}" if most else last

    @property
    def imprint(self) -> str:
        """Where, by whom and when the file was published: ``Place: Publisher, Year``, as far as known."""
        said = self.bibliography
        house = ": ".join(part for part in (said.place, said.publisher) if part)
        return ", ".join(part for part in (house, said.year) if part)


def plain_citation(place: CitedPlace) -> str:
    """Return one line for a footnote or a message."""
    metadata = place.document.metadata
    title = place.document.title.rstrip(".")
    head = ", ".join(part for part in (title, _missing_date(place, date_range_words(place.when))) if part)
    if place.container:
        by = ", ".join(part for part in (place.authors, place.container) if part)
        within = f"In: {by} ({place.imprint})" if place.imprint else f"In: {by}"
    else:
        head = ", ".join(part for part in (place.authors, head) if part)
        within = place.imprint
    where = ", ".join(part for part in (within, place.page_text) if part)
    parts = (head, place.archive_reference, metadata.publication_reference, where)
    return " ".join(_closed(part.strip()) for part in parts if part)


def _closed(part: str) -> str:
    """Return ``part`` with a full stop, where no mark that closes it stands there."""
    return part if part.endswith(("…", "?", "!")) else f"{part.rstrip('.')}."


def chicago_note(place: CitedPlace) -> str:
    """Return a note after the Chicago Manual of Style (17th edition, 14.218-14.232, papers in archives)."""
    container = place.container or ""
    imprint = f" ({place.imprint})" if place.imprint else ""
    by = f", by {place.authors}" if place.authors else ""
    parts = [
        _missing_date(place, _american_date(place.when)),
        place.archive_reference,
        f"in {container}{by}{imprint}" if container else imprint.strip(),
        place.page_text.removeprefix("pp. ").removeprefix("p. "),
    ]
    # American punctuation: the comma after a quoted title stands inside the quotation marks.
    title = place.document.title.rstrip(".").replace("“", "‘").replace("”", "’")
    rest = ", ".join(part for part in parts if part)
    author = f"{place.authors}, " if place.authors and not container else ""
    return f"{author}“{title},” {rest}." if rest else f"{author}“{title}.”"


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
