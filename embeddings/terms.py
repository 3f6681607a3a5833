"""The words of a text as lexical methods compare them: folded, stemmed, without function words."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from chunker.text.normalising import fold

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

STOPWORDS = frozenset(
    """
    a about above after again against all also am an and any are as at be because been before being
    between both but by can could did do does doing done during each either else few for from further
    had has have having he her here hers herself him himself his how however i if in into is it its
    itself just let many may me might more most much must my myself neither no nor not now of off on
    once only or other our ours ourselves out over own per please s same shall she should since so some
    such t tell than that the their theirs them themselves then there these they this those though
    through to too under until up upon us very was we were what when where whether which while who whom
    whose why will with within without would yet you your yours yourself yourselves
    """.split()
)

_WORD = re.compile(r"[^\W_]+")
_stemmers = threading.local()
_STEMMED = range(3, 65)  # bytes of a word
_ADDED_RULES = re.compile(r"[aeiouy][^aeiou].*(?P<suffix>bli|logi)$")


class Term(NamedTuple):
    """A content word: its stem, and where it stands in the text it was read from."""

    stem: str
    start_char: int
    end_char: int


def read_terms(text: str, wanted: AbstractSet[str] | None = None) -> list[Term]:
    """Return the content words of ``text``, in order: those whose stem is ``wanted`` (None: all)."""
    folded = fold(text)
    terms = []
    for match in _WORD.finditer(folded.text):
        if match[0] not in STOPWORDS:
            root = stem(match[0])
            if wanted is None or root in wanted:
                span = folded.original_span(match.start(), match.end())
                terms.append(Term(root, span.start_char, span.end_char))
    return terms


def stems(text: str) -> list[str]:
    """Return the stems of the content words of ``text``, in order, repeats kept."""
    return [stem(word) for word in _WORD.findall(fold(text).text) if word not in STOPWORDS]


@lru_cache(maxsize=65_536)  # more than the distinct words of a large book; some 10 MB
def stem(word: str) -> str:
    """Return the stem of a lower-case English word, as SQLite's full-text search has it.

    That is Porter (1980), with the two rules that he added when he published it as a program ("possibly" as
    "possible", "analogy" as "analog"), for words of more than two letters and at most 64 bytes.
    """
    if not _STEMMED.start <= len(word.encode("utf-8", "surrogatepass")) < _STEMMED.stop:
        return word
    if not hasattr(_stemmers, "porter"):
        import Stemmer

        _stemmers.porter = Stemmer.Stemmer("porter")
    root = str(_stemmers.porter.stemWord(word))
    if added := _ADDED_RULES.search(root):
        return root[:-1] if added["suffix"] == "logi" else str(_stemmers.porter.stemWord(f"{root[:-1]}e"))
    return root
