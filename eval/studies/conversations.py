"""What resolving follow-up questions is worth: asked bare, in conversation, and as a person words them.

``python -m eval.studies.conversations [GOLD.jsonl]... [--data FOLDER] [--questions]``. A follow-up's best
possible result is that of the question as a person worded it to stand alone; what is left without
resolving is that of the bare question. First turns are asked once with nothing before them and once
after each other conversation's turns, where they must find the same: they open a new topic.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from eval.gold.questions import load_conversations
from eval.measures.metrics import first_hit_rank
from eval.runs.opening import open_data_folder
from eval.runs.runner import Exchange, Measuring, locate_conversations, run_follow_ups

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eval.gold.questions import GoldConversation
    from eval.runs.runner import Ask, FollowUpMode, LocatedConversation, Outcome

_MODES: tuple[FollowUpMode, ...] = ("without history", "with history", "standalone")
_CUTOFF = 10


@dataclass(frozen=True, slots=True)
class ConversationScore:
    """How well questions asked in one way find their evidence; ``ranks`` has one entry for each question.

    A rank counts from 1; ``None``: not among the passages returned.
    """

    name: str
    ranks: tuple[int | None, ...]

    def hit_at(self, depth: int) -> float:
        """Return the share of questions with evidence among the first ``depth`` passages."""
        return _mean([rank is not None and rank <= depth for rank in self.ranks])

    @property
    def mean_reciprocal_rank(self) -> float:
        """MRR@10."""
        return _mean([1 / rank if rank is not None and rank <= _CUTOFF else 0.0 for rank in self.ranks])


def score_follow_ups(
    ask: Ask, conversations: Sequence[LocatedConversation], measuring: Measuring
) -> dict[FollowUpMode, tuple[Outcome, ...]]:
    """Ask every follow-up in each of the three ways."""
    return {mode: run_follow_ups(ask, conversations, measuring, mode=mode) for mode in _MODES}


def score_first_turns(
    ask: Ask, conversations: Sequence[LocatedConversation], measuring: Measuring
) -> tuple[ConversationScore, ConversationScore]:
    """Ask every first question alone, and after all questions of the conversation before it."""
    alone: list[int | None] = []
    after_others: list[int | None] = []
    for conversation, other in zip(conversations, [*conversations[-1:], *conversations[:-1]], strict=True):
        first = conversation.turns[0]
        history = tuple(Exchange(turn.gold.question, turn.gold.answer) for turn in other.turns)
        for ranks, before in ((alone, ()), (after_others, history)):
            response = ask(first.gold.question, top_k=measuring.top_k, history=before)
            ranks.append(first_hit_rank(first, response))
    return (
        ConversationScore("first turns alone", tuple(alone)),
        ConversationScore("first turns after another conversation", tuple(after_others)),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the scores of the conversations and, if wanted, every question with its ranks."""
    parser = argparse.ArgumentParser(prog="python -m eval.studies.conversations", description=__doc__)
    parser.add_argument("gold", nargs="*", type=Path, help="conversations; the packaged ones if none")
    parser.add_argument("--data", type=Path, help="folder of the index")
    parser.add_argument("--questions", action="store_true", help="show every follow-up with its ranks")
    options = parser.parse_args(arguments)
    with open_data_folder(options.data) as opened:
        conversations = locate_conversations(_read(options.gold), opened.sources)
        measuring = Measuring(opened.sources, opened.page_of)
        first_turns = score_first_turns(opened.ask, conversations, measuring)
        follow_ups = score_follow_ups(opened.ask, conversations, measuring)
    lines = [_line(score) for score in (*first_turns, *map(_score, follow_ups.items()))]
    if options.questions:
        lines += _question_lines(follow_ups)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _read(paths: Sequence[Path]) -> list[GoldConversation]:
    if paths:
        return [conversation for path in paths for conversation in load_conversations(path)]
    with resources.as_file(resources.files("eval") / "data" / "conversations.jsonl") as path:
        return list(load_conversations(path))


def _score(entry: tuple[FollowUpMode, tuple[Outcome, ...]]) -> ConversationScore:
    mode, outcomes = entry
    return ConversationScore(f"follow-ups {mode}", tuple(outcome.first_hit_rank for outcome in outcomes))


def _line(score: ConversationScore) -> str:
    figures = " ".join(f"hit@{depth} {score.hit_at(depth):.3f}" for depth in (1, 5))
    return f"{score.name:40} n={len(score.ranks):3} {figures} MRR@10 {score.mean_reciprocal_rank:.3f}"


def _question_lines(follow_ups: dict[FollowUpMode, tuple[Outcome, ...]]) -> Iterator[str]:
    yield ""
    yield "ranks: without history, with history, standalone"
    for outcomes in zip(*(follow_ups[mode] for mode in _MODES), strict=True):
        ranks = " ".join(f"{outcome.first_hit_rank or '-':>3}" for outcome in outcomes)
        yield f"{ranks}  {outcomes[1].question.gold.id}  {outcomes[1].response.standalone_question}"


if __name__ == "__main__":
    sys.exit(main())
