"""Gold files as entries, one JSON object a line, and what is wrong with them.

A file holds one form, told by its first entry: ``questions``, ``conversations`` (entries with ``turns``)
or ``survey`` questions (entries with ``papers``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from eval.errors import GoldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Entry = TypeVar("Entry")
GoldForm = Literal["questions", "conversations", "survey"]


@dataclass(frozen=True, slots=True)
class GoldProblem:
    """Something to mend in a gold file; ``line`` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def gold_form(path: Path) -> GoldForm:
    """Return what a gold file holds; ``questions`` where its first entry says nothing else."""
    first = next((entry for _, entry in _objects(path, []) if isinstance(entry, dict)), {})
    return "conversations" if "turns" in first else "survey" if "papers" in first else "questions"


def load_entries(path: Path, parse: Callable[[Fields], Entry]) -> tuple[Entry, ...]:
    """Return every entry of a file as ``parse`` reads it; what is wrong it adds to the fields' messages.

    Raises:
        GoldError: the file is missing, not UTF-8, or an entry is wrong; the message names the line.
    """
    problems: list[GoldProblem] = []
    entries = tuple(entry for _, entry in read_entries(path, parse, problems))
    if problems:
        more = f" (and {len(problems) - 1} more: run dossier gold check)" if len(problems) > 1 else ""
        raise GoldError(f"{problems[0]}{more}")
    if not entries:
        raise GoldError(f"{path}: holds no entry; write one JSON object a line")
    return entries


def read_entries(
    path: Path, parse: Callable[[Fields], Entry], problems: list[GoldProblem]
) -> Iterator[tuple[int, Entry]]:
    """Yield line and entry of what is sound in a file; what is not gathers in ``problems``."""
    first_line: dict[str, int] = {}
    for line, value in _objects(path, problems):
        fields = Fields(value, [])
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
class Fields:
    """A JSON object read field by field; what is wrong gathers in ``messages``."""

    value: Any
    messages: list[str]
    prefix: str = ""

    def get(self, name: str) -> object:
        """Return a field as it is, ``None`` where it is missing."""
        return self.value.get(name) if isinstance(self.value, dict) else None

    def text(self, name: str, *, report: bool = True) -> str:
        """Return a text that must not be empty; empty where it is wrong."""
        value = self.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if report:
            self.messages.append(f'{self.prefix}"{name}" must be a text that is not empty')
        return ""

    def optional_text(self, name: str) -> str | None:
        """Return a text that may be left out."""
        value = self.get(name)
        if value is None or isinstance(value, str):
            return value or None
        self.messages.append(f'{self.prefix}"{name}" must be a text or left out')
        return None

    def optional_number(self, name: str) -> int | None:
        """Return a whole number of 0 or more that may be left out."""
        value = self.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
            return value
        self.messages.append(f'{self.prefix}"{name}" must be a whole number or left out')
        return None

    def flag(self, name: str, *, default: bool) -> bool:
        """Return whether something is so."""
        value = self.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.messages.append(f'{self.prefix}"{name}" must be true or false')
        return bool(value)

    def objects(self, name: str) -> list[Fields]:
        """Return the objects of a list, none where it is left out."""
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            self.messages.append(f'{self.prefix}"{name}" must be a list of objects')
            return []
        return [
            Fields(part, self.messages, f"{self.prefix}{name} {number}: ")
            for number, part in enumerate(value, start=1)
        ]
