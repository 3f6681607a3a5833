"""Lines that may begin or end a letter, a memorandum, minutes or a diary entry, told by their words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from chunker.metadata.dates import date_spans, read_date, runs_over
from chunker.metadata.kinds import opens_like_a_paper
from chunker.metadata.own_dates import read_own_date
from chunker.text.blocks import Block, lines, outside
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import DocumentDate, Span

Mark = Literal["date", "salutation", "title", "number", "fields"]


@dataclass(frozen=True, slots=True)
class HeadLineSettings:
    """What is taken for a line of a head; chosen by hand, not measured.

    A line of a head has at most ``max_line_chars``, a salutation ``max_salutation_chars``, one that ends in
    no comma ``max_bare_salutation`` words, an addressee ``max_words_of_address``, and a line with a date
    ``max_words_beside_date`` other words; what runs over from the line above has ``max_rest_of_date``
    characters. A closing or a signature has at most ``max_ending_chars``; a
    signature stands in the last ``lines_of_ending`` lines.
    """

    max_line_chars: int = 120
    max_salutation_chars: int = 60
    max_bare_salutation: int = 3
    max_words_beside_date: int = 6
    max_words_of_address: int = 10
    max_rest_of_date: int = 24
    max_ending_chars: int = 60
    lines_of_ending: int = 4


SETTINGS = HeadLineSettings()


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A line and what it may be in a head: ``mark``, where it ``opens`` a paragraph.

    ``end_char`` and ``words`` leave out prose that goes on after a date or a salutation; ``goes_on`` tells
    that there is some. ``field`` is which of a memorandum's. ``is_ending``: a signature or a closing.
    """

    start_char: int
    end_char: int
    words: str
    mark: Mark | None = None
    date: DocumentDate | None = None
    field: str | None = None
    opens: bool = False
    goes_on: bool = False
    is_rule: bool = False
    is_ending: bool = False
    is_lower: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """What the vocabulary says of heads and endings."""

    salutation: re.Pattern[str]
    greeting: re.Pattern[str]
    greeted: frozenset[str]
    addressed: re.Pattern[str]
    closing: re.Pattern[str]
    title: re.Pattern[str]
    between_persons: re.Pattern[str]
    fields: re.Pattern[str]
    wrote: re.Pattern[str]
    beside_dates: frozenset[str]
    other_date: re.Pattern[str]


