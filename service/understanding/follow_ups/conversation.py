"""Follow-up questions made to stand alone, by rule: what a question leaves out stands in those before it.

A question is a follow-up when it refers back ("he", "that letter", "by then"), leaves its predicate
out ("And the young officers?", "Why?"), opens with "And", or names nothing of its own. It is then
given the names, dates and nouns of the questions it follows, back to the one that opened the topic;
one that leaves its predicate out is given the question before it whole. One that is only a time ("In
1940?", "And the year after?") or a name ("And Hitler?") is the question before with that in the place of
its own. A question that names what it is about opens a topic of its own and is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chunker.metadata.asked_times import read_asked_times
from chunker.metadata.year_forms import DecadeFinder
from embeddings.search import Filters
from embeddings.terms import stems
from service.understanding.follow_ups.dependence import read_dependence
from service.understanding.follow_ups.follow_up_times import at_times, read_follow_up_times
from service.understanding.follow_ups.relative_times import (
    Anchor,
    counts_from_another_time,
    read_relative_time,
)
from service.understanding.follow_ups.roles import subject_of, with_name_put_in
from service.understanding.question_words import noun_phrases, read_words
from service.understanding.wrapping import core_question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from embeddings.store.snapshot import Snapshot
    from service.answer import Turn
    from service.understanding.follow_ups.follow_up_times import FollowUpTimes


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
_LOOSE_END = re.compile(r"\b(?:in|on|during|of|at) ?[?.!]*$")
_MATTERS = frozenset("that this it these those".split())
_REPLIES = frozenset(stems("reply respond answer react response agree object"))


@dataclass(frozen=True, slots=True)
class Held:
    """What a collection holds, as far as it tells how a follow-up is meant; ``None``: not known.

    ``finder`` finds the century of "the thirties", ``is_person`` tells whether a name is that of a person
    who takes part in a document, ``days_of`` gives the first and last ISO day of the document that answers a
    question best: times are counted from it where the question names none.
    """

    finder: DecadeFinder | None = None
    is_person: Callable[[str], bool] | None = None
    days_of: Callable[[str], tuple[str, str] | None] | None = None

    @classmethod
    def by(cls, snapshot: Snapshot, days_of: Callable[[str], tuple[str, str] | None] | None = None) -> Held:
        """Return what the collection of ``snapshot`` holds; good as long as that is."""

        def is_person(name: str) -> bool:
            return snapshot.documents(filters=Filters(participants=(name,)), limit=1)[1] > 0

        return cls(DecadeFinder(snapshot.has_documents_of), is_person, days_of and cache(days_of))


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question made to stand alone.

    ``text`` is what is searched and shown, ``context`` the part of it that came from earlier
    questions, empty where the question stands alone as asked. ``is_repeated`` tells that the same was asked
    before, in these words or others.
    """

    text: str
    context: str = ""
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Topic:
    """What the conversation is about.

    ``phrases`` are names and nouns, ``dates`` the words of the times asked of, ``anchor`` the last of these
    times; ``question`` is the last question made to stand alone, ``subject`` who does something in it.
    """

    phrases: tuple[str, ...]
    dates: tuple[str, ...]
    question: str
    anchor: Anchor | None = None
    subject: str = ""


def stand_alone(question: str, history: Sequence[Turn], held: Held | None = None) -> str:
    """Return ``question`` so that it can be understood without ``history``, the turns before it."""
    return resolve(question, history, held).text


def resolve(question: str, history: Sequence[Turn], held: Held | None = None) -> Resolved:
    """Resolve ``question`` against the earlier turns, oldest first; answers among them are not needed.

    A question that is asked again in the same words is resolved as it was before, unless it counts on from
    its own answer ("And the year after?").
    """
    held = held or Held()
    topic: _Topic | None = None
    asked: dict[str, Resolved] = {}
    for turn in history:
        if turn.role == "user" and turn.content.strip():
            content = core_question(_beginning(turn.content.strip()))
            asked[_levelled(content)] = _resolve(content, topic, held)
            topic = _followed(topic, content, held)
    before = asked.get(_levelled(question))
    counts_on = topic is not None and topic.anchor and read_relative_time(question, topic.anchor)
    if before is None or counts_on:
        found = _resolve(question, topic, held)
    else:
        found = before if before.context else Resolved(question)
    is_repeated = _levelled(found.text) in {_levelled(one.text) for one in asked.values()}
    return Resolved(found.text, found.context, is_repeated)


