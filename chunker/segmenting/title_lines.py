"""The title that a text gives itself: its first line that is one, before its prose begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from chunker.metadata.dates import date_spans, runs_over
from chunker.metadata.kinds import opens_like_a_paper, read_kind
from chunker.segmenting.head_lines import read_lines
from chunker.text.blocks import lines, opening_words, plain
from chunker.text.forms import read_form
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import Span
    from chunker.text.blocks import Block
    from chunker.text.forms import Form


@dataclass(frozen=True, slots=True)
class TitleLineSettings:
    """Which first lines serve as a title; chosen by hand, not measured.

    A title has ``min_letters``, at most ``max_chars`` in a line, ``max_joined_chars`` in several, and stands
    among the first ``lines_read`` lines, within ``chars_read``. A line of ``min_numbers`` or more that are
    over ``max_share_of_numbers`` of its words is a row of a table, one with a date and at most
    ``max_words_beside_date`` other words no more than the date. One that stands with numbers
    ``min_heads`` times in the first ``chars_of_heads`` is the head of pages. Within ``lines_of_body`` below
    the name of a body, each of at most ``max_body_chars``, stands what paper it is; ``max_bare_words`` say
    too little alone.
    """

    max_chars: int = 120
    max_joined_chars: int = 160
    min_letters: int = 2
    chars_read: int = 2_000
    lines_read: int = 12
    min_numbers: int = 3
    max_share_of_numbers: float = 0.4
    max_words_beside_date: int = 3
    min_heads: int = 3
    lines_of_body: int = 6
    max_body_chars: int = 80
    max_bare_words: int = 2
    chars_of_heads: int = 200_000


SETTINGS = TitleLineSettings()

_PAGE_WORD = PACKAGED.alternatives("contents", "page_words")
_PAGE_MARK = re.compile(  # [p. 41], Seite IV, page 3 of 10; a number alone is no title anyway
    rf"\W*{_PAGE_WORD}\W*(?:\d{{1,5}}|[ivxlc]{{1,7}})(?:\W+\w{{1,3}}\W+\d{{1,5}})?\W*", re.IGNORECASE
)
_NUMBER_AT_EDGE = re.compile(r"^\d{1,4}\s+(?=\S)|(?<=\S)\s+\d{1,4}$")
# A line of a form, to be filled in; a label before a number: "Case No.: 12-345"; an hour.
_FIELD = re.compile(
    r".*(?:\.{4,}|_{3,}|…{2,}).*|[^:\d]{2,30}:[\d\W]*\d[\d\W]*"
    r"|\W*\d{1,2}[:.]\d\d(?:[:.]\d\d)?\s?(?:[ap]\.?m\.?|uhr|h)?\W*[a-z]{0,4}\W*",
    re.IGNORECASE,
)
_OPENS_NO_TITLE = re.compile(r"[•·‣▪■●◦\x80-\x9f\ue000-\uf8ff]\s|<[!/?\w]|[{}]")
_WORD_NEXT = re.compile(r"\s+(?:[^\W\d_]+\s+)*[^\W\d_]{4,}")
_ENDS = re.compile(r"[.!?:…。！？][\W_]*$")
_OPEN_END = re.compile(rf"(?:\b{PACKAGED.alternatives('papers', 'title_goes_on')}|[,&-])$", re.IGNORECASE)


@cache
def _no_titles(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    """Return the pattern of a whole line that is no title: an address, a head, a mark of secrecy."""
    grades = "|".join(vocabulary.patterns("secrecy", "grades").values())
    names = ("addresses", "openings", "page_heads", "stamps")
    kinds = (vocabulary.alternatives("titles", name) for name in names)
    contents = "|".join(vocabulary.words("contents", "headings"))
    return re.compile(rf"\W*+(?:{'|'.join(kinds)}|{grades}|{contents})\W*", re.IGNORECASE)


@cache
def _bodies(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    return re.compile(rf"\W*+{vocabulary.alternatives('titles', 'bodies')}\W*", re.IGNORECASE)


@cache
def _forms(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    return re.compile(rf"\W*+{vocabulary.pattern('titles', 'forms')}\W*", re.IGNORECASE)


@cache
def _issues(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    return re.compile(rf"\W*+{vocabulary.alternatives('titles', 'issues')}\b", re.IGNORECASE)


def _names_paper(line: str) -> bool:
    return opens_like_a_paper(line) or _issues().match(line) is not None


@cache
def _joins_names(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    return re.compile(rf"\b{vocabulary.alternatives('titles', 'joins_names')}\b", re.IGNORECASE)


def may_be_title(words: str) -> bool:
    """Return whether a line may be a title: no mark or head of a page, date, salutation, address or row."""
    if (
        sum(map(str.isalpha, words)) < SETTINGS.min_letters
        or words.endswith((":", "："))
        or _PAGE_MARK.fullmatch(words)
        or _FIELD.fullmatch(words)
        or _no_titles().fullmatch(words)
    ):
        return False
    return not (
        _OPENS_NO_TITLE.match(words) or _is_row(words) or _is_only_a_date(words) or _is_salutation(words)
    )


def first_title(text: str, span: Span) -> str | None:
    """Return the first line of ``span`` that serves as its title, ``None`` where prose begins before one.

    A line goes on in the next where a date does, or where it ends open. The subject of a memorandum or a
    mail and the title of a form is its title; below a salutation there is none.
    """
    last = min(span.end_char, span.start_char + SETTINGS.chars_read)
    blocks = list(lines(text, span.start_char, last))[: SETTINGS.lines_read]
    head = text[span.start_char : last]
    form = read_form(head)
    begins = span.start_char + form.fields[0].start_char if form else None
    for number, (block, line) in enumerate(zip(blocks, read_lines(head), strict=False)):
        words = plain(block.text)
        if form and block.start_char == begins and (form.title or not form.is_table):
            return _title_of_form(form)
        if line.mark == "salutation":
            return None
        if line.mark == "fields" and line.field == "subject":
            return words.partition(":")[2].strip() or None
        if line.mark != "fields" and may_be_title(words) and not _heads_pages(text, words):
            if form and (_forms().fullmatch(words) or len(words.split()) <= SETTINGS.max_bare_words):
                return ", ".join(filter(None, [words, _title_of_form(form)]))
            named = _paper_of_body(words, [plain(below.text) for below in blocks[number + 1 :]])
            return named or _whole_title(words, list(_below(text, blocks[number:])), _next(blocks, number))
    return None


def _title_of_form(form: Form) -> str | None:
    """Return a form's title, else its first fields with words: "Case No.: 1921/34, Name: Anna Holm"."""
    if form.title:
        return form.title
    shown = []
    for field in form.fields:
        shown.append(str(field))
        if may_be_title(str(field)):
            words = ", ".join(shown)
            return words if len(words) <= SETTINGS.max_joined_chars else None
    return None