_RULE = re.compile(r"[-*_=~—–•\s]{3,}|[*⁂§]|-{3,}[^\d-]{1,60}-{3,}")
# "17.", "No. 17", "[XII]", with or without the mark of a note behind
_NUMBER = re.compile(
    r"[\[(]?(?:n[or]\.?\s*|№\s*)?(\d{1,4}|[IVXLC]{1,7})[\])]?\.?(?:\s?\[\d{1,3}\])?", re.IGNORECASE
)
TRAILING = " ,.;:—–-*_#\\"
_LEADING = "*_# \\"
_MARKUP = re.compile(r"[*_#\\]+")
_NOTE_MARK = re.compile(r"(?<=.)\s?\[\d{1,3}\]$")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_QUOTES = ('"', "'", "“", "„", "«", "‘", ">", "|")
_DASH = ("—", "–", "--", "-")
_DAY = re.compile(
    r"(?:\d{1,2}\w{0,2}\.?\s+[^\W\d_]{3,12}|[^\W\d_]{3,12}\.?\s+\d{1,2}(?!\d)(?:st|nd|rd|th)?)\b"
)
_LEAP_YEAR = " 1904"  # any that has all days
_RUN_IN = re.compile(r"[.,:;]?\s?(?:—|–|--)|[.:]\s")
# Each part is taken whole: a line of letters that is no name would else be parted in all possible ways.
_SIGNATURE = re.compile(
    r"[^\W\d_]++(?:[.'’-]++[^\W\d_]++)*+(?:(?:[.,]\s?|\s)[^\W\d_]++(?:['’-][^\W\d_]++)*+){0,5}[.,]?"
)
_SMALL_WORD = 3  # letters: "von", "de", "the"


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> _Words:
    def any_of(name: str) -> str:
        return vocabulary.alternatives("letters", name)

    fields = vocabulary.patterns("letters", "fields")
    named = "|".join(f"(?P<{name}>{pattern})" for name, pattern in fields.items())
    # A full stop within a salutation stands after an abbreviation: "Dear Mr. Weber".
    within = r"(?:[^\n.,:;!?—]|(?<=\b\w)\.|(?<=\b\w\w)\.|(?<=\b\w\w\w)\.)"
    return _Words(
        salutation=re.compile(rf"{any_of('salutations')}(?!\w){within}{{0,60}}", re.IGNORECASE),
        greeting=re.compile(rf"\W*(?:{any_of('salutations')}(?!\w)[\s.]*)+", re.IGNORECASE),
        greeted=frozenset(vocabulary.words("letters", "greeted")),
        addressed=re.compile(rf"{any_of('between_persons')}\s+(?=[^\W\d_])", re.IGNORECASE),
        closing=re.compile(rf"{any_of('closings')}(?!\w)", re.IGNORECASE),
        title=re.compile(
            rf"{any_of('titles')}(?!\w)\W+\w[^\n]*"
            rf"|{any_of('addressed')}(?!\w)(?:\s+\S+){{1,{SETTINGS.max_words_of_address}}}",
            re.IGNORECASE,
        ),
        between_persons=re.compile(rf"\s{any_of('between_persons')}\s", re.IGNORECASE),
        fields=re.compile(rf"(?:{named})\s*:", re.IGNORECASE),
        wrote=re.compile(rf"\b{any_of('wrote')}\s?:$", re.IGNORECASE),
        beside_dates=frozenset(vocabulary.words("letters", "beside_dates")),
        other_date=re.compile(
            rf"©|\b{vocabulary.alternatives('papers', 'other_date')}\b|\b{any_of('other_date')}\b",
            re.IGNORECASE,
        ),
    )


def read_lines(text: str, excluded: Sequence[Span] = ()) -> list[HeadLine]:
    """Return the lines of ``text`` outside of ``excluded``, with what each may be in a head or an ending."""
    read: list[HeadLine] = []
    before_end, before_is_last = 0, True
    for block in _with_whole_dates(text, list(outside(lines(text), excluded))):
        gap = text[before_end : block.start_char]
        is_apart = gap.count("\n") > 1 or "\f" in gap
        line = _read_line(block, opens=before_is_last or is_apart)
        if line.is_lower and not is_apart and read and read[-1].mark in {"date", "title", "number"}:
            read[-1] = replace(read[-1], mark=None, date=None)  # prose that goes on in this line
        read.append(line)
        before_end = block.end_char
        before_is_last = line.is_rule or line.is_ending or (line.mark is not None and not line.goes_on)
    return read


