"""Where in the text the titles of a table of contents stand.

Every entry is compared with every short run of lines in the body; the pairing of all entries with
all places is then chosen as a whole (the assignment problem: Kuhn 1955, Jonker & Volgenant 1987), so
that titles which repeat are told apart by their dates and by their order.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process

from chunker.documents import Span
from chunker.metadata.dates import are_compatible, date_spans, read_date
from chunker.text.blocks import Block, lines, outside, without_markup
from chunker.text.increasing import heaviest_increasing_run
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from chunker.documents import DocumentDate
    from chunker.segmenting.contents import Contents, ContentsEntry


_NOTE_NUMBER = re.compile(r"<sup>[^<>]{1,12}</sup>")
_FOUR_DIGITS = re.compile(r"\d{4}")
_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class MatchingSettings:
    """How titles are compared with places in the body; chosen by hand on the first corpus, not measured.

    A title has at most ``max_title_chars`` and ``max_title_lines``; ``lines_read_for_date`` below it, of at
    most ``max_date_line_chars``, may hold its date. ``min_similarity``, 0..1: less alike is another title;
    ``min_shared_words``, a share: with fewer the comparison is not made. To the similarity are added
    ``same_date`` or ``other_date``, ``heading_bonus`` where the place is emphasised and ``order_weight``
    times how well it keeps to the order, where a place may be off by ``order_tolerance`` of all pages or by
    ``min_order_tolerance``; a sum below ``min_score`` is no match. ``places_at_once`` bounds memory.
    """

    max_title_chars: int = 450
    max_title_lines: int = 6
    max_date_line_chars: int = 160
    lines_read_for_date: int = 4
    min_similarity: float = 0.8
    min_shared_words: float = 0.4
    same_date: float = 0.5
    other_date: float = -0.5
    heading_bonus: float = 0.05
    order_weight: float = 0.3
    order_tolerance: float = 0.05
    min_order_tolerance: float = 2.0
    min_score: float = 0.75
    places_at_once: int = 8_192


SETTINGS = MatchingSettings()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the body; ``words`` is empty where it is too long to be part of a title."""

    block: Block
    words: str


@dataclass(frozen=True, slots=True)
class _Place:
    """Lines ``first`` to ``last`` of the body, which may be a title; ``words`` is what is compared."""

    first: int
    last: int
    words: str


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """An entry of a table of contents with the place in the body its title was found at.

    ``score`` adds up how alike the titles are (0.8..1), whether their dates agree and whether the
    place keeps to the order of the others.
    """

    entry: ContentsEntry
    start_char: int
    end_char: int
    score: float


def match_titles(text: str, contents: Contents, *, ignored: Sequence[Span] = ()) -> tuple[TitleMatch, ...]:
    """Return the entries of ``contents`` whose titles stand in the body, in the body's order.

    Each place is given to one entry at most.
    """
    excluded = (*ignored, Span(contents.start_char, contents.end_char))
    body = _read_lines(text, excluded)
    entries = contents.entries
    places, similarity = _alike(text, body, [comparable(entry.title) for entry in entries])
    if not places:
        return ()
    scores = similarity + _date_scores(similarity, entries, [_dates(text, body, place) for place in places])
    scores += SETTINGS.heading_bonus * np.array([_is_emphasised(text, body, place) for place in places])
    scores = np.where(similarity > 0, scores, 0.0)
    kept = _without_rivals(places, scores)
    places, scores = [places[column] for column in kept], scores[:, kept]
    starts = [body[place.first].block.start_char for place in places]
    scores += np.where(scores > 0, _order_scores(_assign(scores, starts), entries, starts), 0.0)
    matches = [
        TitleMatch(
            entries[row], starts[column], body[places[column].last].block.end_char, float(scores[row, column])
        )
        for row, column in _assign(scores, starts)
        if scores[row, column] >= SETTINGS.min_score
    ]
    return tuple(_without_overlaps(matches))


def matched_contents(contents: Contents, matches: Sequence[TitleMatch]) -> Contents:
    """Return ``contents`` with ``body_char`` set on each entry that was found."""
    found = {match.entry.start_char: match.start_char for match in matches}
    entries = tuple(replace(entry, body_char=found.get(entry.start_char)) for entry in contents.entries)
    return replace(contents, entries=entries)


def comparable(title: str) -> str:
    """Return ``title`` as it is compared: its words in lower case, without dates, notes and numbering."""
    return _numbering().sub("", _words(title), count=1)


