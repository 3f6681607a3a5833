"""Whether passages support a sentence, as far as its numbers, names, words and negations tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chunker.text.normalising import tidy
from chunker.text.sentences import sentence_spans
from embeddings.terms import STOPWORDS, stem, stems
from service.language_model.naming import KnownNames, capitalised_words, known_names, plain, read_names
from service.language_model.negation import agrees
from service.language_model.placing import are_in_place
from service.language_model.quantities import days, decades, quantities, values
from service.language_model.shared_words import shares_enough, short_claim_stands
from service.wording.phrases import MONTHS, date_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from fractions import Fraction

    from service.answer import RankedPassage
    from service.language_model.naming import Name
    from service.language_model.quantities import Quantity

Fault = Literal["address", "number", "name", "place", "words", "negation"]

_ADDRESS = re.compile(r"(?:https?:|www\.|mailto:|data:|javascript:)", re.IGNORECASE)
_MONTHS = frozenset(name.lower() for name in MONTHS)
_CLAUSE_ENDS = re.compile(r"[,;:)]\s|\(")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class SupportSettings:
    """How far a sentence may differ from the passages that it cites.

    Chosen by hand, measured with ``python -m eval.studies.support_check``: of 88 sentences of people's
    answers to the development questions 8 in 100 are dropped, of 362 of XQuAD and COVID-QA, said otherwise by
    rule, 1 to 3. Of those made false by a number, a negation put in or a name that no cited passage has,
    87 to 100 in 100 are dropped, by a negation taken out 50 to 94, by a name that a cited passage has
    elsewhere 63 to 88, by two names exchanged 54 to 60.

    A sentence is in another language than the passages where at most ``same_language_share`` of its small
    words stand in them; its nouns have capitals where more than ``noun_capitals`` of its words do. A name is
    looked for in the lines that share most (``near_best`` of the most, at least ``least_context``) of the
    ``context_words`` on either side of it in its clause, in ``lines_before`` and ``lines_behind`` these.
    """

    same_language_share: float = 0.12
    noun_capitals: float = 0.25
    context_words: int = 6
    least_context: int = 2
    near_best: float = 0.8
    lines_before: int = 1
    lines_behind: int = 0


SUPPORT = SupportSettings()


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a passage: its text, the stems of its content words, its names."""

    text: str
    stems: frozenset[str]
    names: KnownNames


