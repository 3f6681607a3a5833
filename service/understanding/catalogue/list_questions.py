"""Questions for documents: which letters, list all meetings, how many times did X receive Y.

What such a question names is read word by word: the kind of the documents, who took part in them, what
their titles and what their texts must hold, their times, and what is denied of them. Where more is asked
than this can say, it is no list question: "Which treaties did the king break?".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from chunker.metadata.asked_times import read_asked_times
from service.understanding.catalogue.list_words import Noun, list_words, occasion_kinds, plural_of, read_noun
from service.understanding.catalogue.people import People
from service.understanding.question_words import read_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chunker.metadata.asked_times import AskedTime
    from chunker.metadata.year_forms import DecadeFinder
    from service.understanding.catalogue.people import Person, Side
    from service.understanding.question_words import Word

Wanted = Literal["list", "count", "times", "earliest", "latest"]
Denied = Literal["", "people", "content"]

_MAX_CHARS = 400
"""A longer question asks for more than a list."""
_MAX_WORDS = 4
"""Words that titles and texts must hold; with more of them only the nearest can be found, not all."""
_ENDS = {"earliest": "earliest", "oldest": "earliest", "first": "earliest",
         "latest": "latest", "newest": "latest", "last": "latest"}  # fmt: skip
_OPENING = re.compile(
    r"\s*(?:please\s+)?(?:(?P<times>how\s+(?:many\s+times|often))"
    r"|(?P<count>how\s+many|count(?:\s+(?:all|the))?)"
    r"|(?P<which>(?:in\s+)?(?:which|what))"
    rf"|(?:(?:what|which)\s+(?:is|are|was|were)\s+)?(?:the\s+)?(?P<end>{'|'.join(_ENDS)})"
    r"|(?P<list>(?:(?:can\s+you\s+|could\s+you\s+)?(?:list|name|enumerate|find|show|give)(?:\s+me|\s+us)?"
    r"(?:\s+a\s+list\s+of)?)|all|every|(?:a\s+)?list\s+of|(?:are|is|were|was)\s+there|do\s+(?:you|we)\s+have))"
    r"\b",
    re.IGNORECASE,
)
_OPENING_END = re.compile(
    rf"\s*(?:what|which)\s+(?:is|are|was|were)\s+(?:the\s+)?(?:(?P<whose>[\w .’'-]{{2,40}}?)['’]s?\s+)?"
    rf"(?P<end>{'|'.join(_ENDS)})\b",
    re.IGNORECASE,
)


_WITH_CONTEXT = re.compile(r"(?P<question>[^()]{1,300})\s\((?P<context>[^()]{1,200})\)")
_PERSON_PRONOUN = re.compile(r"\b(?:he|she|him|her|his)\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{1,100})[\"“”»]")


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """What documents are asked for.

    ``people`` took part in them, ``title`` and ``text`` are words that their titles and their texts (with
    the title) must hold; ``denies`` says which of the two is denied. ``archive`` are
    words of their archive references.
    """

    wants: Wanted
    noun: Noun
    people: tuple[Person, ...] = ()
    title: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    times: tuple[AskedTime, ...] = ()
    denies: Denied = ""
    archive: tuple[str, ...] = ()


def may_ask_for_list(question: str) -> bool:
    """Tell at a glance whether it is worth a look at the collection's kinds and names."""
    return len(question) <= _MAX_CHARS and bool(_OPENING.match(question) or _OPENING_END.match(question))


@lru_cache(maxsize=2)  # of one state of a collection, and of the next
def _people(participants: tuple[str, ...]) -> People:
    return People(participants)


