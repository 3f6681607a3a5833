"""Letters in plain ones: what a reader types who has no key for them.

Most letters with marks are taken apart by Unicode itself (NFKD); this module knows the rest. Some letters
are written plainly in two ways (ö: o and oe, đ: d and dj). Texts are folded to the first, and
:func:`other_spellings` gives the words that the second would make, to be searched too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Letters that Unicode does not take apart and whose names do not say what they are a form of.
_PLAIN = {
    "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ŋ": "n", "ĸ": "k", "ı": "i", "ȷ": "j", "ə": "a", "ǝ": "e",
    "ɛ": "e", "ɔ": "o", "ƿ": "w", "ȝ": "y", "ʒ": "z", "ʉ": "u", "ɩ": "i", "ʋ": "v", "ʊ": "u",
    # Signs of transliteration that most writers leave out.
    "ʾ": "", "ʿ": "", "ˀ": "", "ˁ": "", "ʽ": "", "ꜣ": "", "ꜥ": "", "\u0640": "",
}  # fmt: skip
_QUOTES = {**dict.fromkeys("‘’‚‛ʹʼʻˈ′`´", "'"), **dict.fromkeys("“”„‟ʺ″«»", '"')}
_SIGNS = {**_QUOTES, "−": "-", "⁄": "/"}
_FORMED = re.compile(r"((?:LATIN|CYRILLIC) SMALL LETTER \w+) WITH ")

# The second plain form of a letter, by the letter as it is written, without case.
_OTHERWISE = {
    "ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj", "ŋ": "ng", "ə": "e", "þ": "t",
}  # fmt: skip
# The same read backwards: what may be the second form of a letter whose first is this.
_SHORTER = {"ae": "a", "oe": "o", "ue": "u", "aa": "a", "dj": "d"}
_UNIT = re.compile("|".join([*_SHORTER, "."]), re.DOTALL)

# Combining classes of the marks that plain writing leaves out: overlays, kana voicing, the vowel points of
# Hebrew and Arabic, and all that stand above, below or attached. Thai and Indic signs are letters and stay.
_OVERLAY, _VOICING, _VOWEL_POINTS, _ATTACHED = 1, 8, range(10, 36), 200


@lru_cache(maxsize=8_192)
def plain(character: str) -> str:
    """Return a character without case, marks and typographic form: some plain characters, or none.

    Decimal digits of all scripts become 0 to 9, white space a blank, dashes a hyphen; what is not seen
    (zero-width characters, soft hyphens, variation selectors) is nothing. Compatibility forms (full-width
    characters, ligatures) are taken apart (NFKD), and Korean syllables into their letters.
    """
    if character in _SIGNS:
        return _SIGNS[character]
    bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not _is_left_out(c))
    parts = unicodedata.normalize("NFKD", bare.casefold())
    levelled = "".join("" if _is_left_out(part) else _plain_part(part) for part in parts)
    return " " if levelled.isspace() else levelled


def _is_left_out(character: str) -> bool:
    marked = unicodedata.combining(character)
    if marked:
        return marked in {_OVERLAY, _VOICING} or marked in _VOWEL_POINTS or marked >= _ATTACHED
    return (
        unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f" or character == "\u034f"
    )


def _plain_part(character: str) -> str:
    if character.isspace():
        return " "
    known = character if character.isascii() else _PLAIN.get(character, _SIGNS.get(character))
    if known is not None:
        return known
    category = unicodedata.category(character)
    if category in {"Nd", "Pd"}:
        return "-" if category == "Pd" else str(unicodedata.decimal(character))
    return _without_addition(character)


def _without_addition(character: str) -> str:
    """Return the plain form of the letter that ``character`` is by its name, with a stroke or a hook."""
    formed = _FORMED.match(unicodedata.name(character, ""))
    try:
        return _plain_part(unicodedata.lookup(formed[1])) if formed else character
    except KeyError:  # a letter that stands with its stroke alone
        return character


@lru_cache(maxsize=1)
def undecomposed() -> Mapping[int, str]:
    """Return a table for :meth:`str.translate`: letters that Unicode keeps whole, as one plain letter each.

    For readers that strip accents as Unicode knows them; the text's length stays the same.
    """
    table = {}
    for code in range(0xC0, 0x250):
        letter = chr(code)
        form = plain(letter)
        if len(unicodedata.normalize("NFD", letter)) == 1 and len(form) == 1 and form.isascii():
            table[code] = form.upper() if letter.isupper() else form
    return table


def other_spellings(word: str, *, shortened: bool) -> tuple[str, ...]:
    """Return the plain forms of ``word`` besides its first, in alphabetical order.

    A letter that has a second form is given by that: Müller, mueller. Where ``shortened``, what may be the
    second form of a letter is also given by the first: Mueller, muller; Djordje, dorde.
    """
    units = _UNIT.findall(unicodedata.normalize("NFC", word).lower())
    forms = {
        "".join(_unit_as(unit, long_letters=long_letters, short_pairs=short_pairs) for unit in units)
        for long_letters in (False, True)
        for short_pairs in {False, shortened}
    }
    return tuple(sorted(forms - {"".join(plain(letter) for unit in units for letter in unit)}))


def _unit_as(unit: str, *, long_letters: bool, short_pairs: bool) -> str:
    if len(unit) > 1:
        return _SHORTER[unit] if short_pairs else unit
    return _OTHERWISE.get(unit, plain(unit)) if long_letters else plain(unit)