@cache
def _numbering(vocabulary: Vocabulary = PACKAGED) -> re.Pattern[str]:
    divisions = vocabulary.alternatives("contents", "divisions")
    return re.compile(rf"^(?:{divisions}\s+)?(?:\d{{1,3}}|[ivxlc]{{1,6}})\b\s*(?=\w)")


def _words(text: str) -> str:
    text = _NOTE_NUMBER.sub("", text)
    if _FOUR_DIGITS.search(text):
        for start, end in sorted(date_spans(text), reverse=True):
            text = f"{text[:start]} {text[end:]}"
    return _NOT_A_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _read_lines(text: str, excluded: Sequence[Span]) -> list[_Line]:
    return [
        _Line(block, _words(block.text) if len(block.text) <= SETTINGS.max_title_chars else "")
        for block in outside(lines(text), excluded)
    ]


def _alike(
    text: str, body: Sequence[_Line], titles: Sequence[str]
) -> tuple[list[_Place], NDArray[np.float64]]:
    """Return the places like any of ``titles``, and how like each title (rows) is to each place (columns).

    What is less alike than the least allowed counts as 0.
    """
    lengths = [len(title) for title in titles if title]
    if not lengths:
        return [], np.zeros((len(titles), 0))
    shortest, longest = min(lengths) * SETTINGS.min_similarity / 2, max(lengths) * 2 / SETTINGS.min_similarity
    vocabulary = {word for title in titles for word in title.split()}
    places = [
        place
        for place in _places(text, body)
        if shortest <= len(place.words) <= longest and _shares_words(place.words.split(), vocabulary)
    ]
    columns: list[NDArray[np.float64]] = []
    kept: list[_Place] = []
    for begin in range(0, len(places), SETTINGS.places_at_once):
        batch = places[begin : begin + SETTINGS.places_at_once]
        ratios = process.cdist(
            titles,
            [place.words for place in batch],
            scorer=fuzz.ratio,
            score_cutoff=SETTINGS.min_similarity * 100,
        )
        alike = np.flatnonzero(ratios.any(axis=0))
        kept += [batch[column] for column in alike]
        columns.append(ratios[:, alike].astype(np.float64) / 100)
    return kept, np.concatenate(columns, axis=1) if columns else np.zeros((len(titles), 0))


def _shares_words(words: Sequence[str], vocabulary: set[str]) -> bool:
    """Return whether enough of ``words`` occur in titles to make the costly comparison worth while."""
    return sum(word in vocabulary for word in words) >= SETTINGS.min_shared_words * len(words)


def _places(text: str, body: Sequence[_Line]) -> Iterator[_Place]:
    """Yield every run of lines that may be a title: it begins a paragraph and is short."""
    for position, line in enumerate(body):
        if line.words and _may_begin_a_title(text, body, position):
            yield from _places_from(text, body, position)


def _may_begin_a_title(text: str, body: Sequence[_Line], position: int) -> bool:
    if position == 0 or _newlines(text, body[position - 1], body[position]) > 1:
        return True
    first = body[position].block.text.lstrip("*_# ")[:1]
    return first.isupper() or first.isdigit()


def _places_from(text: str, body: Sequence[_Line], first: int) -> Iterator[_Place]:
    words = ""
    for last in range(first, min(first + SETTINGS.max_title_lines, len(body))):
        line = body[last]
        is_apart = last > first and _newlines(text, body[last - 1], line) > 2
        if is_apart or not line.words or len(words) + len(line.words) > SETTINGS.max_title_chars:
            break
        words = f"{words} {line.words}".strip()
        yield _Place(first, last, _numbering().sub("", words, count=1))


def _newlines(text: str, first: _Line, second: _Line) -> int:
    return text.count("\n", first.block.end_char, second.block.start_char)


def _is_emphasised(text: str, body: Sequence[_Line], place: _Place) -> bool:
    start, end = body[place.first].block.start_char, body[place.last].block.end_char
    return Block(start, end, text[start:end]).is_emphasised


def _dates(text: str, body: Sequence[_Line], place: _Place) -> tuple[DocumentDate, ...]:
    """Return the dates in the title and in the short lines after it."""
    title = text[body[place.first].block.start_char : body[place.last].block.end_char]
    found = [read_date(without_markup(title))]
    for line in body[place.last + 1 : place.last + 1 + SETTINGS.lines_read_for_date]:
        if len(line.block.text) > SETTINGS.max_date_line_chars:
            break
        found.append(read_date(without_markup(line.block.text)))
    return tuple(date for date in found if date is not None)


