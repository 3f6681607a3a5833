"""Whether a word with a capital is a person's name, by how the text below the title uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from chunker.vocabulary import PACKAGED, Vocabulary


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """How much use shows that a word names no person; chosen by hand, not measured.

    It is written small more often than with its capital, or ``min_share_in_place`` of the sentences that have
    it speak of a place. ``chars_read`` of the text are looked at.
    """

    min_share_in_place: float = 0.25
    chars_read: int = 20_000


SETTINGS = EvidenceSettings()


def may_be_person(name: str, title: str, body: str) -> bool:
    """Return whether nothing in ``title`` and ``body`` shows that ``name`` is a thing or a place.

    One with initials is a person's: "V. M. Molotov".
    """
    if "." in name:
        return True
    read = body[: SETTINGS.chars_read]
    return any(not _is_common(word, read) for word in name.split()) and not _is_place(
        name, f"{title}\n{read}"
    )


def _is_common(word: str, text: str) -> bool:
    written = [match[0] for match in re.finditer(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)]
    small = sum(each == word.lower() for each in written)
    return 2 * small > len(written)


def _is_place(name: str, text: str) -> bool:
    spoken_of = sum(1 for _ in re.finditer(rf"\b{re.escape(name)}\b", text))
    place = re.compile(
        rf"(?:\b{_before_places()}\s+{re.escape(name)}\b(?!['’]s)|^{re.escape(name)},.{{0,20}}\d{{4}}\.?$)",
        re.MULTILINE,
    )
    in_place = sum(1 for _ in place.finditer(text))
    return in_place > 0 and in_place >= SETTINGS.min_share_in_place * spoken_of


@cache
def _before_places(vocabulary: Vocabulary = PACKAGED) -> str:
    return f"(?i:{vocabulary.alternatives('names', 'before_places')})"
