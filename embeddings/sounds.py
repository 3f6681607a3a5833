"""How a name sounds, whatever language wrote it down: Chicherin, Tchitcherine and Tschitscherin are one.

After Russell's Soundex (1918) and the wider classes of Daitch and Mokotoff (1985), with one code a word, and
for the spellings by which English, French, German, Polish and Turkish writers render the same sounds.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Groups of letters that write one sound, longer ones first where they begin alike, and its class: C for all
# hissing and hushing sounds, K, F for f, v and w, P, T, L, M, N, R. Vowels and h have none, for writers
# differ most in them.
_GROUPS = {
    **dict.fromkeys(["schtsch", "szcz", "shtch", "chtch", "shch", "stch"], "C"),
    **dict.fromkeys(["tsch", "dsch", "tch", "sch", "dzh", "dsh", "tsh", "zsch"], "C"),
    **dict.fromkeys(["ch", "sh", "zh", "cz", "sz", "rz", "dj", "dz", "ts", "tz", "tj"], "C"),
    **dict.fromkeys(["kh", "gh", "ck", "qu"], "K"), "ph": "F", "th": "T", "dt": "T", "x": "KC",
}  # fmt: skip
_LETTERS = {
    **dict.fromkeys("szj", "C"), **dict.fromkeys("ckqg", "K"), **dict.fromkeys("fvw", "F"),
    **dict.fromkeys("bp", "P"), **dict.fromkeys("dt", "T"), "l": "L", "m": "M", "n": "N", "r": "R",
}  # fmt: skip
_SOFT_C = re.compile("c(?=[eiy])")
_UNIT = re.compile("|".join([*_GROUPS, "."]), re.DOTALL)
_VOWEL = "A"
_ALIKE_AT_THE_START = ("aeiouyjh", "ckqgxh", "cszjdt", "fvwpb", "gj", "td")


@lru_cache(maxsize=8_192)
def sound(word: str) -> str:
    """Return the code of how ``word``, which is folded, sounds: a vowel at its start, then its consonants.

    Empty where it has no letter of the Latin alphabet.
    """
    classes = [_VOWEL] if word and word[0] in "aeiouy" else []
    for unit in _UNIT.findall(_SOFT_C.sub("s", word)):
        for found in _GROUPS.get(unit) or _LETTERS.get(unit, ""):
            if classes[-1:] != [found]:
                classes.append(found)
    return "".join(classes)


def first_letters(word: str) -> str:
    """Return the letters that ``word`` may begin with in another spelling, its own first, each once."""
    first = word[:1]
    return "".join(dict.fromkeys([first, *(letter for row in _ALIKE_AT_THE_START if first in row for letter in row)]))
