"""Patterns that make a question, with its answer, of an English sentence.

Each looks for a thing that the sentence says something of, the words before its first finite verb, and asks
for what is said: what somebody held of it, when, where, why, how much, by whom. Words that point back (he,
this, their) make no subject, since a question stands alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import dropwhile
from typing import TYPE_CHECKING, Protocol

from chunker.text.normalising import level

if TYPE_CHECKING:
    from collections.abc import Iterator

_BE = "is|are|was|were"
_AUXILIARIES = f"{_BE}|has|have|had|can|could|will|would|shall|should|may|might|must|cannot|did|does|do"
# Past forms that do not end in -ed, with their participles.
_PAST = {
    "began": "begun", "bought": "bought", "brought": "brought", "built": "built", "came": "come",
    "cut": "cut", "fell": "fallen", "fought": "fought", "found": "found", "gave": "given", "got": "got",
    "held": "held", "kept": "kept", "knew": "known", "laid": "laid", "led": "led", "left": "left",
    "lent": "lent", "let": "let", "lost": "lost", "made": "made", "met": "met", "paid": "paid", "put": "put",
    "read": "read", "rose": "risen", "said": "said", "saw": "seen", "sent": "sent", "shot": "shot",
    "sold": "sold", "spent": "spent", "spoke": "spoken", "stood": "stood", "took": "taken", "told": "told",
    "went": "gone", "won": "won", "wrote": "written",
}  # fmt: skip
_FINITE = re.compile(rf"(?:{_AUXILIARIES}|{'|'.join(_PAST)}|[a-z]{{2,}}ed)")
_PARTICIPLE = rf"(?:[a-z]{{2,}}ed|{'|'.join(sorted(set(_PAST.values())))})"
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = rf"(?:(?:{_MONTH}) \d{{1,2}}|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH}))(?:,? \d{{4}})?"
_DATE = rf"(?:{_DAY}|(?:{_MONTH}) \d{{4}}|\d{{4}})"
_SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
_NUMBER = rf"(?:[£$€]?\d[\d,.]*|{_SMALL})(?: (?:hundred|thousand|million|billion|dozen|percent|%))?"
_SAID = {
    "said": "say", "says": "say", "stated": "say", "declared": "declare", "replied": "reply",
    "answered": "answer", "noted": "say", "stressed": "stress", "emphasized": "stress",
    "explained": "explain", "admitted": "admit", "denied": "deny", "insisted": "insist on", "asked": "ask",
    "proposed": "propose", "suggested": "suggest", "promised": "promise", "demanded": "demand",
    "agreed": "agree", "reported": "report", "assured": "say", "believes": "think", "believed": "think",
    "thinks": "think", "thought": "think", "considers": "think", "considered": "think", "hoped": "hope",
    "argued": "argue", "claimed": "claim", "found": "find", "showed": "show", "concluded": "conclude",
    "warned": "warn", "wrote": "write", "complained": "complain", "expressed": "say",
}  # fmt: skip
_NAME = r"[A-Z][\w'’.-]*(?: (?:[A-Z]\. ?)*[A-Z][\w'’-]+){0,3}"
_SPEECH = re.compile(
    r"\b(?<!in )(?<!of )(?<!by )(?<!to )(?<!from )(?<!with )"
    rf"(?P<who>{_NAME}|[Tt]he (?:[A-Za-z]+ ){{0,2}}[a-z]+) (?:(?:then|again|further|also|now|once) )?"
    rf"(?P<verb>{'|'.join(_SAID)})(?: (?:to )?(?:me|him|her|us|them|{_NAME}))?"
    r"(?: the (?:opinion|view|hope|wish|belief|conviction))? (?:that|whether|if) (?P<clause>.+)"
)
_RESOLVED = re.compile(r"\b[Ii]t was (?P<how>resolved|decided|agreed|ordered|voted) (?P<what>(?:to|that) .+)")
_PREPOSITIONS = frozenset(
    "of in on at to for from with by into upon about between against under over during after before since"
    " until through within without according besides despite like along among across towards near per"
    " via".split()
)
# What points back, joins sentences or only colours them: no part of a thing that a question can name.
_POINTS_BACK = frozenset(
    "he she it they we you i him her them us me his its their our your my this that these those there here"
    " such who which what someone somebody nobody everyone none all both one ones another same former latter"
    " mine theirs above said mentioned following but nor if when while as because although so not nothing"
    " whether however also only still already further again now then today later ago thus therefore likewise"
    " most recently once never always just even how why where".split()
)
_NO_END = _PREPOSITIONS | {"the", "a", "an", "and", "or"}
_INTRANSITIVE = frozenset(
    "lasted remained stayed lived contained included needed arrived died rose went came".split()
)
_HELD_SOMEWHERE = (
    "born|held|signed|built|found|located|situated|buried|published|conducted|established|founded|stationed"
)
_MOST_SUBJECT_WORDS = 9  # of a subject that reads as one thing; chosen by hand, not measured
_MOST_TAIL_WORDS = 9  # of what stands behind it in a question; the same


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a thing, with its answer; ``None``: the whole sentence is.

    Without a ``thing`` of its own it means nothing until its document is named.
    """

    wording: str
    answer: str | None
    thing: str | None

    @property
    def words(self) -> tuple[str, ...]:
        """The words that name the thing, in lower case."""
        return content_words(self.thing or "")


