"""References to archives and publications at the end of a paper, read through their noise.

A Russian archive reference names archive, fond, opis, papka, delo and list (fonds, inventory,
folder, file, sheets). Scanning and machine translation leave it as "wua rf. F. 059. On 1, I 293,
d 2028, l 256-260."; it is given back as "AVP RF, f. 059, op. 1, p. 293, d. 2028, l. 256-260".
"""

from __future__ import annotations

import re

_ARCHIVES = {
    # АВП РФ, the foreign ministry's archive, and what scanning and translation make of it
    "AVP RF": r"a\.?vp\s?rf|wua\s+(?:of\s+the\s+)?rf|(?:of\s+)?(?:the\s+)?rf\s+wua|(?:hdl|lip|awp)\s+rf",
    "AP RF": r"ap\s+rf|archives?\s+of\s+the\s+president\s+of\s+the\s+russian\s+federation",
    "RGASPI": r"rgaspi",
    "RGVA": r"rgva",
    "RGANI": r"rgani",
    "GARF": r"ga\s?rf",
}
_ARCHIVE = "|".join(rf"(?P<a{number}>{pattern})" for number, pattern in enumerate(_ARCHIVES.values()))
_GAP = r"[\s.,;:'’-]*"
_VALUE = r"[^\W_]{1,6}"
_RUSSIAN = re.compile(
    rf"""(?:\b(?:{_ARCHIVE})\b{_GAP})?
    (?:(?<![^\W_])f(?:ond)?\b{_GAP}|(?<=rf,\s))(?P<fond>[^\W_]{{2,6}}|\d)
    {_GAP}\bo[np]\b{_GAP}(?P<opis>{_VALUE})
    (?:{_GAP}(?<![^\W_])(?:p|n|l|i|item){_GAP}(?P<papka>{_VALUE}))?
    {_GAP}(?<![^\W_])(?:d|a)(?![^\W\d_]{{2}}){_GAP}(?P<delo>{_VALUE})
    (?:{_GAP}(?<![^\W_])[li](?![^\W\d_]{{2}}){_GAP}
       (?P<list>\w{{1,5}}(?:\s*[-‐–—,]\s*\d+[a-zа-я]?)*))?""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMED_ARCHIVE = re.compile(rf"\b(?:{_ARCHIVE})\b{_GAP}(?P<rest>\D{{0,40}}\d.{{0,80}})$", re.IGNORECASE)
_BRITISH_OR_AMERICAN = re.compile(
    r"\b(?:(?:TNA|PRO|UKNA|NARA|NA)\W{1,3})?"
    r"(?:(?:FO|CAB|PREM|WO|ADM|AIR|DO|CO|HW|KV)\s?\d{1,4}/\d{1,6}(?:/\d+)?"
    r"|RG\s?\d{1,3}(?:, [A-Za-z ]+ \d+)+)\b"
)
# letters that a scan puts for the digits they look like
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "О": "0", "I": "1", "i": "1", "l": "1", "b": "6", "z": "3"})
_DASH = re.compile(r"\s*[-‐–—]\s*")

_PUBLICATION = re.compile(
    r"""(?:^|[.,;\s])
    (?:publ\s?[.:][\s.:]*(?=\S)
      |print(?:ed)?\.?\s+(?=according|by\s+(?:the\s+)?(?:gas|newspaper|brochure)|in\s)
      |first\s+published\s+(?=in\s)|reprinted\s+(?=from|in))
    \s*(?P<where>\S.{5,200})$""",
    re.IGNORECASE | re.VERBOSE,
)
_BOOK = re.compile(
    r"^(?P<where>.{10,160}(?:press|publish\w*|verlag|politizdat|nauka)\W.{0,20}\b[ps]p?\.\s?\d+.*)$",
    re.IGNORECASE,
)


def read_archive_reference(line: str) -> str | None:
    """Return the archive reference in ``line`` in its normal form, or ``None`` where it has none.

    Values are given as they stand, except that letters which can only be misread digits are put
    right; a reference that names its archive but does not parse is returned tidied, as it stands.
    """
    line = " ".join(line.split())
    match = _RUSSIAN.search(line)
    if match is not None:
        labels = (("f.", "fond"), ("op.", "opis"), ("p.", "papka"), ("d.", "delo"), ("l.", "list"))
        values = [f"{label} {_value(match[name])}" for label, name in labels if match[name]]
        return ", ".join([*_archive(match), *values])
    named = _NAMED_ARCHIVE.search(line)
    if named is not None:
        return ", ".join([*_archive(named), named["rest"].strip(" .")])
    western = _BRITISH_OR_AMERICAN.search(line)
    return western[0] if western else None


def _archive(match: re.Match[str]) -> list[str]:
    return [name for number, name in enumerate(_ARCHIVES) if match[f"a{number}"]]


def _value(text: str) -> str:
    text = _DASH.sub("-", text.strip())
    digits = text.translate(_LOOKALIKES)
    return digits if digits.isdigit() else text


def read_publication_reference(line: str) -> str | None:
    """Return where ``line`` says the paper was published, or ``None`` where it does not say."""
    line = _DASH.sub(lambda dash: " - " if " " in dash[0] else "-", " ".join(line.split()))
    match = _PUBLICATION.search(line) or _BOOK.match(line)
    return match["where"].strip(" .:-") if match else None
