"""Chapters by the headings a file's own format declares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from chunker.metadata.dates import read_date
from chunker.segmenting.head_lines import read_lines
from chunker.text.blocks import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from chunker.documents import Heading


@dataclass(frozen=True, slots=True)
class ChapterSettings:
    """How long chapters are, in characters; chosen by hand, not measured.

    Where the typical chapter is shorter than ``min_chars`` the headings cut too finely, letters and minutes
    where it is shorter than ``min_paper_chars``; past ``max_chars``, about thirty pages, sections make the
    better citation. ``lines_read_for_date`` below a heading, within ``chars_read_for_date``,
    may hold the date or the salutation of a paper.
    """

    min_chars: int = 1_000
    min_paper_chars: int = 100
    lines_read_for_date: int = 3
    chars_read_for_date: int = 600
    max_chars: int = 60_000


SETTINGS = ChapterSettings()


@dataclass(frozen=True, slots=True)
class Chapter:
    """Where a chapter begins, with the title a reader would cite it by."""

    start_char: int
    end_char: int
    title: str


def find_chapters(text: str, headings: Sequence[Heading]) -> tuple[Chapter, ...]:
    """Return the chapters that ``headings`` declare, in the text's order; none if they give no sensible cut.

    The chapters are those of the highest level that more than one heading has; the heading above
    them, such as an article's name over its sections, goes before their titles: "Article › Section".
    A chapter that is very long and has sections is cut into them. Where most headings of a level are those
    of letters, minutes or other dated papers, these are the chapters, however short, beside what higher
    headings have above them. ``end_char`` of a
    chapter is the end of its heading.
    """
    ordered = sorted(
        (heading for heading in headings if heading.text.strip() and heading.start_char < len(text)),
        key=lambda heading: (heading.start_char, heading.level),
    )
    papers = _papers(text, ordered)
    if papers:
        return papers
    cut = _cut(ordered, 0, len(text))
    if len(cut) < 2 or median(_lengths(cut, len(text))) < SETTINGS.min_chars:
        return ()
    chapters: list[Chapter] = []
    paths = _paths(ordered)
    ends = [heading.start_char for heading in cut[1:]] + [len(text)]
    for heading, end in zip(cut, ends, strict=True):
        chapters.extend(_with_sections(heading, end, ordered, paths[heading.start_char]))
    return tuple(chapters)


def _papers(text: str, headings: Sequence[Heading]) -> tuple[Chapter, ...]:
    """Return the dated papers of the highest level that is mostly made of them; none where no level is."""
    paths = _paths(headings)
    ends = [*(heading.start_char for heading in headings), len(text)][1:]
    following = dict(zip((heading.start_char for heading in headings), ends, strict=True))
    for level in sorted({heading.level for heading in headings}):
        chosen = [heading for heading in headings if heading.level == level]
        papers = sum(_heads_a_paper(text, heading, following[heading.start_char]) for heading in chosen)
        if (
            papers < 2
            or 2 * papers < len(chosen)
            or median(_lengths(chosen, len(text))) < SETTINGS.min_paper_chars
        ):
            continue
        titles = [each for each in headings[:1] if sum(other.level == each.level for other in headings) == 1]
        cut = [each for each in headings if each.level <= level and each not in titles]
        return tuple(_with_headings_above(text, cut, headings, paths))
    return ()


def _heads_a_paper(text: str, heading: Heading, end_char: int) -> bool:
    """Return whether a heading names a day, or a date or a salutation stands in the lines below it."""
    own = read_date(heading.text)
    if own is not None and own.precision == "day":
        return True
    end = min(end_char, heading.end_char + SETTINGS.chars_read_for_date)
    below = read_lines(text[heading.end_char : end])
    first = [line for line in below if line.words or not line.opens][: SETTINGS.lines_read_for_date]
    return any(line.mark in {"date", "salutation"} and not line.goes_on for line in first)


def _with_headings_above(
    text: str, cut: Sequence[Heading], headings: Sequence[Heading], paths: Mapping[int, str]
) -> Iterator[Chapter]:
    """Yield the chapters that begin at ``cut``; a heading with nothing below it begins the next one's."""
    ends = [*(heading.start_char for heading in cut[1:]), len(text)]
    start: int | None = None
    for heading, end in zip(cut, ends, strict=True):
        start = heading.start_char if start is None else start
        if text[heading.end_char : end].strip() or end == len(text):
            whole, *sections = _with_sections(heading, end, headings, paths[heading.start_char])
            yield replace(whole, start_char=start)
            yield from sections
            start = None


def _cut(headings: Sequence[Heading], start_char: int, end_char: int) -> list[Heading]:
    """Return the headings of the highest level that has at least two between the offsets."""
    inside = [heading for heading in headings if start_char <= heading.start_char < end_char]
    for level in sorted({heading.level for heading in inside}):
        chosen = [heading for heading in inside if heading.level == level]
        if len(chosen) > 1:
            return chosen
    return []


def _lengths(headings: Sequence[Heading], end_char: int) -> list[int]:
    starts = [heading.start_char for heading in headings]
    return [end - start for start, end in zip(starts, [*starts[1:], end_char], strict=True)]


def _paths(headings: Sequence[Heading]) -> dict[int, str]:
    """Return for each heading, by its start, its text after that of the next higher heading before it."""
    paths: dict[int, str] = {}
    above: list[Heading] = []
    for heading in headings:
        while above and above[-1].level >= heading.level:
            above.pop()
        title = plain(heading.text)
        paths[heading.start_char] = f"{plain(above[-1].text)} › {title}" if above else title
        above.append(heading)
    return paths


def _with_sections(heading: Heading, end_char: int, headings: Sequence[Heading], title: str) -> list[Chapter]:
    whole = Chapter(heading.start_char, heading.end_char, title)
    if end_char - heading.start_char <= SETTINGS.max_chars:
        return [whole]
    below = [each for each in headings if each.level > heading.level]
    sections = _cut(below, heading.end_char, end_char)
    if len(sections) < 2 or median(_lengths(sections, end_char)) < SETTINGS.min_chars:
        return [whole]
    return [
        whole,
        *(Chapter(each.start_char, each.end_char, f"{title} › {plain(each.text)}") for each in sections),
    ]