def _with_whole_dates(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield ``blocks``, as one those two that a date runs over: "Borup, 3", "May 1911"."""
    joined_end = 0
    for number, block in enumerate(blocks):
        if block.start_char < joined_end:
            continue
        below = blocks[number + 1] if number + 1 < len(blocks) else None
        if below is not None and _runs_on(text, block, below):
            joined_end = below.end_char
            yield Block(block.start_char, below.end_char, f"{block.text} {below.text}")
        else:
            yield block


def _runs_on(text: str, block: Block, below: Block) -> bool:
    is_short = len(block.text) <= SETTINGS.max_line_chars and len(below.text) <= SETTINGS.max_rest_of_date
    is_next = is_short and text.count("\n", block.end_char, below.start_char) == 1
    return is_next and runs_over(block.text, below.text)


def _read_line(block: Block, *, opens: bool) -> HeadLine:
    start, end = block.start_char, block.end_char
    if _RULE.fullmatch(block.text):
        return HeadLine(start, end, "", opens=opens, is_rule=True)
    if not opens:
        return HeadLine(start, end, "", is_ending=_is_ending(block.text))
    shown = block.text.lstrip(_LEADING)
    words = _MARKUP.sub(" ", shown[: 2 * SETTINGS.max_line_chars]).strip()
    line = HeadLine(start, end, words, opens=True, is_lower=words[:1].islower(), is_ending=_is_ending(words))
    if line.is_lower or words.startswith(_QUOTES):
        return line
    if salutation := _salutation(words):
        goes_on = len(words) > len(salutation) + 2
        stop = start + block.text.find(salutation) + len(salutation) if goes_on else end
        return replace(line, end_char=max(stop, start), words=salutation, mark="salutation", goes_on=goes_on)
    marked = _marked(line) if len(words) <= SETTINGS.max_line_chars else None
    if marked is not None:
        return marked
    run_in = _run_in_date(words)
    stop = start + max(0, block.text.find(run_in)) + len(run_in)
    return (
        replace(line, end_char=stop, words=run_in, mark="date", date=read_date(run_in), goes_on=True)
        if run_in
        else line
    )


def _marked(line: HeadLine) -> HeadLine | None:
    """Return a line that as a whole is a field, a date, a number or a title as such."""
    words = line.words
    if field := _words().fields.match(words):
        return replace(line, mark="fields", field=field.lastgroup, date=_date_of(words))
    is_date, date = _whole_date(words)
    if is_date or (_words().wrote.search(words) and read_date(words)):
        return replace(line, mark="date", date=date or read_date(words))
    if _NUMBER.fullmatch(words):
        return replace(line, mark="number", words=_NOTE_MARK.sub("", words))
    return replace(line, mark="title", date=_closing_date(words)) if _is_title(words) else None


def _salutation(words: str) -> str:
    """Return the salutation a line is or begins with, ``""`` where it is or has none."""
    match = _words().salutation.match(words, 0, SETTINGS.max_salutation_chars + 1)
    if match is None:
        return ""
    rest = words[match.end() :]
    is_short = len(words) <= SETTINGS.max_salutation_chars
    ends_open = words.endswith((",", ":", "!", "—", "–", "-"))
    if not rest.strip(TRAILING + "!") and (ends_open or len(words.split()) <= SETTINGS.max_bare_salutation):
        return match[0].strip()
    if is_short and rest.startswith(",") and ends_open:
        return words.strip(TRAILING)
    return match[0].strip() if rest.lstrip(",:;.!").startswith(_DASH) else ""


def greeted_name(salutation: str) -> str:
    """Return the name of whom a salutation greets, ``""`` where it gives none: "Dear Uncle Hans", Hans."""
    match = _words().greeting.match(salutation)
    words = salutation[match.end() if match else 0 :].strip(TRAILING + "!").split(",")[0].split()
    kept = [word for word in words if word.strip(".").lower() not in _words().greeted]
    is_name = all(word[0].isupper() or len(word) <= _SMALL_WORD for word in kept)
    return " ".join(kept) if is_name and kept and kept[-1][0].isupper() else ""


def addressee(words: str) -> str:
    """Return whom a line is addressed to, ``""`` where it is not: "TO TOBIAS HASLINGER", Tobias Haslinger."""
    match = _words().addressed.match(words)
    rest = words[match.end() :] if match else ""
    return rest.title() if rest.isupper() else rest


def _is_title(words: str) -> bool:
    bare = words.strip()
    return (
        not bare.endswith((",", ";"))
        and not _says_something_of_a_date(bare)
        and bool(_words().title.fullmatch(bare) or opens_like_a_paper(bare) or _names_two_persons(bare))
    )


def _says_something_of_a_date(words: str) -> bool:
    """Return whether a date goes on in prose: "The minutes of the meeting of 3 May 1954 were approved"."""
    ends = [end for _, end in date_spans(words)]
    return bool(ends) and any(
        word[0].islower() and len(word) > _SMALL_WORD for word in words[max(ends) :].split()
    )


def _names_two_persons(words: str) -> bool:
    """Return whether words are like "Anna Weber to her brother Karl"."""
    between = _words().between_persons.search(words)
    if between is None or len(words.split()) > SETTINGS.max_words_of_address:
        return False
    writer, reader = words[: between.start()], words[between.end() :].split()
    return _is_name_like(writer) and reader[-1:] != [] and reader[-1][0].isupper()


def _is_ending(words: str) -> bool:
    """Return whether a line may end a letter: a closing, or a name by itself."""
    bare = words.strip(_LEADING)
    if not bare or len(bare) > SETTINGS.max_ending_chars:
        return False
    return bool(_words().closing.match(bare)) or (bare[0].isupper() and _is_name_like(bare))


def _is_name_like(words: str) -> bool:
    each = words.replace(".", " ").split()
    return (
        words[:1].isupper()
        and bool(_SIGNATURE.fullmatch(words))
        and all(word[0].isupper() or len(word) <= _SMALL_WORD for word in each)
    )


def _date_of(words: str) -> DocumentDate | None:
    return None if _words().other_date.search(words) else read_own_date(words)


def _whole_date(words: str) -> tuple[bool, DocumentDate | None]:
    """Return whether a line is a date with a place beside it at most, and the date where it has a year."""
    if not any(map(str.isdecimal, words)) or "|" in words or "\t" in words:
        return False, None
    spans = list(date_spans(words))
    if not spans:
        day = _DAY.search(words)
        if day is None or read_date(day[0] + _LEAP_YEAR) is None:
            return False, None
        spans = [day.span()]
    beside = words[: min(spans)[0]] + " " + words[max(end for _, end in spans) :]
    is_whole = _stands_beside_a_date(beside) and not _words().other_date.search(words)
    return is_whole, (read_own_date(words) or read_date(words)) if is_whole else None


def _stands_beside_a_date(beside: str) -> bool:
    small = _words().beside_dates
    each = _bare(beside)
    return len(each) <= SETTINGS.max_words_beside_date and all(
        not word[0].islower() or word in small for word in each
    )


def _bare(words: str) -> list[str]:
    """Return words without the signs around them."""
    each = (word.strip(TRAILING + "()[]") for word in words.split())
    return [word for word in each if word]


def _closing_date(words: str) -> DocumentDate | None:
    """Return the date that a title ends with."""
    spans = list(date_spans(words))
    if not spans or not _words().beside_dates.issuperset(_bare(words[max(end for _, end in spans) :])):
        return None
    return _date_of(words)


def _run_in_date(words: str) -> str:
    """Return the day that a paragraph begins with and goes on after: "3 May. Left Munich"."""
    opening = words[: SETTINGS.max_salutation_chars]
    if not any(map(str.isdecimal, opening)):
        return ""
    ends = [end for begin, end in date_spans(opening) if begin == 0]
    if not ends and (day := _DAY.match(opening)) and read_date(day[0] + _LEAP_YEAR):
        ends = [day.end()]
    return opening[: max(ends)] if ends and _RUN_IN.match(opening, max(ends)) else ""


def signature(text: str) -> str:
    """Return the name that stands by itself at the end of ``text``, ``""`` where none does."""
    last = list(lines(text, max(0, len(text) - SETTINGS.lines_of_ending * SETTINGS.max_ending_chars)))
    for line in reversed(last[-SETTINGS.lines_of_ending :]):
        words = line.text.strip(_LEADING)
        if _is_ending(words) and not _words().closing.match(words):
            return words
    return ""


def number_of(words: str) -> int | None:
    """Return the number that a line like "No. 17" or "XVII." gives, ``None`` where it gives none."""
    found = _NUMBER.fullmatch(words)
    if found is None:
        return None
    if found[1].isdecimal():
        return int(found[1])
    values = [_ROMAN[letter] for letter in found[1].upper()]
    following = [*values[1:], 0]
    return sum(-one if one < after else one for one, after in zip(values, following, strict=True))
