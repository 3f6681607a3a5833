"""Names that stand in a text, and what beside each shows a person or a place: precision before recall.

A name is a run of words with a capital. A person is shown by a form of address or an office before it, by
initials, by a salutation, or by the head or the signature of the paper; a place by "in" before it, or by a
date line. An article, a number or a preposition of time beside it, and the same word in small letters, speak
against it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import astuple, dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from chunker.metadata.dates import date_spans
from chunker.vocabulary import PACKAGED, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class MentionSettings:
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


SETTINGS = MentionSettings()

_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʹ-][^\W\d_]+)*|\d+")
_POSSESSIVE = re.compile(r"['’ʹ]s?$")
_STARTS_SENTENCE = re.compile(r"[.!?:;\n“”\"«»„([…–—•*#|>]")
_TO_PLACE = 6
"""Characters between the place of a date line and its date."""


@dataclass(frozen=True, slots=True)
class Mention:
    """How often a name stands in one form; ``inside``: within sentences, where capitals tell something.

    ``as_person`` and ``as_place`` count what shows it to be one, ``against`` what speaks against both,
    ``small`` the same word in small letters.
    """

    form: str
    count: int = 0
    inside: int = 0
    as_person: int = 0
    as_place: int = 0
    against: int = 0
    small: int = 0

    def plus(self, other: Mention) -> Mention:
        """Return what both say of the form."""
        sums = (one + more for one, more in zip(astuple(self)[1:], astuple(other)[1:], strict=True))
        return Mention(self.form, *sums)


class _Token(NamedTuple):
    start: int
    end: int
    word: str
    before: str
    """What stands between the word before and this one."""


@dataclass(frozen=True, slots=True)
class _Words:
    persons: frozenset[str]
    places: frozenset[str]
    determiners: frozenset[str]
    times: frozenset[str]
    never: frozenset[str]
    particles: frozenset[str]
    month: re.Pattern[str]
    salutation: re.Pattern[str]


@cache
def _words(vocabulary: Vocabulary = PACKAGED) -> _Words:
    persons, places, determiners, times = (
        frozenset(vocabulary.words("mentions", name))
        for name in ("before_persons", "before_places", "determiners", "before_times")
    )
    groups = vocabulary.patterns("names", "not_names")
    not_names = {word for name, group in groups.items() if name != "places" for word in group.split()}
    greeted = vocabulary.words("letters", "greeted")
    return _Words(
        *(persons, places, determiners, times),
        never=frozenset({*not_names, *persons, *determiners, *greeted}),
        particles=frozenset(vocabulary.words("names", "particles")),
        month=re.compile(vocabulary.alternatives("dates", "months"), re.IGNORECASE),
        salutation=re.compile(
            rf"^\W*{vocabulary.alternatives('letters', 'salutations')}\s+", re.IGNORECASE | re.MULTILINE
        ),
    )


def find_mentions(text: str, participants: Sequence[str] = ()) -> tuple[Mention, ...]:
    """Return the names in ``text``, each form once; ``participants`` are whom its head and signature name."""
    tokens = list(_tokens(text))
    small = Counter(token.word for token in tokens if token.word.islower())
    greeting = [match.span() for match in _words().salutation.finditer(text)]
    greeted = {end for _, end in greeting}
    opening = {match.start() for span in greeting for match in _TOKEN.finditer(text, *span)}
    in_shows_place = not _has_capitals_everywhere(tokens)
    found: dict[str, Mention] = {}
    number = 0
    while number < len(tokens):
        run = _run(tokens, number) if tokens[number].start not in opening else []
        if not run:
            number += 1
            continue
        name = _Name(text, tokens, run)
        if name.starts_sentence and len(run) > 1 and _is_common(name.words[0], small):
            number = run[1]
            continue
        number = run[-1] + 1
        shown = Mention(
            name.form,
            count=1,
            inside=int(not name.starts_sentence),
            as_person=int(name.is_person or tokens[run[0]].start in greeted),
            as_place=int(name.is_in and in_shows_place) + SETTINGS.date_line_weight * name.heads_date_line,
            against=int(name.is_against),
        )
        so_far = found.get(name.form) or Mention(name.form, small=small[name.words[-1].lower()])
        found[name.form] = so_far.plus(shown)
    return tuple(_with_participants(found, participants))


def _tokens(text: str) -> Iterator[_Token]:
    """Yield words and numbers; those of addresses of mails and pages are none."""
    end = 0
    for match in _TOKEN.finditer(text):
        if text[match.end() : match.end() + 1] not in {"@", "/"} and text[
            match.start() - 1 : match.start()
        ] not in {"@", "/"}:
            yield _Token(*match.span(), match[0], text[end : match.start()] if end else "\n")
        end = match.end()


def _has_capitals_everywhere(tokens: Sequence[_Token]) -> bool:
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
    never = _words().never
    return lower not in never and not _words().month.fullmatch(lower) and never.isdisjoint(lower.split("-"))


def _run(tokens: Sequence[_Token], first: int) -> list[int]:
    """Return which tokens from the ``first`` on are one name, with its particles; none: there is no name."""
    if not _may_be_name(tokens[first].word):
        return []
    run = [first]
    for number in range(first + 1, len(tokens)):
        token = tokens[number]
        if len(run) >= SETTINGS.max_words or _POSSESSIVE.search(tokens[run[-1]].word):
            break
        if token.word in _words().particles and token.before == " ":
            continue
        if not _is_space(token.before) or not _may_be_name(token.word):
            break
        run += range(run[-1] + 1, number + 1)
    return run


def _is_space(between: str) -> bool:
    return between != "" and not between.strip() and between.count("\n") < 2


def _is_common(word: str, small: Counter[str]) -> bool:
    lower = word.lower()
    words = _words()
    return small[lower] > 0 or lower in words.places or lower in words.times


class _Name:
    """A run of tokens as a name, and what stands beside it."""

    def __init__(self, text: str, tokens: Sequence[_Token], run: Sequence[int]) -> None:
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
        """The word before the name on its line, in small letters."""
        before = self._tokens[self._initial].before
        is_near = before in {" ", ". "} or before == "\n"
        return self._tokens[self._initial - 1].word.lower() if self._initial and is_near else ""

    @property
    def _is_addressed(self) -> bool:
        """Whether an office or a form of address stands before the name, and no article before that."""
        if self._previous not in _words().persons or "\n" in self._tokens[self._initial].before:
            return False
        title = self._initial - 1
        above = self._tokens[title - 1].word.lower() if title and self._tokens[title].before == " " else ""
        return above not in _words().determiners

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
        is_near = self._is_beside and self._previous in _words().places
        return is_near and not self._is_possessive and not self._has_number

    @property
    def is_against(self) -> bool:
        """Whether an article, a preposition of time or a number beside it shows that it is no name."""
        words = _words()
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


def _with_participants(found: dict[str, Mention], participants: Sequence[str]) -> Iterator[Mention]:
    """Yield what was found, with what the head shows, and the first names of the persons that are shown."""
    named = {form for name in participants for form in (name, name.split()[-1] if name.split() else "")}
    given = {form.split()[0] for form, one in found.items() if one.as_person and "." not in form}
    given |= {name.split()[0] for name in participants if len(name.split()) > 1 and "." not in name}
    for form, one in found.items():
        is_full = " " in form and "." not in form and form.split()[0] in given and one.inside > 0
        yield one.plus(Mention(form, as_person=1)) if form in named or is_full else one
