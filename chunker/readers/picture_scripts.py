"""Which languages are written in a script, by tesseract's names: of many that are there some are chosen.

Its models are listed at https://tesseract-ocr.github.io/tessdoc/Data-Files-in-different-versions.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LATIN = "Latin"
_FIRST_IN_LATIN = ("eng", "deu", "fra", "spa", "ita", "por")  # in which most is printed
_LANGUAGES = {
    "Arabic": "ara fas urd uig pus snd",
    "Armenian": "hye",
    "Bengali": "ben asm",
    "Cyrillic": "rus ukr bul srp mkd bel kaz uzb_cyrl tat kir tgk mon aze_cyrl",
    "Devanagari": "hin mar nep san",
    "Ethiopic": "amh tir",
    "Fraktur": "deu_latf frk deu_frak dan_frak slk_frak",
    "Georgian": "kat kat_old",
    "Greek": "ell grc",
    "Gujarati": "guj",
    "Gurmukhi": "pan",
    "Han": "chi_sim chi_tra chi_sim_vert chi_tra_vert",
    "Hebrew": "heb yid",
    "Japanese": "jpn jpn_vert",
    "Kannada": "kan",
    "Khmer": "khm",
    "Korean": "kor kor_vert",
    "Lao": "lao",
    "Malayalam": "mal",
    "Myanmar": "mya",
    "Oriya": "ori",
    "Sinhala": "sin",
    "Syriac": "syr",
    "Tamil": "tam",
    "Telugu": "tel",
    "Thaana": "div",
    "Thai": "tha",
    "Tibetan": "bod dzo",
}
_IN_SCRIPT = {script: tuple(names.split()) for script, names in _LANGUAGES.items()}
_NOT_LATIN = frozenset(name for names in _IN_SCRIPT.values() for name in names)


def languages_in(script: str, installed: Sequence[str]) -> list[str]:
    """Return those of some languages that are written in ``script``, in which most is printed first."""
    if script == LATIN:
        others = [name for name in installed if name not in _NOT_LATIN and name not in _FIRST_IN_LATIN]
        return [*(name for name in _FIRST_IN_LATIN if name in installed), *others]
    return [name for name in _IN_SCRIPT.get(script, ()) if name in installed]
