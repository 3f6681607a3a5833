"""The numbers of a text, whether written in figures or in words, and the days that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINAL_UNITS = """zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
    thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth""".split()
_ORDINAL_TENS = "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth".split()
_WORDS = {
    **{word: value for words in (_UNITS, _ORDINAL_UNITS) for value, word in enumerate(words)},
    **{word: 10 * value for words in (_TENS, _ORDINAL_TENS) for value, word in enumerate(words, start=2)},
}
_SCALES = {
    "dozen": 12,
    "dozens": 12,
    **dict.fromkeys(("hundred", "hundreds", "hundredth"), 100),
    **dict.fromkeys(("thousand", "thousands", "thousandth", "k", "thsd"), 1000),
    **dict.fromkeys(("million", "millions", "millionth", "mln", "mio", "mn", "m"), 10**6),
    **dict.fromkeys(("billion", "billions", "bn", "bln", "milliard", "milliards"), 10**9),
    **dict.fromkeys(("trillion", "trillions", "tn"), 10**12),
}
_LETTER_SCALES = frozenset("k m mn bn tn".split())
"""Counted only right behind figures: "45m", not "5 m from the wall"."""
_MONTHS = """january february march april may june july august september october november december""".split()
_MONTH_NUMBERS = {form: number for number, name in enumerate(_MONTHS, start=1) for form in (name, name[:3])}
_MONTH_NUMBERS["sept"] = 9

_TOKEN = re.compile(r"\d{1,3}(?:[,.' ]\d{3})+(?!\d)|\d+[.,]\d+(?![.,]?\d)|\d+ \d/\d(?!\d)|\d+|[^\W\d_]+")
_HALVES = {"1/2": Fraction(1, 2), "1/4": Fraction(1, 4), "3/4": Fraction(3, 4)}
_FRACTION_SIGNS = {"½": "1/2", "¼": "1/4", "¾": "3/4"}
_FRACTION_SIGN = re.compile("[½¼¾]")
_BROKEN = re.compile(r"\b(\d{1,3}?) ?(1/2|1/4|3/4)\b")  # "21/2", where two and a half lost its raised part
_MONTH = rf"(?P<{{0}}>{'|'.join(_MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_DAY = r"(?P<{0}>\d{{1,2}})(?:st|nd|rd|th)?"
_DAY_FORMS = (
    re.compile(
        rf"\b{_DAY.format('d')}(?:\s*(?:-|to|and)\s*{_DAY.format('d2')})?(?:\s+day)?\s+(?:of\s+)?{_MONTH.format('m')}"
    ),
    re.compile(
        rf"\b{_MONTH.format('m')}\s*(?:the\s+)?{_DAY.format('d')}(?![\d:])(?:\s*(?:-|to|and)\s*{_DAY.format('d2')}(?!\d))?"
    ),
    re.compile(r"(?<![\d./])(?P<d>\d{1,2})(?P<s>[./])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4}|\d\d)(?![\d/])"),
    re.compile(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?![\d-])"),
)
_ROMAN = re.compile(r"(?<![\w.])(?=[IVXL]{2})X{0,3}L?(?:IX|IV|V?I{0,3})(?![\w])")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_DECADE = re.compile(r"\b(\d{3})0'?s\b")
_SHORT_SPAN = re.compile(r"\b(\d{4})\s*[-/]\s*(\d{1,2})\b(?![-/.]\d)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a text writes it: ``readings`` are the values it can have, one of them being meant.

    ``unit`` is the word that follows, empty at a clause's end; ``is_plain`` tells that no word was read
    as a number that often is none ("one", "first").
    """

    readings: frozenset[Fraction]
    unit: str
    is_plain: bool


def quantities(text: str) -> list[Quantity]:
    """Return the numbers of ``text``: "23,000", "23 thousand", "twenty-three thousand", "VIII"."""
    folded = _folded(text)
    found = [*_quantities_in(folded)]
    found += [Quantity(frozenset({Fraction(_roman(m[0]))}), "", is_plain=True) for m in _ROMAN.finditer(text)]
    return found


def values(text: str) -> frozenset[Fraction]:
    """Return every value that a number of ``text`` can have, also as part of a span ("1917-18": 1918)."""
    folded = _folded(text)
    spans = (
        Fraction(int(m[1][: 4 - len(m[2])] + m[2])) for m in _SHORT_SPAN.finditer(folded) if len(m[2]) <= 2
    )
    mended = _quantities_in(_BROKEN.sub(lambda m: f"{m[1]} {m[2]}", folded))
    plain = (reading for one in (*quantities(text), *mended) for reading in one.readings)
    return frozenset([*plain, *spans])


def decades(text: str) -> frozenset[int]:
    """Return the first years of the decades that ``text`` names in figures ("1930s")."""
    return frozenset(int(m[1]) * 10 for m in _DECADE.finditer(_folded(text)))


def days(text: str) -> frozenset[tuple[int, int]]:
    """Return the days of a month that ``text`` names, as (day, month); of a span every one."""
    folded = _folded(text)
    found = set()
    for form in _DAY_FORMS:
        for match in form.finditer(folded):
            groups = match.groupdict()
            month = int(groups["m"]) if groups["m"].isdigit() else _MONTH_NUMBERS[groups["m"]]
            first = int(groups["d"])
            last = int(groups.get("d2") or first)
            found |= {(day, month) for day in range(first, max(first, last) + 1) if day <= 31 and month <= 12}
    return frozenset(found)


