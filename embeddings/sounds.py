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
_HARD_CH = re.compile("(?<![st])ch(?=[lmnr]|t(?!ch))")
_VOWEL_J = re.compile("(?<=[aeiou])j(?![aeiou])")
_SOFT_C = re.compile("c(?=[eiy])")
_UNIT = re.compile("|".join([*_GROUPS, "."]), re.DOTALL)
_VOWEL, _VOWELS = "A", frozenset("aeiou")
_SOFT_START = frozenset("aeiouyjh")


@lru_cache(maxsize=8_192)
def sound(word: str) -> str:
    """Return the code of how ``word``, which is folded, sounds: a vowel at its start, then its consonants.

    Empty where it has no letter of the Latin alphabet.
    """
    spoken_word = spoken(word)
    initial = _VOWEL if spoken_word[:1].islower() else ""
    return initial + "".join(letter for letter in spoken_word if letter.isupper())


@lru_cache(maxsize=8_192)
def spoken(word: str) -> str:
    """Return ``word``, which is folded, with its vowels as they are and the classes of its consonants."""
    letters: list[str] = []
    told = _SOFT_C.sub("s", _HARD_CH.sub("k", _VOWEL_J.sub("i", word.replace("y", "i"))))
    for unit in _UNIT.findall(told):
        for found in _GROUPS.get(unit) or _LETTERS.get(unit) or (unit if unit in _VOWELS else ""):
            if letters[-1:] != [found]:
                letters.append(found)
    return "".join(letters)


def may_begin_alike(word: str, other: str) -> bool:
    """Return whether one word may be the other as to its first letter: the same, or a vowel, j or h."""
    return word[:1] == other[:1] or (word[:1] in _SOFT_START and other[:1] in _SOFT_START)
