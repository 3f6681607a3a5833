"""What a question asks for beyond its words: papers of a time, or passages with a number in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.ranking.asked_types import asked_types, count_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chunker.documents import DocumentDate

_UNDATED = 0.5
_ENOUGH_NUMBERS = 2


def date_agreement(
    asked: Sequence[DocumentDate], dates: Mapping[int, tuple[str, str] | None]
) -> dict[int, float]:
    """Return 1 for each key whose days meet a date ``asked`` for, one half where it has none, else 0.

    ``dates`` gives first and last ISO day. Empty where nothing meets them: a date can also be when
    something happened, not when it was written, so it ranks and never excludes.
    """
    if not any(_meets(asked, days) for days in dates.values()):
        return {}
    return {key: _UNDATED if days is None else float(_meets(asked, days)) for key, days in dates.items()}


def _meets(asked: Sequence[DocumentDate], days: tuple[str, str] | None) -> bool:
    return days is not None and any(one.start <= days[1] and days[0] <= one.end for one in asked)


def wants_numbers(question: str) -> bool:
    """Tell whether ``question`` asks for a number or a date."""
    return bool(asked_types(question))


def number_agreement(question: str, texts: Mapping[int, str]) -> dict[int, float]:
    """Return for each text how far it has numbers that ``question`` does not name: 1 for two or more."""
    return {
        key: min(count_numbers(text, question), _ENOUGH_NUMBERS) / _ENOUGH_NUMBERS
        for key, text in texts.items()
    }
