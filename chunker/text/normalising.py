"""Texts made fit to show and to match, each character still tied to its place in the source.

:func:`tidy` is for reading: white space, markup and words cut at a line's end are put right.
:func:`fold` is for comparing: on top of that, case, accents, typographic forms and note marks are levelled.
"""

from __future__ import annotations

import re
import sys
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from chunker.documents import Span
from chunker.text.letters import plain
from chunker.text.sentences import goes_on

if TYPE_CHECKING:
    from collections.abc import Iterator


_Piece = tuple[int, int, bool]
"""Length, where it stands in what it was made from, and whether it is copied character by character."""


@dataclass(frozen=True)
class AlignedText:
    """A text derived from another: ``offsets[i]`` is where ``text[i]`` stands in the original.

    The offsets ascend (not strictly: one original character may give several). They are made when first
    asked for, since most callers want the text alone: from the ``pieces`` of the text and of the
    ``lead`` characters cut off before it, which stand in ``inner``, or in the original where that is None.
    """

    text: str
    pieces: tuple[_Piece, ...]
    lead: int = 0
    inner: AlignedText | None = None

    @cached_property
    def offsets(self) -> array[int]:
        """Where each character stands in the original."""
        offsets = array("q")
        within = range(sys.maxsize) if self.inner is None else self.inner.offsets
        for length, start, is_copy in self.pieces:
            offsets.extend(within[start : start + length] if is_copy else [within[start]] * length)
        return offsets[self.lead : self.lead + len(self.text)]

    def original_span(self, start: int, end: int) -> Span:
        """Return the range of the original that ``text[start:end]`` was made from."""
        if start >= end:
            where = self.offsets[start] if start < len(self.offsets) else 0
            return Span(where, where)
        return Span(self.offsets[start], self.offsets[end - 1] + 1)

    def derived_span(self, start_char: int, end_char: int) -> Span:
        """Return the range of ``text`` made from ``original[start_char:end_char]``."""
        return Span(bisect_left(self.offsets, start_char), bisect_left(self.offsets, end_char))


_SUPERSCRIPTS = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_NOTE_MARKS = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")
_NO_MARKUP = dict.fromkeys(map(ord, "*_\\#<>"))

_MARKUP = re.compile(
    r"""
      <sup>(?P<superscript>[^<>]{1,12})</sup>
    | (?P<tag></?(?:sup|sub|b|i|u|em|strong|br|span|p|div|a|small|font)\b[^<>\n]{0,200}>)
    | \\(?P<escaped>[\\`*_{}\[\]()\#+\-.!>~|"'$&<])
    | (?P<rule>^\\[ \t]*$)
    | (?P<hashes>^\#{1,6}[ \t]+)
    | (?P<strong>\*\*\*?|(?<!\w)__(?=\w)|(?<=\w)__(?!\w))
    | (?P<opens>(?<![\w*\\])\*(?=[^\s*])(?=[^*\n]{0,200}[^\s*\\]\*(?![\w*])))
    | (?P<closes>(?<=\w)\*(?![\w*]))
    | (?P<hyphen>(?<=[^\W\d_])[-‐]\s*\n\s*(?=[^\W\d_]))
    | (?P<soft>[\u00ad\u200b-\u200d\u2060\ufeff])
    | (?P<space>\s{2,}|[^\S\x20])
    """,
    re.VERBOSE | re.MULTILINE,
)
_LIST_ITEM = re.compile(r"(?:[-•*–]|\(?\w{1,3}[.)])\s|\|")


def tidy(text: str) -> AlignedText:
    """Return ``text`` as a reader should see it.

    Runs of white space become one space, blank lines one blank line, Markdown and inline HTML
    markup goes, note numbers become superscripts, and words or paragraphs that a line or a page
    broke in two are joined.
    """
    found = list(_tidy_pieces(text))
    joined = "".join([piece for piece, _, _ in found])
    pieces = tuple([(len(piece), start, is_copy) for piece, start, is_copy in found])
    return AlignedText(joined.strip(), pieces, lead=len(joined) - len(joined.lstrip()))


