"""What was understood of a question, beside its words: shown with what was found for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chunker.metadata.asked_times import AskedTime


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What was understood of a question: ``dates`` are the times it asks of, in the order of its words."""

    dates: tuple[AskedTime, ...] = ()
