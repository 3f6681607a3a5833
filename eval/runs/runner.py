"""Asks gold questions in the ways that show something: plainly, with the evidence hidden, in conversation.

Everything is asked through :class:`Ask`, one function wide; :func:`ask_through` makes one from the
very ``Answerer`` that the service runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from eval.measures.matching import ANY_OVERLAP, LocatedQuestion, SourceTexts, found_pieces, locate
from eval.measures.metrics import Values, answer_values, first_hit_rank, question_values
from eval.measures.page_truth import PageOf, no_page
from eval.measures.response import Response, TextSpan, response_from_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from eval.gold.questions import GoldConversation
    from service.dossier import Dossier

TOP_K = 20  # enough for rank 10 and for 800 words of short passages

FollowUpMode = Literal["with history", "standalone", "without history"]


class Exchange(NamedTuple):
    """An earlier question of a conversation and the answer that was given."""

    question: str
    answer: str


class Ask(Protocol):
    """Asks the system one question; passages that overlap ``hidden`` are kept from it."""

    def __call__(
        self,
        question: str,
        *,
        top_k: int,
        history: Sequence[Exchange] = (),
        hidden: Sequence[TextSpan] = (),
    ) -> Response:
        """Return the response with at most ``top_k`` passages."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question with the response to it and what that is worth, measure by measure."""

    question: LocatedQuestion
    response: Response
    values: Values
    first_hit_rank: int | None = None


@dataclass(frozen=True, slots=True)
class LocatedConversation:
    """A gold conversation with the evidence of every turn found in the sources."""

    turns: tuple[LocatedQuestion, ...]
    standalone: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measuring:
    """What responses are measured against, and how deep."""

    sources: SourceTexts
    page_of: PageOf = no_page
    top_k: int = TOP_K


def ask_through(dossier: Dossier) -> Ask:
    """Return an :class:`Ask` that puts every question to ``dossier``."""
    from embeddings.search import HiddenSpan
    from service.answer import Turn

    def ask(
        question: str,
        *,
        top_k: int,
        history: Sequence[Exchange] = (),
        hidden: Sequence[TextSpan] = (),
    ) -> Response:
        turns = [
            turn
            for exchange in history
            for turn in (Turn("user", exchange.question), Turn("assistant", exchange.answer))
        ]
        spans = [HiddenSpan(span.source_name, span.start_char, span.end_char) for span in hidden]
        return response_from_answer(dossier.ask(question, top_k=top_k, history=turns, hidden_spans=spans))

    return ask


def run_questions(
    ask: Ask,
    questions: Sequence[LocatedQuestion],
    measuring: Measuring,
    *,
    on_progress: Callable[[], None] | None = None,
) -> tuple[Outcome, ...]:
    """Ask every question as it stands; ``on_progress`` is called after each."""
    responses = []
    for question in questions:
        responses.append(ask(question.gold.question, top_k=measuring.top_k))
        if on_progress:
            on_progress()
    return _measured(questions, responses, measuring)


def run_hidden_evidence(
    ask: Ask,
    questions: Sequence[LocatedQuestion],
    measuring: Measuring,
    *,
    on_progress: Callable[[], None] | None = None,
) -> tuple[Outcome, ...]:
    """Ask every answerable question with all passages that hold its evidence hidden: it must be refused.

    The questions are the same as those that are answered otherwise, so nothing about their wording
    can give them away. They come back as unanswerable ones; the value ``leaked`` is 1 where evidence
    was found all the same, which would be a fault of the hiding and not of the answering.
    """
    outcomes = []
    for question in questions:
        if not question.gold.is_answerable:
            continue
        hidden = [place for evidence in question.evidence for place in evidence.places]
        response = ask(question.gold.question, top_k=measuring.top_k, hidden=hidden)
        unanswerable = replace(question, gold=replace(question.gold, is_answerable=False))
        values = answer_values(unanswerable, response, measuring.sources)
        values["confidence"] = response.confidence
        values["leaked"] = float(any(found_pieces(question, response.passages, share=ANY_OVERLAP)))
        outcomes.append(Outcome(unanswerable, response, values))
        if on_progress:
            on_progress()
    return tuple(outcomes)


def locate_conversations(
    conversations: Iterable[GoldConversation], sources: SourceTexts
) -> tuple[LocatedConversation, ...]:
    """Return the conversations with their evidence found; raises like :func:`locate`."""
    return tuple(
        LocatedConversation(locate(conversation.turns, sources), conversation.standalone)
        for conversation in conversations
    )


def run_follow_ups(
    ask: Ask,
    conversations: Sequence[LocatedConversation],
    measuring: Measuring,
    *,
    mode: FollowUpMode,
    on_progress: Callable[[], None] | None = None,
) -> tuple[Outcome, ...]:
    """Ask the follow-up questions (every turn but the first) in one of three ways.

    ``with history`` asks as a reader would, the system's own answers before it; ``standalone`` asks
    the question as a person would have worded it alone, the best that resolving references can
    reach; ``without history`` asks the bare follow-up, what is left without resolving.
    """
    questions, responses = [], []
    for conversation in conversations:
        history: list[Exchange] = []
        for number, turn in enumerate(conversation.turns):
            if mode != "with history" and number == 0:
                continue
            wording = conversation.standalone[number] if mode == "standalone" else turn.gold.question
            response = ask(wording, top_k=measuring.top_k, history=tuple(history))
            if mode == "with history":
                history.append(Exchange(wording, response.text))
            if number > 0:
                questions.append(turn)
                responses.append(response)
            if on_progress:
                on_progress()
    return _measured(questions, responses, measuring)


def _measured(
    questions: Sequence[LocatedQuestion], responses: Sequence[Response], measuring: Measuring
) -> tuple[Outcome, ...]:
    values = question_values(questions, responses, measuring.sources, measuring.page_of)
    return tuple(
        Outcome(question, response, own, first_hit_rank(question, response))
        for question, response, own in zip(questions, responses, values, strict=True)
    )
