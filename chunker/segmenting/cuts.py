"""Finds the documents in a source: what a reader would cite.

The evidence, best first: a table of contents whose titles are found again in the text; paper titles
with a date below them, the headings of the file's format, or a series of letters, minutes or dated entries,
whichever tells more apart; else the whole source is one document.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from chunker.documents import Document, Span, content_id
from chunker.metadata.dates import read_date
from chunker.metadata.kinds import read_kind
from chunker.metadata.reading import best_date, read_metadata
from chunker.segmenting.chapters import Chapter, find_chapters
from chunker.segmenting.contents import Contents, read_contents
from chunker.segmenting.contents_evidence import is_borne_out
from chunker.segmenting.head_lines import read_lines, signature
from chunker.segmenting.paper_titles import PaperTitle, find_paper_titles
from chunker.segmenting.sections import find_sections
from chunker.segmenting.series import find_series
from chunker.segmenting.single_papers import head_of_paper
from chunker.segmenting.title_lines import first_title, first_words, may_be_title
from chunker.segmenting.title_matching import TitleMatch, match_titles, matched_contents
from chunker.text.blocks import paragraphs, plain
from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import DocumentDate, DocumentMetadata, SectionStart, Source
    from chunker.segmenting.heads import Head

_logger = logging.getLogger(__name__)

_TRAILING_MARKS = " *\\"


@dataclass(frozen=True, slots=True)
class CutSettings:
    """When evidence is enough to cut a source by; chosen by hand, not measured.

    ``min_papers``: so many make a source one of papers, whatever stands before them. ``mostly``: share of
    titles that must be emphasised for a title to need it. What stands before the contents and is no longer
    than ``max_title_matter_chars``, or before a document and no longer than ``max_lead_chars``, with no
    paragraph longer than ``max_title_matter_paragraph``, is title matter.
    """

    min_papers: int = 3
    mostly: float = 0.8
    max_title_matter_chars: int = 6_000
    max_lead_chars: int = 1_500
    max_title_matter_paragraph: int = 500


SETTINGS = CutSettings()


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The documents of a source in its order, their sections, and its table of contents where it has one.

    ``contents`` tells for each entry where its title was found.
    """

    documents: tuple[Document, ...]
    contents: Contents | None
    sections: tuple[SectionStart, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where a document begins; ``title_end`` is where its body does.

    ``time`` is what the dates span of letters that could not be taken apart, ``stated`` all that the format
    says of the document.
    """

    start_char: int
    title_end: int
    title: str
    listed_date: DocumentDate | None = None
    head: Head | None = None
    time: DocumentDate | None = None
    stated: DocumentMetadata | None = None


def segment(source: Source, *, ignored: Sequence[Span] = ()) -> Segmentation:
    """Return the documents of ``source``.

    ``ignored`` are spans that belong to no document (a web site's header and footer); one in the
    middle of a document is left inside its span. The table of contents and the title matter before
    it belong to no document either where the papers it lists were found. Everything else that is
    not blank belongs to exactly one document. Where the file's format tells the documents, they are these.
    """
    if source.stated_documents:
        documents = tuple(_documents(source, _stated(source, ignored)))
        return Segmentation(documents, None, find_sections(source, documents))
    contents = read_contents(source.text)
    chapters = find_chapters(source.text, source.headings)
    outside: tuple[Span, ...] = ()
    time: DocumentDate | None = None
    matches = match_titles(source.text, contents, ignored=ignored) if contents else ()
    if contents and is_borne_out(contents, matches, source.text) and (_names_pages(contents) or not chapters):
        contents = matched_contents(contents, matches)
        cuts = _cuts_of_matches(source.text, contents, matches, ignored)
        outside = (Span(contents.start_char, contents.end_char),)
    else:
        cuts, time = _cuts_without_contents(source, chapters, ignored)
    pieces = _pieces(source, cuts, outside, ignored)
    if time is not None:
        pieces = (
            (replace(cut, time=time, title="" if _is_only_a_date(cut.title) else cut.title), end)
            for cut, end in pieces
        )
    documents = tuple(_documents(source, pieces))
    _logger.debug("%s: %d documents", source.name, len(documents))
    sections = find_sections(source, documents)
    return Segmentation(_not_named_after_a_part(source, documents, sections), contents, sections)


def _stated(source: Source, ignored: Sequence[Span]) -> Iterator[tuple[_Cut, int]]:
    """Yield the cuts and ends of the documents that the file's format tells; all of the text is in them."""
    each = source.stated_documents
    starts = [0, *(document.start_char for document in each[1:]), len(source.text)]
    for document, start, end in zip(each, starts[:-1], starts[1:], strict=True):
        span = _trimmed(source.text, Span(start, end), ignored)
        if span is not None:
            said = source.title if len(each) == 1 else None  # a person may have said it
            title = said or document.title or _title_in(source, span)
            yield _Cut(span.start_char, span.start_char, title, stated=document.metadata), span.end_char


def _is_only_a_date(title: str) -> bool:
    return all(line.mark == "date" and not line.goes_on for line in read_lines(title))


def _not_named_after_a_part(
    source: Source, documents: tuple[Document, ...], sections: Sequence[SectionStart]
) -> tuple[Document, ...]:
    """Return ``documents``; the only one, of many sections, is not called by the first of them."""
    if len(documents) == 1 and len(sections) > 1 and documents[0].title == sections[0].title != source.title:
        text = source.text[documents[0].start_char : documents[0].end_char]
        file_title = _file_title(source)
        return (replace(documents[0], title=first_words(text) or file_title, file_title=file_title),)
    return documents


def _names_pages(contents: Contents) -> bool:
    return any(entry.page is not None for entry in contents.entries)


def _cuts_of_matches(
    text: str, contents: Contents, matches: Sequence[TitleMatch], ignored: Sequence[Span]
) -> list[_Cut]:
    """Return the cuts at the listed titles, and at those like them that the list forgot."""
    cuts = [_cut(text, match, listed_date=match.entry.date) for match in matches]
    taken = [Span(cut.start_char, cut.title_end) for cut in cuts]
    outside = (*ignored, Span(contents.start_char, contents.end_char), *taken)
    emphasised = sum(text[match.start_char] in "*#" for match in matches) >= SETTINGS.mostly * len(matches)
    cuts += [
        _cut(text, paper)
        for paper in find_paper_titles(text, outside)
        if paper.start_char > contents.end_char and (paper.is_emphasised or not emphasised)
    ]
    return sorted(cuts, key=lambda cut: cut.start_char)


def _cuts_without_contents(
    source: Source, chapters: Sequence[Chapter], ignored: Sequence[Span]
) -> tuple[list[_Cut], DocumentDate | None]:
    """Return the cuts, and where there are none the time that the dates in the whole source span."""
    papers = find_paper_titles(source.text, ignored)
    if not _is_made_of(papers, source.text, ignored):
        papers = ()
    series = find_series(source.text, ignored)
    if series.is_whole and len(series.heads) > max(len(papers), len(chapters)):
        return [
            _Cut(head.start_char, head.end_char, head.title, head.date, head) for head in series.heads
        ], None
    if papers and len(papers) >= len(chapters):
        return [_cut(source.text, paper) for paper in papers], None
    if chapters:
        return [_Cut(chapter.start_char, chapter.end_char, chapter.title) for chapter in chapters], None
    return [], series.range


def _is_made_of(papers: Sequence[PaperTitle], text: str, ignored: Sequence[Span]) -> bool:
    """Return whether the source is papers, not prose that quotes a few."""
    if not papers:
        return False
    lead = _trimmed(text, Span(0, papers[0].start_char), ignored)
    return len(papers) >= SETTINGS.min_papers or _is_title_matter(text, lead, SETTINGS.max_lead_chars)


def _cut(text: str, found: TitleMatch | PaperTitle, *, listed_date: DocumentDate | None = None) -> _Cut:
    title = plain(text[found.start_char : found.end_char]).rstrip(_TRAILING_MARKS)
    return _Cut(found.start_char, found.end_char, title, listed_date)


def _pieces(
    source: Source, cuts: Sequence[_Cut], outside: Sequence[Span], ignored: Sequence[Span]
) -> Iterator[tuple[_Cut, int]]:
    """Yield each document's cut and end: the stretches between ``outside``, cut at ``cuts``."""
    begin = 0
    for span in [*outside, Span(len(source.text), len(source.text))]:
        is_before_contents = span.end_char < len(source.text) and begin == 0
        inside = [cut for cut in cuts if begin <= cut.start_char < span.start_char]
        lead_end = inside[0].start_char if inside else span.start_char
        lead = _trimmed(source.text, Span(begin, lead_end), ignored)
        drops_lead = (
            is_before_contents
            and not inside
            and _is_title_matter(source.text, lead, SETTINGS.max_title_matter_chars)
        )
        if lead is not None and not drops_lead:
            if inside and _is_title_matter(source.text, lead, SETTINGS.max_lead_chars):
                inside[0] = replace(inside[0], start_char=lead.start_char)
            else:
                title = source.title if source.title and not cuts else _title_in(source, lead)
                inside.insert(0, _Cut(lead.start_char, lead.start_char, plain(title)))
        ends = [*(cut.start_char for cut in inside), span.start_char][1:]
        for cut, end in zip(inside, ends, strict=True):
            trimmed = _trimmed(source.text, Span(cut.start_char, end), ignored)
            if trimmed is not None:
                start = trimmed.start_char
                yield replace(cut, start_char=start, title_end=max(start, cut.title_end)), trimmed.end_char
        begin = span.end_char


def _is_title_matter(text: str, span: Span | None, max_chars: int) -> bool:
    """Return whether ``span`` holds no prose: only names, titles and other short lines."""
    if span is None:
        return True
    longest = max(len(block.text) for block in paragraphs(text, span.start_char, span.end_char))
    return span.end_char - span.start_char <= max_chars and longest <= SETTINGS.max_title_matter_paragraph


def _trimmed(text: str, span: Span, ignored: Sequence[Span]) -> Span | None:
    """Return ``span`` without white space and ignored text at its ends, ``None`` if nothing is left."""
    while kept := span.trimmed(text):
        start, end = kept.start_char, kept.end_char
        first = next((each.end_char for each in ignored if each.start_char <= start < each.end_char), start)
        last = next((each.start_char for each in ignored if each.start_char < end <= each.end_char), end)
        if (first, last) == (start, end):
            return kept
        span = Span(first, last)
    return None


def _title_in(source: Source, span: Span) -> str:
    """Return the title that ``span`` gives itself: its only heading of the highest level, its first line.

    Where it gives none, what a file begins with is called as the file says; empty where it says nothing.
    """
    top = min((heading.level for heading in source.headings), default=0)
    highest = [heading for heading in source.headings if heading.level == top]
    if len(highest) == 1 and 0 <= highest[0].start_char - span.start_char <= SETTINGS.max_lead_chars:
        title = plain(highest[0].text)
        if may_be_title(title):
            return title
    stated = plain(source.title or "") if not source.text[: span.start_char].strip() else ""
    first = first_title(source.text, span)
    if first is None or fold(stated).text.startswith(fold(first).text):
        return stated
    return first


def _file_title(source: Source) -> str:
    return PurePosixPath(source.name).stem


def _documents(source: Source, pieces: Iterator[tuple[_Cut, int]]) -> Iterator[Document]:
    seen: Counter[str] = Counter()
    for ordinal, (piece, end) in enumerate(pieces):
        text = source.text[piece.start_char : end]
        cut = _as_paper(piece, text)
        yield Document(
            id=content_id(source.name, text, str(seen[text])),
            source_id=source.id,
            ordinal=ordinal,
            title=cut.title or first_words(text) or _file_title(source),
            start_char=cut.start_char,
            end_char=end,
            metadata=_metadata(cut, source.text[cut.title_end : end]),
            file_title=None if cut.title else _file_title(source),
        )
        seen[text] += 1


def _as_paper(cut: _Cut, text: str) -> _Cut:
    """Return ``cut`` with the head that ``text`` has as one letter or memorandum, if its title names no kind.

    Where nothing gave it a title, it is called by its head.
    """
    if cut.stated is not None or cut.head is not None or read_kind(cut.title) is not None:
        return cut
    head = head_of_paper(text)
    return cut if head is None else replace(cut, head=head, title=cut.title or head.title)


def _metadata(cut: _Cut, body: str) -> DocumentMetadata:
    if cut.stated is not None:
        return cut.stated
    if cut.head is None:
        metadata = read_metadata(cut.title, body)
    else:
        metadata = read_metadata(cut.title, body, kind=cut.head.kind, names=(cut.head.names, signature(body)))
    stated = cut.head.date if cut.head is not None else cut.time if read_date(cut.title) is None else None
    if stated is not None:
        return replace(metadata, date=stated)
    return replace(metadata, date=best_date(metadata.date, cut.listed_date))
