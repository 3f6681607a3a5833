"""What a reader has to say of a file beside its text: what was left out, what may be read wrongly.

It is said where it shows, however deep in a file, and collected by whoever reads the file.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from chunker.readers.extraction import tidy_line, without_surrogates

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)

MAX_NOTICES = 20
"""Of one file; a damaged one could fill a screen."""

_said: ContextVar[list[str] | None] = ContextVar("said", default=None)


def notice(words: str) -> None:
    """Say something of the file that is read, in one line without its name; the same is said once."""
    said, line = _said.get(), without_surrogates(tidy_line(words))
    if said is None:
        logger.warning("%s", line)
    elif line not in said and len(said) < MAX_NOTICES:
        said.append(line)


@contextmanager
def noticing() -> Iterator[list[str]]:
    """Collect in a list what is said of a file that is read within the block."""
    said: list[str] = []
    token = _said.set(said)
    try:
        yield said
    finally:
        _said.reset(token)
