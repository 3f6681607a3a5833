"""References to archives and publications at the end of a paper, read through their noise.

A Russian archive reference names archive, fond, opis, papka, delo and list (fonds, inventory,
folder, file, sheets). Scanning and machine translation leave it as "wua rf. F. 059. On 1, I 293,
d 2028, l 256-260."; it is given back as "AVP RF, f. 059, op. 1, p. 293, d. 2028, l. 256-260".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from chunker.vocabulary import PACKAGED, Vocabulary

_DASH = re.compile(r"(?:(?<!\s)\s+)?[-‐–—]\s*")


@dataclass(frozen=True, slots=True)
class _Words:
    """What the vocabulary says of references.

    Group ``a0`` of ``russian`` and ``named`` is the first of ``archives``, ``p0`` the first of ``parts``.
    """

    archives: tuple[str, ...]
    parts: tuple[str, ...]
    russian: re.Pattern[str]
    named: re.Pattern[str]
    western: re.Pattern[str]
    publication: re.Pattern[str]
    book: re.Pattern[str]
    lookalikes: dict[int, str]


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> _Words:
    archives = vocabulary.patterns("archives", "archives")
    parts = vocabulary.patterns("archives", "parts")
    gap, value = (vocabulary.pattern("archives", name) for name in ("gap", "value"))
    fond, opis, papka, delo, sheets = parts.values()
    archive = "|".join(rf"(?P<a{number}>{pattern})" for number, pattern in enumerate(archives.values()))
    publishers = vocabulary.alternatives("archives", "publishers")
    return _Words(
        archives=tuple(archives),
        parts=tuple(parts),
        russian=re.compile(
            rf"""(?:\b(?:{archive})\b{gap})?
            (?:(?<![^\W_]){fond}\b{gap}|(?<=rf,\s))(?P<p0>[^\W_]{{2,6}}|\d)
            {gap}\b{opis}\b{gap}(?P<p1>{value})
            (?:{gap}(?<![^\W_])(?:{papka}){gap}(?P<p2>{value}))?
            {gap}(?<![^\W_])(?:{delo})(?![^\W\d_]{{2}}){gap}(?P<p3>{value})
            (?:{gap}(?<![^\W_]){sheets}(?![^\W\d_]{{2}}){gap}
               (?P<p4>\w{{1,5}}(?:\s*[-‐–—,]\s*\d+[a-zа-я]?)*))?""",
            re.IGNORECASE | re.VERBOSE,
        ),
        named=re.compile(rf"\b(?:{archive})\b{gap}(?P<rest>\D{{0,40}}\d.{{0,80}})$", re.IGNORECASE),
        western=re.compile(vocabulary.pattern("archives", "western"), re.VERBOSE),
        publication=re.compile(
            rf"(?:^|[.,;\s]){vocabulary.pattern('archives', 'published')}\s*(?P<where>\S.{{5,200}})$",
            re.IGNORECASE | re.VERBOSE,
        ),
        book=re.compile(rf"^(?P<where>.{{10,160}}{publishers}\W.{{0,20}}\b[ps]p?\.\s?\d+.*)$", re.IGNORECASE),
        lookalikes=str.maketrans(vocabulary.patterns("archives", "lookalikes")),
    )


def read_archive_reference(line: str) -> str | None:
    """Return the archive reference in ``line`` in its normal form, or ``None`` where it has none.

    Values are given as they stand, except that letters which can only be misread digits are put
    right; a reference that names its archive but does not parse is returned tidied, as it stands.
    """
    line = " ".join(line.split())
    words = _words()
    match = words.russian.search(line)
    if match is not None:
        found = [(label, match[f"p{number}"]) for number, label in enumerate(words.parts)]
        values = [f"{label} {_value(value)}" for label, value in found if value]
        return ", ".join([*_archive(match), *values])
    named = words.named.search(line)
    if named is not None:
        return ", ".join([*_archive(named), named["rest"].strip(" .")])
    western = words.western.search(line)
    return western[0] if western else None


def _archive(match: re.Match[str]) -> list[str]:
    return [name for number, name in enumerate(_words().archives) if match[f"a{number}"]]


def _value(text: str) -> str:
    text = _DASH.sub("-", text.strip())
    digits = text.translate(_words().lookalikes)
    return digits if digits.isdigit() else text


def read_publication_reference(line: str) -> str | None:
    """Return where ``line`` says the paper was published, or ``None`` where it does not say."""
    line = _DASH.sub(lambda dash: " - " if " " in dash[0] else "-", " ".join(line.split()))
    match = _words().publication.search(line) or _words().book.match(line)
    return match["where"].strip(" .:-") if match else None
