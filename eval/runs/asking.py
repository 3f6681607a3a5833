"""Asks gold questions in the ways that show something: plainly, with the evidence hidden, in conversation.

Everything is asked through :class:`Ask`, one function wide; :func:`ask_through` makes one from the
very ``Dossier`` that the service runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NamedTuple, ParamSpec, Protocol

from eval.gold.survey import Documents
from eval.measures.matching import ANY_OVERLAP, found_pieces
from eval.measures.metrics import answer_values, question_values, verified_quotes
from eval.measures.pages import PageOf, no_page
from eval.measures.papers import survey_values
from eval.measures.response import Response, response_from_answer
from eval.runs.run import EvaluatedQuestion, evaluated, evaluated_survey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eval.gold.evidence import LocatedConversation, LocatedQuestion, SourceTexts, TextSpan
    from eval.gold.survey import LocatedSurvey
    from service.dossier import Dossier

P = ParamSpec("P")

MOST_PASSAGES = 50  # as the service gives: twenty papers, or ten sources, stand in more passages than twenty
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
class Measuring:
    """What responses are measured against, and how deep."""

    sources: SourceTexts
    page_of: PageOf = no_page
    top_k: int = TOP_K
    documents: Documents = field(default_factory=Documents)


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


def and_then(ask: Callable[P, Response], tell: Callable[[], None]) -> Callable[P, Response]:
    """Return what asks through ``ask`` and calls ``tell`` after each question."""

    def ask_and_tell(*args: P.args, **options: P.kwargs) -> Response:
        response = ask(*args, **options)
        tell()
        return response

    return ask_and_tell


def run_questions(
    ask: Ask,
    questions: Sequence[LocatedQuestion],
    measuring: Measuring,
) -> tuple[EvaluatedQuestion, ...]:
    """Ask every question as it stands, with more passages where whole sources are judged."""
    responses = [
        ask(
            question.gold.question,
            top_k=MOST_PASSAGES if question.judges_whole_sources else measuring.top_k,
        )
        for question in questions
    ]
    return _measured(questions, responses, measuring)


def run_surveys(
    ask: Ask, surveys: Sequence[LocatedSurvey], measuring: Measuring
) -> tuple[EvaluatedQuestion, ...]:
    """Ask every survey question, with as many passages as twenty papers stand in."""
    asked = []
    for survey in surveys:
        response = ask(survey.question.gold.question, top_k=MOST_PASSAGES)
        values = survey_values(survey, response, measuring.documents)
        values |= verified_quotes(response, measuring.sources)
        asked.append(evaluated_survey(survey, response, values, measuring.documents))
    return tuple(asked)


def run_hidden_evidence(
    ask: Ask,
    questions: Sequence[LocatedQuestion],
    measuring: Measuring,
) -> tuple[EvaluatedQuestion, ...]:
    """Ask every answerable question with all passages that hold its evidence hidden: it must be refused.

    The questions are the same as those that are answered otherwise, so nothing about their wording
    can give them away. They come back as unanswerable ones; the value ``leaked`` is 1 where evidence
    was found all the same, which would be a fault of the hiding and not of the answering.
    """
    asked = []
    for question in questions:
        if not question.gold.is_answerable:
            continue
        hidden = [place for evidence in question.evidence for place in evidence.places]
        response = ask(question.gold.question, top_k=measuring.top_k, hidden=hidden)
        unanswerable = replace(question, gold=replace(question.gold, is_answerable=False))
        values = answer_values(unanswerable, response, measuring.sources)
        values["confidence"] = response.confidence
        values["leaked"] = float(any(found_pieces(question, response.passages, share=ANY_OVERLAP)))
        asked.append(evaluated(unanswerable, response, values))
    return tuple(asked)


def run_follow_ups(
    ask: Ask,
    conversations: Sequence[LocatedConversation],
    measuring: Measuring,
    *,
    mode: FollowUpMode,
) -> tuple[EvaluatedQuestion, ...]:
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
    return _measured(questions, responses, measuring)


def run_first_turns(
    ask: Ask,
    conversations: Sequence[LocatedConversation],
    measuring: Measuring,
) -> tuple[EvaluatedQuestion, ...]:
    """Ask every first turn after the whole conversation before it: it opens a new topic."""
    questions = [conversation.turns[0] for conversation in conversations]
    responses = []
    for question, other in zip(questions, [*conversations[-1:], *conversations[:-1]], strict=True):
        history = tuple(Exchange(turn.gold.question, turn.gold.answer) for turn in other.turns)
        responses.append(ask(question.gold.question, top_k=measuring.top_k, history=history))
    return _measured(questions, responses, measuring)


def _measured(
    questions: Sequence[LocatedQuestion], responses: Sequence[Response], measuring: Measuring
) -> tuple[EvaluatedQuestion, ...]:
    values = question_values(questions, responses, measuring.sources, measuring.page_of)
    return tuple(map(evaluated, questions, responses, values))
