"""Series of letters, minutes, memoranda or diary entries in a text that lists them nowhere.

One head proves nothing; many of one form do, where together they account for the text: parts of
plausible length, letters that end as letters do, days that follow each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from chunker.documents import DocumentDate
from chunker.segmenting.head_lines import read_lines
from chunker.segmenting.heads import Head, find_heads
from chunker.text.blocks import plain
from chunker.text.increasing import heaviest_increasing_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chunker.documents import Span
    from chunker.segmenting.head_lines import HeadLine


@dataclass(frozen=True, slots=True)
class SeriesSettings:
    """When heads are enough to take a text apart by; chosen by hand, not measured.

    ``min_strong`` heads with two marks (a date and a salutation), or ``min_weak`` with one. The usual part
    (the median) has ``min_part_chars`` below its head, and ``min_share_with_words`` have any words there,
    unlike dates over a table's columns; those that are no longer than ``max_times_usual`` of it, nor than
    ``max_part_chars``, about thirty pages, hold at least ``min_share_of_text``. ``mostly``:
    share of days that must follow each other, and be different, where only days show the parts.
    ``min_share_of_endings`` of letters have a closing or a signature among their last ``lines_of_ending``
    lines, with no more than ``max_share_after`` of the letter below it.
    """

    min_strong: int = 2
    min_weak: int = 3
    min_part_chars: int = 100
    min_share_with_words: float = 0.75
    max_times_usual: float = 12
    max_part_chars: int = 60_000
    min_share_of_text: float = 0.5
    mostly: float = 0.8
    min_share_of_endings: float = 0.6
    lines_of_ending: int = 6
    max_share_after: float = 0.34


SETTINGS = SeriesSettings()


@dataclass(frozen=True, slots=True)
class Series:
    """The heads found in a text; ``is_whole`` where the text may be taken apart at them.

    ``dates`` are the different dates of heads, whether it may or not.
    """

    heads: tuple[Head, ...]
    is_whole: bool

    @property
    def dates(self) -> tuple[DocumentDate, ...]:
        """The different dates in heads, in the text's order."""
        return tuple(dict.fromkeys(head.date for head in self.heads if head.date is not None))

    @property
    def range(self) -> DocumentDate | None:
        """The time from the first to the last of three or more dates, ``None`` where there are fewer.

        Where most follow each other, those that do not (an editor's, a misprint) do not count.
        """
        dates = self.dates
        rising = heaviest_increasing_run([date.start for date in dates])
        if 2 * len(rising) >= len(dates):
            dates = tuple(dates[place] for place in rising)
        if len(dates) < SETTINGS.min_weak:
            return None
        return DocumentDate(min(date.start for date in dates), max(date.end for date in dates), "day")


def find_series(text: str, excluded: Sequence[Span] = ()) -> Series:
    """Return the heads in ``text``, and whether they take it apart; none begins in ``excluded``."""
    read = read_lines(text, excluded)
    found = _without_last_dates(text, find_heads(read))
    heads = [head for head in found if head.is_proof]
    dated = [head for head in heads if "date" in head.marks]
    for chosen in (heads, [head for head in heads if head.is_strong], dated):
        if _takes_apart(text, chosen, read):
            return Series(tuple(_without_book_title(_by_numbers(chosen, found))), is_whole=True)
    # else they may stand in a report's prose
    begins = bool(dated) and not text[: dated[0].start_char].strip()
    return Series(tuple(dated) if begins or _hold_most(text, dated) else (), is_whole=False)


def _by_numbers(chosen: Sequence[Head], found: Sequence[Head]) -> Sequence[Head]:
    """Return the heads that are counted where most are: also those that nothing but the number shows."""
    numbered = [head for head in found if head.number is not None]
    rising = [
        numbered[place]
        for place in heaviest_increasing_run([head.number or 0 for head in numbered], is_strict=True)
    ]
    shown = {head.start_char for head in rising}
    counted = sum(head.start_char in shown for head in chosen)
    if len(rising) < SETTINGS.mostly * len(numbered) or counted < SETTINGS.mostly * len(chosen):
        return chosen
    return rising


def _without_book_title(heads: Sequence[Head]) -> list[Head]:
    """Return ``heads`` without what the first has above it more than others: the title of them all."""
    usual = int(median(len(head.titles) for head in heads[1:]))
    return [heads[0].without_titles(max(0, len(heads[0].titles) - usual)), *heads[1:]]


