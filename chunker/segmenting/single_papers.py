"""The form of a text that is one paper: a letter or a memorandum, told by its head and its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.segmenting.head_lines import read_lines
from chunker.segmenting.heads import find_heads

if TYPE_CHECKING:
    from chunker.segmenting.heads import Head


@dataclass(frozen=True, slots=True)
class SinglePaperSettings:
    """What is looked at; chosen by hand, not measured.

    A letter has at most ``max_chars``, about twenty pages, its salutation among the first ``lines_of_head``
    lines, and a closing or a signature among the last ``lines_of_ending``.
    """

    max_chars: int = 40_000
    lines_of_head: int = 16
    lines_of_ending: int = 6


SETTINGS = SinglePaperSettings()


def head_of_paper(text: str) -> Head | None:
    """Return the head by which ``text`` is one letter or memorandum; offsets index ``text``.

    ``None`` for anything else: several letters, prose with a letter in it, a salutation that nothing ends.
    """
    if len(text) > SETTINGS.max_chars:
        return None
    read = read_lines(text)
    heads = [head for head in find_heads(read) if head.marks & {"salutation", "fields"}]
    if len(heads) != 1:
        return None
    [head] = heads
    above = sum(line.end_char <= head.start_char and not line.is_rule for line in read)
    ends = any(
        line.is_ending for line in read[-SETTINGS.lines_of_ending :] if line.start_char > head.end_char
    )
    is_letter = head.kind == "letter"
    return head if above < SETTINGS.lines_of_head and (ends or not is_letter) else None
