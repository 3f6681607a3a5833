"""What was understood of a question, beside its words: shown with what was found for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chunker.metadata.asked_times import AskedTime


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What was understood of a question.

    ``dates`` are the times it asks of, in the order of its words; ``also_searched`` gives words of it those
    of the index that were searched, too, or instead: spelt otherwise, or what a typing error was meant for.
    ``language`` is that of the question, an ISO 639-1 code, ``None`` where it is too short to tell.
    ``participants`` and ``kinds`` are those that documents were chosen by, as the catalogue has them.
    ``mode`` tells a question from a search for words as they are written.
    """

    dates: tuple[AskedTime, ...] = ()
    also_searched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    language: str | None = None
    participants: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    mode: Literal["ask", "search"] = "ask"
