"""Gold files of every form, read together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.gold.entries import gold_form
from eval.gold.questions import evenly_spread, load_conversations, load_questions
from eval.gold.survey import load_survey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from eval.gold.questions import GoldConversation, GoldQuestion
    from eval.gold.survey import GoldSurvey


@dataclass(frozen=True, slots=True)
class Gold:
    """What gold files hold, by form."""

    questions: tuple[GoldQuestion, ...]
    conversations: tuple[GoldConversation, ...]
    surveys: tuple[GoldSurvey, ...]


def read_gold(paths: Iterable[Path], *, limit: int | None = None) -> Gold:
    """Read gold files; ``limit`` keeps that many questions, evenly spread.

    Raises:
        GoldError: a file is missing or says something that cannot be.
    """
    questions: list[GoldQuestion] = []
    conversations: list[GoldConversation] = []
    surveys: list[GoldSurvey] = []
    for path in paths:
        match gold_form(path):
            case "conversations":
                conversations += load_conversations(path)
            case "survey":
                surveys += load_survey(path)
            case "questions":
                questions += load_questions(path)
    return Gold(evenly_spread(questions, limit), tuple(conversations), tuple(surveys))