def read_list_question(
    question: str,
    *,
    kinds: Sequence[str],
    participants: Sequence[str],
    finder: DecadeFinder | None = None,
    is_wished: bool = False,
) -> ListQuestion | None:
    """Return the documents that ``question`` asks for, ``None`` where it asks what they say.

    ``kinds`` and ``participants`` are those of the collection. With ``is_wished`` a list is wanted whatever
    the words: what does not open as such a question is taken for what the documents are to hold.
    """
    if len(question) > _MAX_CHARS:
        return None
    known = _people(tuple(participants))
    question = _with_antecedent(question, known)
    times = read_asked_times(question, finder)
    bare = _blanked(question, times)
    head = _read_head(bare, kinds)
    if head is None and not is_wished:
        return None
    opening = head or _wished_head(bare, kinds)
    words = [word for word in read_words(bare) if word.start_char >= opening.end_char]
    reading = _Reading(bare, words, known, whose=opening.whose)
    is_read = reading.read(is_free=not opening.end_char, occasions=opening.wants == "times")
    noun = opening.noun
    if opening.wants == "times":
        found = occasion_kinds(reading.verb, kinds)
        is_read = is_read and bool(found and reading.people)
        noun = Noun(plural_of(found[0]), found, is_plural=True) if found else noun
    is_vague = opening.is_open and not noun.is_plural and not reading.says_how
    asks_too_much = len(reading.title) + len(reading.text) > _MAX_WORDS
    if not is_read or is_vague or asks_too_much:
        return None
    people = reading.people
    if not noun.kinds or not list_words().addressed.issuperset(noun.kinds):
        people = tuple(replace(person, side="") for person in people)
    return ListQuestion(opening.wants, noun, people, reading.title, reading.text, times, reading.denies)


def _with_antecedent(question: str, known: People) -> str:
    """Return ``question`` with "he" or "she" replaced by the one person whom its context names.

    The context is what a follow-up was given from the questions before: "Which letters did he write? (Karl)".
    """
    match = _WITH_CONTEXT.fullmatch(question)
    if match is None or not _PERSON_PRONOUN.search(match["question"]):
        return question
    named = known.named_in(read_words(match["context"]), match["context"])
    if len({one.person.names for one in named}) != 1:
        return question
    name = named[0].person.asked
    return _PERSON_PRONOUN.sub(
        lambda pronoun: f"{name}'s" if pronoun[0].lower() == "his" else name, match["question"]
    )


@dataclass(frozen=True, slots=True)
class _Head:
    """How a question opens; ``is_open`` tells "which letter" from "list the letter"."""

    wants: Wanted
    noun: Noun
    end_char: int
    whose: str
    is_open: bool = False


def _read_head(question: str, kinds: Sequence[str]) -> _Head | None:
    whose = _OPENING_END.match(question)
    opening = whose or _OPENING.match(question)
    if opening is None:
        return None
    found = opening.groupdict()
    if found.get("times"):
        return _Head("times", Noun("papers", (), is_plural=True), opening.end(), "")
    end = found.get("end")
    wants: Wanted = "count" if found.get("count") else "list"
    if end:
        wants = "earliest" if _ENDS[end.lower()] == "earliest" else "latest"
    words = [word for word in read_words(question) if word.start_char >= opening.end()]
    for word in words:
        noun = read_noun(word.text, kinds)
        if noun is not None:
            said = found.get("whose") or ""
            return _Head(wants, noun, word.end_char, said, is_open=bool(found.get("which")))
        if word.lower not in list_words().before_noun and not word.text.isdigit():
            return None
    return None


def _wished_head(question: str, kinds: Sequence[str]) -> _Head:
    """Return how "letters from Anna" opens where a list is wished for, or any words."""
    first = next(iter(read_words(question)), None)
    noun = read_noun(first.text, kinds) if first else None
    return _Head(
        "list", noun or Noun("documents", (), is_plural=True), first.end_char if noun and first else 0, ""
    )