def _folded(text: str) -> str:
    spaced = _FRACTION_SIGN.sub(lambda sign: f" {_FRACTION_SIGNS[sign[0]]}", text)
    return re.sub(r"[\u00a0\u2009\u202f]", " ", fold(spaced).text)


def _quantities_in(folded: str) -> Iterator[Quantity]:
    tokens = [(match[0], match.start(), match.end()) for match in _TOKEN.finditer(folded)]
    at = 0
    while at < len(tokens):
        if not _begins(tokens, at):
            at += 1
            continue
        end, readings, is_plain = _read(tokens, at, folded)
        unit = tokens[end][0] if end < len(tokens) and _is_near(folded, tokens, end - 1, end) else ""
        yield Quantity(frozenset(readings), unit, is_plain)
        at = end


def _begins(tokens: list[tuple[str, int, int]], at: int) -> bool:
    word = tokens[at][0]
    if word[0].isdigit() or word in _WORDS:
        return True
    return word in ("dozen", "dozens", "hundred", "thousand", "million", "billion")


def _is_near(folded: str, tokens: list[tuple[str, int, int]], first: int, second: int) -> bool:
    return not folded[tokens[first][2] : tokens[second][1]].strip(" -")


def _read(tokens: list[tuple[str, int, int]], at: int, folded: str) -> tuple[int, set[Fraction], bool]:
    """Return where the number that begins at a token ends, its readings, and whether it surely is one."""
    word = tokens[at][0]
    is_plain = word not in ("one", "first")
    if word[0].isdigit():
        readings = set(_figures(word))
        end = at + 1
    else:
        end, readings = _spelt(tokens, at, folded)
        is_plain = is_plain or end > at + 1
    if _follows(folded, tokens, end, ["and", "a", "half"]) or _follows(
        folded, tokens, end, ["and", "one", "half"]
    ):
        readings, end, is_plain = {value + Fraction(1, 2) for value in readings}, end + 3, True
    unscaled = set(readings)
    while end < len(tokens) and (scale := _SCALES.get(tokens[end][0])):
        gap = folded[tokens[end - 1][2] : tokens[end][1]]
        if gap.strip(" -") or (tokens[end][0] in _LETTER_SCALES and gap):
            break
        readings, end, is_plain = {value * scale for value in readings}, end + 1, True
        if (
            scale > 12
            and end < len(tokens)
            and tokens[end][0] in _WORDS
            and _is_near(folded, tokens, end - 1, end)
        ):
            end, rest, _ = _read(tokens, end, folded)
            return end, {value + more for value in readings for more in rest}, True
    if end == at + 1 and (scale := _scale_of_span(tokens, end, folded)):
        readings = unscaled | {value * scale for value in unscaled}
    return end, readings, is_plain


def _scale_of_span(tokens: list[tuple[str, int, int]], end: int, folded: str) -> int:
    """Return the scale that a span's last number brings to its first ("40-45 million"), 0 for none."""
    joint = end
    if joint < len(tokens) and tokens[joint][0] in ("to", "or", "and"):
        joint += 1
    elif joint < len(tokens) and folded[tokens[end - 1][2] : tokens[joint][1]].strip() != "-":
        return 0
    if joint + 1 < len(tokens) and tokens[joint][0][0].isdigit():
        return _SCALES.get(tokens[joint + 1][0], 0)
    return 0


def _follows(folded: str, tokens: list[tuple[str, int, int]], at: int, words: list[str]) -> bool:
    return [token[0] for token in tokens[at : at + len(words)]] == words and not folded[
        tokens[at - 1][2] : tokens[at][1]
    ].strip()


def _spelt(tokens: list[tuple[str, int, int]], at: int, folded: str) -> tuple[int, set[Fraction]]:
    word = tokens[at][0]
    if word in _SCALES:
        return at + 1, {Fraction(_SCALES[word])}
    total = _WORDS[word]
    end = at + 1
    is_ten = 20 <= total < 100
    if is_ten and end < len(tokens) and _is_near(folded, tokens, at, end):
        unit = _WORDS.get(tokens[end][0], 0)
        if 0 < unit < 10:
            return end + 1, {Fraction(total + unit)}
    if end < len(tokens) and tokens[end][0] == "hundred":
        total, end = total * 100, end + 1
        more = end + (end < len(tokens) and tokens[end][0] == "and")
        if more < len(tokens) and tokens[more][0] in _WORDS:
            end, rest = _spelt(tokens, more, folded)
            total += int(min(rest))
    return end, {Fraction(total)}


def _figures(word: str) -> Iterator[Fraction]:
    """Yield what figures can mean: "26,000" is thousands, "26.000" too, or has three decimals."""
    if "/" in word:
        head, tail = re.fullmatch(r"(\d+) (\d/\d)", word).groups()  # type: ignore[union-attr]
        yield Fraction(int(head)) + _HALVES.get(tail, Fraction(0))
        return
    digits = re.sub(r"\D", "", word)
    if re.fullmatch(r"\d{1,3}(?:[,.' ]\d{3})+", word):
        yield Fraction(int(digits))
        if re.fullmatch(r"\d+[.]\d+", word):
            yield Fraction(word)
    elif re.fullmatch(r"\d+[.,]\d+", word):
        yield Fraction(word.replace(",", "."))
    else:
        yield Fraction(int(digits or 0))


def _roman(numeral: str) -> int:
    values_of = [_ROMAN_VALUES[character] for character in numeral]
    return sum(
        -value if any(later > value for later in values_of[at + 1 :]) else value
        for at, value in enumerate(values_of)
    )
