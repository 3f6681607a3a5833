"""Turns an HTML element, or what trafilatura makes of one, into plain text with headings and pages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chunker.documents import Heading
from chunker.readers.extraction import CELL_JOINT, tidy_line
from chunker.readers.printed_pages.html import PAGE_MARK

if TYPE_CHECKING:
    from lxml.etree import _Element

# HTML's block elements and the names trafilatura gives them (TEI's: head, list, item, row, cell, lb).
PARAGRAPHS = frozenset(
    "p div section article main aside header footer blockquote quote pre figure figcaption address details "
    "summary dl ul ol list table hr body form fieldset center".split()
)
LINES = frozenset("li item tr row dt dd caption option".split())
CELLS = frozenset("td th cell".split())
LINE_BREAKS = frozenset("br lb".split())
HEADING_TAG = re.compile(r"h([1-6])")
LINE_BREAK = "\u2028"
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MARK = re.compile(r"\s*[\[(]?(\d{1,3})[\])]?\s*")
MARKS = "//sup|//a[@role='doc-noteref' or @*[name()='epub:type']='noteref']"


@dataclass(slots=True)
class BodyText:
    """Text as it is written: finished blocks, the block being gathered, headings and page marks."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    gathered: list[str] = field(default_factory=list)
    joint: str = ""
    headings: list[Heading] = field(default_factory=list)
    page_marks: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text written so far."""
        return "".join(self.parts)

    def finish_block(self, joint: str, *, heading_level: int | None = None) -> None:
        """Write what was gathered as one block; at least ``joint`` will part it from the next."""
        pieces = PAGE_MARK.split("".join(self.gathered))
        self.gathered.clear()
        words = [tidy_block(piece) for piece in pieces[::2]]
        has_words = any(words)
        if has_words:
            self.write(self.joint)
        start = self.length
        for position, piece in enumerate(words):
            if position:
                self.page_marks.append((self.length, pieces[2 * position - 1]))
                is_inside_word = pieces[2 * position - 2][-1:].strip() and pieces[2 * position][:1].strip()
                if piece and self.length > start and not is_inside_word:
                    self.write(" ")
            self.write(piece)
        if heading_level is not None and has_words:
            title = tidy_line(self.text[start:])
            self.headings.append(Heading(start, self.length, heading_level, title))
        self.joint = joint if has_words else max(self.joint, joint if self.length else "", key=len)

    def write(self, text: str) -> None:
        """Put ``text`` at the end."""
        self.parts.append(text)
        self.length += len(text)


def tidy_block(text: str) -> str:
    """Return a block's text with its white space collapsed and its line breaks kept."""
    lines = (tidy_line(line) for line in text.split(LINE_BREAK))
    return "\n".join(line for line in lines if line).strip(CELL_JOINT)


def raise_marks(root: _Element) -> None:
    """Put the numbers of notes, which would run into the word before them, into raised figures."""
    for element in root.xpath(MARKS):
        found = MARK.fullmatch("".join(element.itertext()))
        if found:
            element.clear(keep_tail=True)
            element.text = found[1].translate(RAISED)


def text_of_body(root: _Element) -> BodyText:
    """Return the text below ``root``: blocks parted by a blank line, list items and rows by a line break.

    Page marks give, for each, the offset at which its page begins. The walk is flat, since pages of
    old sites nest elements thousands deep.
    """
    from lxml.etree import iterwalk

    body = BodyText()
    for event, element in iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            begin_element(element, body)
            body.gathered.append(gatherable(element.text))
        elif event == "end":
            end_element(element, body)
        if event != "start" and element is not root:
            body.gathered.append(gatherable(element.tail))
    body.finish_block("\n\n")
    return body


def gatherable(text: str | None) -> str:
    """Return an element's text without the sign that stands for line breaks here."""
    return (text or "").replace(LINE_BREAK, " ")


def begin_element(element: _Element, body: BodyText) -> None:
    """Finish the block before an element that begins one, and set off a cell or a line break."""
    tag = element.tag
    if tag in PARAGRAPHS or heading_level(element) is not None:
        body.finish_block("\n\n")
    elif tag in LINES:
        body.finish_block("\n")
    elif tag in CELLS and "".join(body.gathered).strip():
        body.gathered.append(CELL_JOINT)
    elif tag in LINE_BREAKS:
        body.gathered.append(LINE_BREAK)


def end_element(element: _Element, body: BodyText) -> None:
    """Finish the block that an element ends."""
    level = heading_level(element)
    if level is not None or element.tag in PARAGRAPHS:
        body.finish_block("\n\n", heading_level=level)
    elif element.tag in LINES:
        body.finish_block("\n")


def heading_level(element: _Element) -> int | None:
    """Return the level of a heading, HTML's (``h2``) or trafilatura's (``head rend="h2"``)."""
    tag = element.get("rend", "") if element.tag == "head" else element.tag
    found = HEADING_TAG.fullmatch(tag) if isinstance(tag, str) else None
    return int(found[1]) if found else None