class _Reading:
    """The rest of a question, read word by word."""

    def __init__(self, text: str, words: Sequence[Word], known: People, *, whose: str) -> None:
        self._words = words
        self._text = text
        self._quoted = [match.span(1) for match in _QUOTED.finditer(text)]
        self._named = {one.first: one for one in known.named_in(words, text)}
        owner = known.named_in(read_words(whose), whose) if whose else []
        self.people: tuple[Person, ...] = tuple(replace(one.person, side="writer") for one in owner)
        self.title: tuple[str, ...] = () if owner or not whose else (whose,)
        self.text: tuple[str, ...] = ()
        self.denies: Denied = ""
        self.says_how = bool(whose)
        self.verb = ""
        self.is_confused = False

    def read(self, *, is_free: bool, occasions: bool) -> bool:
        """Read it; return whether every word has a part in choosing documents.

        It ``is_free`` where the words are no sentence but what documents are to hold. With ``occasions``
        verbs of meeting and writing have a part.
        """
        words = list_words()
        if any(word.lower in words.unread for word in self._words) and not is_free:
            return False
        verbs = words.verbs.union(*words.occasions.values()) if occasions else words.verbs
        is_content, after_do, denied, opens = is_free, False, False, not is_free
        side: Side = ""
        subjects = position = titled = 0
        while position < len(self._words):
            word = self._words[position]
            following = self._words[position + 1].lower if position + 1 < len(self._words) else ""
            named = self._named.get(position)
            is_phrase = (word.lower, following) in words.content_phrases
            step, before = 1, len(self.title)
            if is_phrase or word.lower in words.content:
                is_content, self.says_how, after_do = True, True, False
                step += is_phrase
                self._deny("content", denied=denied)
                denied = False
            elif word.lower in words.denials or word.text.endswith(("n't", "n’t")):
                denied = True
            elif word.lower in words.auxiliaries:
                is_content, after_do, side, subjects = False, True, "", len(self.people)
            elif is_content:
                if word.is_content and word.lower not in words.fillers:
                    step = self._length_of_phrase(position)
                    self.text += (self._said(position, step),)
            elif named is not None:
                self.is_confused = self.is_confused or (denied and bool(self.people))
                self.title = self.title[: len(self.title) - titled]  # "the Turkish ambassador Aktay"
                self.people += (replace(named.person, side=side),)
                self._deny("people", denied=denied)
                denied = False
                step, self.says_how = named.last - position + 1, True
            elif word.lower in verbs:
                self._deny("people", denied=denied)
                self._do(word.lower, subjects if after_do else len(self.people))
                after_do = denied = False
                side = "recipient" if word.lower in words.reaching else side
            elif word.lower in words.parties:
                self.says_how = True
                side = side if word.lower == "and" else _side_behind(word.lower)
            elif word.lower not in words.fillers:
                if opens or not word.is_content:
                    return False
                self.title += (self._said(position, 1),)
            titled = titled + 1 if len(self.title) > before else 0
            opens = opens and word.lower in words.fillers and word.lower not in words.auxiliaries
            position += step
        is_empty = is_content and not self.text
        return not (after_do or denied or is_empty or self.is_confused)

    def _do(self, verb: str, first: int) -> None:
        """Give the persons from the ``first`` on, who do what ``verb`` says, their side of a letter."""
        words = list_words()
        self.verb, self.says_how = verb, True
        if verb in words.verbs and verb not in words.exchanging:
            side: Side = "recipient" if verb in words.receiving else "writer"
            doing = (replace(person, side=side) for person in self.people[first:])
            self.people = (*self.people[:first], *doing)

    def _deny(self, what: Denied, *, denied: bool) -> None:
        if denied:
            self.is_confused = self.is_confused or self.denies not in ("", what)
            self.denies = what

    def _length_of_phrase(self, position: int) -> int:
        """Return of how many words the name or the quoted phrase is that begins at ``position``."""
        start = self._words[position].start_char
        quoted = next((span for span in self._quoted if span[0] <= start < span[1]), None)
        length = 1
        while position + length < len(self._words):
            last, word = self._words[position + length - 1], self._words[position + length]
            between = self._text[last.end_char : word.start_char].strip(" .")
            is_name = last.is_name and word.is_name and not between
            if not is_name and (quoted is None or word.end_char > quoted[1]):
                break
            length += 1
        return length

    def _said(self, position: int, step: int) -> str:
        first, last = self._words[position], self._words[position + step - 1]
        said = self._text[first.start_char : last.end_char]
        return re.sub(r"['’]s$", "", said)


def _side_behind(word: str) -> Side:
    """Return the side of a letter on which those are whom ``word`` stands before."""
    words = list_words()
    return "writer" if word in words.senders else "recipient" if word in words.receivers else ""


_BEFORE_TIME = re.compile(r"\b(?:on|in|of|from|at|during|dated|since|by|for)(?:\s+the)?\s+$", re.IGNORECASE)


def _blanked(question: str, times: Sequence[AskedTime]) -> str:
    """Return ``question`` with blanks in the place of its times, so that offsets stay."""
    for one in times:
        lead = _BEFORE_TIME.search(question[: one.start_char])
        start = lead.start() if lead else one.start_char
        question = question[:start] + " " * (one.end_char - start) + question[one.end_char :]
    return question
