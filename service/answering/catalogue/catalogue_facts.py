"""Facts of pages and archive references: where they are, and how what stands there begins."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from chunker.metadata.archive_references import read_archive_reference
from embeddings.search import Filters
from embeddings.store.choosing import Choice
from embeddings.terms import stems
from service.answer import Words
from service.answering.catalogue.cutting import opening, page_opening
from service.answering.catalogue.told import NEAREST, Told
from service.understanding.catalogue.fact_questions import AskedPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.store.records import DocumentRecord
    from embeddings.store.snapshot import Snapshot
    from service.answering.catalogue.told import Cut

_SHOWN = 12
"""Pages and papers shown of those that fit; as many as a list shows."""
_LOOKED_AT = 200
"""Pages of one label, and passages with a reference's numbers, that are looked at."""
_SHEETS = re.compile(r"l\. (?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?")
_RANGES = 6
"""Files whose pages are told where none has the page asked for."""


def page_told(asked: AskedPage, snapshot: Snapshot, filters: Filters) -> Told:
    """Return how the page begins in each file that has it, or which pages there are."""
    cuts = list(_pages(asked, snapshot, filters))
    of = f" of “{asked.of}”" if asked.of else ""
    if not cuts and asked.of and (elsewhere := list(_pages(AskedPage(asked.label), snapshot, filters))):
        line = Words(f"There is no page {asked.label}{of}. Another page {asked.label} begins:", "fact")
        return Told("facts", (line, *elsewhere[:_SHOWN]), total=len(elsewhere))
    if not cuts:
        return Told("facts", (Words(f"There is no page {asked.label}{of}. {_ranges(snapshot)}", "fact"),))
    files = "one place" if len(cuts) == 1 else f"{len(cuts)} places"
    shown = f"; the first {_SHOWN} are shown" if len(cuts) > _SHOWN else ""
    line = Words(f"There is a page {asked.label}{of} in {files}{shown}. It begins:", "fact")
    return Told("facts", (line, *cuts[:_SHOWN]), total=len(cuts))


def _pages(asked: AskedPage, snapshot: Snapshot, filters: Filters) -> Iterator[Cut]:
    wanted = set(stems(asked.of))
    for source_id, offset, end in snapshot.pages_labelled(asked.label, limit=_LOOKED_AT):
        source, record = snapshot.source(source_id), snapshot.document_at(source_id, offset)
        if source is None or record is None or not _passes(record, snapshot, filters):
            continue
        names = f"{source.name} {source.title or ''} {record.document.title}"
        if wanted <= set(stems(re.sub(r"[._/\\-]", " ", names))) or asked.of in (source.name, source.id):
            cut = page_opening(snapshot, source_id, offset, end)
            if cut is not None:
                yield cut


def _passes(record: DocumentRecord, snapshot: Snapshot, filters: Filters) -> bool:
    if filters == Filters():
        return True
    if filters.documents and record.document.id not in filters.documents:
        return False
    own = replace(filters, documents=(record.document.id,))
    return bool(snapshot.documents(filters=own, limit=1)[1])


def _ranges(snapshot: Snapshot) -> str:
    ranges = snapshot.page_ranges()
    if not ranges:
        return "No file of the collection has pages."
    told = "; ".join(f"{name}: {first}–{last}" for name, first, last in ranges[:_RANGES])
    more = f"; and {len(ranges) - _RANGES} more files" if len(ranges) > _RANGES else ""
    return f"The pages there are: {told}{more}."


def reference_told(reference: str, snapshot: Snapshot, filters: Filters) -> Told:
    """Return the papers with an archive reference, by their metadata or, where none has it, in their text."""
    parts = [part.strip() for part in reference.split(",")]
    choice = Choice(references=tuple(part for part in parts if not _SHEETS.match(part)))
    found, _ = snapshot.documents(filters=filters, choice=choice, order="earliest", limit=_LOOKED_AT)
    records = [one for one in found if _covers(reference, one.document.metadata.archive_reference or "")]
    cuts = [cut for record in records[:_SHOWN] if (cut := opening(snapshot, record.document))]
    where = "with"
    if not records:
        where = "that cites"
        cuts = list(_citing(reference, snapshot, filters))[:_SHOWN]
    number = len(records) or len(cuts)
    if not number:
        notice = f"No paper with the archive reference {reference} was found. {NEAREST}"
        return Told("extract", notice=notice, goes_on=True)
    papers = f"one paper {where}" if number == 1 else f"{number} papers {where.replace('cites', 'cite')}"
    shown = f"; the first {_SHOWN} are shown" if number > _SHOWN else ""
    verb = "is" if number == 1 else "are"
    line = Words(f"There {verb} {papers} the archive reference {reference}{shown}:", "fact")
    return Told("facts", (line, *cuts), total=number)


def _citing(reference: str, snapshot: Snapshot, filters: Filters) -> Iterator[Cut]:
    found = snapshot.lexical_search(reference, limit=_LOOKED_AT, filters=filters)
    seen: set[str] = set()
    for place in snapshot.places([key for key, _ in found]):
        lines = place.passage.text.splitlines()
        read = (read_archive_reference(line) for line in lines)
        if place.document.id not in seen and any(one and _covers(reference, one) for one in read):
            seen.add(place.document.id)
            if cut := opening(snapshot, place.document):
                yield cut


def _covers(asked: str, reference: str) -> bool:
    """Tell whether a reference is the one asked for, or a part of it: a file's sheets."""
    wanted, parts = _parts(asked), _parts(reference)
    return bool(wanted) and all(part in parts or any(_lies_in(part, one) for one in parts) for part in wanted)


def _lies_in(sheet: str, sheets: str) -> bool:
    """Tell whether "l. 42" is of "l. 41-44"."""
    one, several = _SHEETS.fullmatch(sheet), _SHEETS.fullmatch(sheets)
    if not one or not several:
        return False
    first, last = int(several["first"]), int(several["last"] or several["first"])
    return first <= int(one["first"]) and int(one["last"] or one["first"]) <= last


def _parts(reference: str) -> set[str]:
    return {" ".join(part.split()).casefold() for part in reference.split(",") if part.strip()}