def content_words(text: str) -> tuple[str, ...]:
    """Return the words of a text that name something, in lower case, each once."""
    words = re.findall(r"[^\W\d_][\w'’-]*|\d{2,}", level(text))
    return tuple(dict.fromkeys(word for word in words if len(word) > 2 and word not in _NO_CONTENT))


_NO_CONTENT = (
    _POINTS_BACK
    | _NO_END
    | frozenset(f"{_AUXILIARIES}|been|being|many|much|whom|than|other|others".split("|"))
    | frozenset(" ".join([*_SAID, *_SAID.values()]).split())
)


def subject(clause: str) -> tuple[str, str, str] | None:
    """Return what a clause speaks of, its verb and the rest; ``None`` where that is no thing by itself."""
    words = clause.split(" ")
    for number, word in enumerate(words[: _MOST_SUBJECT_WORDS + 1]):
        if number and _FINITE.fullmatch(word) and _is_thing(words[:number]):
            return _lowered(" ".join(words[:number])), word, " ".join(words[number + 1 :])
    return None


def _is_thing(words: list[str]) -> bool:
    bare = [word.lower() for word in words]
    return (
        not any(re.search(r"[,;:()\"“”]", word) for word in words)
        and not any(re.split(r"['’]", word)[0] in _POINTS_BACK for word in bare)
        and bare[0] not in _PREPOSITIONS | {"and", "or"}
        and bare[-1] not in _NO_END
        and bool(content_words(" ".join(words)))
    )


def is_definite(thing: str) -> bool:
    """Return whether a thing is named or told by two words at least: "the chair" may be any."""
    return len(content_words(thing)) > 1 or any(word[:1].isupper() for word in thing.split())


def _lowered(thing: str) -> str:
    """Return a thing as it stands inside a sentence."""
    first, _, rest = thing.partition(" ")
    return f"{first.lower()} {rest}" if first in ("The", "A", "An") else thing


class Ask(Protocol):
    """Makes questions of a sentence, none where the pattern does not fit."""

    def __call__(self, sentence: str) -> Iterator[Asked]:
        """Yield the questions."""


def ask_what_was_said(sentence: str) -> Iterator[Asked]:
    """Ask what somebody named held of a thing."""
    speech = _SPEECH.search(sentence)
    found = speech and subject(speech["clause"])
    if not (speech and found):
        return
    who = list(dropwhile(lambda word: word.lower() in _POINTS_BACK, speech["who"].split(" ")))
    if who and _is_thing(who):
        said = _SAID[speech["verb"]]
        about = " " if said.endswith(" on") else " about "
        wording = f"What did {_lowered(' '.join(who))} {said}{about}{found[0]}?"
        yield Asked(wording, _ended(speech["clause"]), found[0])


def ask_when(sentence: str) -> Iterator[Asked]:
    """Ask on which day or in which year something was done to a thing."""
    found = subject(sentence)
    done = found and re.match(rf"(?P<how>{_PARTICIPLE})\b[^.;:]*?\b(?:on|in) (?P<when>{_DATE})\b", found[2])
    if found and done and found[1] in ("was", "were"):
        yield Asked(f"When {found[1]} {found[0]} {done['how']}?", done["when"], found[0])
    aside = re.search(
        rf"\b(?P<thing>the (?:[\w'’-]+ ){{1,6}}?)(?P<how>{_PARTICIPLE})"
        rf"(?: (?:at|in) {_NAME})? (?:on|in) (?P<when>{_DATE})\b",
        re.sub(r",(?= \w+ed\b)", "", sentence),
    )
    thing = aside["thing"].strip() if aside else ""
    if aside and _is_thing(thing.split()) and not re.search(rf" (?:{_AUXILIARIES}) ", thing):
        yield Asked(f"When was {thing} {aside['how']}?", aside["when"], thing)


