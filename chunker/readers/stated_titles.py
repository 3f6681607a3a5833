"""The title that a file states of itself, unless the program that made the file put it there."""

from __future__ import annotations

import re
from functools import cache

from chunker.readers.extraction import tidy_line, without_surrogates
from chunker.vocabulary import PACKAGED

_MAX_CHARS = 1_000
"""A longer one is no title."""


def stated_title(title: str | None) -> str | None:
    """Return the title in a file's properties, on one line; ``None`` for a program's, or none."""
    line = tidy_line(without_surrogates(title or ""))
    return None if len(line) > _MAX_CHARS or _programs_title().fullmatch(line) else line


@cache
def _programs_title() -> re.Pattern[str]:
    nothing, generic, programs, kinds, endings = (
        PACKAGED.alternatives("titles", name)
        for name in ("names_nothing", "generic", "programs", "kinds_of_file", "file_endings")
    )
    forms = (
        r"\W*",
        rf"\W*{nothing}(?:\W*(?:{kinds}|page|file))?\W*\d*\W*",
        rf"\W*{generic}[\s_#-]*\d*",
        rf"{programs}\b[\w .]*(?:\s-\s.*|\s{kinds})",
        rf".*\.{endings}(?:[\s;:,].*)?",
        r"(?=\S*\d)(?=\S*[^\W\d_])\S*_\S*|[a-z]+[-_]?\d{3,}",  # a file's name without its ending
    )
    return re.compile("|".join(forms), re.IGNORECASE)
