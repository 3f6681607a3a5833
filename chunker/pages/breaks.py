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


_ENDS_SENTENCE = re.compile(r"""[.!?:;…"'”’»)\]]\W*$""")
_LIST_MARK = re.compile(r"(?:[-•*–]|\(?\w{1,3}[.)])\s")
_WORD_START = re.compile(r"\s\S")


@dataclass(frozen=True, slots=True)
class BreakSettings:
    """What traces of page breaks weigh; set by hand after what the module's docstring tells was measured.

    Costs are in the unit of the placing's: half a squared deviation, in standard deviations. They are mild: a
    trace is left by the pages of the file the text was taken from, and those of the table of contents may be
    another edition's. ``wide_gap``, ``cut_sentence`` and ``unended_paragraph`` (of at least
    ``min_unended_chars``) speak for a break. One inside a paragraph costs ``inside_cut_text`` where page
    breaks cut paragraphs, as they do where ``cut_text_share`` of the pages begin with a cut sentence, else
    ``inside_whole_text``; it is looked for every ``step_lines`` in a paragraph of ``tall_paragraph_lines``.
    Wide gaps mark breaks where at least ``min_wide_gaps`` lie in steps of at least ``min_gap_step`` pages
    that differ by no more than ``max_gap_deviation`` of a step; a form feed counts as ``form_feed_lines``.
    """

    wide_gap: float = -4.0
    cut_sentence: float = -4.0
    unended_paragraph: float = -2.0
    min_unended_chars: int = 60
    inside_cut_text: float = 6.0
    inside_whole_text: float = 0.5
    cut_text_share: float = 0.1
    tall_paragraph_lines: int = 6
    step_lines: int = 3
    form_feed_lines: int = 9
    min_wide_gaps: int = 5
    min_gap_step: float = 0.75
    max_gap_deviation: float = 0.25


SETTINGS = BreakSettings()


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
    is_cut_text = sum(cost <= SETTINGS.cut_sentence for cost in costs) >= SETTINGS.cut_text_share * pages
    inside = SETTINGS.inside_cut_text if is_cut_text else SETTINGS.inside_whole_text
    found = []
    for number, (paragraph, cost) in enumerate(zip(paragraphs, costs, strict=True)):
        top = layout.tops[number]
        cost_here = min(cost, SETTINGS.wide_gap) if paragraph.start_char in wide_gaps else cost
        found.append(Candidate(paragraph.start_char, top, cost_here))
        found.extend(_inside(paragraph, top, layout.tops[number + 1] - layout.paragraph_space, inside))
    return tuple(found)


def _cost(first: Paragraph, second: Paragraph) -> float:
    """Return the cost of a page break between two paragraphs, from how they end and begin."""
    if _ENDS_SENTENCE.search(first.text) or len(first.text) < SETTINGS.min_unended_chars:
        return 0.0
    if _LIST_MARK.match(second.text) or second.text.startswith("#"):
        return 0.0
    return SETTINGS.cut_sentence if second.text.lstrip("*_ ")[:1].islower() else SETTINGS.unended_paragraph


def _wide_gaps(text: str, paragraphs: Sequence[Paragraph], layout: PageLayout) -> frozenset[int]:
    """Return the offsets that follow an unusually wide gap, where such gaps mark page breaks.

    They do where they are rare and come in even steps of whole pages (a converter that works
    through a file some pages at a time leaves one after each batch).
    """
    gaps = (text[first.end_char : second.start_char] for first, second in pairwise(paragraphs))
    widths = [gap.count("\n") + SETTINGS.form_feed_lines * gap.count("\f") for gap in gaps]
    usual = Counter(widths).most_common(1)[0][0] if widths else 0
    rare = [number + 1 for number, width in enumerate(widths) if width > usual]
    if len(rare) < SETTINGS.min_wide_gaps:
        return frozenset()
    steps = np.diff([layout.tops[number] for number in rare]) / layout.page_lines
    step = float(np.median(steps))
    deviation = float(np.median(np.abs(steps - step)))
    if step < SETTINGS.min_gap_step or deviation > SETTINGS.max_gap_deviation * step:
        return frozenset()
    return frozenset(paragraphs[number].start_char for number in rare)


def _inside(paragraph: Paragraph, top: float, bottom: float, cost: float) -> Iterator[Candidate]:
    """Yield places within a tall paragraph, every few lines, at the beginning of a word."""
    lines = bottom - top
    if lines < SETTINGS.tall_paragraph_lines:
        return
    length = paragraph.end_char - paragraph.start_char
    for line in range(SETTINGS.step_lines, int(lines) - 1, SETTINGS.step_lines):
        match = _WORD_START.search(paragraph.text, int(length * line / lines))
        if match is not None:
            yield Candidate(paragraph.start_char + match.end() - 1, top + line, cost)
