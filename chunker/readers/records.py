"""Reads JSON (.json, .jsonl): each record a row with the names of its values, as those of a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chunker.errors import BrokenSourceError
from chunker.readers.building import TextBuilder
from chunker.readers.decoding import decode_text
from chunker.readers.extraction import tidy_line
from chunker.readers.noticing import notice
from chunker.readers.tables import row_text

if TYPE_CHECKING:
    from chunker.readers.extraction import Extracted, ReadingLimits

MAX_LEVEL = 6
Record = tuple[tuple[str, "Value"], ...]  # not a dict: a name may come twice
Value = Record | list["Value"] | str | bool | None
AS_WRITTEN = json.JSONDecoder(
    object_pairs_hook=tuple, parse_float=str, parse_int=str, parse_constant=str, strict=False
)


def read_records(data: bytes, *, name: str, limits: ReadingLimits) -> Extracted:
    """Read records: the plain values of each in one block, what is inside it under its name.

    Texts of several lines stand below the record that holds them. Lines that are no JSON among those that
    are, such as a last one cut short, are left out with a notice. Raises BrokenSourceError for what is none.
    """
    written, text = decode_text(data, name=name, limits=limits), TextBuilder(name, limits)
    try:
        for value in values_in(written):
            add_value(text, value)
    except (ValueError, RecursionError) as error:
        raise BrokenSourceError(
            f"{name}: is damaged, cut short or no JSON; export it again, or name it .txt if it is plain text"
        ) from error
    return text.extracted()


def values_in(written: str) -> list[Value]:
    """Return the one value of a file, or those of its lines; raises ValueError where most lines are none."""
    try:
        return [AS_WRITTEN.decode(written)]
    except ValueError:
        lines = [line for line in written.split("\n") if line.strip()]
        values = [value for line in lines for value in decoded(line)]
        if len(values) < 2 or 2 * len(values) < len(lines):
            raise
    if len(values) < len(lines):
        notice(f"{len(lines) - len(values):,} of {len(lines):,} lines are no JSON and left out")
    return values


def decoded(line: str) -> list[Value]:
    """Return the value of a line; nothing where it is no JSON."""
    try:
        return [AS_WRITTEN.decode(line)]
    except ValueError:
        return []


def add_value(text: TextBuilder, value: Value, level: int = 1) -> None:
    """Write a value: a record, a list of such, or a plain one."""
    if isinstance(value, tuple):
        plain = [(tidy_line(key), shown) for key, each in value if (shown := plain_words(each))]
        if plain:
            text.add(row_text([words for _, words in plain], [key for key, _ in plain]))
        for key, each in value:
            if isinstance(each, (tuple, list)) and each and not plain_words(each):
                text.add(tidy_line(key), level=min(level, MAX_LEVEL))
                add_value(text, each, level + 1)
            elif is_long(each):
                text.add(str(each))
    elif isinstance(value, list):
        for each in value:
            add_value(text, each, level)
    else:
        text.add(str(value) if is_long(value) else plain_words(value))


def is_long(value: Value) -> bool:
    """Whether a value is a text of several lines."""
    return isinstance(value, str) and "\n" in value.strip()


def plain_words(value: Value) -> str:
    """Return a plain value, or a list of such, as words; empty where it holds more, or nothing."""
    if isinstance(value, list) and not any(isinstance(each, (tuple, list)) for each in value):
        return ", ".join(filter(None, map(plain_words, value)))
    if value is None or isinstance(value, (tuple, list)) or is_long(value):
        return ""
    return tidy_line(str(value)) if isinstance(value, str) else str(value).lower()
