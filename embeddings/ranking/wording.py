"""Words as they are compared where two texts may be copies: form is levelled, what matters must agree."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from chunker.text.normalising import level, tidy
from chunker.text.tokens import token_counter
from embeddings.terms import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class WordingSettings:
    """What is noise in a word and what another word; chosen by hand, held to a table of made-up pairs.

    One letter more, less or other is noise in an ordinary word of ``noisy_letters`` or more, where the
    tokenizer has one of the two whole and not the other, since words in use stand in its table and misread
    ones do not; where it has neither, in words of ``unknown_letters`` or more. A word of ``noted_letters`` or
    more may have a note's number at its end. In a name of ``hardened_letters`` g begins what others
    begin with h, and d ends what others end with t.
    """

    noisy_letters: int = 3
    unknown_letters: int = 6
    noted_letters: int = 4
    hardened_letters: int = 6


WORDING = WordingSettings()


@dataclass(frozen=True, slots=True)
class Word:
    """A word, number or sign: its ``form``, levelled, and whether it is written as a name is."""

    form: str
    is_name: bool = False

    @property
    def has_digit(self) -> bool:
        """Whether it is a number, or holds one."""
        return any(character.isdigit() for character in self.form)


_APOSTROPHES = "'’‘ʹʼʻ´`′"
_NO_WORDS = re.compile(  # what stands in a text without being of it: addresses, marks of notes and pages
    r"""
      https?://\S+ | www\.\S+ | (?<![\w-])[\w-]++\.(?:md|txt|html?|pdf|docx?|epub|com|org|net)\b
    | \[\s*(?:pp?\.?\s*|page\s+)?\d{1,4}[a-z*]?\s*\]
    | (?m:^[ \t]*[-–—][ \t]*\d{1,4}[ \t]*[-–—][ \t]*$)
    """,
    re.VERBOSE,
)
_WORD = re.compile(
    rf"""
      (?P<number>(?<![^\W_])\d+(?:[.,]\d+)*(?:(?:st|nd|rd|th)\b|(?![^\W_])))
    | (?P<minus>(?:(?<=[^\W\d_][ ])|(?<=:[ ]))[-−](?=\d))
    | (?P<sign>[$£€¥₽₤%‰°])
    | (?P<word>[^\W_]+(?:[{_APOSTROPHES}][^\W_]+)*)
    | (?P<joined>&)
    """,
    re.VERBOSE,
)
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"}
)
_NOT_FORM = re.compile(rf"""[{_APOSTROPHES}"]|[\u0300-\u036f]""")


@lru_cache(maxsize=1_024)  # the parts of texts that were compared last; some 20 kB each
def read_words(text: str) -> tuple[Word, ...]:
    """Return the words, numbers and signs of a text as it stands in its source, in order."""
    shown = tidy(_NO_WORDS.sub(" ", text)).text
    words: list[Word] = []
    for match in _WORD.finditer(shown):
        if match["number"]:
            words += [Word(part) for part in _number_parts(match["number"].rstrip("stndrh"))]
        elif match["word"]:
            word = _word(match["word"])
            if word.form:
                words.append(word)
        else:
            words.append(Word("and" if match["joined"] else match[0].replace("−", "-")))
    return tuple(words)


@lru_cache(maxsize=65_536)  # more than the distinct words of a large book; some 20 MB
def _word(written: str) -> Word:
    """Return a word as it is compared; the same object for the same word."""
    form = _form(written)
    return Word(form, written[0].isupper() and form not in STOPWORDS)


def _form(written: str) -> str:
    if written.isascii() and written.isalnum():
        return written.lower()
    decomposed = unicodedata.normalize("NFD", level(written))
    return _NOT_FORM.sub("", decomposed).translate(_LETTERS)


_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+|\d{1,3}(?:\.\d{3})+")
_DECIMAL = re.compile(r"(\d+|\d{1,3}(?:[.,]\d{3})+)[.,](\d+)")


def _number_parts(number: str) -> list[str]:
    """Return a number without its separators, or the numbers of which a date or a reference is made."""
    if _THOUSANDS.fullmatch(number):
        return [re.sub("[.,]", "", number)]
    if decimal := _DECIMAL.fullmatch(number):
        return [f"{re.sub('[.,]', '', decimal[1])}.{decimal[2]}"]
    return re.split("[.,]", number)