# Wherever markup can begin; a character class alone is what the regex engine scans fastest.
_SUSPECT = re.compile(r"[<\\#*_\-\u2010\u00ad\u200b-\u200d\u2060\ufeff\s]")
_SUSPECT_BUT_BLANKS = re.compile(r"[<\\#*_\-\u2010\u00ad\u200b-\u200d\u2060\ufeff]|[^\S\x20]")


def _markup(text: str) -> Iterator[re.Match[str]]:
    """Yield what :data:`_MARKUP` finds, in order, trying it only where it can match."""
    suspects = _SUSPECT if "  " in text or " \n" in text else _SUSPECT_BUT_BLANKS
    position = 0
    for suspect in suspects.finditer(text):
        if suspect.start() >= position and (match := _MARKUP.match(text, suspect.start())):
            position = match.end()
            yield match


def _tidy_pieces(text: str) -> Iterator[tuple[str, int, bool]]:
    """Yield (piece, where it stands in ``text``, whether it is copied character by character)."""
    position = 0
    last = " "
    for match in _markup(text):
        if copied := text[position + _is_second_space(text, position, last) : match.start()]:
            yield copied, match.start() - len(copied), True
            last = copied[-1]
        position = match.end()
        replacement = _replacement(match, text, last=last)
        if replacement and not (replacement.isspace() and last.isspace()):
            yield replacement, match.start("escaped") if match["escaped"] else match.start(), False
            last = replacement[-1]
    if copied := text[position + _is_second_space(text, position, last) :]:
        yield copied, len(text) - len(copied), True


def _is_second_space(text: str, position: int, last: str) -> bool:
    """Tell whether a blank that removed markup left behind follows another."""
    return last.isspace() and text[position : position + 1] == " "


def _replacement(match: re.Match[str], text: str, *, last: str) -> str:
    if match["space"]:
        return _white_space(match, text, last=last)
    if match["superscript"]:
        return match["superscript"].translate(_SUPERSCRIPTS)
    if match["escaped"]:
        return match["escaped"]
    if match["tag"]:
        return " " if match["tag"].startswith(("<br", "<p", "<div", "</p", "</div")) else ""
    return ""


def _white_space(match: re.Match[str], text: str, *, last: str) -> str:
    lines = match[0].count("\n") + match[0].count("\f") * 2
    following = text[match.end() : match.end() + 8]
    if lines == 0:
        return " "
    if lines == 1:
        return "\n" if _LIST_ITEM.match(following) else " "
    return " " if goes_on(last, following[:1]) else "\n\n"


def fold(text: str) -> AlignedText:
    """Return ``text`` levelled for comparison.

    :func:`tidy`, then plain letters and digits (:func:`chunker.text.letters.plain`), quotes and dashes, no
    case, no note numbers, none of the characters that markup is made of, single spaces.
    """
    tidied = tidy(text)
    return _levelled(tidied.text, tidied)


def level(text: str) -> str:
    """Return a text that is tidy already as :func:`fold` would give it: what is no markup stays."""
    return _levelled(text, None).text


_NOT_PLAIN = re.compile(r"[^\x20-\x7e]+|[*_\\#<>]| {2,}")


def _levelled(text: str, inner: AlignedText | None) -> AlignedText:
    texts: list[str] = []
    pieces: list[_Piece] = []

    def keep(piece: str, start: int, *, is_copy: bool) -> None:
        if piece[:1] == " " and (not texts or texts[-1][-1] == " "):
            piece, start = piece[1:], start + is_copy
        if piece:
            texts.append(piece)
            pieces.append((len(piece), start, is_copy))

    position = 0
    for match in _NOT_PLAIN.finditer(text):
        keep(text[position : match.start()].lower(), position, is_copy=True)
        for index, character in enumerate(match[0], start=match.start()):
            keep(_fold_character(character), index, is_copy=False)
        position = match.end()
    keep(text[position:].lower(), position, is_copy=True)
    return AlignedText("".join(texts).rstrip(), tuple(pieces), inner=inner)


def _fold_character(character: str) -> str:
    if character in _NOTE_MARKS:
        return ""
    return plain(character).translate(_NO_MARKUP)