def first_words(text: str) -> str:
    """Return what ``text`` begins with (:func:`chunker.text.blocks.opening_words`), behind marks of pages."""
    begins = (block for block in lines(text) if not _PAGE_MARK.fullmatch(plain(block.text)))
    first = next(begins, None)
    return opening_words(text[first.start_char :]) if first else ""


def _paper_of_body(words: str, below: Sequence[str]) -> str | None:
    """Return the line below the name of a body that says what paper it is, a short one with that name."""
    if read_kind(words) or not _bodies().fullmatch(words):
        return None
    for number, line in enumerate(below[: SETTINGS.lines_of_body]):
        if len(line) > SETTINGS.max_body_chars or _ENDS.search(line):
            return None
        if _forms().fullmatch(line) or (_names_paper(line) and may_be_title(line)):
            is_form = _forms().fullmatch(line) is not None
            following = below[number + 1] if is_form and number + 1 < len(below) else ""
            says_little = is_form or len(line.split()) <= SETTINGS.max_bare_words
            beside = following if read_kind(following) else words
            return f"{line}, {beside}" if says_little else line
    return None


def _is_row(words: str) -> bool:
    if "|" in words or words.count("\t") > 1:
        return True
    each = words.split()
    numbers = sum(any(map(str.isdecimal, word)) for word in each)
    return numbers >= SETTINGS.min_numbers and numbers > SETTINGS.max_share_of_numbers * len(each)


def _is_only_a_date(words: str) -> bool:
    """Return whether a line is a date with a place beside it: "Paris, Hotel Adlon, 3 May 1910"."""
    spans = list(date_spans(words))
    beside = f"{words[: min(spans)[0]]} {words[max(end for _, end in spans) :]}" if spans else words
    if not spans or opens_like_a_paper(words) or _joins_names().search(beside):
        return False
    if _WORD_NEXT.match(words, max(end for _, end in spans)):
        return False  # "3 May 1954 Meeting"
    is_date = any(line.mark == "date" for line in read_lines(words[0].upper() + words[1:]))
    return is_date and len(beside.split()) <= SETTINGS.max_words_beside_date


def _is_salutation(words: str) -> bool:
    return any(line.mark == "salutation" for line in read_lines(words))


def _heads_pages(text: str, words: str) -> bool:
    """Return whether a line stands over pages, with their numbers."""
    head = _NUMBER_AT_EDGE.sub("", words)
    if head == words:
        return False
    same = re.compile(
        rf"^\W*(?:\d{{1,4}}\s+{re.escape(head)}|{re.escape(head)}\s+\d{{1,4}})\W*$", re.MULTILINE
    )
    return sum(1 for _ in same.finditer(text, 0, SETTINGS.chars_of_heads)) >= SETTINGS.min_heads


def _below(text: str, blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the lines of the paragraph that the first of ``blocks`` begins, below it."""
    for before, after in pairwise(blocks):
        if text.count("\n", before.end_char, after.start_char) != 1:
            return
        yield plain(after.text)


def _next(blocks: Sequence[Block], number: int) -> str:
    return plain(blocks[number + 1].text) if number + 1 < len(blocks) else ""


def _whole_title(words: str, below: Sequence[str], following: str) -> str | None:
    """Return a line with those it goes on in; ``None`` for prose, which is longer than any title.

    A date also goes on in the ``following`` line where a new paragraph begins there.
    """
    if len(words) > SETTINGS.max_chars or (words[0].islower() and below):
        return None
    for line in below or [following] * runs_over(words, following):
        if not _goes_on(words, line) and not runs_over(words, line):
            break
        words = f"{words} {line}"
        if len(words) > SETTINGS.max_joined_chars:
            return None
    return words


def _goes_on(words: str, line: str) -> bool:
    return not _ENDS.search(words) and (line[:1].islower() or _OPEN_END.search(words) is not None)
