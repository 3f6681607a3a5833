"""Tables of contents: which titles a text promises, with which dates and on which pages.

A table of contents is found by its heading, or without one by a run of lines that end in a page
number after dots, a tab or a dash. Its entries are read whatever their form: ``Title - **P404**``,
``Title -**427**``, ``Title ..... 17``, ``Title<tab>17``, ``[Title](#link)``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from chunker.metadata.dates import date_spans, read_date
from chunker.text.blocks import Block, lines, paragraphs, plain
from chunker.text.increasing import heaviest_increasing_run
from chunker.text.normalising import fold
from chunker.vocabulary import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chunker.documents import DocumentDate


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """One line of a table of contents.

    ``page`` is ``None`` where the entry names none. ``body_char`` is where the title it names was
    found in the text, ``None`` where it was not (or not yet) found.
    """

    start_char: int
    end_char: int
    title: str
    date: DocumentDate | None = None
    page: int | None = None
    body_char: int | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """A table of contents; the span covers its heading, where it has one, and all entries."""

    start_char: int
    end_char: int
    entries: tuple[ContentsEntry, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a table of contents; ``page`` stands in ``block`` from ``title_length`` on."""

    block: Block
    title_length: int
    page: int | None
    is_marked: bool  # whether dots, a tab, a dash or "p." set the page number apart


