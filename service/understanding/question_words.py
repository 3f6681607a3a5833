"""What stands in a question: its words, names, dates and noun phrases, read by rule from English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chunker.metadata.asked_times import read_asked_times
from embeddings.terms import STOPWORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TIMES = frozenset(
    "time moment point day month year week night evening morning period century decade date".split()
)
"""Nouns that measure time: they date a question, but it is not about them."""

AUXILIARIES = frozenset(
    """am is are was were be been do does did done has have had will would shall should can could may
    might must""".split()
)
QUESTION_WORDS = frozenset("what who whom whose which when where why how whether".split())
_WORD = re.compile(r"[^\W_]+(?:[’'‘.-][^\W_]+)*")
_DO = frozenset("do does did".split())
_ADJECTIVE_OF_NATION = re.compile(
    r"(?:\w*(?:ish|ese|ian|ean|ican|rman|oman|ench|utch)|soviet|greek|swiss|czech|turk|arab)s?", re.IGNORECASE
)
_PREPOSITIONS = frozenset("according concerning regarding".split())
_PARTICIPLE = re.compile(r"[a-z]{3,}ed")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question; ``is_name`` tells that it is capitalised and no function word."""

    text: str
    start_char: int
    end_char: int
    is_name: bool

    @property
    def lower(self) -> str:
        """The word in lower case."""
        return self.text.lower()

    @property
    def is_content(self) -> bool:
        """Whether it is no function word."""
        return self.lower not in STOPWORDS

    @property
    def is_of_nation(self) -> bool:
        """Whether it only tells a nation, such as "Turkish": too little to know whom by."""
        return bool(_ADJECTIVE_OF_NATION.fullmatch(self.text.rpartition("-")[2]))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of content words; ``has_name`` tells that it names somebody or something."""

    text: str
    has_name: bool


def read_words(question: str) -> list[Word]:
    """Return the words of ``question`` in order."""
    words = []
    for match in _WORD.finditer(question):
        is_capital = match[0][0].isupper() and match[0].lower() not in STOPWORDS
        words.append(Word(match[0], match.start(), match.end(), is_capital))
    return words


def has_content(text: str) -> bool:
    """Tell whether ``text`` holds a word to search for, or one written as a name ("May", "US")."""
    return any(True for _ in _content_words(text))


def asks_anything(question: str) -> bool:
    """Tell whether ``question`` names anything that can be searched for, beside measures of time."""
    return any(word.lower() not in TIMES for word in _content_words(question))


def has_function_word(question: str) -> bool:
    """Tell whether a word of ``question`` is one that only joins others: a sign that it is English."""
    return any(not word.is_content for word in read_words(question))


def read_dates(question: str) -> Iterator[str]:
    """Yield the times that ``question`` asks of, in its words, with those that leave an end open."""
    yield from (one.text for one in read_asked_times(question))


def noun_phrases(question: str) -> list[Phrase]:
    """Return the names and noun phrases of ``question``: runs of content words, dates and verbs left out."""
    dated = [(one.start_char, one.end_char) for one in read_asked_times(question)]
    words = read_words(question)
    verb = _verb(words)
    runs: list[list[Word]] = [[]]
    for position, word in enumerate(words):
        is_in_date = any(start <= word.start_char < end for start, end in dated)
        is_noun = word.is_content and position != verb and word.lower not in TIMES | _PREPOSITIONS
        is_in = is_noun and not is_in_date
        if not is_in or (runs[-1] and question[runs[-1][-1].end_char : word.start_char].strip()):
            runs.append([])
        if is_in:
            runs[-1].append(word)
    return [
        Phrase(
            text=question[run[0].start_char : run[-1].end_char],
            has_name=any(word.is_name and not word.is_of_nation for word in run),
        )
        for run in runs
        if run and not (len(run) == 1 and _PARTICIPLE.fullmatch(run[0].text))
    ]


def _verb(words: Sequence[Word]) -> int | None:
    """Return where the verb stands that "do", "does" or "did" asks with, ``None``: not found.

    It closes the question after a year ("How did the session of May 1922 end?"), else it follows the
    subject ("What did Chicherin offer Mustafa Kemal?").
    """
    start = next((position for position, word in enumerate(words) if word.lower in _DO), None)
    if start is None:
        return None
    last = len(words) - 1
    if last > start + 1 and _is_plain(words[last]) and words[last - 1].text.isdigit():
        return last
    found = None
    for position in range(start + 1, len(words)):
        if not words[position].is_content and found is not None:
            break
        if _is_plain(words[position]):
            found = position
    return found


def _is_plain(word: Word) -> bool:
    return word.is_content and not word.is_name and not word.text.isdigit()


def _content_words(text: str) -> Iterator[str]:
    """Yield words that are no function words; one of these that is written as a name is none."""
    for number, match in enumerate(_WORD.finditer(text)):
        word = match[0]
        is_as_name = word[0].isupper() and word != "I" and (number > 0 or word[1:].isupper())
        if word.lower() not in STOPWORDS or is_as_name:
            yield word
