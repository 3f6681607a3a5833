"""Words whose letters are of two scripts because some look the same in both: "Мoсква" with a Latin o.

Programs that read print in several languages at once mix them. Of the pairs in Unicode's table of confusable
characters (UTS 39) those are taken that print the same in nearly every face.
"""

from __future__ import annotations

import re
from functools import partial

_LATIN = "ABCEHIJKMOPSTXaceijopsxy"
_CYRILLIC = "АВСЕНІЈКМОРЅТХасеіјорѕху"
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_ONLY_LATIN = re.compile(rf"[A-Za-z](?<![{_LATIN}])")
_ONLY_CYRILLIC = re.compile(rf"[\u0400-\u04ff](?<![{_CYRILLIC}])")
_LIKE_BOTH = re.compile(rf"(?<![^\W\d_])[{_LATIN}{_CYRILLIC}]+(?![^\W\d_])")
_NUMERAL = re.compile(r"[IX]+|[MCIX]{2,}")  # C and M alone are rather initials, or a word
_MIXED = re.compile(
    r"(?<![^\W\d_])[^\W\d_]*(?:[A-Za-z](?=[\u0400-\u04ff])|[\u0400-\u04ff](?=[A-Za-z]))[^\W\d_]*"
)


def in_one_script(line: str) -> str:
    """Return a line with each word of Latin and Cyrillic letters in one script, if its letters allow it.

    It is the one to which those of its letters belong that have no likeness in the other. A word without such
    letters, whether of one script or mixed, is set as all the other words of its line are; a Roman numeral
    stays. Else it stays as it is. The line keeps its length.
    """
    settled = _MIXED.sub(_settled, line)
    is_latin, is_cyrillic = _tells(settled)
    if is_latin == is_cyrillic:
        return settled
    return _LIKE_BOTH.sub(partial(_set, table=_TO_LATIN if is_latin else _TO_CYRILLIC), settled)


def _tells(words: str) -> tuple[bool, bool]:
    """Return whether there are letters that only Latin has, and letters that only Cyrillic has."""
    return bool(_ONLY_LATIN.search(words)), bool(_ONLY_CYRILLIC.search(words))


def _settled(word: re.Match[str]) -> str:
    is_latin, is_cyrillic = _tells(word[0])
    if is_latin == is_cyrillic:
        return word[0]
    return word[0].translate(_TO_LATIN if is_latin else _TO_CYRILLIC)


def _set(word: re.Match[str], *, table: dict[int, int]) -> str:
    return word[0] if _NUMERAL.fullmatch(word[0]) else word[0].translate(table)
