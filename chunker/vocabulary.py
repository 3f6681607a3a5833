"""The words and patterns that rules read by: data, kept apart from the rules, one file an idea."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Where the words come from: a collection's own ``folder``, and for what it lacks the packaged files.

    A file ``<idea>.toml`` in the folder takes the place of the packaged one as a whole. Files are read
    when first asked for, once.
    """

    folder: Path | None = None

    def words(self, idea: str, name: str) -> tuple[str, ...]:
        """Return a list of words; in the file they are an array, or a text with white space between them."""
        entry = _table(self.folder, idea)[name]
        return tuple(entry.split() if isinstance(entry, str) else entry)

    def patterns(self, idea: str, name: str) -> dict[str, str]:
        """Return a table of names and what stands for each, in the file's order."""
        return dict(_table(self.folder, idea)[name])

    def pattern(self, idea: str, name: str) -> str:
        """Return one regular expression."""
        return str(_table(self.folder, idea)[name])

    def alternatives(self, idea: str, name: str) -> str:
        """Return the part of a regular expression that matches any of a list of words or patterns."""
        return f"(?:{'|'.join(self.words(idea, name))})"


@cache
def _table(folder: Path | None, idea: str) -> dict[str, Any]:
    own = None if folder is None else folder / f"{idea}.toml"
    file = own if own is not None and own.is_file() else files("chunker") / "data" / "words" / f"{idea}.toml"
    return tomllib.loads(file.read_text("utf-8"))


PACKAGED = Vocabulary()