_PAGE = re.compile(
    r"""(?P<leader>
          [\s*_|]*(?:[.…·‥]\s?){2,}[\s*_|]*(?:p(?:age|\.)?\s*)?       # dots
        | [^\S\n]*\t[\s*_|]*(?:p(?:age|\.)?\s*)?                      # a tab
        | [\s*_|]*(?<=[\s\w.,;:!?)\]"'”’*])[-–—|]+[\s*_|]*(?:p(?:age|\.)?\s*)?  # a dash, a table's bar
        | [\s*_,.;:(-]+p(?:age|p?\.)?\s*                              # only "p." or "page"
        | [\s*_]+                                                     # nothing
        )
        (?P<page>\d{1,4})[\s*_|.)\]\\]*$""",
    re.VERBOSE | re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^(?:[-*•+]\s+|\|\s*)+")
_MAX_ENTRY_CHARS = 600
_MAX_UNPAGED_ENTRIES = 4  # in a row, inside a table of contents whose entries have pages
_MAX_ENTRIES = 2_000
_PAGE_CHARS = 200  # from the end of a line: leader and page
_MIN_MARKED_RUN = 5
_MIN_ENTRIES = 3
_MOSTLY = 0.8


def read_contents(text: str) -> Contents | None:
    """Return the first table of contents in ``text``, or ``None`` where it has none."""
    blocks = list(lines(text))
    for block in blocks:
        if len(block.text) <= 60 and _is_heading(block.text):
            contents = _read_from(text, block.start_char, block.end_char)
            if contents is not None:
                return contents
    start = _marked_run(blocks)
    return None if start is None else _read_from(text, start, start)


def _is_heading(line: str) -> bool:
    words = fold(line).text.strip(" .:-*_")
    return words in PACKAGED.words("contents", "headings")


def _marked_run(blocks: Sequence[Block]) -> int | None:
    """Return where the first run of lines begins that end in ascending, marked page numbers."""
    run: list[_Line] = []
    for block in blocks:
        line = _read_line(block) if len(block.text) <= _MAX_ENTRY_CHARS else None
        if line is None or not line.is_marked or line.page is None:
            run = []
            continue
        run = [*run, line] if not run or (run[-1].page or 0) <= line.page else [line]
        if len(run) >= _MIN_MARKED_RUN and _page(run[-1]) > _page(run[0]):
            return run[0].block.start_char
    return None


def _page(line: _Line) -> int:
    return line.page or 0


def _read_from(text: str, heading_start: int, start_char: int) -> Contents | None:
    read = _until_the_body(_join_broken(_entry_lines(text, start_char)))
    if sum(line.page is not None for line in read) < _MIN_ENTRIES:
        read = _until_repeated(_read_line(line) for line in lines(text, start_char))
    if len(read) < _MIN_ENTRIES:
        return None
    entries = tuple(_entry(line) for line in read)
    return Contents(heading_start, entries[-1].end_char, entries)


def _entry(line: _Line) -> ContentsEntry:
    title = plain(_LIST_MARK.sub("", line.block.text[: line.title_length])).rstrip(" .-–—,;:|")
    return ContentsEntry(
        line.block.start_char, line.block.end_char, title, date=read_date(title), page=line.page
    )


def _entry_lines(text: str, start_char: int) -> Iterator[_Line]:
    """Yield what may be entries: lines that end in a page, with the lines before them that do not."""
    for paragraph in paragraphs(text, start_char):
        begin = paragraph.start_char
        for line in lines(text, paragraph.start_char, paragraph.end_char):
            entry = _read_line(Block(begin, line.end_char, text[begin : line.end_char]))
            is_last = line.end_char == paragraph.end_char or line.end_char - begin > _MAX_ENTRY_CHARS
            if entry.page is not None or is_last or _LIST_MARK.match(line.text):
                yield entry
                begin = line.end_char + 1


def _read_line(block: Block) -> _Line:
    match = _PAGE.search(block.text, max(0, len(block.text) - _PAGE_CHARS))
    if match is None or not any(character.isalpha() for character in block.text[: match.start()]):
        return _Line(block, len(block.text), None, is_marked=False)
    is_marked = bool(re.search(r"[.…·‥\t|–—-]|p", match["leader"], re.IGNORECASE))
    if not is_marked and any(start < match.end("page") <= end for start, end in date_spans(block.text)):
        return _Line(block, len(block.text), None, is_marked=False)  # "January 1, 1900"
    return _Line(block, match.start(), int(match["page"]), is_marked=is_marked)


def _join_broken(entry_lines: Iterable[_Line]) -> Iterator[_Line]:
    """Yield the lines with those joined that a page break or a blank line cut in two."""
    pending: _Line | None = None
    for line in entry_lines:
        if pending is not None:
            if pending.page is None and line.block.text[:1].islower():
                line = _joined(pending, line)  # noqa: PLW2901 - the joined line takes its place
            else:
                yield pending
        pending = line
    if pending is not None:
        yield pending


def _joined(first: _Line, second: _Line) -> _Line:
    joined = f"{first.block.text} {second.block.text}"
    block = Block(first.block.start_char, second.block.end_char, joined)
    return replace(second, block=block, title_length=len(first.block.text) + 1 + second.title_length)


def _until_the_body(entry_lines: Iterable[_Line]) -> list[_Line]:
    """Return the lines up to the last one with a page before the text itself begins."""
    read: list[_Line] = []
    last = -1
    for line in entry_lines:
        is_prose = len(line.block.text) > _MAX_ENTRY_CHARS or len(read) == _MAX_ENTRIES
        if is_prose or len(read) - last > _MAX_UNPAGED_ENTRIES:
            break
        read.append(line)
        marked_are_usual = sum(each.is_marked for each in read) * 2 > sum(
            each.page is not None for each in read
        )
        if line.page is not None and (line.is_marked or not marked_are_usual):
            last = len(read) - 1
    kept = [line if line.is_marked else _unpaged(line) for line in read[: last + 1]]
    if sum(line.page is not None for line in kept) >= _MIN_ENTRIES:
        return kept
    pages = [line.page for line in read[: last + 1] if line.page is not None]
    return read[: last + 1] if _mostly_ascends(pages) else []


def _unpaged(line: _Line) -> _Line:
    return replace(line, page=None, title_length=len(line.block.text))


def _mostly_ascends(pages: Sequence[int]) -> bool:
    """Return whether numbers that nothing sets apart from the titles behave like pages."""
    run = heaviest_increasing_run(pages)
    return len(run) >= max(_MIN_ENTRIES, _MOSTLY * len(pages))


def _until_repeated(entry_lines: Iterable[_Line]) -> list[_Line]:
    """Return the lines up to the one that repeats the first: there a list without pages ends."""
    read: list[_Line] = []
    for line in entry_lines:
        if len(line.block.text) > _MAX_ENTRY_CHARS or len(read) == _MAX_ENTRIES:
            return []
        if len(read) >= _MIN_ENTRIES and _is_same_title(line, read[0]):
            return [_unpaged(each) for each in read]
        read.append(line)
    return []


def _is_same_title(first: _Line, second: _Line) -> bool:
    """Return whether ``second`` says what ``first`` says, or ``first`` only begins to say it."""
    short, whole = (
        fold(plain(_LIST_MARK.sub("", line.block.text))).text.strip(" .:") for line in (first, second)
    )
    return fuzz.ratio(short, whole) >= 92 or (len(short) >= 6 and whole.startswith(short))
