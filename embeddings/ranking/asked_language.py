"""Whether a question is in a language that the first encoder and the rules, all English, do not read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chunker.text.normalising import fold
from embeddings.terms import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_UNREAD = 2  # one may be a name that the documents lack
# What looks like another word of the index may be a typing error of it, or a word of another language.
_RESPELT = 0.5


def is_in_another_language(
    question: str, frequencies: Mapping[str, int], respelt: Collection[str] = ()
) -> bool:
    """Tell whether most words of ``question`` are neither English function words nor known to the index.

    ``frequencies`` gives each content word, folded, and in how many passages it stands; those ``respelt``,
    taken for other words of the index, count half. A word in another script than Latin is not read, even
    where the index has it. Of 121 English questions on the first corpus at most .29 of the words are unread,
    of 15 in Russian, German and Turkish at least .62.
    """
    words = _WORD.findall(fold(question).text)
    unread = [word for word in words if not _is_read(word, frequencies)]
    weight = sum(_RESPELT if word in respelt else 1.0 for word in unread)
    return len(unread) >= _FEWEST_UNREAD and weight > len(words) / 2


def _is_read(word: str, frequencies: Mapping[str, int]) -> bool:
    return word in STOPWORDS or (word.isascii() and frequencies.get(word, 0) > 0)
