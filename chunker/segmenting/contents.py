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

from chunker.metadata.dates import date_spans
from chunker.metadata.own_dates import read_own_date
from chunker.text.blocks import Block, lines, paragraphs, plain
from chunker.text.increasing import heaviest_increasing_run
from chunker.text.normalising import fold
from chunker.vocabulary import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chunker.documents import DocumentDate


@dataclass(frozen=True, slots=True)
class ContentsSettings:
    """What is taken for a table of contents; chosen by hand, not measured.

    ``max_entry_chars``: a longer line is prose. ``max_unpaged_entries``: so many may stand in a row among
    entries with pages. ``max_entries``: a table of more is none. ``min_entries``: nor is one of fewer.
    ``page_chars`` from the end of a line hold leader and page. ``min_marked_run``: lines in a row with
    ascending pages that show a table without a heading. ``mostly``: share of unmarked numbers that must
    ascend to be pages. ``max_heading_chars``: a longer line is no heading. ``same_title``: two titles as
    alike as this (rapidfuzz's ratio, 0..100), or one of ``min_title_chars`` that begins the other, are one.
    """

    max_entry_chars: int = 600
    max_unpaged_entries: int = 4
    max_entries: int = 2_000
    min_entries: int = 3
    page_chars: int = 200
    min_marked_run: int = 5
    mostly: float = 0.8
    max_heading_chars: int = 60
    same_title: float = 92
    min_title_chars: int = 6


SETTINGS = ContentsSettings()


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


def read_contents(text: str) -> Contents | None:
    """Return the first table of contents in ``text``, or ``None`` where it has none."""
    blocks = list(lines(text))
    for block in blocks:
        if len(block.text) <= SETTINGS.max_heading_chars and _is_heading(block.text):
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
        line = _read_line(block) if len(block.text) <= SETTINGS.max_entry_chars else None
        if line is None or not line.is_marked or line.page is None:
            run = []
            continue
        run = [*run, line] if not run or (run[-1].page or 0) <= line.page else [line]
        if len(run) >= SETTINGS.min_marked_run and _page(run[-1]) > _page(run[0]):
            return run[0].block.start_char
    return None


def _page(line: _Line) -> int:
    return line.page or 0


def _read_from(text: str, heading_start: int, start_char: int) -> Contents | None:
    read = _until_the_body(_join_broken(_entry_lines(text, start_char)))
    if sum(line.page is not None for line in read) < SETTINGS.min_entries:
        read = _until_repeated(_read_line(line) for line in lines(text, start_char))
    if len(read) < SETTINGS.min_entries:
        return None
    entries = tuple(_entry(line) for line in read)
    return Contents(heading_start, entries[-1].end_char, entries)


def _entry(line: _Line) -> ContentsEntry:
    title = plain(_LIST_MARK.sub("", line.block.text[: line.title_length])).rstrip(" .-–—,;:|")
    return ContentsEntry(
        line.block.start_char, line.block.end_char, title, date=read_own_date(title), page=line.page
    )


def _entry_lines(text: str, start_char: int) -> Iterator[_Line]:
    """Yield what may be entries: lines that end in a page, with the lines before them that do not."""
    for paragraph in paragraphs(text, start_char):
        begin = paragraph.start_char
        for line in lines(text, paragraph.start_char, paragraph.end_char):
            entry = _read_line(Block(begin, line.end_char, text[begin : line.end_char]))
            is_last = line.end_char == paragraph.end_char or line.end_char - begin > SETTINGS.max_entry_chars
            if entry.page is not None or is_last or _LIST_MARK.match(line.text):
                yield entry
                begin = line.end_char + 1


def _read_line(block: Block) -> _Line:
    match = _PAGE.search(block.text, max(0, len(block.text) - SETTINGS.page_chars))
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
        is_prose = len(line.block.text) > SETTINGS.max_entry_chars or len(read) == SETTINGS.max_entries
        if is_prose or len(read) - last > SETTINGS.max_unpaged_entries:
            break
        read.append(line)
        marked_are_usual = sum(each.is_marked for each in read) * 2 > sum(
            each.page is not None for each in read
        )
        if line.page is not None and (line.is_marked or not marked_are_usual):
            last = len(read) - 1
    kept = [line if line.is_marked else _unpaged(line) for line in read[: last + 1]]
    if sum(line.page is not None for line in kept) >= SETTINGS.min_entries:
        return kept
    pages = [line.page for line in read[: last + 1] if line.page is not None]
    return read[: last + 1] if _mostly_ascends(pages) else []


def _unpaged(line: _Line) -> _Line:
    return replace(line, page=None, title_length=len(line.block.text))


def _mostly_ascends(pages: Sequence[int]) -> bool:
    """Return whether numbers that nothing sets apart from the titles behave like pages."""
    run = heaviest_increasing_run(pages)
    return len(run) >= max(SETTINGS.min_entries, SETTINGS.mostly * len(pages))


def _until_repeated(entry_lines: Iterable[_Line]) -> list[_Line]:
    """Return the lines up to the one that repeats the first: there a list without pages ends."""
    read: list[_Line] = []
    for line in entry_lines:
        if len(line.block.text) > SETTINGS.max_entry_chars or len(read) == SETTINGS.max_entries:
            return []
        if len(read) >= SETTINGS.min_entries and _is_same_title(line, read[0]):
            return [_unpaged(each) for each in read]
        read.append(line)
    return []


def _is_same_title(first: _Line, second: _Line) -> bool:
    """Return whether ``second`` says what ``first`` says, or ``first`` only begins to say it."""
    short, whole = (
        fold(plain(_LIST_MARK.sub("", line.block.text))).text.strip(" .:") for line in (first, second)
    )
    return fuzz.ratio(short, whole) >= SETTINGS.same_title or (
        len(short) >= SETTINGS.min_title_chars and whole.startswith(short)
    )