@dataclass(frozen=True, slots=True)
class Known:
    """What a passage can vouch for: its own words, and those of its document's title, people and date."""

    text: str
    stems: frozenset[str]
    words: frozenset[str]
    names: KnownNames
    values: frozenset[Fraction]
    days: frozenset[tuple[int, int]]
    about: KnownNames
    lines: tuple[Line, ...]
    units: frozenset[tuple[Fraction, str]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How the texts around a reply write words: in plain form, with a capital and without."""

    capitals: frozenset[str]
    lower: frozenset[str]
    asked: frozenset[str]


def surroundings(question: str, passages: Iterable[RankedPassage]) -> Surroundings:
    """Return how the question and the passages write words."""
    read = [capitalised_words(text) for text in (question, *(passage.text for passage in passages))]
    capitals = frozenset[str]().union(*(inside for inside, _ in read))
    lower = frozenset[str]().union(*(small for _, small in read))
    return Surroundings(capitals, lower, frozenset(plain(m[0]) for m in _WORD.finditer(question)))


def known_of(passage: RankedPassage) -> Known:
    """Return what ``passage`` can vouch for."""
    document = passage.hit.place.document
    date = document.metadata.date
    about = [document.title, *document.metadata.participants]
    about += [date.start, date.end, date_words(date.text)] if date else []
    text = "\n".join([passage.text, *about])
    tidied = tidy(passage.text).text
    found = quantities(text)
    return Known(
        text=passage.text,
        stems=frozenset(stems(text)),
        words=frozenset(match[0] for match in _WORD.finditer(text.lower())),
        names=known_names([text]),
        values=values(text),
        days=days(text),
        about=known_names(about),
        lines=tuple(_line(tidied[span.start_char : span.end_char]) for span in sentence_spans(tidied)),
        units=frozenset((reading, _unit(one)) for one in found for reading in one.readings if one.unit),
    )


def _line(text: str) -> Line:
    return Line(text, frozenset(stems(text)), known_names([text]))


def fault_of(
    sentence: str, cited: Sequence[Known], around: Surroundings, *, is_quoting: bool = False
) -> Fault | None:
    """Return why ``cited`` do not support ``sentence``, ``None`` where they do as far as can be told.

    ``is_quoting``: it has a quotation, and that stands there to the letter: it is no bare claim.
    """
    names = read_names(sentence, capitals=around.capitals, lower=around.lower)
    if _is_foreign(sentence, cited):
        checks: tuple[tuple[Fault, Callable[[], bool]], ...] = (
            ("name", lambda: _foreign_names_agree(sentence, names, cited)),
        )
    else:
        lines = [line.text for known in cited for line in known.lines]
        checks = (
            ("name", lambda: all(any(one.names.holds(name) for one in cited) for name in names)),
            ("words", lambda: shares_enough(sentence, names, cited)),
            ("place", lambda: all(_is_in_its_place(name, sentence, cited, around) for name in names)),
            ("negation", lambda: agrees(sentence, lines)),
            ("place", lambda: _stand_as_in(sentence, names, cited, around)),
            ("words", lambda: is_quoting or short_claim_stands(sentence, names, cited)),
        )
    always: tuple[tuple[Fault, Callable[[], bool]], ...] = (
        ("address", lambda: not _ADDRESS.search(sentence)),
        ("number", lambda: _numbers_agree(sentence, cited)),
    )
    return next((fault for fault, holds in (*always, *checks) if not holds()), None)


def _numbers_agree(sentence: str, cited: Sequence[Known]) -> bool:
    known = frozenset[object]().union(*(one.values for one in cited))
    tens = decades(sentence)
    if not days(sentence) <= frozenset().union(*(one.days for one in cited)):
        return False
    units = frozenset[tuple[object, str]]().union(*(one.units for one in cited))
    for quantity in quantities(sentence):
        if not quantity.is_plain:
            continue
        if any(reading in tens for reading in quantity.readings):
            decade = next(int(reading) for reading in quantity.readings if reading in tens)
            if not any(year in known for year in range(decade, decade + 10)):
                return False
        elif not quantity.readings & known:
            return False
        unit = _unit(quantity)
        others = {value for value, of in units if of == unit} if unit else set()
        if others and not quantity.readings & others:
            return False
    return True


def _unit(quantity: Quantity) -> str:
    if (
        len(quantity.unit) < 3
        or quantity.unit in STOPWORDS
        or quantity.unit in _MONTHS
        or not quantity.unit.isalpha()
    ):
        return ""
    return stem(quantity.unit)


def _is_foreign(sentence: str, cited: Sequence[Known]) -> bool:
    """Tell whether ``sentence`` is in another language than the passages: it shares hardly a small word."""
    small = [word for word in _WORD.findall(sentence) if word.islower()]
    known = frozenset[str]().union(*(one.words for one in cited))
    shared = sum(word in known or word in STOPWORDS for word in small)
    return len(small) >= 3 and shared <= SUPPORT.same_language_share * len(small)


def _foreign_names_agree(sentence: str, names: Sequence[Name], cited: Sequence[Known]) -> bool:
    """Tell whether the passages have the names of a sentence in another language."""
    held = [name for name in names if any(one.names.holds(name) for one in cited)]
    has_noun_capitals = len(names) > SUPPORT.noun_capitals * len(_WORD.findall(sentence))
    return (
        bool(held)
        and all(name in held for name in names if name.families)
        and (has_noun_capitals or len(held) * 2 >= len(names))
    )


def _stand_as_in(sentence: str, names: Sequence[Name], cited: Sequence[Known], around: Surroundings) -> bool:
    passages = [(known.text, known.about) for known in cited]
    return are_in_place(sentence, names, passages, capitals=around.capitals, lower=around.lower)


def _is_in_its_place(name: Name, sentence: str, cited: Sequence[Known], around: Surroundings) -> bool:
    """Tell whether a name stands where the passages speak of what the sentence says of it.

    The line that shares most with the words around the name, or the one before or behind it, has it, or the
    document's title; or nobody else is named there whom the sentence does not name.
    """
    if any(known.about.holds(name) for known in cited):
        return True
    before = stems(_CLAUSE_ENDS.split(sentence[: name.start_char])[-1])
    behind = stems(_CLAUSE_ENDS.split(sentence[name.end_char :])[0])
    context = {*before[-SUPPORT.context_words :], *behind[: SUPPORT.context_words]}
    lines = [(known, at, line) for known in cited for at, line in enumerate(known.lines)]
    shared = [len(context & line.stems) for _, _, line in lines]
    most = max(shared, default=0)
    if most < SUPPORT.least_context:
        return True
    best = [place for place, share in zip(lines, shared, strict=True) if share >= most * SUPPORT.near_best]
    near = [
        line
        for known, at, _ in best
        for line in known.lines[max(0, at - SUPPORT.lines_before) : at + 1 + SUPPORT.lines_behind]
    ]
    if any(line.names.holds(name) for line in near):
        return True
    told = known_names([sentence])
    return not any(
        not told.holds(other)
        for _, _, line in best
        for other in read_names(line.text, capitals=around.capitals, lower=around.lower)
    )
