"""Words whose letters are of two scripts because some look the same in both: "Мoсква" with a Latin o.

Programs that read print in several languages at once mix them. Of the pairs in Unicode's table of confusable
characters (UTS 39) those are taken that print the same in nearly every face.
"""

from __future__ import annotations

import re

_LATIN = "ABCEHIJKMOPSTXaceijopsxy"
_CYRILLIC = "АВСЕНІЈКМОРЅТХасеіјорѕху"
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_ONLY_LATIN = re.compile(rf"[A-Za-z](?<![{_LATIN}])")
_ONLY_CYRILLIC = re.compile(rf"[\u0400-\u04ff](?<![{_CYRILLIC}])")
_MIXED = re.compile(r"[^\W\d_]*(?:[A-Za-z](?=[\u0400-\u04ff])|[\u0400-\u04ff](?=[A-Za-z]))[^\W\d_]*")


def in_one_script(text: str) -> str:
    """Return ``text`` with each word of Latin and Cyrillic letters in one script, if its letters allow it.

    It is the one to which those of its letters belong that have no likeness; where it has none, or some of
    both, it stays as it is. The text keeps its length.
    """
    return _MIXED.sub(_settled, text)


def _settled(word: re.Match[str]) -> str:
    is_latin, is_cyrillic = (one.search(word[0]) for one in (_ONLY_LATIN, _ONLY_CYRILLIC))
    if bool(is_latin) == bool(is_cyrillic):
        return word[0]
    return word[0].translate(_TO_LATIN if is_latin else _TO_CYRILLIC)
