"""Words with capitals as names, and what stands beside each: forms of address, initials, "in", articles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from chunker.metadata.dates import date_spans
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class WritingSettings:
    """How names are cut out and what counts how much; chosen by hand on three collections, not measured.

    A name has at most ``max_words``, behind at most ``max_initials``. Where over ``max_share_of_capitals`` of
    the words within sentences have one, as German nouns do, and there are ``min_inside``, "in" shows no
    place. A date line has at most ``max_date_line_chars`` and counts as ``date_line_weight`` times "in".
    """

    max_words: int = 3
    max_initials: int = 3
    max_share_of_capitals: float = 0.2
    min_inside: int = 30
    max_date_line_chars: int = 60
    date_line_weight: int = 2


SETTINGS = WritingSettings()

WORD = re.compile(r"[^\W\d_]+(?:['’ʹ-][^\W\d_]+)*|\d+")
_POSSESSIVE = re.compile(r"['’ʹ]s?$")
_STARTS_SENTENCE = re.compile(r"[.!?:;\n“”\"«»„([…–—•*#|>]")
_ABBREVIATION = 4
"""Letters of the longest, as in "Prof." or "Mlle."."""
_TO_PLACE = 6
"""Characters between the place of a date line and its date."""


class Token(NamedTuple):
    """A word or a number of a text, with what stands between the one before and it."""

    start: int
    end: int
    word: str
    before: str


@dataclass(frozen=True, slots=True)
class NameVocabulary:
    """What the vocabulary says of names; ``never`` are words that are no part of one, in small letters."""

    persons: frozenset[str]
    places: frozenset[str]
    determiners: frozenset[str]
    times: frozenset[str]
    never: frozenset[str]
    particles: frozenset[str]
    month: re.Pattern[str]
    salutation: re.Pattern[str]


@cache
def name_vocabulary(vocabulary: Vocabulary = PACKAGED) -> NameVocabulary:
    """Return the words and patterns that tell names."""
    persons, places, determiners, times = (
        frozenset(vocabulary.words("mentions", name))
        for name in ("before_persons", "before_places", "determiners", "before_times")
    )
    groups = vocabulary.patterns("names", "not_names")
    not_names = {word for name, group in groups.items() if name != "places" for word in group.split()}
    greeted = vocabulary.words("letters", "greeted")
    return NameVocabulary(
        *(persons, places, determiners, times),
        never=frozenset({*not_names, *persons, *determiners, *greeted}),
        particles=frozenset(vocabulary.words("names", "particles")),
        month=re.compile(vocabulary.alternatives("dates", "months"), re.IGNORECASE),
        salutation=re.compile(
            rf"^[^\w\n]*+{vocabulary.alternatives('letters', 'salutations')}\s+", re.IGNORECASE | re.MULTILINE
        ),
    )


def tokens_of(text: str) -> Iterator[Token]:
    """Yield words and numbers; those of addresses of mails and pages are none."""
    end = 0
    for match in WORD.finditer(text):
        if text[match.end() : match.end() + 1] not in {"@", "/"} and text[
            match.start() - 1 : match.start()
        ] not in {"@", "/"}:
            yield Token(*match.span(), match[0], text[end : match.start()] if end else "\n")
        end = match.end()


def has_capitals_everywhere(tokens: Sequence[Token]) -> bool:
    """Return whether more words within sentences have a capital than names explain."""
    inside = [token for token in tokens if token.before == " " and token.word.isalpha()]
    capitals = sum(_has_capital(token.word) for token in inside)
    return len(inside) >= SETTINGS.min_inside and capitals > SETTINGS.max_share_of_capitals * len(inside)


def _has_capital(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and any(map(str.islower, word))


def _may_be_name(word: str) -> bool:
    """Return whether a word may be part of a name: it has a capital, and is no office, month or the like."""
    bare = _POSSESSIVE.sub("", word)
    if not _has_capital(bare):
        return False
    lower = bare.lower()
    never = name_vocabulary().never
    return (
        lower not in never
        and not name_vocabulary().month.fullmatch(lower)
        and never.isdisjoint(lower.split("-"))
    )


def name_at(tokens: Sequence[Token], first: int) -> list[int]:
    """Return which tokens from the ``first`` on are one name, with its particles; none: there is no name."""
    if not _may_be_name(tokens[first].word):
        return []
    run = [first]
    for number in range(first + 1, len(tokens)):
        token = tokens[number]
        if len(run) >= SETTINGS.max_words or _POSSESSIVE.search(tokens[run[-1]].word):
            break
        if token.word in name_vocabulary().particles and token.before == " ":
            continue
        if not _is_space(token.before) or not _may_be_name(token.word):
            break
        run += range(run[-1] + 1, number + 1)
    return run


def _is_space(between: str) -> bool:
    return between != "" and not between.strip() and between.count("\n") < 2


def is_common(word: str, small: Counter[str]) -> bool:
    """Return whether a word that begins a sentence has its capital from there."""
    lower = word.lower()
    words = name_vocabulary()
    return small[lower] > 0 or lower in words.places or lower in words.times


class WrittenName:
    """A run of tokens as a name, and what stands beside it."""

    def __init__(self, text: str, tokens: Sequence[Token], run: Sequence[int]) -> None:
        self._text, self._tokens = text, tokens
        self._following = tokens[run[-1] + 1] if run[-1] + 1 < len(tokens) else None
        self._first, self._last = run[0], tokens[run[-1]]
        self.words = [tokens[number].word for number in run]
        self._is_possessive = _POSSESSIVE.search(self.words[-1]) is not None
        self.words[-1] = _POSSESSIVE.sub("", self.words[-1])
        initials = self._initials()
        self._initial = run[0] - len(initials)
        self.form = " ".join([*(f"{one.upper()}." for one in initials), *self.words])
        self.has_initials = bool(initials)

    def _initials(self) -> list[str]:
        """Return the letters before the name, as "v. M."; one of them has a capital, for scans lower some."""
        initials: list[str] = []
        number = self._first
        while number > 0 and len(initials) < SETTINGS.max_initials:
            letter, between = self._tokens[number - 1], self._tokens[number].before
            if (
                len(letter.word) > 1
                or not letter.word.isalpha()
                or between.strip() != "."
                or between.count("\n")
            ):
                break
            initials.insert(0, letter.word)
            number -= 1
        return initials if any(map(str.isupper, initials)) else []

    @property
    def _previous(self) -> str:
        """The word before the name, in small letters; behind a full stop only what may be an abbreviation."""
        if not self._initial:
            return ""
        word, before = self._tokens[self._initial - 1].word.lower(), self._tokens[self._initial].before
        is_near = before in {" ", "\n"} or (before == ". " and len(word) <= _ABBREVIATION)
        return word if is_near else ""

    @property
    def _is_addressed(self) -> bool:
        """Whether an office or a form of address stands before the name, and no article before that."""
        if self._previous not in name_vocabulary().persons or "\n" in self._tokens[self._initial].before:
            return False
        title = self._initial - 1
        above = self._tokens[title - 1].word.lower() if title and self._tokens[title].before == " " else ""
        return above not in name_vocabulary().determiners

    @property
    def is_person(self) -> bool:
        """Whether what stands before it shows a person."""
        return (self.has_initials or self._is_addressed) and not self._has_number

    @property
    def starts_sentence(self) -> bool:
        """Whether it may have its capital from a sentence or a line that begins with it."""
        before = self._tokens[self._initial].before
        return not self.is_person and _STARTS_SENTENCE.search(before) is not None

    @property
    def _is_beside(self) -> bool:
        return self._tokens[self._initial].before in {" ", "\n"}

    @property
    def is_in(self) -> bool:
        """Whether "in" stands before it, and it is nobody's opinion or house that is meant."""
        is_near = self._is_beside and self._previous in name_vocabulary().places
        return is_near and not self._is_possessive and not self._has_number

    @property
    def is_against(self) -> bool:
        """Whether an article, a preposition of time or a number beside it shows that it is no name."""
        words = name_vocabulary()
        return self._has_number or (
            not self.is_person and self._is_beside and self._previous in words.determiners | words.times
        )

    @property
    def _has_number(self) -> bool:
        following = self._following
        return following is not None and following.word.isdecimal() and following.before.strip() in {"", "№"}

    @property
    def heads_date_line(self) -> bool:
        """Whether it is the place of a line with a place and a date: "Vienna, 3 March 1911"."""
        if "\n" not in self._tokens[self._first].before:
            return False
        end = self._text.find("\n", self._last.end)
        line = self._text[self._last.end : end if end >= 0 else None][: SETTINGS.max_date_line_chars + 1]
        dates = (
            list(date_spans(line))
            if line.startswith(",") and len(line) <= SETTINGS.max_date_line_chars
            else []
        )
        return (
            bool(dates)
            and min(dates)[0] <= _TO_PLACE
            and not line[max(last for _, last in dates) :].strip(" .,")
        )