def same_run(one: Sequence[Word], other: Sequence[Word]) -> bool:
    """Return whether two runs of words are the same but for form: noise, joined and parted words."""
    reached = {(0, 0)}
    for _ in range(len(one) + len(other)):
        if (len(one), len(other)) in reached:
            return True
        reached = {
            (i + m, k + n)
            for i, k in reached
            for m, n in ((1, 1), (1, 2), (2, 1), (1, 3), (3, 1))
            if i + m <= len(one)
            and k + n <= len(other)
            and (_same_word(one[i], other[k]) if m == n else _is_joined(one[i : i + m], other[k : k + n]))
        }
    return (len(one), len(other)) in reached


def _is_joined(one: Sequence[Word], other: Sequence[Word]) -> bool:
    if "".join(word.form for word in one) != "".join(word.form for word in other):
        return False
    parts = one if len(one) > 1 else other
    return not any(word.has_digit for word in parts) or all(
        word.form.isdigit() and len(word.form) == len("000") for word in parts[1:]
    )


_NOTED = re.compile(r"(?P<word>[^\W\d_]+)\d{1,3}")


def _same_word(one: Word, other: Word) -> bool:
    if one.form == other.form:
        return True
    if one.has_digit or other.has_digit:
        words = one.form, other.form
        return any(_is_noted(*pair) or _is_misread(*pair) for pair in (words, words[::-1]))
    if one.is_name or other.is_name:
        return same_name(one.form, other.form)
    return _is_noise(one.form, other.form)


def _is_noted(noted: str, plain: str) -> bool:
    match = _NOTED.fullmatch(noted)
    return match is not None and match["word"] == plain and len(plain) >= WORDING.noted_letters


_DIGIT_WITHIN = re.compile(r"[^\W\d_]+[01][^\W\d_]+")
_LOOKALIKES = str.maketrans({"1": "l", "0": "o", "i": "l", "j": "l", "v": "u"})


def _look(word: str) -> str:
    """Return a word with letters that print alike made one."""
    for printed, letter in (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("ri", "n"), ("li", "h")):
        word = word.replace(printed, letter)
    return word.translate(_LOOKALIKES)


def _is_misread(read: str, plain: str) -> bool:
    """Return whether a word is ``plain`` with a digit read for a letter between others: "fie1d"."""
    is_word = _DIGIT_WITHIN.fullmatch(read) is not None and plain.isalpha()
    return is_word and len(plain) >= WORDING.noted_letters and _look(read) == _look(plain)


def _is_noise(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < WORDING.noisy_letters:
        return False
    if _look(one) != _look(other) and Levenshtein.distance(one, other, score_cutoff=1) > 1:
        return False
    known = _is_known(one) + _is_known(other)
    return known == 1 or (known == 0 and shorter >= WORDING.unknown_letters)


@lru_cache(maxsize=65_536)
def _is_known(word: str) -> bool:
    return token_counter()(" " + word) == 1


@lru_cache(maxsize=65_536)
def same_name(one: str, other: str) -> bool:
    """Return whether two names, levelled, are one name written by two rules of transliteration."""
    return not _sounds(one).isdisjoint(_sounds(other))


_SOUNDS = (  # in this order: how Latin letters give the same sound of another script
    ("tsch", "C"), ("dsch", "J"), ("tch", "C"), ("dzh", "J"), ("sch", "s"),
    ("ch", "C"), ("cz", "C"), ("dj", "J"), ("zh", "J"), ("sh", "s"), ("kh", "H"), ("gh", "g"),
    ("ph", "f"), ("th", "t"), ("ck", "k"), ("ks", "x"), ("tz", "ts"), ("oo", "u"), ("ou", "u"),
    ("w", "v"), ("q", "k"), ("J", "i"), ("j", "i"), ("y", "i"),
)  # fmt: skip
_ENDING = re.compile(r"(?<=[oe])(?:ff|f|v)$")


def _sounds(name: str) -> frozenset[str]:
    """Return the ways a name may sound; several where a letter is read differently by language."""
    sound = name
    for letters, one in _SOUNDS:
        sound = sound.replace(letters, one)
    sound = re.sub(r"ts(?=k)", "tz", _ENDING.sub("v", sound)).replace("z", "s")
    sound = re.sub(r"(?<=[^aeiou])e$", "", sound) if len(sound) > WORDING.hardened_letters + 1 else sound
    sound = re.sub(r"(.)\1+", r"\1", re.sub(r"[ei]{2,}(?=.)", "e", sound))
    if len(name) >= WORDING.hardened_letters:
        sound = re.sub(r"^h", "g", re.sub(r"d$", "t", sound))
    sound = re.sub(r"^[ei]", "e", sound)
    readings = [re.sub(r"c(?=[ei])", "s", sound).replace("c", "k")]
    readings += [sound.replace("c", letter) for letter in "iC"]
    return frozenset(reading.replace("H", letter) for reading in readings for letter in "hk")
