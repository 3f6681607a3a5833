"""Follow-up questions made to stand alone, by rule: what a question leaves out stands in those before it.

A question is a follow-up when it refers back ("he", "that letter", "by then"), leaves its predicate
out ("And the young officers?", "Why?"), opens with "And", or names nothing of its own. It is then
given the names, dates and nouns of the questions it follows, back to the one that opened the topic;
one that leaves its predicate out is given the question before it whole. A question that names what
it is about opens a topic of its own and is left as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embeddings.terms import stems
from service.understanding.dependence import read_dependence
from service.understanding.question_words import noun_phrases, read_dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.answer import Turn


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """How much of a conversation a follow-up takes along; chosen by hand.

    With them the follow-ups of the development conversations find their evidence as well as when a person
    has reworded them: .88 of 8 in the first five, .25 without the conversation (``dossier eval``).

    A topic has at most ``max_phrases`` names and nouns: more would drown the question's own words. A
    question of more than ``max_question_chars`` is not repeated whole. Of a message ``max_read_chars`` are
    read: a question, not the document pasted below it.
    """

    max_phrases: int = 8
    max_question_chars: int = 500
    max_read_chars: int = 2_000


CONVERSATION = ConversationSettings()


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question made to stand alone.

    ``text`` is what is searched and shown, ``context`` the part of it that came from earlier
    questions, empty where the question stands alone as asked.
    """

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class _Topic:
    """What the conversation is about: its phrases, dates last, and the last question made to stand alone."""

    phrases: tuple[str, ...]
    dates: tuple[str, ...]
    question: str


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """Return ``question`` so that it can be understood without ``history``, the turns before it."""
    return resolve(question, history).text


def resolve(question: str, history: Sequence[Turn]) -> Resolved:
    """Resolve ``question`` against the earlier turns, oldest first; answers among them are not needed."""
    topic: _Topic | None = None
    for turn in history:
        if turn.role == "user" and turn.content.strip():
            topic = _followed(topic, _beginning(turn.content.strip()))
    return _resolve(question, topic)


def _resolve(question: str, topic: _Topic | None) -> Resolved:
    dependence = read_dependence(question) if topic else "none"
    if topic is None or dependence == "none":
        return Resolved(question)
    if dependence == "predicate" and len(topic.question) <= CONVERSATION.max_question_chars:
        return Resolved(f"{topic.question} {question}", context=topic.question)
    known = set(stems(question))
    phrases = topic.dates if dependence == "time" else topic.phrases + topic.dates
    context = ", ".join(phrase for phrase in phrases if not known.issuperset(stems(phrase)))
    return Resolved(f"{question} ({context})" if context else question, context=context)


def _followed(topic: _Topic | None, question: str) -> _Topic:
    """Return what the conversation is about once ``question`` has been asked."""
    dependence = read_dependence(question) if topic else "none"
    phrases, dates = noun_phrases(question), tuple(read_dates(question))
    if topic is None or dependence in {"none", "time"}:
        kept_dates = topic.dates if topic and dependence == "time" else ()
        texts = _without_repeats([phrase.text for phrase in phrases])
        return _Topic(texts[: CONVERSATION.max_phrases], dates or kept_dates, question)
    # What a follow-up adds to the topic is whom and what it names; its other words are its own point.
    named = [phrase.text for phrase in phrases if phrase.has_name]
    return _Topic(
        phrases=_without_repeats([*topic.phrases, *named])[: CONVERSATION.max_phrases],
        dates=dates or topic.dates,
        question=_resolve(question, topic).text,
    )


def _beginning(message: str) -> str:
    if len(message) <= CONVERSATION.max_read_chars:
        return message
    return message[: CONVERSATION.max_read_chars].rpartition(" ")[0] or message[: CONVERSATION.max_read_chars]


def _without_repeats(phrases: Sequence[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for phrase in phrases:
        if not set(stems(phrase)) <= {stem for other in kept for stem in stems(other)}:
            kept.append(phrase)
    return tuple(kept)
