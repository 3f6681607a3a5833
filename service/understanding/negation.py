"""Whether a question hinges on what was not so, and whether words deny anything at all."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from chunker.text.normalising import fold
from embeddings.terms import STOPWORDS, stem

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ASKS_WHY = re.compile(
    r"\W*(?:and\b\W*|but\b\W*)?(?:why|how\s+come|for\s+what\s+reason)\b|.*\bor not\b",
    re.IGNORECASE | re.DOTALL,
)
"""Why something was not done is told where it is said at all; "or not" leaves both open."""
_EXCEPTS = frozenset("except excepting excluding".split())
_DOES_NOT_ASK = frozenset("no none nothing nobody neither nor cannot".split())
"""Words that deny in an answer; in a question they are as often a name or a number: "Decree No. 5"."""


@dataclass(frozen=True, slots=True)
class NegationWords:
    """What denies: ``strong`` words as "not", the stems of ``soft`` ones as "refuse".

    ``irregular`` gives forms of verbs the one that stands for all, ``idioms`` deny in form only.
    """

    strong: frozenset[str]
    soft: frozenset[str]
    irregular: dict[str, str]
    idioms: re.Pattern[str]


@cache
def negation_words() -> NegationWords:
    """Return the packaged words."""
    table = tomllib.loads((files("service") / "data" / "negations.toml").read_text("utf-8"))
    idioms = "|".join(" ".join(table["idioms"].split()).split(", "))
    irregular = {
        form: forms[0]
        for line in " ".join(table["irregular"].split()).split(", ")
        for forms in [line.split()]
        for form in forms
    }
    return NegationWords(
        frozenset(table["strong"].split()),
        frozenset(map(stem, table["soft"].split())),
        irregular,
        re.compile(rf"\b(?:{idioms})\b"),
    )


def asks_what_was_not(question: str) -> bool:
    """Tell whether the answer hinges on a "not", "never", "without" or "except" of ``question``."""
    if _ASKS_WHY.match(question):
        return False
    strong = negation_words().strong - _DOES_NOT_ASK
    return any(word.endswith("n't") or word in _EXCEPTS or word in strong for word in _read(question))


def denies(text: str) -> bool:
    """Tell whether a word of ``text`` denies, as "not" does, or refuses, lacks or excludes."""
    words = negation_words()
    return any(
        word.endswith("n't")
        or word in words.strong
        or word in _EXCEPTS
        or (word not in STOPWORDS and stem(word) in words.soft)
        for word in _read(text)
    )


def _read(text: str) -> list[str]:
    return _WORD.findall(negation_words().idioms.sub(" ", fold(text).text))
