"""The headings below which the words of a document stand, where it is not taken apart at them.

A chapter's sections, and what stands over the parts of a text whose parts could not be made documents:
cited beside its title they tell a reader where in a long document to look.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from chunker.documents import SectionStart
from chunker.segmenting.head_lines import read_lines
from chunker.segmenting.heads import find_heads
from chunker.text.blocks import paragraphs, plain
from chunker.vocabulary import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import Document, Source
    from chunker.text.blocks import Block


@dataclass(frozen=True, slots=True)
class SectionSettings:
    """What is taken for a heading that no format declares; chosen by hand, not measured.

    It is a line by itself of at most ``max_chars``; one in capitals has ``min_letters``. Fewer than
    ``min_headings``, or than ``min_dates`` of letters, show nothing, nor do those with usually less than
    ``min_chars`` of text below them. A line that comes more than ``max_repeats`` times, and is not numbered
    as a chapter, is the head of a page. No title is longer than ``max_title_chars``.
    """

    max_chars: int = 80
    min_letters: int = 4
    min_headings: int = 2
    min_dates: int = 3
    min_chars: int = 200
    max_repeats: int = 2
    max_title_chars: int = 120


SETTINGS = SectionSettings()

_NUMBER = r"(?:\d{1,3}|[ivxlcdm]{1,8})"
_DIVISION = re.compile(
    rf"{PACKAGED.alternatives('contents', 'divisions')}\s+(?:the\s+)?(?:{_NUMBER}\b|\w+\W*$)", re.IGNORECASE
)
_NUMBERED = re.compile(r"[IVXLC]{1,7}\.\s+\w")
_OPEN_END = (",", ";", ":", "-", "–", "—", "?", "!")


def find_sections(source: Source, documents: Sequence[Document]) -> tuple[SectionStart, ...]:
    """Return where sections begin within ``documents``, in the text's order.

    They are the headings that the file's format declares below those of the documents. Where it declares
    none, and the source is one document, they are what looks like a heading: numbered chapters, else lines
    in capitals or with a Roman number; and the dates over letters or entries.
    """
    if len(documents) == 1 and not source.headings:
        return tuple(_undeclared(source.text, documents[0]))
    starts = [document.start_char for document in documents]
    found = {}
    for heading in source.headings:
        number = bisect_right(starts, heading.start_char) - 1
        title = _shortened(plain(heading.text))
        if number < 0 or not title or heading.start_char >= documents[number].end_char:
            continue
        if not documents[number].title.endswith(title):
            found[heading.start_char] = SectionStart(heading.start_char, title)
    return tuple(found[start] for start in sorted(found))


def _undeclared(text: str, document: Document) -> Iterator[SectionStart]:
    blocks = list(paragraphs(text, document.start_char, document.end_char))
    headings = [block for block in blocks if _is_division(block)]
    if len(headings) < SETTINGS.min_headings:
        lines = [block for block in blocks if _looks_like_heading(block)]
        often = Counter(block.text for block in lines)
        headings = [block for block in lines if often[block.text] <= SETTINGS.max_repeats]
    shown = {block.start_char: _shortened(plain(block.text)) for block in headings}
    heads = find_heads(read_lines(text[document.start_char : document.end_char]))
    dated = [head for head in heads if "date" in head.marks]
    if len({head.date for head in dated if head.date}) >= SETTINGS.min_dates:
        for head in dated:
            shown.setdefault(document.start_char + head.start_char, _shortened(head.title))
    starts = sorted(start for start, title in shown.items() if title)
    lengths = [after - before for before, after in pairwise([*starts, document.end_char])]
    if len(starts) < SETTINGS.min_headings or median(lengths) < SETTINGS.min_chars:
        return
    for start in starts:
        yield SectionStart(start, shown[start])


def _is_division(block: Block) -> bool:
    return len(block.text) <= SETTINGS.max_title_chars and bool(_DIVISION.match(block.text.lstrip("*_# ")))


def _looks_like_heading(block: Block) -> bool:
    words = block.text.strip("*_# ")
    if "\n" in words or len(words) > SETTINGS.max_chars or words.endswith(_OPEN_END):
        return False
    in_capitals = words.isupper() and sum(map(str.isalpha, words)) >= SETTINGS.min_letters
    return in_capitals or (bool(_NUMBERED.match(words)) and not words.endswith("."))


def _shortened(title: str) -> str:
    if len(title) <= SETTINGS.max_title_chars:
        return title
    return title[: SETTINGS.max_title_chars].rpartition(" ")[0] + " …"
