"""Titles of papers in plain text: a short paragraph that names a kind of paper, then a date line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chunker.metadata.dates import is_date_line, read_date, runs_over
from chunker.metadata.kinds import opens_like_a_paper
from chunker.text.blocks import Block, outside, paragraphs, without_markup
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.documents import Span


@dataclass(frozen=True, slots=True)
class PaperTitleSettings:
    """What is taken for the title of a paper; chosen by hand on the first corpus, not measured.

    A title has ``min_title_chars`` to ``max_title_chars`` in at most ``max_title_paragraphs``; within
    ``max_lines_before_date`` lines below it, none longer than ``max_line_chars``, stands a date with at most
    ``max_words_beside_date`` other words.
    """

    min_title_chars: int = 20
    max_title_chars: int = 450
    max_title_paragraphs: int = 3
    max_lines_before_date: int = 3
    max_line_chars: int = 200
    max_words_beside_date: int = 14


SETTINGS = PaperTitleSettings()


@dataclass(frozen=True, slots=True)
class PaperTitle:
    """Where a paper's title stands; it may run over several paragraphs."""

    start_char: int
    end_char: int
    is_emphasised: bool


def find_paper_titles(text: str, excluded: Sequence[Span] = ()) -> tuple[PaperTitle, ...]:
    """Return the titles of papers in ``text`` in its order; none is looked for in ``excluded``."""
    blocks = list(outside(paragraphs(text), excluded))
    titles = []
    next_free = 0
    for position, block in enumerate(blocks):
        if position < next_free or len(block.text) > SETTINGS.max_title_chars:
            continue
        if not opens_like_a_paper(without_markup(block.text[: SETTINGS.max_title_chars])):
            continue
        last = _last_of_title(blocks, position)
        title = " ".join(each.text for each in blocks[position : last + 1])
        has_length = SETTINGS.min_title_chars <= len(title) <= SETTINGS.max_title_chars
        ends_in_date = last > position and _runs_over(blocks[last - 1], blocks[last])
        if has_length and (ends_in_date or _is_dated_below(blocks, last)):
            titles.append(PaperTitle(block.start_char, blocks[last].end_char, block.is_emphasised))
            next_free = last + 1
    return tuple(titles)


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what a line ends in that the title goes on after, and what begins a line that is none of it."""
    goes_on, no_title = (vocabulary.alternatives("papers", name) for name in ("title_goes_on", "no_title"))
    return (
        re.compile(rf"(?:\b{goes_on}|[,-])$", re.IGNORECASE),
        re.compile(rf"^\W*{no_title}", re.IGNORECASE),
    )


def _last_of_title(blocks: Sequence[Block], first: int) -> int:
    """Return the number of the title's last paragraph: one goes on in lower case or after "of the"."""
    goes_on, no_title = _words()
    last = first
    for number in range(first + 1, min(first + SETTINGS.max_title_paragraphs, len(blocks))):
        before, words = without_markup(blocks[last].text), without_markup(blocks[number].text)
        if _runs_over(blocks[last], blocks[number]):
            last = number
            continue
        is_cut = words[:1].islower() or goes_on.search(before) is not None
        if not is_cut or len(words) > SETTINGS.max_line_chars or no_title.match(words) or read_date(words):
            break
        last = number
    return last


def _runs_over(block: Block, following: Block) -> bool:
    is_short = max(len(block.text), len(following.text)) <= SETTINGS.max_line_chars
    return is_short and runs_over(without_markup(block.text), without_markup(following.text))


def _is_dated_below(blocks: Sequence[Block], last: int) -> bool:
    for block in blocks[last + 1 : last + 1 + SETTINGS.max_lines_before_date]:
        if len(block.text) > SETTINGS.max_line_chars:
            return False
        line = without_markup(block.text)
        if is_date_line(line, SETTINGS.max_words_beside_date):
            return not opens_like_a_paper(line)  # "The minutes of the meeting of 3 May were approved."
    return False
