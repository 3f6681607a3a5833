"""A file beside a source that says what it is as a publication: ``book.pdf.toml`` for ``book.pdf``.

What it says goes before what the source says of itself.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from chunker.documents import Bibliography
from chunker.readers.extraction import tidy_line, without_surrogates

if TYPE_CHECKING:
    from pathlib import Path

    from chunker.documents import Source

logger = logging.getLogger(__name__)

SUFFIX = ".toml"
DESCRIBED = ("title", *(field.name for field in fields(Bibliography)))
"""What a source can be described by, here and wherever else a person says it."""
_MAX_BYTES = 100_000
MAX_CHARS = 1_000
MAX_AUTHORS = 100

Description = Mapping[str, str | tuple[str, ...] | None]
"""Some of :data:`DESCRIBED`; the authors are a tuple."""


class DescriptionError(ValueError):
    """What somebody says of a source cannot be taken; the message is one line."""


def sidecar_of(path: Path) -> Path:
    """Return where the sidecar of the file at ``path`` is, if it has one."""
    return path.with_name(path.name + SUFFIX)


def read_sidecar(path: Path) -> Description:
    """Return what the file beside the one at ``path`` says; nothing where there is none.

    One that cannot be read is left out, with a warning: the source itself is none the worse.
    """
    beside = sidecar_of(path)
    try:
        if not beside.is_file():
            return {}
        with beside.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise DescriptionError(f"has more than {_MAX_BYTES:,} bytes")
        return checked_description(tomllib.loads(data.decode("utf-8-sig")))
    except (OSError, ValueError) as error:
        logger.warning("%s is left out: %s", tidy_line(beside.name), tidy_line(str(error)))
        return {}


def checked_description(given: Mapping[str, object]) -> Description:
    """Return what is ``given``, tidied; an empty text or list says that there is none.

    Raises:
        DescriptionError: a name is not among :data:`DESCRIBED`, or a value is not of its type.
    """
    checked: dict[str, str | tuple[str, ...] | None] = {}
    for name, value in given.items():
        if name not in DESCRIBED:
            raise DescriptionError(f"{name} is not known; a source has {', '.join(DESCRIBED)}")
        if value is None:
            checked[name] = None
        elif name == "authors":
            each = [value] if isinstance(value, str) else value
            if not isinstance(each, (list, tuple)) or len(each) > MAX_AUTHORS:
                raise DescriptionError(f"authors must be a list of at most {MAX_AUTHORS} names")
            checked[name] = tuple(line for one in each if (line := _line(name, one)))
        elif name == "year" and isinstance(value, int):
            checked[name] = str(value)
        else:
            checked[name] = _line(name, value)
    return checked


def _line(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_CHARS:
        raise DescriptionError(f"{name} must be a text of at most {MAX_CHARS:,} characters")
    return tidy_line(without_surrogates(value))


def described(source: Source, description: Description) -> Source:
    """Return ``source`` as ``description`` has it; what that does not name stays."""
    if not description:
        return source
    said = {name: value or (() if name == "authors" else None) for name, value in description.items()}
    title = said.pop("title", source.title)
    bibliography = replace(source.bibliography, **said)  # type: ignore[arg-type]
    return replace(source, title=None if title is None else str(title), bibliography=bibliography)
