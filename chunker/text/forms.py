"""The form that a text may begin with: a label and what is filled in on each line, each label once.

A colon stands between the two, or they are the two cells of a table's row. Registers, tickets, case files
and articles of a help desk have one above their text, or are nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from chunker.text.blocks import lines, plain
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.text.blocks import Block


@dataclass(frozen=True, slots=True)
class FormSettings:
    """What is a form; chosen by hand, not measured.

    It has ``min_fields`` in a row and begins among the first ``lines_above`` lines. A label has at most
    ``max_label_words``. The form ends within ``max_chars``.
    """

    min_fields: int = 3
    lines_above: int = 4
    max_label_words: int = 4
    max_chars: int = 3_000


SETTINGS = FormSettings()

# An hour is no label: "At 10:30". Emphasis of Markdown may stand around a label.
_FIELD = re.compile(
    r"[*_]{0,2}(?P<label>[^\W\d_][^:*|]{0,29})[*_]{0,2}(?:(?<!\d):|:(?!\d\d\b))(?!//)[*_]{0,2}(?P<value>.*)",
    re.DOTALL,
)
_ROW = re.compile(r"\|?\s*(?P<label>[^\W\d_][^:|]{0,39}?):?\s*\|(?P<value>[^|]*)\|?")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form, with where its first line begins in the text."""

    start_char: int
    label: str
    value: str
    is_row: bool = False

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in their order, and the lines ``above`` them."""

    fields: tuple[Field, ...]
    above: tuple[str, ...] = ()

    @property
    def title(self) -> str | None:
        """What is filled in as its title or subject."""
        return self._filled_in(_labels().title)

    @property
    def date(self) -> str | None:
        """What is filled in as its date."""
        return self._filled_in(_labels().date)

    @property
    def opening(self) -> tuple[str, ...]:
        """Where its date may stand beside other words: the lines above, and a first field of more than it."""
        first = self.fields[0].value
        return (*self.above, *([first] if len(first.split()) > 1 else []))

    @property
    def is_table(self) -> bool:
        """Whether its fields are the rows of a table, which may also be none of a form."""
        return any(field.is_row for field in self.fields)

    def _filled_in(self, label: re.Pattern[str]) -> str | None:
        values = (field.value for field in self.fields if field.value and label.fullmatch(field.label))
        return next(values, None)


@dataclass(frozen=True, slots=True)
class _Labels:
    title: re.Pattern[str]
    date: re.Pattern[str]


@cache
def _labels(vocabulary: Vocabulary = PACKAGED) -> _Labels:
    titles = (
        vocabulary.patterns("titles", "record_labels")["title"],
        vocabulary.patterns("letters", "fields")["subject"],
    )
    return _Labels(
        title=re.compile("|".join(titles), re.IGNORECASE),
        date=re.compile(vocabulary.alternatives("letters", "dates_of_forms"), re.IGNORECASE),
    )


def read_form(text: str) -> Form | None:
    """Return the form that ``text`` begins with, ``None`` where it begins with none."""
    rows = list(lines(text, 0, min(len(text), SETTINGS.max_chars)))
    for first in range(min(SETTINGS.lines_above + 1, len(rows))):
        fields = list(_fields_from(text, rows[first:]))
        labels = {field.label.lower() for field in fields}
        if len(fields) >= SETTINGS.min_fields and len(labels) == len(fields):
            return Form(tuple(fields), tuple(plain(row.text) for row in rows[:first]))
    return None


def _fields_from(text: str, rows: Sequence[Block]) -> Iterator[Field]:
    """Yield the fields of the lines in a row with a label; indented ones go on in the one above."""
    field: Field | None = None
    end_char = rows[0].start_char
    for row in rows:
        gap = text[end_char : row.start_char]
        end_char = row.end_char
        match = _FIELD.fullmatch(row.text) or _ROW.fullmatch(row.text)
        label = plain(match["label"]) if match else ""
        if "\f" in gap or gap.count("\n") > 1:
            break
        if match and len(label.split()) <= SETTINGS.max_label_words:
            if field:
                yield field
            field = Field(row.start_char, label, plain(match["value"]), match.re is _ROW)
        elif field and gap.endswith((" ", "\t")):
            field = replace(field, value=f"{field.value} {plain(row.text)}".strip())
        else:
            break
    if field:
        yield field
