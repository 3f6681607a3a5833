"""Chapters by the headings a file's own format declares."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from chunker.text.blocks import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.documents import Heading


@dataclass(frozen=True, slots=True)
class ChapterSettings:
    """How long chapters are, in characters; chosen by hand, not measured.

    Where the typical chapter is shorter than ``min_chars`` the headings cut too finely; past ``max_chars``,
    about thirty pages, sections make the better citation.
    """

    min_chars: int = 1_000
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
    A chapter that is very long and has sections is cut into them. ``end_char`` of a chapter is the
    end of its heading.
    """
    ordered = sorted(
        (heading for heading in headings if heading.text.strip() and heading.start_char < len(text)),
        key=lambda heading: (heading.start_char, heading.level),
    )
    cut = _cut(ordered, 0, len(text))
    if len(cut) < 2 or median(_lengths(cut, len(text))) < SETTINGS.min_chars:
        return ()
    chapters: list[Chapter] = []
    paths = _paths(ordered)
    ends = [heading.start_char for heading in cut[1:]] + [len(text)]
    for heading, end in zip(cut, ends, strict=True):
        chapters.extend(_with_sections(heading, end, ordered, paths[heading.start_char]))
    return tuple(chapters)


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
