"""Where sentences end, in prose full of initials, abbreviations and archive references."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chunker.documents import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_CANDIDATE = re.compile(r"""[.!?…]+[*)\]"'”’»]*(?:<sup>[^<]{1,8}</sup>|\\?\*+)*(?=\s)|\n[ \t]*\r?\n\s*""")
_NEXT_WORD = re.compile(r"""\s*(?:\\?\*+|<sup>[^<]{1,8}</sup>|["'“‘«(\[—–-]|\s)*(\w)""")
_LAST_TOKEN = re.compile(r"(\S+)$")
_ABBREVIATIONS = frozenset(
    # titles and names
    "mr mrs ms dr prof gen col capt lt sgt st sr jr hon rev com comr cde messrs mme mlle "
    # references in books and archives
    "vol vols pp par para arts sec chap cf cfr ed eds figs fol ff ibid op cit publ vyp izd "
    # common Latin and English shortenings
    "e.g i.e viz vs ca approx dept govt inst incl "
    "jan feb apr jun jul aug sept oct nov dec".split()
)
# these are words too, so they only count as shortened where a number follows
_BEFORE_NUMBER = frozenset("no nos nr p art ch fig f d l s t on".split())


_ENDS = frozenset(".!?…:;\"'”’»)]*")


def goes_on(last_character: str, next_character: str) -> bool:
    """Tell whether a sentence goes on after a blank line, which a page break left in it."""
    return next_character.islower() and bool(last_character) and last_character not in _ENDS


def sentence_spans(text: str, start_char: int = 0, end_char: int | None = None) -> Iterator[Span]:
    """Yield the sentences of ``text[start_char:end_char]`` as spans of ``text``, without outer white space.

    A blank line ends a sentence unless it goes on in lower case. A full stop ends one when a capital, a
    digit or a quotation follows, unless it closes an initial ("A.V. Terentyev"), a known abbreviation
    ("f. 059") or the number of a list item.
    """
    end = len(text) if end_char is None else end_char
    begin = start_char
    for match in _CANDIDATE.finditer(text, start_char, end):
        if text[match.start()].isspace():
            if goes_on(text[begin : match.start()].rstrip()[-1:], text[match.end() : match.end() + 1]):
                continue
        elif not _ends_sentence(text, begin, match, end):
            continue
        yield from _trimmed(text, begin, match.end())
        begin = match.end()
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield Span(start, end)


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    following = _NEXT_WORD.match(text, match.end(), min(end, match.end() + 40))
    next_character = following[1] if following else ""
    if next_character.islower():
        return False
    if text[match.start() : match.start() + 2] != "." and not match[0].startswith("."):
        return True
    if match[0].startswith(("..", "…")):
        return True
    token_match = _LAST_TOKEN.search(text, max(begin, match.start() - 30), match.start())
    if token_match is None:
        return True
    token = token_match[1].lstrip("(\"'“‘«[*")
    opens_sentence = not text[begin : token_match.start()].strip()
    return not _is_abbreviation(token, opens_sentence=opens_sentence, next_character=next_character)


def _is_abbreviation(token: str, *, opens_sentence: bool, next_character: str) -> bool:
    if opens_sentence and (token.isdigit() or len(token) == 1):
        return True  # "1. The parties": a list item's number
    last_part = token.rsplit(".", 1)[-1]
    if len(last_part) == 1 and last_part.isalpha():
        return not next_character.isdigit() or last_part.lower() in _BEFORE_NUMBER
    lowered = token.lower().rstrip(".")
    if next_character.isdigit() and lowered in _BEFORE_NUMBER:
        return True
    return lowered in _ABBREVIATIONS
