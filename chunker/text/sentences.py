"""Where sentences end, in prose full of initials, abbreviations, archive references and reference marks."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.vocabulary import PACKAGED

if TYPE_CHECKING:
    from collections.abc import Iterator

# What refers to a note: "[3]", "[2, 5-7]", "\[3\]", "[^1]", "[[3]](#note-3)", "[3]:214" (a page of what is
# cited), "[3, p. 214]", "(3)", "[a]", "[iv]", "[note 4]", "[Smith et al., 2004]", "[citation needed]", a
# superscript, a dagger.
_NUMBERED = (
    r"\\?\[{1,2}\\?\^?\d{1,4}(?:\s?[-–—,;]\s?\d{1,4})*(?:,\s?pp?\.\s?\d{1,4}(?:[-–—]\d{1,4})?)?\\?\]{1,2}"
    r"(?:\(\#[^)\s]{1,200}\))?(?::\s?\d{1,4}(?:[-–—]\d{1,4})?)?"
)
_WORDED = (
    r"\\?\[(?:[^\W\d_]{1,2}|[ivxlIVXL]{1,6}|[*†‡]{1,3}"
    r"|\^?[^\W\d_]{1,15}(?:[ -][^\W\d_]{1,15}){0,3}[.,]{0,2}[ -]?\d{1,4}[a-z]?"
    r"|sic|[^\W\d_]{1,15}(?:\ [^\W\d_]{1,15}){1,4})\\?\]"
)
_RAISED = r"<sup>[^<]{1,12}</sup>|\(\d{1,3}\)|[¹²³⁰-ⁿ†‡]"
_LABEL = r"[^\W\d_][^:\n]{0,29}:"
_MARK = re.compile(rf"{_NUMBERED}|{_WORDED}|{_RAISED}")
# Runs of stops and marks are taken whole ("++", "*+"), so that no text takes more than linear time. A number
# that lost its superscript stands right behind the stop ("countries.1 While").
_CANDIDATE = re.compile(
    rf"""(?<![.!?…])[.!?…]++
        (?:[*)\]"'”’»]|\\\*|[-–,]?(?:{_MARK.pattern}))*+
        (?:[^\S\n]{{1,2}}{_NUMBERED}(?:[-–,]{_NUMBERED})*)*+(?=\s)
    |(?<=[^\W\d_]{{3}})[.!?]++["'”’»)]*(?P<lost>\d{{1,3}}(?:[,–-]\d{{1,3}})*)(?=\s)
    |\n[ \t]*\r?\n\s*
    |\n(?=[ \t]*+(?:[-=_*~]{{3,}}+[ \t\r]*+(?:\n|\Z)|(?P<field>{_LABEL})))
    |(?<=[-=_*~]{{3}})[ \t\r]*+\n\s*""",
    re.VERBOSE,
)
_FIELD = re.compile(rf"[ \t]*+(?P<label>{_LABEL})")
_NEXT_WORD = re.compile(r"""(?:\\?\*|<sup>[^<]{1,12}</sup>|["'“‘«(\[—–-]|\s)*+(\w)""")
_STILL_INSIDE = re.compile(r"\s*[.,;:]")  # "Jampol et al. [2] , who": the stop was an abbreviation's
_INSIDE_MARK = re.compile(r"\s?\d{1,4}\\?\]")  # "[Anm. 3]"
_VISIBLE = re.compile(r"\S")
_LAST_CHARACTER = re.compile(r"\S(?=\s*\Z)")
_LAST_TOKEN = re.compile(r"(\S+)$")
_LOOK_AHEAD_CHARS, _LOOK_BACK_CHARS = 40, 30  # hold what stands around a stop, and keep it quick
_ENDS = frozenset(".!?…:;\"'”’»)]*")


def goes_on(last_character: str, next_character: str) -> bool:
    """Tell whether a sentence goes on after a blank line, which a page break left in it."""
    return next_character.islower() and bool(last_character) and last_character not in _ENDS


def sentence_spans(text: str, start_char: int = 0, end_char: int | None = None) -> Iterator[Span]:
    """Yield the sentences of ``text[start_char:end_char]`` as spans of ``text``, without outer white space.

    A blank line ends a sentence unless it goes on in lower case, and so do a ruled line and one that begins
    with a label, as the one before it does ("Name: Anna"). A full stop ends one when a capital, a
    digit or a quotation follows, unless it closes an initial ("A.V. Terentyev"), a known abbreviation
    ("f. 059") or the number of a list item. Reference marks behind the stop ("1904.[3] The keeper")
    belong to the sentence that it ends.
    """
    end = len(text) if end_char is None else end_char
    begin = start_char
    for match in _CANDIDATE.finditer(text, start_char, end):
        if match["field"]:
            if not _is_between_fields(text, begin, match):
                continue
        elif text[match.start()].isspace():
            last = _LAST_CHARACTER.search(text, max(begin, match.start() - _LOOK_BACK_CHARS), match.start())
            if goes_on(last[0] if last else "", text[match.end() : match.end() + 1]):
                continue
        elif not _ends_sentence(text, begin, match, end):
            continue
        if sentence := Span(begin, match.end()).trimmed(text):
            yield sentence
        begin = match.end()
    if sentence := Span(begin, end).trimmed(text):
        yield sentence


def _is_between_fields(text: str, begin: int, line_end: re.Match[str]) -> bool:
    """Return whether the line before begins with a label too, both with a capital."""
    line_start = text.rfind("\n", begin, line_end.start()) + 1 or begin
    before = _FIELD.match(text, line_start, line_end.start())
    return before is not None and before["label"][0].isupper() and line_end["field"][0].isupper()


def _ends_sentence(text: str, begin: int, stop: re.Match[str], end: int) -> bool:
    following = _NEXT_WORD.match(text, stop.end(), min(end, stop.end() + _LOOK_AHEAD_CHARS))
    next_character = following[1] if following else ""
    is_marked = _MARK.search(stop[0]) is not None
    goes_on_behind = _STILL_INSIDE if is_marked else _INSIDE_MARK
    if next_character.islower() or goes_on_behind.match(text, stop.end(), end):
        return False
    if stop["lost"] and not (text[stop.start() - 3 : stop.start()].islower() and next_character.isupper()):
        return False
    if not stop[0].startswith(".") or stop[0].startswith(".."):
        return True
    before = _LAST_TOKEN.search(text, max(begin, stop.start() - _LOOK_BACK_CHARS), stop.start())
    token = before[1].lstrip("(\"'“‘«[*") if before else ""
    if before and (token.isdigit() or len(token) == 1) and not _VISIBLE.search(text, begin, before.start()):
        return False  # "1. The parties": a list item's number
    if is_marked:  # nobody sets a mark between "A." and "Terentyev"
        return token.lower() not in _abbreviations("titles")
    # what looks like a lost mark may be the number that belongs to a word: "vols.3"
    return not _is_abbreviation(token, next_character=(stop["lost"] or next_character)[:1])


@cache
def _abbreviations(*groups: str) -> frozenset[str]:
    return frozenset(word for group in groups for word in PACKAGED.words("abbreviations", group))


def _is_abbreviation(token: str, *, next_character: str) -> bool:
    last_part = token.rsplit(".", 1)[-1]
    before_numbers = _abbreviations("before_numbers")
    if len(last_part) == 1 and last_part.isalpha():
        return not next_character.isdigit() or last_part.lower() in before_numbers
    lowered = token.lower().rstrip(".")
    if next_character.isdigit() and lowered in before_numbers:
        return True
    return lowered in _abbreviations("titles", "references", "common")
