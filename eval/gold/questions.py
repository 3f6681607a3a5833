"""Gold questions and conversations, read from their files.

A question has ``id``, ``question``, ``kind``, ``answer``, ``answerable``,
``evidence`` and perhaps a ``note``; a conversation has ``id`` and ``turns``, each with ``question``,
``standalone``, ``answer`` and ``evidence``. A piece of evidence is a verbatim ``quote`` with, where
known, ``document``, ``date`` and ``file``; one marked ``alternative`` answers as well as the others
but need not be found beside them. Unknown fields are left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from eval.gold.entries import load_entries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from eval.gold.entries import Fields

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words in a source that answer the question; ``file`` is ``None`` where any source will do."""

    quote: str
    document: str | None = None
    date: str | None = None
    file: str | None = None
    is_alternative: bool = False


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with the answer a person wrote and the words that person found it in."""

    id: str
    question: str
    kind: str
    answer: str
    is_answerable: bool
    evidence: tuple[Evidence, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class GoldConversation:
    """Questions asked one after the other; ``turns`` have the ids ``ID#1``, ``ID#2`` ...

    ``standalone`` are the same questions as they would be asked without the earlier ones.
    """

    id: str
    turns: tuple[GoldQuestion, ...]
    standalone: tuple[str, ...]


def load_questions(path: Path) -> tuple[GoldQuestion, ...]:
    """Return the questions of a JSONL file.

    Raises:
        GoldError: the file is missing, not UTF-8, or an entry is wrong; the message names the line.
    """
    return load_entries(path, question_of)


def load_conversations(path: Path) -> tuple[GoldConversation, ...]:
    """Return the conversations of a JSONL file; raises :class:`GoldError` like :func:`load_questions`."""
    return load_entries(path, conversation_of)


def is_named(source_name: str, file: str | None) -> bool:
    """Return whether gold means this source: by its whole name or the end of its path; ``None`` means any."""
    return file is None or source_name == file or source_name.endswith(f"/{file}")


def evenly_spread(entries: Sequence[Entry], limit: int | None) -> tuple[Entry, ...]:
    """Return ``limit`` of the entries, evenly spread over them; ``None``: all."""
    if limit is None or limit >= len(entries):
        return tuple(entries)
    return tuple(entries[number * len(entries) // limit] for number in range(limit))


def _evidence(fields: Fields) -> Evidence:
    return Evidence(
        quote=fields.text("quote"),
        document=fields.optional_text("document"),
        date=fields.optional_text("date"),
        file=fields.optional_text("file"),
        is_alternative=fields.flag("alternative", default=False),
    )


def question_of(fields: Fields) -> GoldQuestion:
    """Return an entry as a question; what is wrong with it is added to the fields' messages."""
    question = GoldQuestion(
        id=fields.text("id"),
        question=fields.text("question"),
        kind=fields.optional_text("kind") or "unknown",
        answer=fields.optional_text("answer") or "",
        is_answerable=fields.flag("answerable", default=True),
        evidence=tuple(_evidence(part) for part in fields.objects("evidence")),
        note=fields.optional_text("note") or "",
    )
    fields.messages += _contradictions(question)
    return question


def _contradictions(question: GoldQuestion) -> Iterator[str]:
    if question.is_answerable and all(evidence.is_alternative for evidence in question.evidence):
        yield "answerable, but no evidence that is not an alternative; add a quote or set answerable to false"
    if not question.is_answerable and question.evidence:
        yield "not answerable, yet it has evidence; remove the evidence or set answerable to true"


def conversation_of(fields: Fields) -> GoldConversation:
    """Return an entry as a conversation; what is wrong with it is added to the fields' messages."""
    identity = fields.text("id")
    turns, standalone = [], []
    parts = fields.objects("turns")
    if not parts:
        fields.messages.append('"turns" must be a list with at least one turn')
    for number, part in enumerate(parts, start=1):
        standalone.append(part.optional_text("standalone") or part.text("question", report=False))
        part.value = {"kind": "first turn" if number == 1 else "follow-up"} | part.value
        part.value["id"] = f"{identity}#{number}"
        turns.append(question_of(part))
    return GoldConversation(identity, tuple(turns), tuple(standalone))
