"""What a question asks for beyond its words: documents of a time, or passages with a number in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.ranking.asked_types import asked_types, count_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chunker.documents import DocumentDate


@dataclass(frozen=True, slots=True)
class CueSettings:
    """How far a passage agrees with what a question asks for, from 0 to 1.

    ``undated`` is the agreement of a document without a date, which may or may not be of the time asked
    for; ``enough_numbers`` is how many numbers make a passage agree wholly. Both are chosen by hand: the gold
    questions rank alike with ``undated`` from 0 to 1 and with one number to three.
    """

    undated: float = 0.5
    enough_numbers: int = 2


DEFAULT_CUES = CueSettings()


def date_agreement(
    asked: Sequence[DocumentDate],
    dates: Mapping[int, tuple[str, str] | None],
    settings: CueSettings = DEFAULT_CUES,
) -> dict[int, float]:
    """Return 1 for each key whose days meet a date ``asked`` for, less where it has none, else 0.

    ``dates`` gives first and last ISO day. Empty where nothing meets them: a date can also be when
    something happened, not when it was written, so it ranks and never excludes.
    """
    if not any(_meets(asked, days) for days in dates.values()):
        return {}
    return {
        key: settings.undated if days is None else float(_meets(asked, days)) for key, days in dates.items()
    }


def _meets(asked: Sequence[DocumentDate], days: tuple[str, str] | None) -> bool:
    return days is not None and any(one.start <= days[1] and days[0] <= one.end for one in asked)


def wants_numbers(question: str) -> bool:
    """Tell whether ``question`` asks for a number or a date."""
    return bool(asked_types(question))


def number_agreement(
    question: str, texts: Mapping[int, str], settings: CueSettings = DEFAULT_CUES
) -> dict[int, float]:
    """Return for each text how far it has numbers that ``question`` does not name: 1 where it has enough."""
    enough = settings.enough_numbers
    return {key: min(count_numbers(text, question), enough) / enough for key, text in texts.items()}