def _resolve(question: str, topic: _Topic | None, held: Held) -> Resolved:
    if topic is None:
        return Resolved(question)
    times = _times_of(question, topic, held)
    if rewritten := _rewritten(topic, times, held):
        return Resolved(rewritten, context=topic.question)
    dependence = read_dependence(question)
    own_time = any(words not in question for words in times.words)
    if dependence == "none" and own_time:
        dependence = "time"
    if dependence == "none":
        return Resolved(question)
    if dependence == "predicate" and len(topic.question) <= CONVERSATION.max_question_chars:
        return Resolved(f"{topic.question} {question}", context=topic.question)
    known = set(stems(question))
    phrases = () if dependence == "time" else topic.phrases
    if topic.subject and _takes_the_place_of(topic.subject, question):
        phrases = tuple(one for one in phrases if not set(stems(one)) <= set(stems(topic.subject)))
    dates = times.words or topic.dates
    in_dates = {stem for words in dates for stem in stems(words)}
    phrases = (*(one for one in phrases if not set(stems(one)) <= in_dates), *dates)
    context = ", ".join(phrase for phrase in phrases if not known.issuperset(stems(phrase)))
    return Resolved(f"{question} ({context})" if context else question, context=context)


def _times_of(question: str, topic: _Topic | None, held: Held) -> FollowUpTimes:
    anchor = topic.anchor if topic else None
    if topic and anchor is None and held.days_of and counts_from_another_time(question):
        days = held.days_of(topic.question)
        anchor = Anchor.of_days(*days) if days else None
    return read_follow_up_times(question, held.finder, anchor, is_first=topic is None)


def _rewritten(topic: _Topic, times: FollowUpTimes, held: Held) -> str | None:
    """Return the question before with the time or the name in it that a follow-up consists of."""
    if len(topic.question) > CONVERSATION.max_question_chars:
        return None
    if times.are_all:
        return at_times(topic.question, times.words, held.finder)
    fragment = _LOOSE_END.sub("", " ".join(times.rest.split()))
    swapped = with_name_put_in(topic.question, fragment, held.is_person)
    return at_times(swapped, times.words, held.finder) if swapped and times.words else swapped


def _takes_the_place_of(subject: str, question: str) -> bool:
    """Tell whether ``question`` asks of another what was asked of ``subject``: "And what did Hitler say?".

    Who replies does so to somebody, and who did it is part of the matter.
    """
    own = subject_of(question)
    words = {word.lower for word in read_words(question)}
    is_reply = not _REPLIES.isdisjoint(stems(question))
    return own is not None and own.name != subject and not words.isdisjoint(_MATTERS) and not is_reply


def _followed(topic: _Topic | None, question: str, held: Held) -> _Topic:
    """Return what the conversation is about once ``question`` has been asked."""
    resolved = _resolve(question, topic, held)
    times = _times_of(question, topic, held)
    dates = times.words or (topic.dates if topic else ())
    anchor = Anchor.of(read_asked_times(resolved.text, held.finder)) or (topic.anchor if topic else None)
    subject = subject_of(resolved.text)
    name = subject.name if subject else ""
    is_rewritten = topic is not None and question not in resolved.text
    dependence = read_dependence(question) if topic and not is_rewritten else "none"
    if topic is None or is_rewritten or dependence in {"none", "time"}:
        if dependence == "none" and not is_rewritten and not times.words:
            dates, anchor = (), None
        texts = _without_repeats(
            [phrase.text for phrase in noun_phrases(resolved.text if is_rewritten else question)]
        )
        return _Topic(texts[: CONVERSATION.max_phrases], dates, resolved.text, anchor, name)
    # What a follow-up adds to the topic is whom and what it names; its other words are its own point.
    named = [phrase.text for phrase in noun_phrases(question) if phrase.has_name]
    return _Topic(
        phrases=_without_repeats([*topic.phrases, *named])[: CONVERSATION.max_phrases],
        dates=dates,
        question=resolved.text,
        anchor=anchor,
        subject=name or topic.subject,
    )


def _levelled(question: str) -> str:
    """Return the words of a question, to compare it with others."""
    return " ".join(word.lower for word in read_words(question))


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
