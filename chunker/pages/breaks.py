"""Traces that page breaks leave in a text, and the places where a page may begin.

Measured on a book converted from PDF: a paragraph that ends without a full stop and goes on in lower
case after a blank line was cut by a page break every time; one that goes on with a capital, two times
in five; an unusually wide gap between paragraphs, every time.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.pages.layout import PageLayout, Paragraph

# costs are in the unit of the layout's cost: half a squared deviation, in standard deviations
# they are mild: a trace is left by the pages of the file the text was taken from, and those of the
# table of contents may be another edition's
_WIDE_GAP = -4.0
_CUT_SENTENCE = -4.0
_UNENDED_PARAGRAPH = -2.0
_INSIDE_CUT_TEXT = 6.0  # text whose paragraphs page breaks cut: a break inside one is unlikely
_INSIDE_WHOLE_TEXT = 0.5
_TALL_PARAGRAPH_LINES = 6
_STEP_LINES = 3
_CUT_TEXT_SHARE = 0.1  # of pages that begin with a cut sentence
_MIN_WIDE_GAPS = 5
_MIN_UNENDED_CHARS = 60

_ENDS_SENTENCE = re.compile(r"""[.!?:;…"'”’»)\]]\W*$""")
_LIST_MARK = re.compile(r"(?:[-•*–]|\(?\w{1,3}[.)])\s")
_WORD_START = re.compile(r"\s\S")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a page may begin, ``top`` lines below the beginning of the text.

    ``cost`` is negative where there are traces of a page break.
    """

    start_char: int
    top: float
    cost: float


def page_break_candidates(
    text: str, paragraphs: Sequence[Paragraph], layout: PageLayout
) -> tuple[Candidate, ...]:
    """Return the places where pages may begin, in the text's order."""
    if not paragraphs:
        return ()
    wide_gaps = _wide_gaps(text, paragraphs, layout)
    costs = [0.0] + [_cost(first, second) for first, second in pairwise(paragraphs)]
    pages = layout.tops[-1] / layout.page_lines
    is_cut_text = sum(cost <= _CUT_SENTENCE for cost in costs) >= _CUT_TEXT_SHARE * pages
    inside = _INSIDE_CUT_TEXT if is_cut_text else _INSIDE_WHOLE_TEXT
    found = []
    for number, (paragraph, cost) in enumerate(zip(paragraphs, costs, strict=True)):
        top = layout.tops[number]
        cost_here = min(cost, _WIDE_GAP) if paragraph.start_char in wide_gaps else cost
        found.append(Candidate(paragraph.start_char, top, cost_here))
        found.extend(_inside(paragraph, top, layout.tops[number + 1] - layout.paragraph_space, inside))
    return tuple(found)


def _cost(first: Paragraph, second: Paragraph) -> float:
    """Return the cost of a page break between two paragraphs, from how they end and begin."""
    if _ENDS_SENTENCE.search(first.text) or len(first.text) < _MIN_UNENDED_CHARS:
        return 0.0
    if _LIST_MARK.match(second.text) or second.text.startswith("#"):
        return 0.0
    return _CUT_SENTENCE if second.text.lstrip("*_ ")[:1].islower() else _UNENDED_PARAGRAPH


def _wide_gaps(text: str, paragraphs: Sequence[Paragraph], layout: PageLayout) -> frozenset[int]:
    """Return the offsets that follow an unusually wide gap, where such gaps mark page breaks.

    They do where they are rare and come in even steps of whole pages (a converter that works
    through a file some pages at a time leaves one after each batch).
    """
    gaps = (text[first.end_char : second.start_char] for first, second in pairwise(paragraphs))
    widths = [gap.count("\n") + 9 * gap.count("\f") for gap in gaps]
    usual = Counter(widths).most_common(1)[0][0] if widths else 0
    rare = [number + 1 for number, width in enumerate(widths) if width > usual]
    if len(rare) < _MIN_WIDE_GAPS:
        return frozenset()
    steps = np.diff([layout.tops[number] for number in rare]) / layout.page_lines
    step = float(np.median(steps))
    if step < 0.75 or float(np.median(np.abs(steps - step))) > 0.25 * step:
        return frozenset()
    return frozenset(paragraphs[number].start_char for number in rare)


def _inside(paragraph: Paragraph, top: float, bottom: float, cost: float) -> Iterator[Candidate]:
    """Yield places within a tall paragraph, every few lines, at the beginning of a word."""
    lines = bottom - top
    if lines < _TALL_PARAGRAPH_LINES:
        return
    length = paragraph.end_char - paragraph.start_char
    for line in range(_STEP_LINES, int(lines) - 1, _STEP_LINES):
        match = _WORD_START.search(paragraph.text, int(length * line / lines))
        if match is not None:
            yield Candidate(paragraph.start_char + match.end() - 1, top + line, cost)
