"""What a catalogue search looks for: words and phrases, joined by and, or and not.

All is compared in folded text (:func:`chunker.text.normalising.fold`), letter by letter: a word matches that
word alone, not what has its stem; the words of a phrase stand next to one another, whatever marks or line
ends part them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+")
_BEFORE, _BETWEEN, _REST, _AFTER = r"(?<![^\W_])", r"[\W_]+", r"[^\W_]*", r"(?![^\W_])"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand next to one another; one word is a phrase, too.

    ``written`` is how it was asked for. ``forms`` are the folded words in each way that it may stand in a
    text: a word that is written with a hyphen may have lost it where a line ends. With ``is_prefix`` the
    last word is only the beginning of one.
    """

    written: str
    forms: tuple[tuple[str, ...], ...]
    is_prefix: bool = False

    @classmethod
    def read(cls, text: str, *, is_prefix: bool = False) -> Phrase | None:
        """Return the phrase that ``text`` is, ``None`` where it has no word."""
        words = tuple(_WORD.findall(fold(text).text))
        if not words:
            return None
        joined = re.sub(r"(?<=[^\W\d_])[-‐](?=[^\W\d_])", "", text)
        forms = dict.fromkeys((words, tuple(_WORD.findall(fold(joined).text))))
        return cls(" ".join(text.split()), tuple(forms), is_prefix)

    def stands_in(self, folded: str) -> bool:
        """Tell whether a folded text holds it."""
        # what is not there as letters need not be looked for as words, and that is soon seen
        is_likely = any(all(word in folded for word in words) for words in self.forms)
        return is_likely and _pattern(self).search(folded) is not None

    def places(self, folded: str) -> Iterator[tuple[int, int]]:
        """Yield where it stands in a folded text, in order."""
        for match in _pattern(self).finditer(folded):
            yield match.span()


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of the parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Not the part."""

    part: Expression


Expression = Phrase | AllOf | AnyOf | Without


def holds(folded: str, wanted: Expression) -> bool:
    """Tell whether a folded text is what ``wanted`` says."""
    match wanted:
        case Phrase():
            return wanted.stands_in(folded)
        case AllOf():
            return all(holds(folded, part) for part in wanted.parts)
        case AnyOf():
            return any(holds(folded, part) for part in wanted.parts)
        case Without():
            return not holds(folded, wanted.part)


def phrases_of(wanted: Expression) -> list[Phrase]:
    """Return the phrases that are looked for, those to be left out aside, in order and each once."""
    match wanted:
        case Phrase():
            return [wanted]
        case Without():
            return []
        case _:
            found = (phrase for part in wanted.parts for phrase in phrases_of(part))
            return list(dict.fromkeys(found))


def names_something(wanted: Expression) -> bool:
    """Tell whether whatever is found must hold a phrase: "not x" alone would find nearly all there is."""
    match wanted:
        case Phrase():
            return True
        case AllOf():
            return any(map(names_something, wanted.parts))
        case AnyOf():
            return all(map(names_something, wanted.parts))
        case Without():
            return False


@lru_cache(maxsize=1_024)
def _pattern(phrase: Phrase) -> re.Pattern[str]:
    """Return the pattern of a phrase; between words there is no letter, so that nothing is tried twice."""
    ways = "|".join(_BETWEEN.join(map(re.escape, words)) for words in phrase.forms)
    return re.compile(f"{_BEFORE}(?:{ways}){_REST if phrase.is_prefix else ''}{_AFTER}")
