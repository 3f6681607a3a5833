"""Heads of letters, memoranda, minutes and diary entries: the lines by which one knows that one begins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chunker.segmenting.head_lines import TRAILING, addressee, greeted_name, number_of
from chunker.text.blocks import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chunker.documents import DocumentDate
    from chunker.segmenting.head_lines import HeadLine, Mark


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """What is taken for a head; chosen by hand, not measured.

    A head has at most ``max_lines``, with ``max_lines_between`` that show nothing by themselves: a place, a
    heading; what is longer than ``max_line_chars`` is prose. One of ``max_shown_chars`` at most goes into its
    title. A memorandum has ``min_fields`` of From, To, Date and Subject.
    """

    max_lines: int = 6
    max_lines_between: int = 1
    max_line_chars: int = 120
    max_shown_chars: int = 60
    min_fields: int = 3


SETTINGS = HeadSettings()
_JOINT = ", "


@dataclass(frozen=True, slots=True)
class Head:
    """The head of what may be a document: ``marks`` tell what shows it, ``title`` is made of its own words.

    ``end_char`` is where the body begins. ``names`` are its words that may name persons. ``after_date_char``
    is where the line below a date begins that the head opens with: the date may end what stands before.
    ``titles`` are the lines above date and salutation that ``title`` begins with. ``number`` is what it is
    counted by.
    """

    start_char: int
    end_char: int
    title: str
    marks: frozenset[Mark]
    date: DocumentDate | None = None
    names: str = ""
    after_date_char: int | None = None
    titles: tuple[str, ...] = ()
    number: int | None = None

    def without_titles(self, count: int) -> Head:
        """Return the head without its first ``count`` lines as part of its title."""
        if not count:
            return self
        cut = sum(len(words) + len(_JOINT) for words in self.titles[:count])
        return replace(
            self, title=self.title[cut:], titles=self.titles[count:], names=_JOINT.join(self.titles[count:])
        )

    @property
    def is_strong(self) -> bool:
        """Whether more than one thing shows that something begins here."""
        return len(self.marks) > 1 or "fields" in self.marks

    @property
    def is_proof(self) -> bool:
        """Whether more than a number and a name show it."""
        return bool(self.marks - {"number", "title"})

    @property
    def kind(self) -> str | None:
        """The kind of paper that has such a head, where it shows one."""
        if "fields" in self.marks:
            return "memorandum"
        is_addressed = any(map(addressee, self.titles))
        return "letter" if "salutation" in self.marks or is_addressed else None


def find_heads(read: Sequence[HeadLine]) -> tuple[Head, ...]:
    """Return what may be the heads of documents among a text's lines, in their order.

    A single one proves nothing: a date may stand alone in prose, a letter be quoted. One with nothing but a
    number, and perhaps an addressee, shows less than others (:attr:`Head.is_proof`).
    """
    heads: list[Head] = []
    next_free = 0
    for number, line in enumerate(read):
        if number >= next_free and line.mark is not None:
            last = _last_of_head(read, number)
            head = _head(read[number : last + 1])
            if head is not None:
                heads.append(head)
                next_free = last + 1
    return tuple(heads)


def _last_of_head(read: Sequence[HeadLine], first: int) -> int:
    """Return the number of a head's last line: a salutation, or the last marked one of a few."""
    last = first
    seen: set[Mark] = set()
    for number in range(first, min(first + SETTINGS.max_lines, len(read))):
        line = read[number]
        if line.mark in seen and line.mark in {"date", "number"}:
            break  # the next one's
        if line.mark in {"title", "number"} and last < number - 1:
            break
        if line.is_rule or line.is_lower or not line.opens or number - last > SETTINGS.max_lines_between + 1:
            break
        if line.mark is None and len(line.words) > SETTINGS.max_line_chars:
            break  # prose
        if line.mark is not None:
            last = number
            seen.add(line.mark)
        if line.goes_on or line.mark == "salutation":
            break
    return last


def _head(read: Sequence[HeadLine]) -> Head | None:
    fields = {line.field: line.words for line in read if line.field is not None}
    marks = {line.mark for line in read if line.mark is not None}
    date = next((line.date for line in read if line.date is not None), None)
    if len(fields) < SETTINGS.min_fields:
        marks.discard("fields")
    if date is not None and "fields" not in marks:
        marks.add("date")
    if marks == {"title"} or not marks:
        return None
    titles, dates, salutations = (
        [line.words for line in read if line.mark in each and _is_shown(line)]
        for each in (("number", "title"), ("date", None), ("salutation",))
    )
    if "fields" in marks:
        shown = [fields["subject"].partition(":")[2]] if fields.get("subject") else [*fields.values()]
        people = [fields[name].partition(":")[2].strip() for name in ("from", "to") if name in fields]
        titles = []
    else:
        names_any = any(number_of(words) is None for words in titles)
        shown = [*titles, *dates, *(() if names_any else salutations)]
        people = [addressee(words) or words for words in titles]
        people += [] if names_any else filter(None, map(greeted_name, salutations))
    return Head(
        read[0].start_char,
        read[-1].end_char,
        _JOINT.join(_tidied(shown)),
        frozenset(marks),
        date,
        names=_JOINT.join(people),
        after_date_char=read[1].start_char if read[0].mark == "date" and len(read) > 1 else None,
        titles=tuple(_tidied(titles)),
        number=number_of(read[0].words) if read[0].mark == "number" else None,
    )


def _is_shown(line: HeadLine) -> bool:
    return line.mark is not None or 0 < len(line.words) <= SETTINGS.max_shown_chars


def _tidied(each: Iterable[str]) -> list[str]:
    return [part for part in (plain(words).strip(TRAILING) for words in each) if part]
