"""Builds a text out of blocks, with the headings and page starts among them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chunker.documents import Bibliography, Heading, PageStart
from chunker.readers.extraction import Extracted, check_characters, tidy_line, without_surrogates

if TYPE_CHECKING:
    from chunker.documents import Page
    from chunker.readers.extraction import ReadingLimits

BLOCK_JOINT = "\n\n"
LINE_JOINT = "\n"


@dataclass(slots=True)
class TextBuilder:
    """A text as it is written; ``name`` is only for messages.

    ``length`` is what is written; between two blocks stands the joint of the one before.
    """

    name: str
    limits: ReadingLimits
    length: int = 0
    headings: list[Heading] = field(default_factory=list)
    page_starts: list[PageStart] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _joint: str = ""
    _page: Page | None = None

    @property
    def text(self) -> str:
        """The text written so far."""
        return "".join(self._parts)

    def add(self, text: str, *, level: int | None = None, joint: str = BLOCK_JOINT) -> int | None:
        """Write a block, a heading where it has a ``level``, and return where it begins.

        A blank one is not written; ``None`` is returned. Raises SourceTooLargeError past the limit.
        """
        words = without_surrogates(text.replace("\0", "\ufffd")).strip()
        if not words:
            return None
        start = self.length + len(self._joint)
        self._parts += [self._joint, words]
        self.length = start + len(words)
        self._joint = joint
        check_characters(self.length, name=self.name, limits=self.limits)
        if level is not None:
            self.headings.append(Heading(start, self.length, level, tidy_line(words)))
        if self._page is not None:
            self.page_starts.append(PageStart(start, self._page))
            self._page = None
        return start

    def extracted(self, *, title: str | None = None, bibliography: Bibliography | None = None) -> Extracted:
        """Return what is written, with what the file states of itself."""
        return Extracted(
            self.text,
            title=title,
            headings=tuple(self.headings),
            page_starts=tuple(self.page_starts),
            bibliography=bibliography or Bibliography(),
        )

    def begin_page(self, page: Page) -> None:
        """Let the next block begin ``page``; one before it that has no text is not counted."""
        self._page = page
        self.end_block()

    def end_block(self) -> None:
        """Part the next block from the last one by a blank line, where there is a last one."""
        self._joint = BLOCK_JOINT if self.length else ""
