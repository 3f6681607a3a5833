"""Persons whom a question names, as the documents of the collection name them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rapidfuzz import fuzz

from chunker.metadata.names import SETTINGS, is_same_person
from chunker.text.normalising import fold
from embeddings.ranking.spelling import SpellingSettings, sounds_alike
from embeddings.store.filtering import name_words
from service.understanding.catalogue.list_words import list_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from service.understanding.question_words import Word

_SPELLING = SpellingSettings()
_LEAST_STEM = 4
"""Letters of a name before its ending with which two names may be one; chosen by hand."""


Side = Literal["", "writer", "recipient"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a question calls them, and the ``names`` by which documents name who took part in them.

    ``side`` tells whether the person is to have written a letter or received it, empty for either.
    """

    asked: str
    names: tuple[str, ...]
    side: Side = ""

    @property
    def surnames(self) -> tuple[str, ...]:
        """The last words of the names, each once; not of those who are asked for by their first names."""
        called = fold(self.asked.split()[-1]).text
        surnames = (name.split()[-1] for name in self.names if called not in fold(name).text.split()[:-1])
        return tuple(dict.fromkeys(surnames))


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person at the words ``first`` to ``last`` of a question, both inclusive."""

    first: int
    last: int
    person: Person


class People:
    """Those who took part in the documents of a collection, by the words of their names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_word: defaultdict[str, list[str]] = defaultdict(list)
        self._by_surname: defaultdict[str, list[str]] = defaultdict(list)
        for name in names:
            for word in name_words(fold(name).text):
                if len(word) >= SETTINGS.min_surname_chars:
                    self._by_word[word].append(name)
            self._by_surname[fold(name.split()[-1]).text].append(name)

    def named_in(self, words: Sequence[Word], text: str) -> list[NamedPerson]:
        """Return the persons that ``words`` of ``text`` name, in order.

        Where a question has capitals, its small words are no names. Initials and first names before a
        surname belong to it.
        """
        has_capitals = any(word.is_name for word in words[1:])
        found = [self._names(word, has_capitals=has_capitals) for word in words]
        named: list[NamedPerson] = []
        position = 0
        while position < len(words):
            if not found[position]:
                position += 1
                continue
            last = position
            while last + 1 < len(words) and found[last + 1] and _is_next(words, last, text):
                last += 1
            first = position
            while first > 0 and _belongs(words[first - 1]) and _is_next(words, first - 1, text):
                first -= 1
            if named and first <= named[-1].last:
                first = position
            asked = text[words[first].start_char : words[last].end_char]
            asked = asked.removesuffix("'s").removesuffix("’s")
            named.append(NamedPerson(first, last, Person(asked, self._of(asked, found[position : last + 1]))))
            position = last + 1
        return named

    def _names(self, word: Word, *, has_capitals: bool) -> list[str]:
        bare = fold(word.text).text.removesuffix("'s")
        if len(bare) < SETTINGS.min_surname_chars or not word.is_content:
            return []
        if has_capitals and not word.is_name:
            return []
        names = list(self._by_word.get(bare, ()))
        if word.is_name:
            names += [name for surname in self._alike(bare) for name in self._by_surname[surname]]
        return list(dict.fromkeys(names))

    def _alike(self, bare: str) -> list[str]:
        return [
            surname
            for surname in self._by_surname
            if surname != bare
            and (
                fuzz.ratio(bare, surname) >= SETTINGS.same_surname
                or sounds_alike(bare, surname, _SPELLING)
                or _is_declined(bare, surname)
                or _is_declined(surname, bare)
            )
        ]

    @staticmethod
    def _of(asked: str, found: Sequence[list[str]]) -> tuple[str, ...]:
        """Return the names that several words mean together: those that have all, or are the last one's."""
        names = found[-1]
        if len(found) > 1:
            names = [name for name in names if all(name in others for others in found)] or names
        if len(asked.split()) > 1:
            same = [name for name in names if is_same_person(name, asked)]
            # a first name that no document gives says nothing against those it gives
            names = same if any(len(name.split()) > 1 for name in same) else names
        return tuple(names)


def _is_declined(name: str, other: str) -> bool:
    """Tell whether ``other`` is ``name`` in another case: Aktaem of Aktay."""
    words = list_words()
    stems = {name, *(name.removesuffix(ending) for ending in words.nominative_endings)}
    return any(
        len(stem) >= _LEAST_STEM and other.startswith(stem) and other[len(stem) :] in words.case_endings
        for stem in stems
    )


def _is_next(words: Sequence[Word], position: int, text: str) -> bool:
    """Tell whether nothing but blanks or a point stand between a word and the one after it."""
    return not text[words[position].end_char : words[position + 1].start_char].strip(" .")


def _belongs(word: Word) -> bool:
    """Tell whether a word before a name is a first name or initials."""
    return word.is_name and not word.is_of_nation
