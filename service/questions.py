"""What holds for every question, through whatever door it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.search import Filters
from service.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.answer import Turn
    from service.settings import Settings

MAX_OFFSET = 1_000_000_000
"""A place in a list or a text: as far as any goes, and no further than the store can count."""
MAX_TOP_K = 50
"""Most passages of one answer: more than a person looks through, and still one screenful of JSON."""
MAX_TURNS = 40
"""Messages of a conversation that are read, the last ones: further back no question refers."""


@dataclass(frozen=True, slots=True)
class QuestionRules:
    """Limits that come from the settings: the longest question, and passages where none are asked for."""

    max_chars: int
    top_k: int

    @classmethod
    def of(cls, settings: Settings) -> QuestionRules:
        """Return the limits that ``settings`` set."""
        return cls(settings.max_question_chars, settings.top_k)


@dataclass(frozen=True, slots=True)
class Question:
    """A question that may be asked."""

    text: str
    top_k: int
    filters: Filters
    history: tuple[Turn, ...]


def checked_question(
    text: str,
    rules: QuestionRules,
    *,
    top_k: int | None = None,
    filters: Filters | None = None,
    history: Sequence[Turn] = (),
) -> Question:
    """Return the question, without white space around it, if it may be asked.

    Raises:
        QuestionError: it is empty or too long, ``top_k`` is out of range, or the dates are in no order.
    """
    text = text.strip()
    if not text:
        raise QuestionError("The question is empty.", field="question")
    if len(text) > rules.max_chars:
        raise QuestionError(
            f"The question has {len(text):,} characters, at most {rules.max_chars:,} are allowed"
            " (DOSSIER_MAX_QUESTION_CHARS).",
            field="question",
            name="question-too-long",
        )
    wanted = rules.top_k if top_k is None else top_k
    if not 1 <= wanted <= MAX_TOP_K:
        raise QuestionError(f"{wanted:,} passages cannot be asked for: 1 to {MAX_TOP_K} can.", field="top_k")
    filters = filters or Filters()
    if filters.date_from and filters.date_to and filters.date_from > filters.date_to:
        raise QuestionError(
            f"The first date, {filters.date_from}, is after the last, {filters.date_to}.", field="filters"
        )
    return Question(text, wanted, filters, tuple(history)[-MAX_TURNS:])
