"""A gold file that a person corrects: read with its revision, saved whole or not at all.

Entries are kept as they are, fields that nobody knows included; a line that nobody changed stays to the
letter, so that a difference shows what was done.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import GoldError
from eval.gold.entries import Fields, gold_form
from eval.gold.questions import question_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Entry = dict[str, Any]


class GoldFile:
    """A file of gold questions at ``path``; one that is not there yet is empty."""

    def __init__(self, path: Path) -> None:
        """Take a file.

        Raises:
            GoldError: it holds conversations or survey questions, or cannot be read.
        """
        self.path = path
        if path.exists() and (form := gold_form(path)) != "questions":
            raise GoldError(f"{path}: holds {form}; questions alone are corrected in the browser")
        self.read()

    def read(self) -> tuple[str, list[Entry]]:
        """Return the revision and the entries; raises GoldError where a line is no JSON object."""
        text = self._text()
        entries = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
            except ValueError as error:
                raise GoldError(f"{self.path}:{number}: is not JSON ({error}); mend it first") from error
            if not isinstance(entry, dict):
                raise GoldError(f"{self.path}:{number}: is no JSON object; mend it first")
            entries.append(entry)
        return _revision(text), entries

    def save(self, entries: Sequence[Entry], *, revision: str) -> str:
        """Put the entries in place of those that were read, and return the new revision.

        Raises:
            GoldError: somebody else changed the file since, or it cannot be written. It is then as it was.
        """
        before = self._text()
        if _revision(before) != revision:
            raise GoldError(f"{self.path}: was changed meanwhile; load it again")
        lines = {
            json.dumps(json.loads(line), sort_keys=True): line for line in before.splitlines() if line.strip()
        }
        kept = (
            lines.get(json.dumps(entry, sort_keys=True)) or json.dumps(entry, ensure_ascii=False)
            for entry in entries
        )
        text = "".join(f"{line}\n" for line in kept)
        try:
            _replace(self.path, text)
        except OSError as error:
            raise GoldError(f"{self.path}: cannot be written ({error.strerror})") from error
        return _revision(text)

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8-sig") if self.path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise GoldError(f"{self.path}: cannot be read as UTF-8 ({error})") from error


def entry_problems(entries: Sequence[Entry]) -> dict[int, list[str]]:
    """Return what is wrong with each entry, by its number from 0; sound ones are left out."""
    problems: dict[int, list[str]] = {}
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        fields = Fields(entry, [])
        question = question_of(fields)
        if question.id in seen:
            fields.messages.append(f"the id {question.id!r} is taken; give another")
        seen.add(question.id)
        if fields.messages:
            problems[number] = fields.messages
    return problems


def _told(entry: Entry) -> str:
    return json.dumps(entry, sort_keys=True)


def _revision(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _replace(path: Path, text: str) -> None:
    """Write beside a file and put that in its place, with the file's rights."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