def _without_last_dates(text: str, heads: Sequence[Head]) -> list[Head]:
    """Return ``heads`` without dates that nothing stands below: these end the letter before.

    Where the first letter has its date there, so have all.
    """
    is_last = [
        head.marks == {"date"} and not any(map(str.isalnum, text[head.end_char : end]))
        for head, end in _with_ends(heads, len(text))
    ]
    dates_end = bool(heads) and "date" not in heads[0].marks and is_last[-1]
    kept: list[Head] = []
    for head, last in zip(heads, is_last, strict=True):
        ends_letter = last or (dates_end and head.after_date_char is not None)
        if ends_letter and kept and kept[-1].date is None:
            kept[-1] = replace(kept[-1], date=head.date)
        if not last:
            kept.append(_without_date(text, head) if ends_letter else head)
    return kept


def _without_date(text: str, head: Head) -> Head:
    start = head.after_date_char or head.start_char
    title = plain(text[start : head.end_char]).strip(" ,.;:—–-")
    return replace(head, start_char=start, title=title, date=None)


def _with_ends(heads: Sequence[Head], end_char: int) -> Iterator[tuple[Head, int]]:
    """Yield each head with where its part ends."""
    for number, head in enumerate(heads, start=1):
        yield head, heads[number].start_char if number < len(heads) else end_char


def _takes_apart(text: str, heads: Sequence[Head], read: Sequence[HeadLine]) -> bool:
    strong = sum(head.is_strong for head in heads)
    is_strong = strong >= SETTINGS.min_strong and 2 * strong >= len(heads)
    if not is_strong and (len(heads) < SETTINGS.min_weak or not _is_of_one_form(heads)):
        return False
    return _have_bodies(text, heads) and _hold_most(text, heads) and _end_like_letters(heads, read)


def _is_of_one_form(heads: Sequence[Head]) -> bool:
    """Return whether heads are all salutations, or all days that mostly follow each other."""
    salutations = sum("salutation" in head.marks for head in heads)
    if salutations == len(heads):
        return True
    days = [head.date.start for head in heads if head.date is not None]
    dated = sum("date" in head.marks for head in heads)
    if dated < len(heads):
        return False
    if 2 * len(days) < len(heads):
        return len({head.title for head in heads}) >= SETTINGS.mostly * len(heads)
    rising = max(len(heaviest_increasing_run(order)) for order in (days, days[::-1]))
    return rising >= SETTINGS.mostly * len(days) and len(set(days)) >= SETTINGS.mostly * len(days)


def _lengths(text: str, heads: Sequence[Head]) -> list[int]:
    return [end - head.end_char for head, end in _with_ends(heads, len(text))]


def _have_bodies(text: str, heads: Sequence[Head]) -> bool:
    if median(_lengths(text, heads)) < SETTINGS.min_part_chars:
        return False
    with_words = sum(
        any(map(str.isalnum, text[head.end_char : end])) for head, end in _with_ends(heads, len(text))
    )
    return with_words >= SETTINGS.min_share_with_words * len(heads)


def _hold_most(text: str, heads: Sequence[Head]) -> bool:
    """Return whether parts of the usual length hold most of the text: else a few stand in a longer work."""
    if len(heads) < SETTINGS.min_strong:
        return False
    lengths = _lengths(text, heads)
    longest = min(SETTINGS.max_part_chars, SETTINGS.max_times_usual * median(lengths))
    held = sum(length for length in lengths if length <= longest)
    return held >= SETTINGS.min_share_of_text * len(text.strip())


def _end_like_letters(heads: Sequence[Head], read: Sequence[HeadLine]) -> bool:
    """Return whether the parts that begin like letters end like them: else they are quoted in prose."""
    letters = endings = 0
    number = 0
    for head, end in _with_ends(heads, read[-1].end_char + 1):
        below: list[HeadLine] = []
        while number < len(read) and read[number].start_char < end:
            if read[number].start_char >= head.end_char and not read[number].is_rule:
                below.append(read[number])
            number += 1
        if "salutation" in head.marks:
            letters += 1
            latest = end - SETTINGS.max_share_after * (end - head.end_char)
            endings += any(
                line.is_ending and line.end_char >= latest for line in below[-SETTINGS.lines_of_ending :]
            )
    return endings >= SETTINGS.min_share_of_endings * letters
