"""Reads Markdown: the decoded file itself, with the headings its parser finds."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.documents import Heading
from chunker.readers.decoding import decode_text
from chunker.readers.extraction import Extracted, ReadingLimits, tidy_line
from chunker.readers.printed_pages.markers import page_starts_in
from chunker.readers.record_lines import read_record, stated_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

FRONT_MATTER = re.compile(
    r"\A---[ \t]*(?:\r\n|\n|\r)(?P<fields>.{0,20000}?)^(?:---|\.\.\.)[ \t]*$", re.DOTALL | re.MULTILINE
)
FRONT_MATTER_FIELD = re.compile(r"^[A-Za-z_][\w-]*[ \t]*:", re.MULTILINE)
TITLE_FIELD = re.compile(r"^title[ \t]*:[ \t]*(?P<title>[^\r\n]+)$", re.IGNORECASE | re.MULTILINE)
# The newlines that CommonMark knows; str.splitlines also breaks at form feeds and others.
NEWLINE = re.compile(r"\r\n|\n|\r")


def read_markdown(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read Markdown; offsets index the decoded file, markup and all.

    Headings are ATX and setext ones as CommonMark reads them, so none from inside a code fence. The
    title is that of a record above the text or the front matter's, or the first heading where it is the only
    one of level 1; a record's lines are no headings.
    """
    text = decode_text(data, name=name, limits=limits, declared=stated_encoding(data))
    record = read_record(text)
    front_matter = front_matter_of(text)
    body_start = front_matter.end() if front_matter else 0
    found = headings_in(text, body_start=body_start)
    headings = tuple(heading for heading in found if heading.start_char >= record.end_char)
    title = title_in(front_matter["fields"]) if front_matter else None
    return Extracted(
        text,
        title=record.title or title or sole_top_heading(headings),
        headings=headings,
        page_starts=page_starts_in(text),
        bibliography=record.bibliography,
    )


def front_matter_of(text: str) -> re.Match[str] | None:
    """Return the match of a YAML block at the head of the file; two plain rules are none."""
    found = FRONT_MATTER.match(text)
    return found if found and FRONT_MATTER_FIELD.search(found["fields"]) else None


def title_in(fields: str) -> str | None:
    """Return the title a front matter gives, without its quotes, its character references read."""
    found = TITLE_FIELD.search(fields)
    return (tidy_line(unescape(found["title"].strip().strip("\"'"))) or None) if found else None


def headings_in(text: str, *, body_start: int) -> Iterator[Heading]:
    """Yield the headings of a Markdown text from ``body_start`` on, in order."""
    from markdown_it import MarkdownIt

    line_starts = [body_start, *(found.end() for found in NEWLINE.finditer(text, body_start))]
    line_starts.append(len(text))
    parser = MarkdownIt("commonmark")
    tokens = parser.disable(["inline"]).parse(text[body_start:])
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open" and opening.map is not None:
            start, end = line_starts[opening.map[0]], line_starts[min(opening.map[1], len(line_starts) - 1)]
            end = start + len(text[start:end].rstrip())
            words = plain_words(parser.enable(["inline"]).parseInline(content.content))
            if words:
                yield Heading(start, end, int(opening.tag[1:]), words)


def plain_words(tokens: list[Token]) -> str:
    """Return the text of inline tokens as a reader sees it, without marks, links' targets and HTML."""
    words = ""
    for token in tokens:
        if token.type in {"text", "code_inline", "text_special"}:
            words += token.content
        elif token.type in {"softbreak", "hardbreak"}:
            words += " "
        words += plain_words(token.children or [])
    return tidy_line(words)


def sole_top_heading(headings: tuple[Heading, ...]) -> str | None:
    """Return the first heading's text where it is the only one of level 1."""
    top = [heading for heading in headings if heading.level == 1]
    return top[0].text if len(top) == 1 and headings[0] is top[0] else None
