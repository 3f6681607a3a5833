"""The language that a text is in, by its script and the words that join others in it."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_READ_CHARS = 2_000
"""A language tells in less than a page."""
_LEAST_WORDS = 2
"""Function words that tell a language: one may be a name or a loan ("de", "van"). Chosen by hand."""
_TELLING_LETTERS = 4
"""A question's first word of so many tells its language alone if no other has it: "Wann", "Kiedy"."""
_PARTICLES = frozenset("van von der den de da di du la le el al do dos".split())
"""What stands in names everywhere: beside nothing else it tells no language."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class _Languages:
    """Names of languages, the languages that have a function word, and scripts with their languages."""

    names: dict[str, str]
    of_word: dict[str, tuple[str, ...]]
    scripts: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]


@cache
def _languages() -> _Languages:
    table = tomllib.loads((files("service") / "data" / "function_words.toml").read_text("utf-8"))
    words = {code: text.split() for code, text in table["words"].items()}
    of_word: dict[str, tuple[str, ...]] = {}
    for code, known in words.items():
        for word in dict.fromkeys(known):
            of_word[word] = (*of_word.get(word, ()), code)
    scripts = []
    for code, letters in table["scripts"].items():
        script = re.compile(f"[{letters}]")
        others = (one for one, known in words.items() if one != code and script.match(known[0]))
        scripts.append((script, (code, *others)))
    return _Languages(table["names"], of_word, tuple(scripts))


@lru_cache(maxsize=1_024)  # of the passages found last
def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of ``text``, ``None`` where too little tells it.

    It is the one with most function words in it, at least two; a script that one language has, or mainly
    one, tells by itself.
    """
    read = text[:_READ_CHARS]
    words = [word.lower().replace("’", "'") for word in _WORD.findall(read)]
    known = [(word, codes) for word in words if (codes := _languages().of_word.get(word))]
    counts = Counter(code for _, codes in known for code in codes)
    letters = sum(map(len, words))
    for script, of_script in _languages().scripts:
        if letters and 2 * len(script.findall(read)) > letters:
            return max(of_script, key=lambda code: counts[code])
    if not counts:
        return None
    (best, count), *others = counts.most_common(2)
    if others and others[0][1] == count:
        return None
    if count >= _LEAST_WORDS:
        return best if any(best in codes and word not in _PARTICLES for word, codes in known) else None
    return best if known[0] == (words[0], (best,)) and len(words[0]) >= _TELLING_LETTERS else None


def languages_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the languages that ``texts`` are in, the commonest first."""
    codes = Counter(code for code in map(language_of, texts) if code is not None)
    return tuple(code for code, _ in codes.most_common())


def language_name(code: str) -> str:
    """Return the English name of a language."""
    return _languages().names[code]