def ask_why(sentence: str) -> Iterator[Asked]:
    """Ask for the reason that a sentence gives."""
    found = subject(sentence)
    because = found and re.match(
        r"(?P<what>[^,;:]+?),? (?P<why>(?:because|in order to|so that|owing to|on account of|due to) .+)",
        found[2],
    )
    if found and because and re.fullmatch(_AUXILIARIES, found[1]) and _is_tail(because["what"]):
        yield Asked(f"Why {found[1]} {found[0]} {because['what']}?", _ended(because["why"]), found[0])


def ask_how_much(sentence: str) -> Iterator[Asked]:
    """Ask what a thing amounted to, or how many of something there were."""
    found = subject(sentence)
    if found and re.fullmatch(_BE, found[1]) and (much := re.match(rf"{_NUMBER}\b[^,;:]*", found[2])):
        yield Asked(f"What {found[1]} {found[0]}?", _ended(much[0].partition("(")[0]), found[0])
    done = found and re.match(
        rf"(?P<particle>(?:away|up|over|out|down|back) )?(?P<number>{_NUMBER}) "
        r"(?P<things>(?:[a-z]+ )?[a-z]{3,}s)\b",
        found[2],
    )
    if found and done and not re.fullmatch(_AUXILIARIES, found[1]) and found[1] not in _INTRANSITIVE:
        how = f"{_PAST.get(found[1], found[1])} {done['particle'] or ''}".strip()
        many, things = f"{done['number']} {done['things']}", done["things"]
        yield Asked(f"How many {things} were {how} by {found[0]}?", many, f"{things} {found[0]}")


def ask_where_or_by_whom(sentence: str) -> Iterator[Asked]:
    """Ask where a thing was, or who did something to it."""
    found = subject(sentence)
    if not found or not re.fullmatch(_BE, found[1]):
        return
    by = re.match(rf"(?P<how>{_PARTICIPLE})(?: [a-z]+)? by (?P<who>(?!\w+ing\b)[^,;:.]+)", found[2])
    if by and _is_thing(by["who"].split()):
        yield Asked(f"By whom {found[1]} {found[0]} {by['how']}?", _ended(by["who"]), found[0])
    place = re.match(
        rf"(?P<how>(?:{_HELD_SOMEWHERE}) )?(?P<where>(?:in|at|near|on) (?:the )?{_NAME})"
        r"(?=[,.;]|$| (?:and|on|in|at|from|for|to|by)\b)",
        found[2],
    )
    if place and not re.search(_DATE, place["where"]):
        wording = f"Where {found[1]} {found[0]} {place['how'] or ''}".strip() + "?"
        yield Asked(wording, _ended(place["where"]), found[0])


def ask_what_was_resolved(sentence: str) -> Iterator[Asked]:
    """Ask what a meeting resolved; which one, only its document tells."""
    if resolved := _RESOLVED.search(sentence):
        yield Asked(f"What was {resolved['how']}?", _ended(resolved["what"]), None)


def ask_what_is_told(sentence: str) -> Iterator[Asked]:
    """Ask what is told of a thing of several words, where nothing closer can be asked."""
    found = subject(sentence)
    if found and len(content_words(found[0])) > 1:
        yield Asked(f"What is said about {found[0]}?", None, found[0])


def _is_tail(words: str) -> bool:
    bare = [word.lower() for word in words.split()]
    is_told = not all(word.endswith("ly") for word in bare)
    return is_told and len(bare) <= _MOST_TAIL_WORDS and not _POINTS_BACK & set(bare)


def _ended(answer: str) -> str:
    """Return an answer without the stop of its sentence."""
    return answer.strip().rstrip(".,;:?!")


PATTERNS: tuple[tuple[str, Ask], ...] = (
    ("position", ask_what_was_said),
    ("factoid", ask_when),
    ("factoid", ask_how_much),
    ("factoid", ask_why),
    ("factoid", ask_where_or_by_whom),
    ("factoid", ask_what_was_resolved),
    ("position", ask_what_is_told),
)
"""The kind of question with what makes it, what asks closest first."""
