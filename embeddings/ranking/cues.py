"""What a question asks for beyond its words: documents of a time, or passages with a number in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.ranking.asked_types import asked_types, count_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chunker.metadata.asked_times import AskedTime


@dataclass(frozen=True, slots=True)
class CueSettings:
    """How far a passage agrees with what a question asks for, from 0 to 1.

    ``undated`` is the agreement of a document without a date, which may or may not be of the time asked
    for; ``beside_core`` that of one which is of the time, but not of the part that is meant most ("early
    1940"); ``enough_numbers`` is how many numbers make a passage agree wholly. All are chosen by hand: the
    gold questions rank alike with ``undated`` from 0 to 1 and with one number to three.
    """

    undated: float = 0.5
    beside_core: float = 0.75
    enough_numbers: int = 2


DEFAULT_CUES = CueSettings()


def date_agreement(
    asked: Sequence[AskedTime],
    dates: Mapping[int, tuple[str, str] | None],
    settings: CueSettings = DEFAULT_CUES,
) -> dict[int, float]:
    """Return 1 for each key whose days meet a time ``asked`` for, less where it has none, else 0.

    ``dates`` gives first and last ISO day. Empty where nothing meets them: a date can also be when
    something happened, not when it was written, so it ranks and never excludes.
    """
    if not any(days is not None and one.meets(days) for days in dates.values() for one in asked):
        return {}
    return {key: _agreement(asked, days, settings) for key, days in dates.items()}


def dated_share(dates: Mapping[int, tuple[str, str] | None]) -> float:
    """Return the share of keys that have a date, 0 for none: so much a date tells of these papers."""
    return sum(days is not None for days in dates.values()) / len(dates) if dates else 0.0


def _agreement(asked: Sequence[AskedTime], days: tuple[str, str] | None, settings: CueSettings) -> float:
    if days is None:
        return settings.undated
    if any(one.core_meets(days) for one in asked):
        return 1.0
    return settings.beside_core if any(one.meets(days) for one in asked) else 0.0


def wants_numbers(question: str) -> bool:
    """Tell whether ``question`` asks for a number or a date."""
    return bool(asked_types(question))


def number_agreement(
    question: str, texts: Mapping[int, str], settings: CueSettings = DEFAULT_CUES
) -> dict[int, float]:
    """Return for each text how far it has numbers that ``question`` does not name: 1 where it has enough."""
    enough = settings.enough_numbers
    return {key: min(count_numbers(text, question), enough) / enough for key, text in texts.items()}