def _date_scores(
    similarity: NDArray[np.float64],
    entries: Sequence[ContentsEntry],
    dates: Sequence[Sequence[DocumentDate]],
) -> NDArray[np.float64]:
    scores = np.zeros(similarity.shape)
    for row, column in np.argwhere(similarity > 0).tolist():
        listed, stated = entries[row].date, dates[column]
        if listed is not None and stated:
            agrees = any(are_compatible(listed, date) for date in stated)
            scores[row, column] = SETTINGS.same_date if agrees else SETTINGS.other_date
    return scores


def _without_rivals(places: Sequence[_Place], scores: NDArray[np.float64]) -> list[int]:
    """Return the columns left when a place gives way to a better one that shares lines with it.

    Else an entry whose twin took the title would be given the title and the line before it.
    """
    best = scores.max(axis=0)
    taken: dict[int, int] = {}  # line: the line at which the title it is part of begins
    kept = []
    for column in sorted(range(len(places)), key=lambda column: (-best[column], column)):
        place = places[column]
        line_numbers = range(place.first, place.last + 1)
        if all(taken.get(line, place.first) == place.first for line in line_numbers):
            taken.update((line, place.first) for line in line_numbers)
            kept.append(column)
    return sorted(kept)


def _assign(scores: NDArray[np.float64], starts: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs (row, column) with the greatest sum of scores, no two of which begin at one place.

    ``starts`` ascend; columns with the same start are other ends of the same title.
    """
    from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]  # scipy ships no types

    firsts = np.flatnonzero(np.diff(starts, prepend=-1))
    best_of_start = np.maximum.reduceat(scores, firsts, axis=1)
    pairs = []
    for row, start in zip(*linear_sum_assignment(best_of_start, maximize=True), strict=True):
        end = firsts[start + 1] if start + 1 < len(firsts) else len(starts)
        if best_of_start[row, start] > 0:
            pairs.append((int(row), int(firsts[start] + np.argmax(scores[row, firsts[start] : end]))))
    return pairs


def _order_scores(
    pairs: Sequence[tuple[int, int]], entries: Sequence[ContentsEntry], starts: Sequence[int]
) -> NDArray[np.float64]:
    """Score how far each pair keeps to the order of ``pairs``, by page or by position in the list.

    Whichever of the two orders ``pairs`` follow more closely is taken for the body's order.
    """
    scores = np.zeros((len(entries), len(starts)))
    orders = (
        {row: float(entry.page) for row, entry in enumerate(entries) if entry.page is not None},
        {row: float(row) for row in range(len(entries))},
    )
    runs = [_longest_run(pairs, order, starts) for order in orders]
    order, run = max(zip(orders, runs, strict=True), key=lambda choice: len(choice[1]))
    if len(run) < 2:
        return scores
    known_rank = np.array([order[row] for row, _ in run])
    expected = np.interp(starts, [starts[column] for _, column in run], known_rank)
    tolerance = max(SETTINGS.min_order_tolerance, SETTINGS.order_tolerance * (known_rank[-1] - known_rank[0]))
    for row, rank in order.items():
        scores[row] = SETTINGS.order_weight * (1.0 - np.minimum(np.abs(expected - rank) / tolerance, 2.0))
    return scores


def _longest_run(
    pairs: Sequence[tuple[int, int]], order: dict[int, float], starts: Sequence[int]
) -> list[tuple[int, int]]:
    placed = sorted((pair for pair in pairs if pair[0] in order), key=lambda pair: starts[pair[1]])
    return [placed[position] for position in heaviest_increasing_run([order[row] for row, _ in placed])]


def _without_overlaps(matches: Sequence[TitleMatch]) -> list[TitleMatch]:
    """Return the matches in the body's order, without the worse of two that share characters."""
    kept: list[TitleMatch] = []
    for match in sorted(matches, key=lambda match: (-match.score, match.start_char)):
        position = bisect_right(kept, match.start_char, key=lambda each: each.start_char)
        before_is_clear = position == 0 or kept[position - 1].end_char <= match.start_char
        after_is_clear = position == len(kept) or match.end_char <= kept[position].start_char
        if before_is_clear and after_is_clear:
            kept.insert(position, match)
    return kept
