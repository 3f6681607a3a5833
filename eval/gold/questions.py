"""Gold questions: reading them, and telling a person what is wrong with them.

One JSON object a line. A question has ``id``, ``question``, ``kind``, ``answer``, ``answerable``,
``evidence`` and perhaps a ``note``; a conversation has ``id`` and ``turns``, each with ``question``,
``standalone``, ``answer`` and ``evidence``. A piece of evidence is a verbatim ``quote`` with, where
known, ``document``, ``date`` and ``file``; one marked ``alternative`` answers as well as the others
but need not be found beside them. Unknown fields are left alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from chunker.text.normalising import AlignedText, fold
from eval.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class GoldProblem:
    """Something to mend in a gold file; ``line`` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def load_questions(path: Path) -> tuple[GoldQuestion, ...]:
    """Return the questions of a JSONL file.

    Raises:
        GoldError: the file is missing, not UTF-8, or an entry is wrong; the message names the line.
    """
    return _load(path, _question)


def load_conversations(path: Path) -> tuple[GoldConversation, ...]:
    """Return the conversations of a JSONL file; raises :class:`GoldError` like :func:`load_questions`."""
    return _load(path, _conversation)


def holds_conversations(path: Path) -> bool:
    """Return whether the file's first entry has turns."""
    return next(("turns" in entry for _, entry in _objects(path, []) if isinstance(entry, dict)), False)


def check_gold(path: Path, texts: Mapping[str, str]) -> tuple[GoldProblem, ...]:
    """Return everything wrong with a gold file, quotes that stand in no source included.

    ``texts`` maps source names to their texts. Quotes are compared after folding (white space,
    markup, typographic forms, case), so that only different words count as wrong.
    """
    problems: list[GoldProblem] = []
    folded = {name: fold(text) for name, text in texts.items()}
    if holds_conversations(path):
        for line, conversation in _entries(path, _conversation, problems):
            for turn in conversation.turns:
                problems += _quote_problems(path, line, turn, folded)
    else:
        for line, question in _entries(path, _question, problems):
            problems += _quote_problems(path, line, question, folded)
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _quote_problems(
    path: Path, line: int, question: GoldQuestion, folded: Mapping[str, AlignedText]
) -> Iterator[GoldProblem]:
    for evidence in question.evidence:
        words = fold(evidence.quote).text
        beginning = f"{question.id}: the quote {evidence.quote[:40]!r}..."
        names = [name for name in folded if is_named(name, evidence.file)]
        if not names:
            yield GoldProblem(
                path.name, line, f"{beginning} names the file {evidence.file!r}, which is not here"
            )
            continue
        if not any(words in folded[name].text for name in names):
            where = evidence.file or "any source"
            found = [name for name, aligned in folded.items() if words in aligned.text]
            remedy = f"it stands in {found[0]}" if found else "copy the words from the source again"
            yield GoldProblem(path.name, line, f"{beginning} does not stand in {where}; {remedy}")


def is_named(source_name: str, file: str | None) -> bool:
    """Return whether gold means this source: by its whole name or the end of its path; ``None`` means any."""
    return file is None or source_name == file or source_name.endswith(f"/{file}")


def evenly_spread(entries: Sequence[Entry], limit: int | None) -> tuple[Entry, ...]:
    """Return ``limit`` of the entries, evenly spread over them; ``None``: all."""
    if limit is None or limit >= len(entries):
        return tuple(entries)
    return tuple(entries[number * len(entries) // limit] for number in range(limit))


def _load(path: Path, parse: Callable[[_Fields], Entry]) -> tuple[Entry, ...]:
    problems: list[GoldProblem] = []
    entries = tuple(entry for _, entry in _entries(path, parse, problems))
    if problems:
        more = f" (and {len(problems) - 1} more: run dossier gold check)" if len(problems) > 1 else ""
        raise GoldError(f"{problems[0]}{more}")
    if not entries:
        raise GoldError(f"{path}: holds no entry; write one JSON object a line")
    return entries


def _entries(
    path: Path, parse: Callable[[_Fields], Entry], problems: list[GoldProblem]
) -> Iterator[tuple[int, Entry]]:
    first_line: dict[str, int] = {}
    for line, value in _objects(path, problems):
        fields = _Fields(value, [])
        entry = parse(fields)
        identity = fields.text("id", report=False)
        if identity and identity in first_line:
            fields.messages.append(
                f"the id {identity!r} stands in line {first_line[identity]} already; give another"
            )
        first_line.setdefault(identity, line)
        problems += [GoldProblem(path.name, line, message) for message in fields.messages]
        if not fields.messages:
            yield line, entry


def _objects(path: Path, problems: list[GoldProblem]) -> Iterator[tuple[int, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise GoldError(
            f"{path}: cannot be read ({error.strerror}); give the path of a JSONL file"
        ) from error
    except UnicodeDecodeError as error:
        raise GoldError(f"{path}: is not UTF-8 at byte {error.start}; save it as UTF-8") from error
    for line, content in enumerate(text.split("\n"), start=1):
        if not content.strip():
            continue
        try:
            yield line, json.loads(content)
        except ValueError as error:
            problems.append(GoldProblem(path.name, line, f"is not JSON ({error}); one object a line"))


@dataclass(slots=True)
class _Fields:
    """A JSON object read field by field; what is wrong gathers in ``messages``."""

    value: Any
    messages: list[str]
    prefix: str = ""

    def get(self, name: str) -> object:
        return self.value.get(name) if isinstance(self.value, dict) else None

    def text(self, name: str, *, report: bool = True) -> str:
        value = self.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if report:
            self.messages.append(f'{self.prefix}"{name}" must be a text that is not empty')
        return ""

    def optional_text(self, name: str) -> str | None:
        value = self.get(name)
        if value is None or isinstance(value, str):
            return value or None
        self.messages.append(f'{self.prefix}"{name}" must be a text or left out')
        return None

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.messages.append(f'{self.prefix}"{name}" must be true or false')
        return bool(value)

    def objects(self, name: str) -> list[_Fields]:
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            self.messages.append(f'{self.prefix}"{name}" must be a list of objects')
            return []
        return [
            _Fields(part, self.messages, f"{self.prefix}{name} {number}: ")
            for number, part in enumerate(value, start=1)
        ]


def _evidence(fields: _Fields) -> Evidence:
    return Evidence(
        quote=fields.text("quote"),
        document=fields.optional_text("document"),
        date=fields.optional_text("date"),
        file=fields.optional_text("file"),
        is_alternative=fields.flag("alternative", default=False),
    )


def _question(fields: _Fields) -> GoldQuestion:
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


def _conversation(fields: _Fields) -> GoldConversation:
    identity = fields.text("id")
    turns, standalone = [], []
    parts = fields.objects("turns")
    if not parts:
        fields.messages.append('"turns" must be a list with at least one turn')
    for number, part in enumerate(parts, start=1):
        standalone.append(part.optional_text("standalone") or part.text("question", report=False))
        part.value = {"kind": "first turn" if number == 1 else "follow-up"} | part.value
        part.value["id"] = f"{identity}#{number}"
        turns.append(_question(part))
    return GoldConversation(identity, tuple(turns), tuple(standalone))
